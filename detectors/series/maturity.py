"""How complete each young period is, learned from how earlier ones grew from look to look.

Marketing figures fill up for days. Day D at age 2 is compared with what earlier days showed at age 2. What a period
still gains is the product of the steps that lie before it (development.py). Channels lend each other what they know of
a KPI, and segments take it from their channel, as far as they have too little of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt

from detectors.panel import Bools, Floats, Ints, KpiType, Panel
from detectors.series.development import Growth, Step, grow
from detectors.series.kinship import Kin, kin_of, pooled

# Scatter of a share up to which a young period teaches.
TELLING = 0.1


@dataclass(frozen=True, kw_only=True)
class Maturity:
    """half_life: looks after which a look counts half. alike: channels differ by about this part of a step.

    doubt: scatter of a step, as a part of it, before any is seen, worth `doubt_looks` looks. needed: looks before a
    KPI that fills up for days is judged young. least_share, most_scatter: what a period must show to be judged.
    negligible: log factors, and their scatter, below which a period is complete. least_residual: parts of a usual figure
    below which nothing is an outlier. configured_looks: looks that what people say is worth. stalled_below,
    stalled_sigmas: a source that added less than this part of what it should, by so many sigmas, stands still, which is
    an accident for `stalled_looks` looks at most.
    """

    half_life: Annotated[float, Gt(0)] = 7.0
    alike: Annotated[float, Gt(0)] = 0.3
    doubt: Annotated[float, Gt(0)] = 0.5
    doubt_looks: Annotated[float, Gt(0)] = 3.0
    needed: Annotated[int, Ge(1)] = 2
    least_share: float = 0.2
    most_scatter: float = 0.25
    negligible: float = 0.004
    least_residual: float = 0.01
    configured_looks: float = 3.0
    stalled_below: float = 0.3
    stalled_sigmas: float = 2.0
    stalled_looks: int = 2


@dataclass(frozen=True, slots=True)
class Completeness:
    """[series x newest periods], the newest last. share: expected part of the final value that a period shows.

    variance: relative, of that share; common: the part of it that all young periods have in common. held: so little is known of the period that nothing can be said of it. told: how
    complete it is has been seen or configured.
    """

    share: Floats
    variance: Floats
    common: Floats
    held: Bools
    told: Bools

    @classmethod
    def full(cls, rows: int) -> "Completeness":
        """Every period shows its final value, as far as anyone knows."""
        none, no = np.zeros((rows, 0)), np.zeros((rows, 0), bool)
        return cls(share=none, variance=none, common=none, held=no, told=no)

    @property
    def ages(self) -> int:
        """How many of the newest periods it speaks of."""
        return int(self.share.shape[1])

    def some(self, rows: list[int]) -> "Completeness":
        """That of the chosen series."""
        return Completeness(**{name: array[rows] for name, array in self._arrays()})

    def without_newest(self, periods: int) -> "Completeness":
        """That of an axis that ends so many periods earlier."""
        kept = slice(None, max(self.ages - periods, 0))
        return Completeness(**{name: array[:, kept] for name, array in self._arrays()})

    def _arrays(self) -> list[tuple[str, Any]]:
        return [(f.name, getattr(self, f.name)) for f in fields(self)]

    def over(self, periods: int) -> tuple[Floats, Floats, Bools]:
        """share, variance and held of the newest `periods` periods."""
        ages = min(self.ages, periods)
        wide = ((0, 0), (periods - ages, 0))
        newest = slice(self.ages - ages, None)
        return (
            np.pad(self.share[:, newest], wide, constant_values=1.0),
            np.pad(self.variance[:, newest], wide),
            np.pad(self.held[:, newest], wide),
        )


def learn(
    panel: Panel,
    steps: Iterable[Step],
    phase: Ints,
    phases: int,
    configured: Floats | None = None,
    settings: Maturity | None = None,
) -> Completeness:
    """What the newest periods of each series show of their final value.

    phase: [newest periods] of the season, told apart where `phases` is small. configured: [series x ages] the share that
    people say a period shows at its first look, its second...; NaN: nothing is said.
    """
    settings = settings or Maturity()
    kin = kin_of(panel.keys)
    counted = np.array([kind is KpiType.COUNT for kind in panel.types], bool)
    phases = phases if phases <= 12 else 1
    phase = phase if phases > 1 else np.zeros_like(phase)
    grown: list[Growth] = []
    gains: list[tuple[Floats, Floats, Floats]] = []
    for number, step in enumerate(steps):
        own = phase[-step.earlier.shape[1] :]
        one, gain = _learned(step, number, kin, counted, own, phases, configured, settings)
        grown.append(one)
        gains.append(gain)
    for number in range(len(grown), 0 if configured is None else configured.shape[1]):
        unknown = Step(np.full((len(panel.keys), 1), np.nan), np.full((len(panel.keys), 1), np.nan))
        grown.append(_learned(unknown, number, kin, counted, phase[-1:], phases, configured, settings)[0])
    return _together(grown, gains, kin, phase, settings) if grown else Completeness.full(len(panel.keys))


def _learned(
    step: Step,
    number: int,
    kin: Kin,
    counted: Bools,
    phase: Ints,
    phases: int,
    configured: Floats | None,
    settings: Maturity,
) -> tuple[Growth, tuple[Floats, Floats, Floats]]:
    """One step of every series, and what it added at the newest looks: [series x 3] seen, expected, and its variance."""
    width = step.earlier.shape[1]
    age = np.arange(width)[::-1] - number - 1.0
    weights = np.where(age >= 0, 0.5 ** (np.maximum(age, 0.0) / settings.half_life), 0.0)
    all_rows = Step(kin.stacked(step.earlier, step.later), kin.stacked(step.later, step.earlier))
    raw = grow(all_rows, weights, phase, phases, settings.least_residual, is_old=number >= max(phases, 3))
    said = None if configured is None else _said(configured, number)
    one = pooled(
        raw, kin, counted, said, settings.alike, settings.doubt, settings.doubt_looks, settings.configured_looks
    )
    newest = [c for c in range(width - 2 - number, width - 5 - number, -1) if c >= 0]
    seen, expected, variance = (np.zeros((len(counted), 3)) for _ in range(3))
    for k, column in enumerate(newest):
        before, after = step.earlier[:, column], step.later[:, column]
        use = np.isfinite(before) & np.isfinite(after)
        factor = np.exp(one.log + one.by_phase[:, phase[column]])
        seen[:, k] = np.where(use, after - before, 0.0)
        expected[:, k] = np.where(use, before * (factor - 1.0), 0.0)
        variance[:, k] = np.where(use, one.variance * one.size**2, 0.0)
    return one, (seen, expected, variance)


def _said(configured: Floats, number: int) -> Floats:
    """[series] log factor of a step by what people say; after the last age nothing is missing."""
    last = configured.shape[1]
    if number >= last:
        return np.where(np.isfinite(configured).any(axis=1), 0.0, np.nan)
    after = configured[:, number + 1] if number + 1 < last else np.ones(len(configured))
    share = configured[:, number]
    return np.asarray(np.log(np.where(np.isfinite(share) & ~np.isfinite(after), 1.0, after) / share), dtype=np.float64)


def _together(
    grown: list[Growth], gains: list[tuple[Floats, Floats, Floats]], kin: Kin, phase: Ints, settings: Maturity
) -> Completeness:
    """The product of the steps that each period still has before it."""
    ages, rows = len(grown), len(kin.parent)
    share, variance = np.ones((rows, ages)), np.zeros((rows, ages))
    common = np.zeros((rows, ages))
    told = np.zeros((rows, ages), bool)
    doubt, shared, moved, known = np.zeros(rows), np.zeros(rows), np.zeros(rows), np.ones(rows, bool)
    for age in reversed(range(ages)):
        one = grown[age]
        fitted = 1.0 + (one.by_phase.shape[1] - 1.0) * (one.by_phase != 0.0).any(axis=1)
        doubt += one.variance
        shared += one.variance * fitted / np.maximum(one.told, fitted)
        moved += np.abs(one.moved)  # a source that slows down does so at all ages
        known &= one.looks >= settings.needed
        column = phase[len(phase) - 1 - age] if age < len(phase) else 0
        left = sum((g.log + g.by_phase[:, column] for g in grown[age:]), np.zeros(rows))
        whole = doubt + shared + moved**2
        final = (np.abs(left) < settings.negligible) & (whole < settings.negligible**2)
        share[:, ages - 1 - age] = np.where(final, 1.0, np.exp(-left))
        variance[:, ages - 1 - age] = np.where(final, 0.0, whole)
        common[:, ages - 1 - age] = np.where(final, 0.0, shared + moved**2)
        told[:, ages - 1 - age] = known
    held = (share < settings.least_share) | (variance > settings.most_scatter**2)
    held |= _stalled(gains, kin, settings)[:, None] & (share < 0.97)
    return Completeness(share=share, variance=variance, common=common, held=held, told=told)


def _stalled(gains: list[tuple[Floats, Floats, Floats]], kin: Kin, settings: Maturity) -> Bools:
    """Series to whose young periods the source added next to nothing at this look.

    Then it has not been filled anew, perhaps for a weekend, and its newest period shows less than is usual at its age.
    Where it stays so, it is no accident of the source: then the periods are judged.
    """
    if not gains:
        return np.zeros(len(kin.parent), bool)
    seen, expected, variance = (np.sum([g[k] for g in gains], axis=0) for k in range(3))
    missing = (seen < settings.stalled_below * expected) & (
        expected - seen > settings.stalled_sigmas * np.sqrt(variance)
    )
    now = missing[:, 0] & ~missing[:, 1 : settings.stalled_looks + 1].all(axis=1)
    return np.asarray(np.where(kin.total >= 0, now[np.maximum(kin.total, 0)], now), dtype=np.bool_)
