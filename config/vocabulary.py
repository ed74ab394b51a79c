"""The vocabulary: what columns, tables and platforms call things, and the one word that we use for each.

The words themselves are data, in vocabulary.yaml; docs/vocabulary.md shows them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from ruamel.yaml import YAML

from config.business import ChannelKind
from detectors.panel import KpiType

# Words at the end of a table's name that say nothing about whose numbers it holds.
_EMPTY_WORDS = r"daily|weekly|hourly|monthly|report|reports|stats|data|performance|export|table|by_day|\d+"


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a KPI means. A ratio has numerator and denominator; `proxies` may stand in for the denominator."""

    name: str
    type: KpiType
    good: Literal["up", "down", "none"] = "none"
    unit: str | None = None
    settle_periods: int = 0
    weight: tuple[str, ...] = ()
    numerator: str | None = None
    denominator: str | None = None
    proxies: tuple[str, ...] = ()
    factor: float = 1.0
    aliases: tuple[str, ...] = ()


@cache
def words() -> Mapping[str, Any]:
    """The whole of vocabulary.yaml."""
    text = resources.files("config").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = YAML(typ="safe").load(text)
    return data


@cache
def measured() -> Mapping[str, Role]:
    """Roles that a column can hold, by name."""
    return {
        name: Role(
            name=name,
            type=KpiType(entry["type"]),
            good=entry.get("good", "none"),
            unit=entry.get("unit"),
            settle_periods=entry.get("settle", 0),
            weight=tuple(entry.get("weight", ())),
            aliases=(name, *entry["aliases"]),
        )
        for name, entry in words()["roles"].items()
    }


@cache
def derived() -> Mapping[str, Role]:
    """Ratios of measured roles by name, most useful first."""
    return {
        name: Role(
            name=name,
            type=KpiType.RATIO,
            good=entry["good"],
            unit=entry.get("unit"),
            numerator=entry["numerator"],
            denominator=entry["denominator"],
            proxies=tuple(entry.get("proxies", ())),
            factor=float(entry.get("factor", 1)),
            aliases=(name, *entry.get("aliases", ())),
        )
        for name, entry in words()["derived"].items()
    }


@cache
def flags() -> frozenset[str]:
    """Context flags: things that are present or not."""
    return frozenset(words()["flags"])


@cache
def _all_roles() -> frozenset[str]:
    evidence = [word for listed in words()["evidence"].values() for word in listed]
    return frozenset([*measured(), *derived(), *evidence])


def is_role(name: str) -> bool:
    """Whether the knowledge base understands this word as a measure (flags are asked for with `flags`)."""
    return name in _all_roles()


def normal(name: str) -> str:
    """The form in which names are compared: lower case, words joined by underscores."""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def stem_of(table: str) -> str:
    """A table's name without folder, endings and empty words: `exports/email_daily.csv.gz` -> `email`."""
    stem = normal(re.sub(r"(\.[a-z]+)+$", "", table.lower().rsplit("/", 1)[-1]))
    shorter = re.sub(rf"(_({_EMPTY_WORDS}))+$", "", stem)
    return shorter or stem


@cache
def _role_aliases() -> Mapping[str, str]:
    return {alias: name for table in (derived(), measured()) for name, role in table.items() for alias in role.aliases}


def role_of(column: str, table: str = "", channel: str | None = None, *, platform_report: bool = False) -> Role | None:
    """The role of a column in a table whose rows belong to `channel` (None: to several, or to the business).

    `platform_report`: the rows are an ad platform's own count; a table named after a platform always is.
    """
    name = _role_aliases().get(normal(column))
    if name is None:
        return None
    if table_rule := _table_rule(table):
        name = table_rule["role_as"].get(name, name)
    if channel is not None:
        name = words()["at_channel"].get(channel, {}).get(name, name)
    if platform_report or is_platform(table):
        name = words()["platform_report"]["role_as"].get(name, name)
    return measured().get(name) or derived().get(name)


def alias_rank(column: str) -> int:
    """Which of its role's names a column bears: 0 is the role's own; of two columns with one role the lower rank holds it."""
    name = _role_aliases()[normal(column)]
    role = measured().get(name) or derived()[name]
    return role.aliases.index(normal(column))


@cache
def _dimension_aliases() -> Mapping[str, str]:
    return {alias: name for name, aliases in words()["dimensions"].items() for alias in (name, *aliases)}


def dimension_role_of(column: str) -> str | None:
    """The dimension role of a column (campaign, device, geo ...), or None."""
    return _dimension_aliases().get(normal(column))


@cache
def _channel_aliases() -> Mapping[str, str]:
    return {alias: name for name, entry in words()["channels"].items() for alias in (name, *entry["aliases"])}


def channel_named(word: str) -> str | None:
    """Our name of the channel that people or platforms call `word`, or None."""
    return _channel_aliases().get(normal(word))


def channel_of(table: str) -> str | None:
    """The one channel whose numbers a table of this name holds, or None."""
    if is_business(table):
        return None
    return channel_named(stem_of(table)) or _platform_channel(stem_of(table))


def channel_kind(channel: str) -> ChannelKind | None:
    """How people come through a channel, by our name of it or an alias."""
    name = channel_named(channel)
    return ChannelKind(words()["channels"][name]["kind"]) if name else None


def _platform_channel(stem: str) -> str | None:
    """The channel of an ad platform named inside a longer name: `google_ads_campaigns`, never a bare `google`."""
    for alias, channel in _channel_aliases().items():
        if alias.endswith("_ads") and f"_{alias}_" in f"_{stem}_":
            return channel
    return None


def is_platform(name: str) -> bool:
    """Whether a table, or a value such as `Google Ads`, is named after an ad platform."""
    return _platform_channel(stem_of(name)) is not None if name else False


def _table_rule(table: str) -> Mapping[str, Any] | None:
    stem = f"_{stem_of(table)}_" if table else ""
    for rule in words()["tables"]:
        if any(f"_{word}_" in stem for word in rule["words"]):
            matched: Mapping[str, Any] = rule
            return matched
    return None


def is_business(table: str) -> bool:
    """Whether a table of this name measures the whole business: its shop, its back office, its site."""
    return _table_rule(table) is not None
