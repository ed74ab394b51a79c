"""From readings of all tables of one business to one configuration: channels, KPIs, checks, calendar. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.business import Channel, Kpi
from config.context import CalendarFile
from config.inputs import CHECK_CADENCES, Check, Column
from config.sources import FilesSource
from config.vocabulary import normal
from daemon.initialise import calendars, naming, pairs, parts, ratios
from daemon.initialise.draft import Draft, Measure, Reading
from daemon.initialise.parts import Part
from daemon.initialise.profile import Profile
from daemon.initialise.reading import read
from detectors.cadence import Cadence, Unit


@dataclass(kw_only=True)
class _Business:
    """What the checks so far have named. `given`: which (channel, role) a check of days or longer already delivers."""

    currency: str
    channels: dict[str, Channel] = field(default_factory=dict)
    kpis: dict[str, Kpi] = field(default_factory=dict)
    taken: set[tuple[str | None, str]] = field(default_factory=set)
    given: set[tuple[str | None, str]] = field(default_factory=set)
    checks: dict[str, Check] = field(default_factory=dict)
    comments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def infer(profiles: Sequence[Profile], output: Path, timezone: str | None, currency: str | None) -> Draft:
    """The configuration of a business whose tables these are; `output` is where it will be written."""
    known_currency = currency or _currency_in(profiles)
    business = _Business(currency=known_currency or "EUR")
    sources = _sources(profiles, output)
    source_of = {folder: name for name, (folder, _) in sources.items()}
    dated: list[CalendarFile] = []
    calendar_comments: list[str] = []
    readings: list[Reading] = []
    for profile in profiles:
        if (found := calendars.calendar_of(profile, output)) is not None:
            entries, why_not = found
            dated += entries
            calendar_comments += [why_not] if why_not else []
            business.notes.append(why_not or f"{profile.table.pattern}: a calendar of known dates")
            continue
        reading = read(profile)
        if isinstance(reading, str):
            business.notes.append(f"{_called(profile)}: {reading}; ignored")
        else:
            readings.append(reading)
    for part in parts.in_order(readings):
        _add(business, part, source_of[part.reading.profile.table.folder])
    business.kpis |= pairs.of(business.checks, business.kpis)
    return Draft(
        timezone=timezone or "UTC",
        currency=business.currency,
        currency_known=known_currency is not None,
        channels=business.channels,
        kpis=business.kpis,
        sources={name: source for name, (_, source) in sources.items()},
        checks=business.checks,
        comments=business.comments,
        calendar=tuple(dated),
        calendar_comments=tuple(calendar_comments),
        notes=tuple(business.notes),
    )


def _called(profile: Profile) -> str:
    files = len(profile.table.files)
    return profile.table.pattern + (f" ({files} files)" if files > 1 else "")


def _currency_in(profiles: Sequence[Profile]) -> str | None:
    """The currency that the tables name, if they name a single one."""
    named = {
        value.upper()
        for p in profiles
        for c in p.columns
        if normal(c.name) in ("currency", "currency_code")
        for value in c.values
    }
    return named.pop() if len(named) == 1 and re.fullmatch("[A-Z]{3}", next(iter(named))) else None


def _sources(profiles: Sequence[Profile], output: Path) -> dict[str, tuple[Path, FilesSource]]:
    """One source for each folder, by a name made of the folder's."""
    sources: dict[str, tuple[Path, FilesSource]] = {}
    for folder in dict.fromkeys(p.table.folder for p in profiles):
        name = normal(folder.name) or "tables"
        while name in sources:
            name += "_2"
        sources[name] = (folder, FilesSource(kind="files", path=calendars.path_from(output, folder)))
    return sources


def _add(business: _Business, part: Part, source: str) -> None:
    """Name the KPIs of a check and put it into the business."""
    reading = part.reading
    repeats = part.is_fine and all((c, m.role) in business.given for m in part.measures for c in part.channels_of(m))
    names = naming.names_of(part, business.kpis, business.taken)
    by_role = {m.role or names[m.column]: names[m.column] for m in part.measures}
    for m in part.measures:
        business.kpis.setdefault(names[m.column], naming.kpi_of(m, names[m.column], by_role, business.currency))
        business.taken |= {(channel, names[m.column]) for channel in part.channels_of(m)}
        if part.channel_column:  # its sum over channels is a measure of the business
            business.taken.add((None, names[m.column]))
        if not part.is_fine:
            business.given |= {(channel, m.role) for channel in part.channels_of(m) if m.role}
    if not repeats:
        found = ratios.of(by_role, business.kpis, reading.profile.table.stem, business.currency)
        business.kpis |= {name: ratio for name, ratio in found.items() if name not in business.kpis}
    for channel in part.channels:
        if channel is not None:
            business.channels.setdefault(channel, Channel(kind=naming.kind_of(channel, by_role)))
    name = naming.unique(normal(part.name) or "table", business.checks)
    business.checks[name] = _check(part, source, names, repeats=repeats)
    off = _why_off(reading, repeats=repeats) if not business.checks[name].enabled else None
    business.comments[name] = tuple(_comments(reading, off))
    business.notes += [f"{name}: {note}" for note in _notes(reading, off)]


def _check(part: Part, source: str, names: Mapping[str, str], *, repeats: bool) -> Check:
    reading = part.reading
    one = not part.has_own_channels and part.channel_column is None
    return Check(
        source=source,
        table=reading.profile.table.pattern,
        cadence=str(_judged_by(reading.cadence)),
        period=reading.period,
        period_format=reading.period_format,
        channel_column=part.channel_column,
        channel=part.channels[0] if one else None,
        scope="business" if one and part.channels[0] is None else None,
        dimensions=reading.dimensions,
        observed_at=reading.observed_at,
        enabled=str(_judged_by(reading.cadence)) in CHECK_CADENCES and not repeats,
        columns={m.column: _column(m, names[m.column]) for m in part.measures},
    )


def _column(measure: Measure, name: str) -> str | Column:
    if measure.channel is None and measure.divide_by == 1:
        return name
    return Column(kpi=name, channel=measure.channel, divide_by=measure.divide_by)


def _why_off(reading: Reading, *, repeats: bool) -> str:
    if repeats:
        return "because its KPIs are judged by the day already"
    return f"because a cadence of {reading.cadence} is not judged: sum it up to hours or days"


def _judged_by(cadence: Cadence) -> Cadence:
    """Rows of minutes are judged by the hour: a few minutes hold too little to tell anything."""
    whole = cadence.unit is Unit.MINUTE and 60 % cadence.count == 0
    return Cadence(Unit.HOUR) if whole else cadence


def _comments(reading: Reading, off: str | None) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for column, reason in reading.unused:
        reasons.setdefault(reason, []).append(column)
    unused = [f"not used ({reason}): {', '.join(columns)}" for reason, columns in reasons.items()]
    return [f"off, {off}", *unused] if off else unused


def _notes(reading: Reading, off: str | None) -> list[str]:
    notes = [*reading.notes]
    if _judged_by(reading.cadence) != reading.cadence:
        notes.append(f"a row every {reading.cadence}: judged by the hour, counts and amounts added up, levels as means")
    if off:
        notes.append(f"written with enabled: false, {off}")
    table = reading.profile.table
    if len(table.files) > 1:
        notes.append(
            f"{len(table.files)} files of one shape ({table.pattern}) are read as one table; "
            "if they are different businesses, run init for each of them"
        )
    return notes
