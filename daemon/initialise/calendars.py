"""Tables of known dates: holidays, promotions, flights. They explain; they are not watched."""

import os
from pathlib import Path

from config.context import Action, CalendarFile
from config.vocabulary import normal, words
from daemon.initialise.identifiers import is_identifier
from daemon.initialise.profile import Column, Profile

# `name` and the like are titles only where the table says otherwise that it lists events.
_SURE_TITLES = ("title", "event", "event_name", "holiday", "holiday_name")


def calendar_of(profile: Profile, output: Path) -> tuple[list[CalendarFile], str | None] | None:
    """The calendar entries of a table (one for each file), or why it cannot be used as it is; None: it is no calendar."""
    named = {normal(c.name): c for c in profile.columns}
    title, kind, end = (_first(named, f"event {part}") for part in ("title", "kind", "end"))
    start = next(
        (named[n] for n in words()["columns"]["event start"] if n in named and named[n].moments is not None), None
    )
    if title is None and kind is not None and end is not None:
        title, kind = kind, None
    if title is None or start is None or any(_holds_numbers(c) for c in profile.columns):
        return None
    if normal(title.name) not in _SURE_TITLES and kind is None and end is None:
        return None
    countries = named.get("country") or named.get("country_code")
    if countries is not None and countries.distinct > 1:
        return [], (
            f"{profile.table.pattern}: holidays of {countries.distinct} countries ({', '.join(countries.values[:12])}); "
            "not used, because those of other countries would hide real problems: set calendar.country, or keep the rows of yours"
        )
    actions = named.get("action")
    if actions is not None and not {v.lower() for v in actions.some} <= {*Action}:
        return [], (
            f"{profile.table.pattern}: not used as a calendar, because its column {actions.name} holds other words than "
            f"{', '.join(Action)}: call the column something else, or write these"
        )
    end = end if end is not None and end is not start and end.moments is not None else None
    channel = next((named[n] for n in words()["columns"]["channel"] if n in named), None)
    return [
        CalendarFile(
            path=path_from(output, file),
            title=title.name,
            start=start.name,
            end=end.name if end else None,
            kind=kind.name if kind is not None and kind is not title else None,
            channel=channel.name if channel else None,
        )
        for file in profile.table.files
    ], None


def path_from(output: Path, path: Path) -> str:
    """Relative to the configuration where it lies below it or beside its folder, else absolute."""
    folder = output.resolve().parent
    relative = os.path.relpath(path, folder)
    return relative if relative.count("..") <= 1 else str(path)


def _first(named: dict[str, Column], part: str) -> Column | None:
    return next((named[name] for name in words()["columns"][part] if name in named and named[name].filled), None)


def _holds_numbers(column: Column) -> bool:
    """Whether there is something to watch, beyond years, codes, marks and the lift that an event should bring."""
    return (
        column.is_number
        and normal(column.name) != "lift"
        and column.moments is None
        and not is_identifier(column)
        and normal(column.name) not in words()["columns"]["never a measure"]
    )
