"""What KPIs are called, so that one name means one thing of one channel over all tables; and what they are."""

import re
from collections.abc import Iterable, Mapping, Set

from config import vocabulary
from config.business import ChannelKind, Kpi
from config.vocabulary import normal
from daemon.initialise.draft import Measure
from daemon.initialise.parts import Part
from detectors.panel import KpiType


def names_of(part: Part, kpis: Mapping[str, Kpi], taken: Set[tuple[str | None, str]]) -> dict[str, str]:
    """The KPI of each column: its role or column, led by the table's name where another check has that name already.

    Columns that are the same measure of several channels get one name.
    """
    names: dict[str, str] = {}
    for said in dict.fromkeys(m.name for m in part.measures):
        same = [m for m in part.measures if m.name == said]
        channels = [channel for m in same for channel in part.channels_of(m)]
        names |= dict.fromkeys((m.column for m in same), _free_name(said, same[0], channels, part, kpis, taken))
    return names


def _free_name(
    said: str,
    measure: Measure,
    channels: Iterable[str | None],
    part: Part,
    kpis: Mapping[str, Kpi],
    taken: Set[tuple[str | None, str]],
) -> str:
    table = part.reading.profile.table
    owners = list(channels)
    for name in (said, f"{table.stem}_{said}", f"{table.name}_{said}"):
        known = kpis.get(name)
        same = known is None or (known.type == measure.type and (known.role or name) == (measure.role or name))
        if same and not any((channel, name) in taken for channel in owners):
            return name
    return unique(f"{table.name}_{said}", kpis)


def unique(name: str, names: Iterable[str]) -> str:
    """The name, numbered where it is in use."""
    taken = set(names)
    number = 2
    candidate = name
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def kpi_of(measure: Measure, name: str, by_role: Mapping[str, str], currency: str) -> Kpi:
    """The KPI that a measure becomes; `by_role` are the names of its check's KPIs."""
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


def kind_of(channel: str, by_role: Mapping[str, str]) -> ChannelKind:
    """By the vocabulary; an unknown name is organic if it says so, paid if its table knows spend, else owned."""
    known = vocabulary.channel_kind(channel)
    if known is not None:
        return known
    if "organic" in normal(channel).split("_"):
        return ChannelKind.ORGANIC
    named = [kind for word in re.split(r"[/_ ]+", channel) if (kind := vocabulary.channel_kind(word)) is not None]
    return named[0] if named else ChannelKind.PAID if "spend" in by_role else ChannelKind.OWNED
