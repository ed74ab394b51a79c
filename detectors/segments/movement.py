"""How each series moved over an incident's window, and what verifiably did not move.

"Inside its band" is not "flat": a noisy series proves nothing. FLAT is only said when the data exclude a move that would
matter beside the incident; what can be neither shown to move nor shown to stand still is UNCLEAR.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from detectors.panel import Floats, KpiType, Panel, SeriesKey

Z = 1.64  # one-sided 95 %: how sure "excluded" is
Z_MOVED = 2.0  # a move must be this many standard errors away from nothing
IMMATERIAL = 0.08  # log change below which nobody would act (8 %)
OWN_SHARE = 1 / 3  # beside an incident, a move below this part of the incident's own change is immaterial ...
IMMATERIAL_MOST = 0.12  # ... but 12 % always matters: a total moves less than the part of it that broke
FLOOR = 0.01  # a change is never read as less than -99 %: the log of zero has no size
ZERO_SHARE = 0.02  # observed below this part of the expectation counts as zero
ZERO_EXPECTED = (
    4.0  # events that must be expected before their absence says "zero" (a Poisson count misses 4 in 55 cases)
)
CLIFF = float(np.log(0.5))
DOUBLE = float(np.log(2.0))
DOUBLE_WITHIN = 0.08  # how near to twice "doubled" means
COMMON_NOISE = 0.2  # correlation of the errors of neighbouring periods: a window is less certain than independent days
MOST_NOISE = 5.0  # a log error beyond which "anything" is all that can be said
DRIFT_PERIODS = 5  # periods that a drift needs to be told from a step


class Moved(StrEnum):
    """What a series did."""

    UP = "up"
    DOWN = "down"
    ZERO = "zero"
    FLAT = "flat"
    UNCLEAR = "unclear"


class Form(StrEnum):
    """The course of a change, in the words of the cause signatures."""

    STEP = "step"
    CLIFF = "cliff"
    SPIKE = "spike"
    DIP = "dip"
    PULSE = "pulse"
    DRIFT = "drift"
    DOUBLE = "double"
    REBOUND = "rebound"
    TRUNCATED = "truncated"
    REVISED = "revised"
    CALENDAR = "calendar"
    HOUR_CUTOFF = "hour_cutoff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One series over a window: totals (counts, amounts) or means (ratios, levels).

    `change` is the log change, `noise` its standard error over the window (NaN: unknown), `lower` and `upper` the range in which
    `observed` was expected. `forms` are all courses that the window is compatible with: one period alone may be a step or a dip.
    """

    key: SeriesKey
    role: str
    type: KpiType
    observed: float
    expected: float
    lower: float
    upper: float
    change: float
    noise: float
    periods: int
    state: Moved
    forms: frozenset[Form] = frozenset()

    @property
    def relative(self) -> float:
        """The change as a part of what was expected: -0.42 is 42 % less."""
        if self.expected > 0:
            return self.observed / self.expected - 1
        return float(np.expm1(self.change)) if np.isfinite(self.change) else float("nan")


def immaterial(own_change: float) -> float:
    """The log change below which a move does not matter beside an incident that itself changed by `own_change` (log).

    >>> immaterial(0.0), round(immaterial(-0.3), 3), immaterial(-4.0)
    (0.08, 0.1, 0.12)
    """
    return min(max(IMMATERIAL, abs(own_change) * OWN_SHARE), IMMATERIAL_MOST)


def state_of(change: float, noise: float, limit: float, *, is_zero: bool = False) -> Moved:
    """Judge a log change with its standard error against what would be material."""
    if not (np.isfinite(change) and np.isfinite(noise)):
        return Moved.UNCLEAR
    if abs(change) + Z * noise < limit:
        return Moved.FLAT
    if abs(change) < limit or abs(change) < Z_MOVED * noise:
        return Moved.UNCLEAR
    if change > 0:
        return Moved.UP
    return Moved.ZERO if is_zero else Moved.DOWN


def size_forms(change: float, noise: float) -> frozenset[Form]:
    """The forms that follow from the size alone: a cliff (half or less is left), a doubling."""
    found = set()
    if change <= CLIFF:
        found.add(Form.CLIFF)
    if abs(change - DOUBLE) < DOUBLE_WITHIN + Z * min(noise, 0.1):
        found.add(Form.DOUBLE)
    return frozenset(found)


