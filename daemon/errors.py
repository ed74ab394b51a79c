"""Everything that can go wrong on purpose. A message says what failed, where, and what to do; never a secret."""

from daemon.respite import Wait


class ChannelwatchError(Exception):
    """Something that a person can put right. Shown without a traceback."""


class WrongUsage(ChannelwatchError):
    """The command was asked for something it cannot do."""


class SourceError(ChannelwatchError):
    """A source could not be read."""


class SourceUnavailable(SourceError):
    """A table cannot be reached now; trying again may help."""


class SourceRejected(SourceError):
    """A table was reached but does not fit; somebody must change it or the configuration."""


class CalendarError(ChannelwatchError):
    """A calendar of known dates cannot be read."""


class StoreError(ChannelwatchError):
    """The state could not be read or written."""


class DeliveryError(ChannelwatchError):
    """An alert did not reach its destination. `wait`: it wants to be left alone so long, all of it, where it said so."""

    def __init__(self, message: str, wait: Wait | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class DeliveryDelayed(DeliveryError):
    """Nothing was delivered; it is tried again."""


class DeliveryRefused(DeliveryError):
    """The destination will never take this; somebody has to act."""


class DeliveryUnclear(DeliveryError):
    """The alert was sent but nothing says whether it arrived."""


class DeliveryParked(DeliveryError):
    """An earlier attempt may have arrived, which cannot be found out, and the alert is not worth a repeat."""
