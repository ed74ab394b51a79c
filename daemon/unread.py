"""A check whose source cannot be read for long, of which nothing else could tell: its beginning and its end, once each.

Where a check was read before, its newest periods are late, and that is an incident of its own in time. This is for
checks of which nothing is known: a password that never was right, a folder that is gone; and for feeds of changes.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import dates
from daemon.alerts.alert import Alert
from daemon.changes.asked import label
from daemon.model import Change
from daemon.routing import BUSINESS, goes_to
from daemon.store.troubles import Trouble

# Sources are down for a night now and then: nobody has to know.
TOLD_AFTER = timedelta(hours=24)
_FEED = "Everything is watched as before, but causes do not know what it would have told of."


def is_news(trouble: Trouble, *, known: bool, now: datetime) -> bool:
    """Whether people should hear of it now. known: the check was read before, so that its lateness tells."""
    return not known and trouble.told_at is None and now - trouble.since >= TOLD_AFTER


def begun(trouble: Trouble, settings: Settings, now: datetime) -> Alert:
    """The message that a check or a feed cannot be read."""
    zone = ZoneInfo(settings.timezone)
    whole = " as a whole" if _is_feed(trouble.check, settings) else ""  # of a feed single rows may be wrong
    return Alert(
        incident_id=_id(trouble, zone),
        change=Change.OPENED,
        severity=Severity.WARNING,
        headline=f"{trouble.check} cannot be read{whole} since {dates.moment(trouble.since, zone, now)}",
        subject=_subject(trouble),
        numbers=trouble.reason,
        items=(_FEED if _is_feed(trouble.check, settings) else "Nothing of it is watched until this is mended.",),
        verify=("channelwatch doctor: it says what does not work",),
        at=now.astimezone(zone).isoformat(),
    )


def ended(trouble: Trouble, settings: Settings, now: datetime) -> Alert:
    """The message that it can be read again."""
    zone = ZoneInfo(settings.timezone)
    missed = "" if _is_feed(trouble.check, settings) else " What it missed has been judged."
    return Alert(
        incident_id=_id(trouble, zone),
        change=Change.RESOLVED,
        severity=Severity.WARNING,
        headline=f"Resolved: {trouble.check} can be read again",
        subject=_subject(trouble),
        numbers=f"It could not since {dates.moment(trouble.since, zone, now)}.{missed}",
        at=now.astimezone(zone).isoformat(),
    )


def recipients(settings: Settings, check: str) -> tuple[str, ...]:
    """Who gets a warning about any of its channels and KPIs; of a feed of changes, about any at all."""
    if _is_feed(check, settings):
        every = [
            goes_to(settings, c, k, Severity.WARNING) for c in (*settings.channels, BUSINESS) for k in settings.kpis
        ]
        return tuple(dict.fromkeys(name for names in every for name in names))
    of = settings.checks[check]
    channels = [of.channel] if of.channel else [BUSINESS] if of.scope else [*settings.channels, BUSINESS]
    kpis = [column if isinstance(column, str) else column.kpi for column in of.columns.values()] or [*settings.kpis]
    found = [name for c in channels for k in kpis for name in goes_to(settings, c, k, Severity.WARNING)]
    return tuple(dict.fromkeys(found))


def _is_feed(name: str, settings: Settings) -> bool:
    return name not in settings.checks and name in map(label, settings.changes)


def _id(trouble: Trouble, zone: ZoneInfo) -> str:
    return f"unread-{trouble.check}-{trouble.since.astimezone(zone):%Y%m%d-%H%M}"


def _subject(trouble: Trouble) -> str:
    return f"{trouble.check} cannot be read"
