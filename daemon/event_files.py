"""Calendar files: tables with one event a row, and .ics."""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.context import Action, CalendarFile, Event
from config.problems import did_you_mean
from daemon.errors import CalendarError

# Columns of a table that are read by their own names, where there are any.
_ACTION, _LIFT = "action", "lift"
# Repeated events are written out up to here.
_LAST_YEAR = 2040
_MOST_REPEATS = 5_000


def read_events(file: CalendarFile, folder: Path) -> list[Event]:
    """The events of one file.

    Raises:
        CalendarError: it cannot be read; says file, line or event, and what to do.
    """
    return [event for _, event in events_with_lines(file, folder)]


def events_with_lines(file: CalendarFile, folder: Path) -> list[tuple[int | None, Event]]:
    """As `read_events`, each with its line in a table.

    Raises:
        CalendarError: as `read_events`.
    """
    path = Path(file.path).expanduser()
    path = path if path.is_absolute() else folder / path
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    except FileNotFoundError:
        raise CalendarError(f"calendar.files: {path} does not exist.") from None
    except (OSError, EOFError) as error:
        raise CalendarError(f"calendar.files: {path} cannot be read: {error}.") from None
    except UnicodeDecodeError:
        raise CalendarError(f"calendar.files: {path.name} is not UTF-8: save it as CSV UTF-8.") from None
    if path.suffix.lower() == ".ics":
        return [(None, event) for event in _from_ics(text, path, file)]
    return [*_from_table(text, path, file)]


def _from_table(text: str, path: Path, file: CalendarFile) -> Iterator[tuple[int, Event]]:
    """The events, each with the line it ends on."""
    rows = csv.DictReader(io.StringIO(text))
    columns = [c.strip() for c in rows.fieldnames or ()]
    rows.fieldnames = columns
    for key in ("title", "start", "end", "kind", "channel", "lift"):
        wanted = getattr(file, key)
        if wanted is not None and wanted not in columns:
            near = get_close_matches(wanted, columns, n=1)
            raise CalendarError(
                f"calendar.files: {path.name} has no column {wanted!r}{f' (nearest: {near[0]!r})' if near else ''}. "
                f"It has: {', '.join(columns) or 'nothing'}. Set {key}: to the right one."
            )
    for row in rows:
        cells = {
            name: (value or "").strip()
            for name, value in row.items()
            if isinstance(name, str) and not isinstance(value, list)
        }
        if not any(cells.values()):
            continue

        def cell(column: str | None, cells: dict[str, str] = cells) -> str:
            return cells.get(column, "") if column else ""

        start = _day(cell(file.start), path, rows.line_num, file.start)
        end = _day(cell(file.end), path, rows.line_num, file.end or "") if cell(file.end) else None
        if end is not None and end < start:
            raise CalendarError(
                f"calendar.files: {path.name} line {rows.line_num}: the event ends on {end}, before it starts on {start}."
            )
        kind = cell(file.kind) or "event"
        lift = cell(file.lift or _LIFT) or None
        # A lift speaks for itself where nobody says what the row is for.
        default = Action.EXPECT_LIFT if lift and "action" not in file.model_fields_set else file.action
        given = {
            "title": cell(file.title) or kind,
            "start": start,
            "end": end,
            "kind": kind,
            "channel": cell(file.channel) or None,
            "action": cell(_ACTION).lower() or default,
            "lift": lift,
        }
        try:
            event = Event.model_validate(given)
        except ValidationError as error:
            raise CalendarError(
                f"calendar.files: {path.name} line {rows.line_num}: {_trouble(error, given, file)}"
            ) from None
        yield rows.line_num, event


def _trouble(error: ValidationError, given: Mapping[str, Any], file: CalendarFile) -> str:
    """What is wrong with a row's action or lift, and what to do."""
    detail = error.errors(include_url=False, include_input=False)[0]
    context = detail.get("ctx", {})
    if detail["type"] == "bad_value":
        return f"{file.lift or _LIFT}: {given['lift']!r} is no {context['noun']}. {context['remedy']}"
    if detail["type"] == "bad_section":
        return (
            f"a {file.lift or _LIFT} of {given['lift']}, but the action is {given['action']}. Write expect_lift in a column "
            f"called {_ACTION}, or action: expect_lift for the whole file, or empty the cell."
        )
    actions = ", ".join(Action)
    return f"{_ACTION}: {given['action']!r} is no action{did_you_mean(given['action'], list(Action))} Write one of: {actions}; or empty the cell."


def _day(text: str, path: Path, line: int, column: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise CalendarError(
            f"calendar.files: {path.name} line {line}: {column} is {text!r}, no date. Write it like 2024-11-29."
        ) from None


def _from_ics(text: str, path: Path, file: CalendarFile) -> Iterator[Event]:
    import icalendar

    try:
        calendars: list[Any] = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError) as error:
        raise CalendarError(
            f"calendar.files: {path.name} is no .ics calendar: {str(error)[:120]}. Export it again."
        ) from None
    if not calendars:
        raise CalendarError(f"calendar.files: {path.name} is no .ics calendar: it holds no VCALENDAR. Export it again.")
    for calendar in calendars:
        for entry in calendar.walk("VEVENT"):
            title = str(entry.get("SUMMARY", "event"))
            try:
                start, days = _span(entry)
                starts = list(_repeats(entry, start))
            except (AttributeError, KeyError, ValueError, TypeError) as error:
                raise CalendarError(
                    f"calendar.files: {path.name}: the event {title!r} cannot be read: {error}. Mend it in the calendar."
                ) from None
            kind = _kind(entry)
            for day in starts:
                yield Event(title=title, start=day, end=day + timedelta(days=days - 1), kind=kind, action=file.action)


def _span(entry: Any) -> tuple[date, int]:
    """First day and number of days; an .ics end is exclusive."""
    start = entry.decoded("DTSTART")
    end = (
        entry.decoded("DTEND")
        if "DTEND" in entry
        else start + entry.decoded("DURATION")
        if "DURATION" in entry
        else None
    )
    first = start.date() if isinstance(start, datetime) else start
    if end is None or end <= start:
        return first, 1
    last = (end - timedelta(microseconds=1)).date() if isinstance(end, datetime) else end - timedelta(days=1)
    return first, (last - first).days + 1


def _repeats(entry: Any, start: date) -> Iterator[date]:
    """The first days of an event and its repetitions, without those taken out."""
    if "RRULE" not in entry:
        yield start
        return
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # comes with icalendar

    removed = {_first_day(moment.dt) for group in _listed(entry.get("EXDATE")) for moment in group.dts}
    rule = entry["RRULE"].to_ical().decode()
    moments = rrulestr(_without_zone(rule), dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001 (days on the wall clock)
    for n, moment in enumerate(moments):
        if moment.year > _LAST_YEAR or n >= _MOST_REPEATS:
            return
        if moment.date() not in removed:
            yield moment.date()


def _without_zone(rule: str) -> str:
    """UNTIL as a wall-clock day, as the start is one."""
    parts = [f"UNTIL={p[6:14]}T235959" if p.startswith("UNTIL=") else p for p in rule.split(";")]
    return ";".join(parts)


def _first_day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _kind(entry: Any) -> str:
    """The first category, as a kind."""
    categories = _listed(entry.get("CATEGORIES"))
    names = [str(c) for group in categories for c in getattr(group, "cats", [group])]
    return names[0].strip().lower().replace(" ", "_") if names else "event"
