"""Everything that can go wrong on purpose. A message says what failed, where, and what to do; never a secret."""

from datetime import datetime


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
    """An alert did not reach its destination."""


class DeliveryDelayed(DeliveryError):
    """Nothing was delivered; try again, not before `retry_at` where the destination named an instant."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class DeliveryRefused(DeliveryError):
    """The destination will never take this; somebody has to act."""


class DeliveryUnclear(DeliveryError):
    """The alert was sent but nothing says whether it arrived."""


class DeliveryParked(DeliveryError):
    """An earlier attempt may have arrived, which cannot be found out, and the alert is not worth a repeat."""
