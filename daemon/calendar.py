"""What is known beforehand: public holidays, own events and calendar files, and what they say about a panel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from config.context import Action, Event
from config.settings import Settings
from daemon.errors import CalendarError
from detectors.panel import Bools, Panel, SeriesKey

# Kinds after which the old level does not come back by itself.
LASTING_KINDS = frozenset(
    {
        "budget_change",
        "campaign_start",
        "campaign_end",
        "price_change",
        "launch",
        "deploy",
        "release",
        "migration",
        "redesign",
        "tracking_change",
        "attribution_change",
        "store_opening",
        "store_closure",
    }
)
# Kinds whose effect is still felt on the day after.
_ECHOING_KINDS = frozenset({"holiday", "promo", "promotion", "sale"})
# Public holidays are known for these years: older data are not judged, later rules are not made yet.
YEARS = range(2005, 2041)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """Something known over the local days [start, end). channel None: all. lasting: it changes the level for good."""

    title: str
    start: date
    end: date
    kind: str
    channel: str | None
    action: Action
    lasting: bool


@dataclass(frozen=True, kw_only=True)
class CalendarMasks:
    """[series x periods]: exempt: do not judge; explained: no alert where an event explains it; breaks: a new level may begin."""

    exempt: Bools
    explained: Bools
    breaks: Bools


def known_event(event: Event) -> KnownEvent:
    """An event as people write it (last day inclusive) as a half-open range."""
    return KnownEvent(
        title=event.title,
        start=event.start,
        end=(event.end or event.start) + timedelta(days=1),
        kind=event.kind,
        channel=event.channel,
        action=event.action or Action.EXPLAIN,
        lasting=event.kind in LASTING_KINDS,
    )


def known_events(settings: Settings, folder: Path) -> tuple[KnownEvent, ...]:
    """All events, by start. folder: that of the configuration file.

    Raises:
        CalendarError: the country is not known, or a file cannot be read.
    """
    from daemon.event_files import read_events

    calendar = settings.calendar
    events = [known_event(event) for event in calendar.events]
    for file in calendar.files:
        events += [known_event(event) for event in read_events(file, folder)]
    if calendar.country is not None:
        events += _public_holidays(calendar.country, calendar.subdivision, calendar.holidays)
    return tuple(sorted(events, key=lambda e: (e.start, e.end, e.title)))


def _public_holidays(country: str, subdivision: str | None, action: Action) -> Iterator[KnownEvent]:
    import holidays

    known = holidays.list_supported_countries()
    code = country.upper()
    if code not in known:
        near = get_close_matches(code, list(known), n=1)
        raise CalendarError(
            f"calendar.country: {country!r} is not known{f'; did you mean {near[0]}' if near else ''}. Write its two-letter ISO code, e.g. GB."
        )
    if subdivision is not None and subdivision not in known[code]:
        raise CalendarError(
            f"calendar.subdivision: {subdivision!r} is not known in {code}. Known: {', '.join(known[code]) or 'none'}."
        )
    for day, title in holidays.country_holidays(code, subdiv=subdivision, years=list(YEARS)).items():
        yield KnownEvent(
            title=title,
            start=day,
            end=day + timedelta(days=1),
            kind="holiday",
            channel=None,
            action=action,
            lasting=False,
        )


def masks(events: Sequence[KnownEvent], panel: Panel) -> CalendarMasks:
    """What the events say about every series and period. A period counts as touched when any of its days is."""
    shape = panel.values.shape
    result = CalendarMasks(exempt=np.zeros(shape, bool), explained=np.zeros(shape, bool), breaks=np.zeros(shape, bool))
    if not all(shape):
        return result
    starts = panel.axis.local.astype("datetime64[D]")
    ends = _end_days(panel)
    for event in events:
        last = event.end + timedelta(days=1) if event.kind in _ECHOING_KINDS else event.end
        first, stop = _touched(starts, ends, event.start, event.end)
        echo = _touched(starts, ends, event.start, last)[1]
        if first >= shape[1] or echo <= first:
            continue
        own = np.array([_concerns(event, key) for key in panel.keys])
        if event.action is Action.EXEMPT:
            result.exempt[own, first:stop] = True
        else:
            result.explained[own | np.array([key.channel is None for key in panel.keys]), first:echo] = True
        if event.lasting and starts[first] <= np.datetime64(event.start, "D"):  # else it began before the panel
            result.breaks[own, first] = True
    return result


def _end_days(panel: Panel) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """The first day after each period, on the wall clock; within a day it is the next one."""
    starts = panel.axis.local.astype("datetime64[D]")
    length = (panel.axis.edges[1:] - panel.axis.edges[:-1]).astype("timedelta64[h]").astype(np.int64)
    ends: np.ndarray[tuple[int], np.dtype[np.datetime64]] = starts + np.maximum(np.round(length / 24), 1).astype(
        "timedelta64[D]"
    )
    return ends


def _touched(
    starts: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    ends: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    first_day: date,
    end_day: date,
) -> tuple[int, int]:
    """The periods [first, stop) that hold any day of [first_day, end_day)."""
    first = int(np.searchsorted(ends, np.datetime64(first_day, "D"), side="right"))
    stop = int(np.searchsorted(starts, np.datetime64(end_day, "D"), side="left"))
    return first, stop


def _concerns(event: KnownEvent, key: SeriesKey) -> bool:
    return event.channel is None or event.channel == key.channel
