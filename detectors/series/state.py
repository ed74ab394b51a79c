"""What the pass over time reads, and what one period hands to the next."""

from dataclasses import dataclass, field, fields
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from detectors.panel import Bools, Floats, Ints

# Above this the exponential says nothing any more.
_MOST_LOG = 60.0
_KINDS = 3


@dataclass(frozen=True, kw_only=True)
class Following:
    """How the level follows the series."""

    # Shares of an innovation that enter the level, and the slope (Holt's linear trend, kept slow).
    speeds: tuple[float, ...] = (0.02, 0.04, 0.08, 0.08, 0.18, 0.35)
    slopes: tuple[float, ...] = (0.0, 0.0008, 0.0, 0.003, 0.0, 0.0)
    clip: Annotated[float, Gt(0)] = 2.0  # innovations teach at most this many sigmas
    reject: Annotated[float, Gt(0)] = 3.5  # beyond this many sigmas a period teaches nothing
    # The same limits of small counts lie so many events further up.
    events_clip: Annotated[float, Ge(0)] = 1.5
    events_reject: Annotated[float, Ge(0)] = 3.0
    rebase_after: Annotated[int, Ge(3)] = 14  # periods off in a row that make a new level
    level_from: Annotated[int, Ge(3)] = 7  # newest periods of which it is learned
    busy: Annotated[float, Ge(0)] = 0.0  # part of a usual period below which a phase tells nothing of it (nights)
    remember_level: int = 60  # periods in which a return to the level before a rebase is no news
    damping: Annotated[float, Gt(0), Le(1)] = 0.99  # of the slope, a period
    memory: Annotated[int, Ge(10)] = 60  # periods that the scale remembers
    speeds_keep: Annotated[float, Gt(0), Le(1)] = 0.985  # of what is known of how well each speed forecasts, a period
    start_from: Annotated[int, Ge(8)] = 28  # periods from which the first level is learned
    season_cycles: Annotated[int, Ge(4)] = 28  # cycles that the profile remembers
    season_unsure: Annotated[float, Ge(2)] = 200.0  # cycles that a profile without differences is worth at most
    speed_prior: float = 25.0  # periods of all series' experience in choosing a speed
    uneven_prior: float = 15.0  # periods of even noise of like series that a weekday's own noise has to outweigh
    breaks_periods: int = 6  # periods in which the level is learned anew after a known lasting change
    echo_periods: int = 3  # the same, more gently, after a promotion: what it leaves behind is no news
    echo_after: int = 3  # of so many periods or more
    breaks_size: float = (
        0.3  # relative change that such a change may bring: against it the noise of a period is weighed
    )
    break_reaches: float = 1.25  # a period of a known change moves the level by so much at least, if it says so (log)
    break_noise: float = 0.5  # relative sampling variance (two events) up to which a known change is taken as it is
    least_beyond: float = 0.05  # relative noise beyond sampling that is looked for
    most_growth: float = 8.0  # relative error that teaches at most, whatever the noise: no runaway from near zero


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the pass reads, [periods x series]: row t only at period t. `phase` and `weekday` are [periods].

    relearn: periods for which the level is learned anew from here on, 0 almost everywhere.
    """

    y: Floats
    learnable: Bools
    held: Bools
    relearn: Floats
    trials: Floats
    precision: Floats
    phase: Ints
    weekday: Ints


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What sort of numbers the series are, [series], and what follows from it for the whole pass.

    swing: variance of the seasonal profile, against which the noise of a period is weighed when it teaches the profile.
    """

    multiplies: Bools
    counted: Bools
    bounded: Bools
    least: Floats
    swing: Floats
    origin: int
    period: int
    group: Ints = field(init=False)
    members: Floats = field(init=False)
    mean_of: Floats = field(init=False)
    every: bool = field(init=False)
    columns: Ints = field(init=False)

    def __post_init__(self) -> None:
        group = self.multiplies.astype(np.int64) + self.counted
        members = np.eye(_KINDS)[group]
        derived = {
            "group": group,
            "members": members,
            "mean_of": members / np.maximum(members.sum(axis=0), 1),
            "every": bool(self.multiplies.all()),
            "columns": np.arange(len(group)),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def natural(self, base: Floats) -> Floats:
        """From the model's scale to the natural one."""
        grown: Floats = np.exp(np.minimum(base, _MOST_LOG))
        return grown if self.every else np.where(self.multiplies, grown, base)

    def model(self, natural: Floats) -> Floats:
        """From the natural scale to the model's."""
        return np.where(self.multiplies, np.log(np.maximum(natural, self.least)), natural)

    def error(self, observed: Floats, centre: Floats) -> Floats:
        """The relative error, or the difference of levels."""
        gap = observed - centre
        relative: Floats = gap / centre
        return relative if self.every else np.where(self.multiplies, relative, gap)


@dataclass(kw_only=True)
class State:
    """What the past hands to the next period; [series], [speeds x series] or [phases x series].

    x, slope: level at each speed; variance, poisson: mean squared error and its part from sampling; count: periods
    learned from; squares, seen: noise by weekday; loss, weight: how well each speed forecast; telling: how
    much a usual period tells of the noise beyond sampling; off: periods in a row
    that taught nothing; idle: periods since one taught; boost: periods left of fast learning; ring: the newest
    deseasonalised values; former, former_age: level before the last rebase; born: its level is known.
    """

    x: Floats
    slope: Floats
    variance: Floats
    poisson: Floats
    count: Floats
    squares: Floats
    seen: Floats
    loss: Floats
    weight: Floats
    telling: Floats
    off: Floats
    idle: Floats
    boost: Floats
    ring: Floats
    former: Floats
    former_age: Floats
    season: Floats
    cycles: Floats
    born: Bools

    def copy(self) -> "State":
        """A state that later steps do not change."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


@dataclass(frozen=True, slots=True)
class Step:
    """What one period was expected to be and what it taught, [series]."""

    centre: Floats
    error: Floats
    sigma: Floats
    share: Floats
    season: Floats
    former: Floats
    learned: Bools


def begun(
    level: Floats, variance: Floats, count: Floats, season: Floats, weekdays: int, kinds: Kinds, settings: Following
) -> State:
    """The state before the first period; a level that is NaN begins with the first value."""
    rows, speeds = len(level), len(settings.speeds)
    x = np.repeat(np.nan_to_num(level)[None, :], speeds, axis=0)
    cycles = np.full((kinds.period, rows), max(2.0, kinds.origin / kinds.period))
    zero = np.zeros(rows)
    return State(
        x=x,
        slope=np.zeros(x.shape),
        variance=variance,
        poisson=zero,
        count=count,
        squares=np.zeros((weekdays, rows)),
        seen=np.zeros((weekdays, rows)),
        loss=np.zeros(x.shape),
        weight=zero.copy(),
        telling=zero.copy(),
        off=zero.copy(),
        idle=zero.copy(),
        boost=zero.copy(),
        ring=np.full((settings.level_from, rows), np.nan),
        former=np.full(rows, np.nan),
        former_age=np.full(rows, np.inf),
        season=season.copy(),
        cycles=cycles,
        born=np.isfinite(level),
    )
