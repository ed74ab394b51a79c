"""From readings of all tables of one business to one configuration: channels, KPIs and their names, checks. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config import vocabulary
from config.business import Channel, ChannelKind, Kpi
from config.context import CalendarFile
from config.inputs import CHECK_CADENCES, Check, Column, FilesSource
from config.vocabulary import normal
from daemon.initialise import calendars, ratios
from daemon.initialise.draft import Draft, Measure, Reading
from daemon.initialise.profile import Profile
from daemon.initialise.reading import read
from detectors.cadence import Unit
from detectors.panel import KpiType


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
    parts = [part for reading in _with_channel_names(readings) for part in _parts(reading)]
    for name, reading, measures in sorted(parts, key=_order):
        _add(business, name, reading, measures, source_of[reading.profile.table.folder])
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


def _with_channel_names(readings: Sequence[Reading]) -> list[Reading]:
    """Tables of one channel use the name that the channel columns of other tables use for it (Organic Search)."""
    spoken = {
        named: value
        for reading in readings
        if reading.channel_column is not None
        for value in reading.channels
        if value and (named := vocabulary.channel_named(value))
    }
    return [
        reading
        if reading.channel_column is not None
        else replace(reading, channels=tuple(spoken.get(c, c) if c else None for c in reading.channels))
        for reading in readings
    ]


_Part = tuple[str, Reading, tuple[Measure, ...]]


def _parts(reading: Reading) -> list[_Part]:
    """One check, or two where some columns belong to channels and others to the whole business."""
    own = tuple(m for m in reading.measures if m.channel is not None)
    rest = tuple(m for m in reading.measures if m.channel is None)
    name = reading.profile.table.name
    if own and rest:
        return [(name, reading, own), (f"{name}_business", reading, rest)]
    return [(name, reading, reading.measures)]


def _order(part: _Part) -> tuple[bool, int, str]:
    """The broad daily tables name their KPIs first, single channels next, the whole business, then finer cadences."""
    name, reading, measures = part
    fine = reading.cadence.unit in (Unit.HOUR, Unit.MINUTE)
    return fine, 0 if reading.channel_column else 1 if measures[0].channel else 2 if reading.channels[0] else 3, name


def _add(business: _Business, table: str, reading: Reading, measures: tuple[Measure, ...], source: str) -> None:
    """Name the KPIs of a check and put it into the business."""
    owners = (
        tuple(dict.fromkeys(m.channel for m in measures))
        if measures[0].channel
        else reading.channels
        if reading.channel_column
        else reading.channels[:1]
    )
    fine = reading.cadence.unit in (Unit.HOUR, Unit.MINUTE)
    repeats = fine and all((channel, m.role) in business.given for m in measures for channel in _owners(m, owners))
    delivered = {name: [m for m in measures if m.name == name] for name in dict.fromkeys(m.name for m in measures)}
    names = {
        m.column: name
        for same in delivered.values()
        for name in [_name(business, same[0], [c for m in same for c in _owners(m, owners)], reading)]
        for m in same
    }
    by_role = {m.role or names[m.column]: names[m.column] for m in measures}
    for m in measures:
        business.kpis.setdefault(names[m.column], _kpi(m, names[m.column], by_role, business.currency))
        business.taken |= {(channel, names[m.column]) for channel in _owners(m, owners)}
        if reading.channel_column:
            business.taken.add((None, names[m.column]))
        if not fine:
            business.given |= {(channel, m.role) for channel in _owners(m, owners) if m.role}
    if not repeats:
        for name, ratio in ratios.of(by_role, business.kpis, reading.profile.table.stem, business.currency).items():
            business.kpis.setdefault(name, ratio)
    for channel in owners:
        if channel is not None:
            business.channels.setdefault(channel, Channel(kind=_kind(channel, by_role)))
    judged = str(reading.cadence) in CHECK_CADENCES
    business.checks[_unique(normal(table) or "table", business.checks)] = check = Check(
        source=source,
        table=reading.profile.table.pattern,
        cadence=str(reading.cadence),
        period=reading.period,
        period_format=reading.period_format,
        channel_column=reading.channel_column if not measures[0].channel else None,
        channel=owners[0] if not reading.channel_column and not measures[0].channel else None,
        scope="business" if owners == (None,) and not reading.channel_column else None,
        dimensions=reading.dimensions,
        observed_at=reading.observed_at,
        enabled=judged and not repeats,
        columns={m.column: _column(m, names[m.column]) for m in measures},
    )
    name = list(business.checks)[-1]
    business.comments[name] = tuple(_comments(reading, repeats=repeats, judged=judged))
    business.notes += [f"{name}: {note}" for note in reading.notes]
    if not check.enabled:
        business.notes.append(f"{name}: written with enabled: false, {_why_off(reading, repeats=repeats)}")
    if len(reading.profile.table.files) > 1:
        business.notes.append(
            f"{name}: {len(reading.profile.table.files)} files of one shape ({check.table}) are read as one table; "
            "if they are different businesses, run init for each of them"
        )


def _owners(measure: Measure, owners: Sequence[str | None]) -> Sequence[str | None]:
    return (measure.channel,) if measure.channel else owners


def _name(business: _Business, measure: Measure, owners: Sequence[str | None], reading: Reading) -> str:
    """The KPI's name: its role or column; led by the table's name where another check has that name already."""
    table = reading.profile.table
    for name in (measure.name, f"{table.stem}_{measure.name}", f"{table.name}_{measure.name}"):
        known = business.kpis.get(name)
        same = known is None or (known.type == measure.type and (known.role or name) == (measure.role or name))
        if same and not any((channel, name) in business.taken for channel in owners):
            return name
    return _unique(f"{table.name}_{measure.name}", business.kpis)


def _unique(name: str, names: Iterable[str]) -> str:
    taken = set(names)
    number = 2
    candidate = name
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _kpi(measure: Measure, name: str, by_role: Mapping[str, str], currency: str) -> Kpi:
    role = (vocabulary.measured().get(measure.role) or vocabulary.derived().get(measure.role)) if measure.role else None
    weight = None
    if measure.type is KpiType.LEVEL and role is not None:
        weights = (*role.weight, *((role.denominator,) if role.denominator else ()))
        weight = next((by_role[w] for w in weights if w in by_role), None)
    unit = role.unit if role else "currency" if measure.is_money else None
    return Kpi(
        role=measure.role if measure.role != name else None,
        type=measure.type,
        good=role.good if role else "none",
        unit=currency if unit == "currency" else unit,
        weight=weight,
        settle_periods=role.settle_periods if role else 0,
    )


def _kind(channel: str, by_role: Mapping[str, str]) -> ChannelKind:
    """By the vocabulary; an unknown name is organic if it says so, paid if its table knows spend, else owned."""
    known = vocabulary.channel_kind(channel)
    if known is not None:
        return known
    if "organic" in normal(channel).split("_"):
        return ChannelKind.ORGANIC
    named = [kind for word in re.split(r"[/_ ]+", channel) if (kind := vocabulary.channel_kind(word)) is not None]
    return named[0] if named else ChannelKind.PAID if "spend" in by_role else ChannelKind.OWNED


def _column(measure: Measure, name: str) -> str | Column:
    if measure.channel is None and measure.divide_by == 1:
        return name
    return Column(kpi=name, channel=measure.channel, divide_by=measure.divide_by)


def _why_off(reading: Reading, *, repeats: bool) -> str:
    if repeats:
        return "because its KPIs are judged by the day already"
    return f"because a cadence of {reading.cadence} is not judged: sum it up to hours or days"


def _comments(reading: Reading, *, repeats: bool, judged: bool) -> list[str]:
    lines = []
    if repeats or not judged:
        lines.append(f"off, {_why_off(reading, repeats=repeats)}")
    reasons: dict[str, list[str]] = {}
    for column, reason in reading.unused:
        reasons.setdefault(reason, []).append(column)
    lines += [f"not used ({reason}): {', '.join(columns)}" for reason, columns in reasons.items()]
    return lines
