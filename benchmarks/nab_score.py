"""The score of the Numenta anomaly benchmark for one file, and events counted as people count them.

Ahmad, Lavin, Purdy and Agha, Neurocomputing 2017. The earliest alarm in a window earns the more the earlier it is, a
window without alarm costs, every alarm outside costs the more the further it lies behind the last window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

# Alarms outside windows that lie no further apart are one false event.
_ONE_EVENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a hit earns, and what a false alarm and a miss cost."""

    hit: float
    false: float
    miss: float


PROFILES = {
    "standard": Profile(1.0, 0.11, 1.0),
    "reward_low_FP_rate": Profile(1.0, 0.22, 1.0),
    "reward_low_FN_rate": Profile(1.0, 0.11, 2.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScore:
    """One file: its raw score of each profile, and its events."""

    raw: dict[str, float]
    windows: int
    hit: int
    false_events: int
    weeks: float
    delays: tuple[float, ...] = ()  # hours from the start of a window to its first alarm
    chance: float = 0.0


def probation(rows: int) -> int:
    """How many rows at the beginning are not scored."""
    return min(int(0.15 * rows), 750)


def raw_score(alarms: Sequence[int], windows: Sequence[tuple[int, int]], profile: Profile) -> float:
    """The raw score; alarms and windows (both ends inclusive) are row numbers after the probation."""
    total = 0.0
    for first, last in windows:
        inside = [a for a in alarms if first <= a <= last]
        total += earned(min(inside), (first, last)) * profile.hit if inside else -profile.miss
    for alarm in alarms:
        if not any(first <= alarm <= last for first, last in windows):
            total += profile.false * _lost(alarm, [w for w in windows if w[1] < alarm])
    return total


def earned(alarm: int, window: tuple[int, int]) -> float:
    """What an alarm in a window earns: 1 at its start, hardly anything at its end."""
    first, last = window
    return _sigmoid(-(last - alarm + 1) / (last - first + 1)) / _sigmoid(-1.0)


def normalised(raw: float, windows: int, profile: Profile) -> float:
    """0 for a detector that never speaks, 100 for one that speaks at the start of each window and nowhere else."""
    return 100.0 * (raw + profile.miss * windows) / ((profile.hit + profile.miss) * windows)


def false_events(alarms: Sequence[datetime]) -> int:
    """How many events the alarms outside windows are."""
    ordered = sorted(alarms)
    return sum(i == 0 or at - ordered[i - 1] > _ONE_EVENT for i, at in enumerate(ordered))


def f1(scores: Sequence[FileScore]) -> float:
    """Event F1: windows hit among what was told, and among all windows."""
    hit, false, windows = (sum(getattr(s, name) for s in scores) for name in ("hit", "false_events", "windows"))
    return 2 * hit / (hit + false + windows) if hit else 0.0


def _lost(alarm: int, before: Sequence[tuple[int, int]]) -> float:
    if not before:
        return -1.0
    first, last = max(before, key=lambda w: w[1])
    far = (alarm - last) / max(last - first, 1)
    return _sigmoid(far) if far <= 3 else -1.0


def _sigmoid(x: float) -> float:
    return 2.0 / (1.0 + exp(5.0 * x)) - 1.0
