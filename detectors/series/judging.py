"""Every number of the judgement that can be tuned, and what they are for each cadence."""

from dataclasses import dataclass, field

from detectors.cadence import INTRADAY, Cadence, Unit
from detectors.pace import pace_of
from detectors.series.bursts import Bursts
from detectors.series.calibrate import Calibration
from detectors.series.drift import Drift
from detectors.series.flatline import Flatline
from detectors.series.gap import Gap
from detectors.series.known import Explained
from detectors.series.level_shift import LevelShift
from detectors.series.missing_lift import MissingLift
from detectors.series.record import Record
from detectors.series.regularity import Regularity
from detectors.series.seasonal import Seasonal
from detectors.series.spike import Spike
from detectors.series.state import Following
from detectors.series.stretch import Stretch
from detectors.series.variance import Variance


@dataclass(frozen=True, kw_only=True)
class Judging:
    """Every number of the judgement that can be tuned."""

    recent: int = 91  # newest periods with genuine one-step-ahead expectations
    stride: int = 28  # periods between refits of the profiles
    warm_up: int = 273  # periods before the origin in which speeds, scales and tails are learned
    seasonal: Seasonal = field(default_factory=Seasonal)
    following: Following = field(default_factory=Following)
    calibration: Calibration = field(default_factory=Calibration)
    explained: Explained = field(default_factory=Explained)
    regularity: Regularity = field(default_factory=Regularity)
    record: Record | None = None
    break_reach: int = 2  # periods around a known lasting change in which a beginning is no news
    spike: Spike = field(default_factory=Spike)
    level_shift: LevelShift | None = field(default_factory=LevelShift)
    bursts: Bursts | None = None
    stretch: Stretch | None = None
    drift: Drift | None = field(default_factory=Drift)
    flatline: Flatline = field(default_factory=Flatline)
    variance: Variance | None = field(default_factory=Variance)
    missing_lift: MissingLift = field(default_factory=MissingLift)
    gap: Gap = field(default_factory=Gap)


def judging_of(cadence: Cadence) -> Judging:
    """The numbers of a cadence: what is counted in days for days is counted in hours of as many days for hours."""
    if cadence.unit not in INTRADAY:  # weeks and months are too few to tell their scatter from a plan
        return Judging() if cadence.unit is Unit.DAY else Judging(variance=None)
    week, pace = cadence.season, pace_of(cadence)
    day = max(week // 7, 1)
    warm_up = 4 * week if cadence.unit is Unit.HOUR else 2 * week
    return Judging(
        recent=4 * week,
        stride=week,
        warm_up=warm_up,
        following=Following(
            speeds=(0.004, 0.01, 0.02, 0.02, 0.05, 0.1),
            slopes=(0.0, 0.00003, 0.0, 0.0001, 0.0, 0.0),
            rebase_after=pace.absorb,
            level_from=day,
            busy=0.5,
            remember_level=2 * week,
            memory=2 * week,
            speeds_keep=0.998,
            start_from=week,
            breaks_periods=2 * day,
            echo_periods=day // 4,
            echo_after=day,
            uneven_prior=3.0,
        ),
        calibration=Calibration(past=warm_up, burn_in=warm_up // 2),
        record=Record(),
        break_reach=day,
        spike=Spike(share=0.25, look_back=week),
        level_shift=None,  # sums by the hour take its place
        bursts=Bursts(day=day),
        stretch=Stretch.by_the_hour(max(day // 24, 1)),
        variance=None,
        drift=None,  # what creeps for weeks shows in the table by day
        gap=Gap(usual=day),
    )
