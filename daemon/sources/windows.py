"""Which periods a source is asked for: the first time its history, later what is new and what may have been corrected."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from config.inputs import Check
from daemon.sources import timeline
from daemon.sources.pulled import Window
from daemon.sources.sightings import Span
from detectors.cadence import Cadence, Unit

# Periods asked for the first time, and newest ones asked for again.
HISTORY = {Unit.DAY: 730, Unit.HOUR: 120 * 24, Unit.WEEK: 260, Unit.MONTH: 60}
_REREAD = {Unit.DAY: 35, Unit.HOUR: 72, Unit.WEEK: 8, Unit.MONTH: 3}
_DAY = Cadence(Unit.DAY)
# Nothing is asked for that lies before: far enough for any business, and a date on every database.
_EARLIEST = np.datetime64("1970-01-05", "s")


def window_of(check: Check, zone: ZoneInfo, asked_until: datetime | None, now: datetime) -> Window:
    """The periods to ask for at `now`: never the one that is running.

    asked_until: where the window before ended; None: nothing was asked so far. Every period is asked for again until it
    is as old as `reread_periods`, also after a pause.
    """
    cadence = Cadence.parse(check.cadence)
    weekday = _weekday(cadence, zone, asked_until)
    running = _number(timeline.wall(now, zone), cadence, weekday)
    until = _start(running, cadence, weekday, zone)
    if asked_until is None:
        since = running - (check.history_periods or HISTORY[cadence.unit])
        if (
            cadence.unit is Unit.WEEK
        ):  # on which day its weeks start is not known yet: the newest may have ended last night
            until = _start(_number(timeline.wall(now, zone), _DAY, 0), _DAY, 0, zone)
    else:
        done = _number(timeline.wall(asked_until, zone), cadence, weekday)
        since = min(done + 1, running) - (check.reread_periods or _REREAD[cadence.unit])
    since = max(since, _number(_EARLIEST, cadence, weekday))
    return Window(since=_start(since, cadence, weekday, zone), until=until, zone=zone, cadence=cadence)


def span_of(window: Window, weekday: int, now: datetime) -> Span:
    """The periods that lie in a window as a whole and have ended, once it is known on which weekday weeks start."""
    asked = timeline.wall(window.since, window.zone)
    since = _number(asked, window.cadence, weekday)
    begins = timeline.start(np.array([since]), window.cadence, weekday)[0]
    until = _number(timeline.wall(now, window.zone), window.cadence, weekday)
    return Span(since=since + int(begins < asked), until=until)


def number_at(instant: datetime, window: Window, weekday: int) -> int:
    """The number of the period that holds an instant."""
    return _number(timeline.wall(instant, window.zone), window.cadence, weekday)


def start_at(number: int, window: Window, weekday: int) -> datetime:
    """When a period starts."""
    return _start(number, window.cadence, weekday, window.zone)


def _weekday(cadence: Cadence, zone: ZoneInfo, edge: datetime | None) -> int:
    """The weekday (0 = Monday) on which weeks start, by an edge of them."""
    return edge.astimezone(zone).weekday() if edge is not None and cadence.unit is Unit.WEEK else 0


def _number(local: np.datetime64, cadence: Cadence, weekday: int) -> int:
    return int(timeline.number(np.array([local]), cadence, weekday)[0])


def _start(number: int, cadence: Cadence, weekday: int, zone: ZoneInfo) -> datetime:
    local: datetime = timeline.start(np.array([number]), cadence, weekday)[0].astype("datetime64[s]").astype(datetime)
    return local.replace(tzinfo=zone)