def movements(
    panel: Panel,
    expected: Floats,
    error_scale: Floats,
    roles: Sequence[str],
    start: int,
    end: int,
    *,
    own_change: float = 0.0,
) -> list[Movement]:
    """How every series of the panel moved over periods [start, end).

    expected, error_scale: [series x periods]; error_scale is the standard deviation of the log error of one period's forecast.
    own_change: log change of the incident itself; it sets what counts as material.
    """
    window = slice(start, end)
    values, wanted, scale = panel.values[:, window], expected[:, window], error_scale[:, window]
    ratio = np.array([t is KpiType.RATIO for t in panel.types], dtype=bool)[:, None]
    total = np.array([t in (KpiType.COUNT, KpiType.AMOUNT) for t in panel.types], dtype=bool)
    weight = np.where(ratio, panel.exposure[:, window], 1.0)
    known = np.isfinite(values) & np.isfinite(wanted) & np.isfinite(weight)
    count = known.sum(axis=1)
    weight = np.where(known, weight, 0.0)
    sums = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        divisor = np.where(total, 1.0, sums)
        observed = np.where(count > 0, (np.where(known, values, 0.0) * weight).sum(axis=1) / divisor, np.nan)
        hoped = np.where(count > 0, (np.where(known, wanted, 0.0) * weight).sum(axis=1) / divisor, np.nan)
        change = _log_change(observed, hoped)
        part = np.where(known, np.abs(wanted) * weight, 0.0)
        part = part / part.sum(axis=1, keepdims=True)
        error = np.where(known, part * scale, 0.0)
        noise = np.sqrt(COMMON_NOISE * error.sum(axis=1) ** 2 + (1 - COMMON_NOISE) * (error**2).sum(axis=1))
        course = _log_change(values, wanted)
    limit = immaterial(own_change)
    found = []
    for i, key in enumerate(panel.keys):
        is_zero = bool(observed[i] <= ZERO_SHARE * hoped[i] and (not total[i] or hoped[i] >= ZERO_EXPECTED))
        state = state_of(float(change[i]), float(noise[i]), limit, is_zero=is_zero)
        forms = (
            _forms(course[i][known[i]], float(change[i]), float(noise[i]))
            if abs(change[i]) >= IMMATERIAL
            else frozenset()
        )
        spread = float(np.exp(Z * min(noise[i], MOST_NOISE))) if np.isfinite(noise[i]) else float("nan")
        found.append(
            Movement(
                key=key,
                role=roles[i],
                type=panel.types[i],
                observed=float(observed[i]),
                expected=float(hoped[i]),
                lower=float(hoped[i]) / spread,
                upper=float(hoped[i]) * spread,
                change=float(change[i]),
                noise=float(noise[i]),
                periods=int(count[i]),
                state=state,
                forms=forms,
            )
        )
    return found


def _log_change(observed: Floats, expected: Floats) -> Floats:
    """log(observed / expected) within +-log(FLOOR); NaN where nothing sensible was expected and nothing came."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(expected > 0, observed / expected, np.where(observed > 0, 1 / FLOOR, np.nan))
        return np.asarray(np.log(np.clip(quotient, FLOOR, 1 / FLOOR)), dtype=np.float64)


def _forms(course: Floats, change: float, noise: float) -> frozenset[Form]:
    """Which courses the periods' log changes are compatible with."""
    found = set(size_forms(change, noise))
    sign = 1.0 if change > 0 else -1.0
    along = course * sign
    n = len(along)
    peak = float(along.max())
    off = along > peak / 2
    short = Form.SPIKE if sign > 0 else Form.DIP
    if n <= 2 or int(off.sum()) <= 2:
        found.add(short)
    third = max(1, n // 3)
    first, last = float(along[:third].mean()), float(along[-third:].mean())
    if n >= DRIFT_PERIODS and first < 0.5 * last:
        found.add(Form.DRIFT)
    elif n <= 2 or (first > 0.5 * abs(change) and last > 0.5 * abs(change)):
        found.add(Form.STEP)
    if sign > 0 and (n <= 2 or (n >= 3 and last < 0.5 * peak and int(np.argmax(along)) < (n + 1) // 2)):
        found.add(Form.PULSE)
    if n >= 2 and along[0] > 0 and float(along[-1]) < -0.5 * float(along[0]):
        found.add(Form.REBOUND)
    return frozenset(found)
