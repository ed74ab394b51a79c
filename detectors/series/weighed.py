"""From the pass over time to what detectors see (evidence), and what people are shown."""

from dataclasses import dataclass

import numpy as np

from detectors.cadence import INTRADAY
from detectors.panel import Bools, Floats, KpiType, Panel
from detectors.series.calibrate import Calibration
from detectors.series.effects import learned
from detectors.series.evidence import Evidence, Parts
from detectors.series.expected import Track
from detectors.series.gates import Gates
from detectors.series.known import Explained, Masks, by_days, lately, near_break
from detectors.series.looks import adding_up, stakes
from detectors.series.maturity import Completeness
from detectors.series.noise import Nature
from detectors.series.occasions import Occasions
from detectors.series.record import Record
from detectors.series.rest import least_of_parts, moved_by_parts, sums_of
from detectors.series.shown import Expectation, padded, shown
from detectors.series.skew import evened, skewness
from detectors.series.tails import learn
from detectors.series.unjudged import Readiness
from detectors.series.weighing import Weighing

_TYPES = (KpiType.COUNT, KpiType.AMOUNT, KpiType.RATIO, KpiType.LEVEL)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that is known when errors are weighed; periods [first, judged) were judged before.

    widening: of an interval whose season cannot be learned yet.
    """

    panel: Panel
    first: int
    judged: int
    origin: int
    nature: Nature
    track: Track
    age: Completeness
    masks: Masks
    excluded: Bools
    ready: Readiness
    widening: float


def weigh(
    seen: Seen, gates: Gates, calibration: Calibration, explained: Explained, break_reach: int, record: Record | None
) -> tuple[Expectation, Evidence]:
    """Errors to p-values and intervals, and what the detectors may see."""
    from scipy.special import ndtri

    panel, nat, track, masks, first, origin = seen.panel, seen.nature, seen.track, seen.masks, seen.first, seen.origin
    n = len(panel.axis)
    centre, sigma = track.centre.copy(), track.sigma * seen.widening
    part, scatter, unsure = seen.age.over(n)
    centre *= part
    steady, sigma = sigma, np.hypot(sigma, np.where(nat.multiplies[:, None], np.sqrt(scatter), 0.0) * seen.widening)
    observed = nat.values / nat.unit[:, None]
    relative = _errors(observed, centre, nat)
    usual = np.where(masks.explained, np.nan, _change(relative, seen))
    monthly, unlike = explained.month_days.effects(usual, sigma, panel.axis, first)
    if monthly.any():
        centre = np.where(nat.multiplies[:, None], centre * np.exp(monthly), centre + monthly)
        relative = _errors(observed, centre, nat)
        usual = np.where(masks.explained, np.nan, _change(relative, seen))
    sigma = sigma * explained.month_days.unsteadiness(usual, sigma, panel.axis)
    change = _change(relative, seen)
    told_apart = masks.occasions if panel.axis.cadence.unit not in INTRADAY else None
    begin = min(origin, first)  # older periods have no genuine expectation: left unknown
    recent = slice(begin, None)

    teaches = (track.learned | ~(masks.exempt | masks.explained | seen.excluded)) & ~unlike
    learned = slice(max(0, origin - calibration.past), first)
    skew = skewness(sigma, centre * nat.trials, nat.counted, nat.multiplies)
    past = evened(relative[:, learned] / sigma[:, learned], skew[:, learned])
    nothing_sold = nat.multiplies[:, None] & ~nat.counted[:, None] & (observed <= 0)
    past[~(teaches & seen.ready.runs[:, None] & ~nothing_sold)[:, learned]] = np.nan
    taught = np.cumsum(np.isfinite(past), axis=1)
    past[taught <= np.minimum(calibration.burn_in, taught[:, -1:] / 4)] = np.nan  # scales that are still guesses
    small = nat.counted & _small(nat, track, origin, calibration)
    kind = np.array([_TYPES.index(kind) for kind in panel.types]) + len(_TYPES) * small
    kpi = np.unique([key.kpi for key in panel.keys], return_inverse=True)[1]
    tail = learn(past, np.stack([kind, kpi], axis=1), calibration.learning)

    if told_apart is None:
        below, above = (limit[:, recent] for limit in _tolerance(seen, relative, centre, explained))
        partly = np.zeros(below.shape)
    else:
        centre, below, above, partly = _with_events(
            told_apart, change, sigma[:, learned], centre, seen, explained, break_reach, recent
        )
        relative = _errors(observed, centre, nat)
    weighing = Weighing(
        centre=centre[:, recent],
        sigma=sigma[:, recent],
        trials=nat.trials[:, recent],
        skewness=skew[:, recent],
        empties=np.any(nothing_sold[:, :first], axis=1),
        below=below,
        above=above,
        explained=masks.explained[:, recent],
        counted=nat.counted,
        multiplies=nat.multiplies,
        tail=tail,
        settings=calibration,
    )
    p = weighing.p_values(relative[:, recent])
    if record is not None:
        p = record.heavier(p, relative[:, recent], teaches[:, recent] & (np.arange(n) < first)[recent])
    _forgive_returns(p, weighing, seen, observed, recent)
    p[~seen.ready.judged] = np.nan
    p[unsure[:, recent]] = np.nan
    p = np.where(_enough_exposure(panel, gates)[:, recent], p, np.nan)
    expectation = shown(weighing, p, panel.values, first, nat, seen.ready, unsure)

    z = np.where(np.isfinite(p), np.sign(relative[:, recent]) * -ndtri(np.maximum(p, 1e-15) / 2.0), np.nan)
    z = padded(z, n)
    column = np.arange(n)
    last_good = np.where(~seen.excluded & np.isfinite(observed) & (column < first), column, -1).max(axis=1)[:, None]
    closed = seen.excluded & (column < last_good)  # an open incident may be part of what is under way
    going_on = seen.excluded & ~closed & (column < first)
    since = np.where(going_on.any(axis=1), going_on.argmax(axis=1), -9)
    near = near_break(masks.breaks, break_reach)
    times = nat.multiplies[:, None]
    bare = np.where(times, np.log(np.maximum(observed[:, recent], nat.least[:, None])), observed[:, recent])
    bare -= np.where(times, np.log(part[:, recent]), 0.0)
    bare = padded((bare - track.season[:, recent]) / sigma[:, recent], n)
    bare[masks.exempt | masks.explained] = np.nan  # a promotion is no part of what dates a change
    evidence = Evidence(
        first=first,
        origin=origin,
        observed=panel.values,
        bare=bare,
        centre=expectation.expected,
        z=np.where(masks.exempt, np.nan, z),
        lasting=np.where(masks.exempt | masks.own() | closed, np.nan, z * adding_up(sigma, seen.age)),
        p_value=np.where(masks.exempt, np.nan, expectation.p_value),
        # What is told already is no news.
        stake=np.where(since[:, None] >= 0, 1.0, stakes(steady, seen.age, first, seen.judged)),
        sigma=sigma,
        share=track.share,
        learned=track.learned,
        open=np.isfinite(expectation.p_value) & ~masks.exempt & ~near,
        breaks=near,
        since=since,
        threshold=gates.p_value,
        bursts=gates.bursts,
        direction=gates.direction,
        rhythms=seen.ready.rhythms,
        runs=seen.ready.runs,
        change=change,
        partly=padded(partly, n),
        whole=np.array([not key.segment for key in panel.keys], dtype=np.bool_),
        adds_up=np.array([kind in (KpiType.COUNT, KpiType.AMOUNT) for kind in panel.types], dtype=np.bool_),
        good_up=np.ones(len(panel.keys), dtype=np.bool_) if gates.good_up is None else gates.good_up,
        place=np.unique([key.channel or "" for key in panel.keys], return_inverse=True)[1].astype(np.int64),
        occasions=told_apart,
        parts=_parts(np.where(masks.exempt | masks.explained, np.nan, observed), closed, centre, sigma, seen),
    )
    return expectation, evidence


def _parts(observed: Floats, closed: Bools, centre: Floats, sigma: Floats, seen: Seen) -> Parts:
    """What sums over several periods are made of."""
    nat, track = seen.nature, seen.track
    times = nat.multiplies[:, None]
    level = np.where(times, track.centre * np.exp(-track.season), track.centre - track.season)
    return Parts(
        observed=np.where(seen.ready.judged[:, None] & ~closed, observed, np.nan),
        whole=np.where(seen.ready.judged[:, None], observed, np.nan),
        level=level,
        shape=np.where(times, centre / level, centre - level),
        sigma=sigma,
        weight=nat.trials / nat.precision,
        multiplies=nat.multiplies,
        counted=nat.counted,
    )


def _change(relative: Floats, seen: Seen) -> Floats:
    """Log factors against what would be without known events; NaN where past troubles and exempt periods teach nothing."""
    log = np.where(seen.nature.multiplies[:, None], np.log(np.maximum(1.0 + relative, 0.02)), relative)
    return np.where(seen.masks.exempt | (seen.excluded & (np.arange(log.shape[1]) < seen.first)), np.nan, log)


def _with_events(
    occasions: Occasions,
    change: Floats,
    scatter: Floats,
    centre: Floats,
    seen: Seen,
    explained: Explained,
    break_reach: int,
    recent: slice,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The expectation with what known events do, how far around it is no news, and what lasting changes of a part may do."""
    effects = learned(occasions, change, scatter, seen.nature.multiplies, explained)
    sums = sums_of(seen.panel, seen.nature, centre)
    partly = occasions.partly(change.shape[1], break_reach) * explained.partly
    partly = moved_by_parts(partly, sums, occasions, seen.panel)[:, recent]
    least = least_of_parts(effects.low, change, sums, seen.masks.explained, seen.panel, explained)
    least = np.minimum(least, effects.centre)
    times = seen.nature.multiplies[:, None]
    middle, low, high = (array[:, recent] for array in (effects.centre, least, effects.high))
    below = np.where(times, 1.0 - np.exp(low - middle), 1.0 - np.exp(low))
    above = np.where(times, np.exp(high - middle) - 1.0, np.exp(high) - 1.0)
    return centre * np.exp(effects.centre), np.maximum(below, partly), np.maximum(above, partly), partly


