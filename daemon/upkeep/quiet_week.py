"""The note of a quiet week: whether there is one, and its words. Pure.

Silence may mean that all is well or that nobody looks; the note says which. It is never sent when anything else was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.routes import Route
from config.upkeep import QuietNote
from daemon.alerts import dates
from daemon.alerts.alert import Alert
from daemon.alerts.numbers import count_of
from daemon.model import Change

DAYS = 7
# How the names of notes begin where incidents have their ids: a note is nothing that keeps the next one back.
NOTE = "quiet-week-"
_MOST_ITEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What is known of the last seven days.

    began: the earliest cycle that is remembered; None: there was none. cycles: in the week, also those that could read
    nothing. alerts: made in the week, sent or not.
    series: check -> series that were judged. fresh: check -> end of its last judged period; None: never judged.
    late: checks whose period is overdue, or whose source cannot be read. targets: how they stand, a line each.
    """

    began: datetime | None
    cycles: int
    alerts: int
    series: Mapping[str, int]
    fresh: Mapping[str, datetime | None]
    late: Sequence[str]
    open_incidents: int
    targets: Sequence[str] = ()


def note(week: Week, now: datetime, zone: ZoneInfo) -> Alert | None:
    """The message; None where anything else was said, nobody was to look, or a whole week was not watched yet."""
    if week.alerts or not week.cycles or week.began is None or week.began > now - timedelta(days=DAYS):
        return None
    judged = sum(week.series.values())
    return Alert(
        incident_id=f"{NOTE}{now.astimezone(zone):%Y-%m-%d}",
        change=Change.OPENED,
        severity=Severity.INFO if judged else Severity.WARNING,
        headline=headline(judged, len(week.late), len(week.fresh), f"in the last {DAYS} days"),
        numbers=data_to(week, zone, now),
        items=(*late_checks(week, zone, now), *week.targets[:_MOST_ITEMS]),
        verify=() if judged else ("channelwatch doctor: it says what does not work",),
        facts=(f"{count_of(week.open_incidents, 'incident')} still open",) if week.open_incidents else (),
        at=now.isoformat(),
    )


def recipients(settings: QuietNote, routes: Sequence[Route]) -> tuple[str, ...]:
    """Who gets the note: those that are named, else the destinations of every route that takes mere information."""
    taking = [route for route in routes if route.min_severity is Severity.INFO]
    taking = [route for route in taking if not route.fallback] or taking
    return tuple(dict.fromkeys(settings.to or (name for route in taking for name in route.to)))


def headline(judged: int, late: int, checks: int, time: str) -> str:
    """The words for a time, such as `in the last 7 days`, in which there was nothing to tell."""
    if not judged:
        return f"No alerts, but nothing could be judged {time}"
    said = f"{judged:,} series judged {time}, 0 alerts"
    if not late:
        return f"All quiet: {said}"
    return f"Quiet: {said}, but {late} of {count_of(checks, 'check')} {'is' if late == 1 else 'are'} late"


def data_to(week: Week, zone: ZoneInfo, now: datetime) -> str:
    """Up to when there are data."""
    ends = [end for end in week.fresh.values() if end is not None]
    return f"Data reaches to {_last(max(ends), zone, now)}." if ends else "No data was judged so far."


def late_checks(week: Week, zone: ZoneInfo, now: datetime) -> list[str]:
    """The checks that are late, a line each."""
    late = [_late(check, week.fresh.get(check), zone, now) for check in week.late[:_MOST_ITEMS]]
    return [*late, f"and {len(week.late) - _MOST_ITEMS} more"] if len(week.late) > _MOST_ITEMS else late


def _late(check: str, end: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    return f"{check}: " + (f"data to {_last(end, zone, now)} only" if end else "never judged so far")


def _last(end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The last day before an end, or the time where a day is not over."""
    if (local := end.astimezone(zone)).hour or local.minute:
        return dates.moment(end, zone, now)
    return dates.day(end - timedelta(seconds=1), zone, now)
