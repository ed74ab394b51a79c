"""Which columns hold KPIs, of what role and type, and why others do not. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from config import vocabulary
from config.business import ChannelKind
from config.vocabulary import Role, normal, words
from daemon.initialise import wide
from daemon.initialise.draft import Measure
from daemon.initialise.identifiers import is_identifier
from daemon.initialise.profile import Column, Profile
from detectors.panel import KpiType

# A decimal that is typically this large is money rather than a rate, an index or a mean.
_LARGE = 100.0
# A few damaged cells do not make a column of numbers one of text.
_ALMOST_ALL = 0.95


def find(
    profile: Profile,
    columns: Sequence[Column],
    channels: Sequence[str | None],
    *,
    is_platform_column: bool,
    unused: list[tuple[str, str]],
) -> list[Measure]:
    """The KPI columns among these; what is left out goes into `unused` with the reason."""
    numbers = []
    for column in columns:
        reason = _why_unused(column)
        if reason is None:
            numbers.append(column)
        else:
            unused.append((column.name, reason))
    own = _own_channels(numbers, channels)
    roles = _roles(profile, [c for c in numbers if c.name not in own], channels, is_platform_column=is_platform_column)
    measures: list[Measure] = []
    idle: list[Column] = []
    for column in numbers:
        if column.name in own:
            channel, role_name = own[column.name]
            measures.append(_known(column, vocabulary.measured()[role_name], channel=channel))
        elif (role := roles.get(column.name)) is not None and role.type is not KpiType.RATIO:
            measures.append(_known(column, role))
        elif role is not None:
            if {role.numerator, role.denominator} <= {r.name for r in roles.values()}:
                unused.append((column.name, "computed from its parts instead"))
            else:
                measures.append(_known(column, role))
        elif reason := _why_nothing_to_watch(column):
            idle.append(column)
            unused.append((column.name, reason))
        else:
            measures.append(_unknown(column))
    if not measures and idle:  # a table of one flat series is still a table
        column = idle[0]
        unused.remove(next(entry for entry in unused if entry[0] == column.name))
        measures.append(_unknown(column))
    return _told_apart(measures)


def _told_apart(measures: Sequence[Measure]) -> list[Measure]:
    """No two columns hold one KPI of one channel: the later one keeps its column's name alone."""
    seen: set[tuple[str | None, str]] = set()
    apart: list[Measure] = []
    for measure in measures:
        number = 2
        while (measure.channel, measure.name) in seen:
            measure = replace(measure, name=f"{normal(measure.column) or 'value'}_{number}", role=None)
            number += 1
        seen.add((measure.channel, measure.name))
        apart.append(measure)
    return apart


def _own_channels(numbers: Sequence[Column], channels: Sequence[str | None]) -> Mapping[str, tuple[str, str]]:
    """Columns of wide tables with their channel and role."""
    if tuple(channels) != (None,):
        return {}
    names = [c.name for c in numbers]
    return wide.channel_columns(names) or wide.named_channels(names)


def _why_unused(column: Column) -> str | None:
    name = normal(column.name)
    if column.filled == 0:
        return "empty"
    if is_identifier(column):
        return "identifier"
    if name in words()["columns"]["never a measure"]:
        return "no measure"
    if re.search(r"_(code|number|reason)$", name) and not name.startswith("number_of"):
        return "a code, not a measure"
    known = vocabulary.role_of(name) is not None
    if not known and (name in words()["columns"]["context words"] or name.startswith(("is_", "has_"))):
        return "a mark, not a measure"
    if column.numeric < _ALMOST_ALL * column.filled:
        return (
            "numbers written as text, such as 1,234 or £5"
            if column.as_text == column.filled
            else "never varies"
            if column.distinct == 1
            else "text"
        )
    return None


def _why_nothing_to_watch(column: Column) -> str | None:
    if column.distinct == 1:
        return "never varies"
    if column.distinct == 2 and column.is_whole and column.minimum == 0 and column.maximum == 1:
        return "a mark, not a measure"
    return None


def _roles(
    profile: Profile, columns: Sequence[Column], channels: Sequence[str | None], *, is_platform_column: bool
) -> dict[str, Role]:
    """The role of each column; of two columns with one role the one whose name says it best holds it."""
    table = profile.table.name
    single = channels[0] if len(channels) == 1 else None
    platform = is_platform_column or _is_media_report([c.name for c in columns], channels)
    best: dict[str, tuple[int, str, Role]] = {}
    for column in columns:
        role = vocabulary.role_of(column.name, table, single, platform_report=platform)
        if role is None:
            continue
        candidate = (vocabulary.alias_rank(column.name), column.name, role)
        if role.name not in best or candidate[0] < best[role.name][0]:
            best[role.name] = candidate
    found = {name: role for _, name, role in best.values()}
    # `value` is money only beside a count that it is the value of.
    loose = next((c.name for c in columns if normal(c.name) == "value"), None)
    if loose and "orders" in best and "revenue" not in best:
        found[loose] = vocabulary.measured()["revenue"]
    return found


def _is_media_report(columns: Sequence[str], channels: Sequence[str | None]) -> bool:
    """Clicks and spend of paid channels alone, without visits: what ad platforms report of themselves."""
    roles = {role.name for column in columns if (role := vocabulary.role_of(column)) is not None}
    kinds = {vocabulary.channel_kind(channel) for channel in channels if channel}
    return (
        {"clicks", "spend"} <= roles
        and not roles & {"sessions", "users", "engaged_sessions"}
        and kinds == {ChannelKind.PAID}
    )


def _known(column: Column, role: Role, channel: str | None = None) -> Measure:
    kind = KpiType.LEVEL if role.type is KpiType.RATIO else role.type
    return Measure(
        column=column.name, name=role.name, role=role.name, type=kind, channel=channel, divide_by=_divisor(column.name)
    )


def _unknown(column: Column) -> Measure:
    name = column.name if re.fullmatch(r"[A-Za-z_]\w*", column.name) else normal(column.name) or "value"
    divide_by = _divisor(column.name)
    if divide_by != 1:
        return Measure(
            column=column.name,
            name=re.sub(r"_(micros|cents)$", "", name),
            role=None,
            type=KpiType.AMOUNT,
            divide_by=divide_by,
            is_money=True,
        )
    parts = set(normal(column.name).split("_"))
    is_money = bool(parts & set(words()["columns"]["money words"])) and parts != {"value"}
    if column.minimum < 0 or parts & {
        "rate",
        "ratio",
        "share",
        "avg",
        "average",
        "mean",
        "index",
        "score",
        "pct",
        "percent",
    }:
        kind = KpiType.LEVEL
    elif is_money and not (column.is_whole and parts & {"count", "number", "num"}):
        return Measure(column=column.name, name=name, role=None, type=KpiType.AMOUNT, is_money=True)
    elif column.is_whole:
        kind = KpiType.COUNT
    else:
        kind = KpiType.AMOUNT if column.typical >= _LARGE else KpiType.LEVEL
    return Measure(column=column.name, name=name, role=None, type=kind)


def _divisor(name: str) -> float:
    return 1e6 if normal(name).endswith("_micros") else 100.0 if normal(name).endswith("_cents") else 1.0