def _tolerance(seen: Seen, relative: Floats, centre: Floats, explained: Explained) -> tuple[Floats, Floats]:
    """How far known events may reach; within the day, as far as they moved whole days before."""
    axis, known = seen.panel.axis, seen.masks.explained
    if axis.cadence.unit not in INTRADAY or not known.any():
        return explained.tolerance(relative, known)
    weight = np.where(seen.nature.multiplies[:, None], centre * seen.nature.trials, 1.0)
    of_days, day = by_days(
        np.where(known, relative, np.nan), weight, axis.local.astype("datetime64[D]").astype(np.int64)
    )
    first = np.r_[True, np.diff(day) != 0]
    below, above = explained.tolerance(of_days, np.logical_or.reduceat(known, np.flatnonzero(first), axis=1))
    usual = np.where(known, below[:, day], 0.0), np.where(known, above[:, day], 0.0)
    # What the event did in the day before is what it does: a stop of three hours is none of its doing.
    teaches = known & ~seen.excluded
    hours = max(axis.cadence.season // 7, 2)
    effect = lately(np.where(teaches, relative, np.nan), weight, hours, hours // 2)
    now = explained.around(effect)
    below, above = (np.where(known & np.isfinite(effect), n, u) for n, u in zip(now, usual, strict=True))
    return below, above


def _errors(observed: Floats, centre: Floats, nat: Nature) -> Floats:
    """Relative errors of what multiplies, differences of the rest."""
    gap = observed - centre
    relative = gap / np.where(centre > 0, centre, np.nan)
    return relative if nat.multiplies.all() else np.where(nat.multiplies[:, None], relative, gap)


def _forgive_returns(p: Floats, weighing: Weighing, seen: Seen, observed: Floats, recent: slice) -> None:
    """A return to the level before the last accepted change is no news."""
    former = seen.track.former * seen.age.over(seen.track.former.shape[1])[0]
    rows = np.flatnonzero(np.isfinite(former[:, recent]).any(axis=1))
    if len(rows):
        error = _errors(observed[rows, recent], former[rows, recent], seen.nature.some(rows))
        by_former = np.nan_to_num(weighing.some(rows).p_values(error))
        p[rows] = np.where(np.isfinite(p[rows]), np.maximum(p[rows], by_former), np.nan)


def _enough_exposure(panel: Panel, gates: Gates) -> Bools:
    """A ratio says nothing in a period in which its denominator is smaller than the smallest volume."""
    ratio = np.array([kind is KpiType.RATIO for kind in panel.types], dtype=np.bool_)[:, None]
    return ~ratio | ~(panel.exposure < gates.min_volume[:, None])


def _small(nat: Nature, track: Track, origin: int, calibration: Calibration) -> Bools:
    """Find counted series whose typical expected events are few."""
    events = (track.centre * nat.trials)[:, origin:]
    return np.asarray(np.median(np.nan_to_num(events), axis=1) < calibration.small_count, dtype=np.bool_)
