"""What is known beforehand: public holidays, own events and calendar files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

from config.context import Action, Event
from config.settings import Settings
from daemon.errors import CalendarError

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
    lift: float | None = None

    def concerns(self, channel: str | None) -> bool:
        """Whether it speaks of a channel, or of the business (None)."""
        return self.channel is None or self.channel == channel


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
        lift=event.lift,
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
