"""Which setting holds for a series.

For each setting by itself, of the overrides that match a series and name that setting, the most specific one wins: first the one that
names more of channel, KPI and segment values exactly, then the one that names more of them by a pattern, then the one written later.
The defaults hold where no override does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from config.problems import Path
from config.settings import Settings
from config.tree import Node
from config.tuning import Override, Tuning
from detectors.panel import SeriesKey

Segment = tuple[tuple[str, str], ...]

_HURTS: dict[str, Literal["both", "up", "down"]] = {"up": "down", "down": "up", "none": "both"}


def resolver(settings: Settings) -> Callable[[SeriesKey], Tuning]:
    """A function from series to settings that remembers its answers: the check of a series does not matter."""
    answers: dict[tuple[str | None, str, Segment], Tuning] = {}

    def answer(key: SeriesKey) -> Tuning:
        known = (key.channel, key.kpi, key.segment)
        if known not in answers:
            answers[known] = resolve(settings, key)
        return answers[known]

    return answer


def resolve(settings: Settings, key: SeriesKey) -> Tuning:
    """The settings of one series; `direction: bad` is already turned into the direction that hurts its KPI."""
    winners = _winners(settings, key.channel, key.kpi, key.segment)
    changed = {setting: getattr(override, setting) for setting, (_, override) in winners.items()}
    direction = changed.get("direction", settings.tuning.defaults.direction)
    if direction == "bad":
        kpi = settings.kpis.get(key.kpi)
        changed["direction"] = _HURTS[kpi.good if kpi is not None else "none"]
    return settings.tuning.defaults.model_copy(update=changed) if changed else settings.tuning.defaults


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One setting of a series: its value, where the line that wins is, and that line's place in the configuration."""

    setting: str
    value: str
    where: str
    path: str


def explain(
    settings: Settings, file: Node, channel: str | None, kpi: str, segment: Mapping[str, str] | None = None
) -> list[Explained]:
    """For each setting its value and the line that wins; `file` is `load.written(path)`. Channel None or "business": the whole business."""
    place = None if channel == "business" else channel
    tuning = resolve(settings, SeriesKey("", place, kpi, tuple(sorted((segment or {}).items()))))
    winners = _winners(settings, place, kpi, tuple(sorted((segment or {}).items())))
    rows = []
    for setting in Tuning.model_fields:
        section: Path = ("tuning", "overrides", winners[setting][0]) if setting in winners else ("tuning", "defaults")
        node = file.find((*section, setting))
        value = getattr(winners[setting][1] if setting in winners else settings.tuning.defaults, setting)
        shown = _shown(setting, value)
        if value != getattr(tuning, setting):
            shown += f" (here {getattr(tuning, setting)})"
        at = node.key or node.origin if node is not None else None
        path = f"tuning.overrides[{section[2]}]" if len(section) > 2 else "tuning.defaults"
        rows.append(
            Explained(
                setting=setting, value=shown, where=str(at) if at is not None else "built in", path=f"{path}.{setting}"
            )
        )
    return rows


def matches(pattern: str, word: str) -> bool:
    """Whether a name or a pattern with * (anything) and ? (one character) fits a word; case counts."""
    return pattern == word or (_is_pattern(pattern) and _expression(pattern).fullmatch(word) is not None)


def _winners(settings: Settings, channel: str | None, kpi: str, segment: Segment) -> dict[str, tuple[int, Override]]:
    """For each setting that some override gives to the series, the one that wins, with its position."""
    values = dict(segment)
    ranked = []
    for index, override in enumerate(settings.tuning.overrides):
        pairs = [
            (override.channel, channel or "business"),
            (override.kpi, kpi),
            *((p, values.get(d)) for d, p in override.segment.items()),
        ]
        asked = [(pattern, word) for pattern, word in pairs if pattern is not None]
        if all(word is not None and matches(pattern, word) for pattern, word in asked):
            exact = sum(not _is_pattern(pattern) for pattern, _ in asked)
            ranked.append((exact, len(asked) - exact, index, override))
    ranked.sort(key=lambda rank: rank[:3])
    return {
        setting: (index, override)
        for _, _, index, override in ranked
        for setting in Tuning.model_fields
        if getattr(override, setting) is not None
    }


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    # Runs of * are one *: several would take exponential time on a long name.
    shorter = re.sub(r"\*+", "*", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in shorter), re.DOTALL)


def _shown(setting: str, value: Any) -> str:
    if setting == "min_change":
        return f"{value * 100:g}%"
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)
