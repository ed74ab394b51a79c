"""The story of judging: a panel in, expectations and findings out, for all series at once.

1. classify the numbers (noise), 2. fit profiles before an origin (seasonal), 3. run expectations over time (expected),
4. turn errors into p-values (calibrate), 5. ask the detectors, 6. apply the gates that people tune.
"""

from dataclasses import dataclass, field

import numpy as np

from detectors.finding import Finding, NotJudged, Reason
from detectors.panel import Bools, Floats, Panel
from detectors.series.calibrate import Calibration, heaviness, tails
from detectors.series.drift import Drift
from detectors.series.evidence import Candidate, Evidence
from detectors.series.expected import Following, Track, follow
from detectors.series.flatline import Flatline
from detectors.series.gap import Gap
from detectors.series.gates import Gates, Totals, admit
from detectors.series.known import Explained, Masks, near_break
from detectors.series.level_shift import LevelShift
from detectors.series.maturity import Completeness, Maturity, completeness
from detectors.series.noise import Nature, nature
from detectors.series.seasonal import Ints, Memory, Season, Seasonal, ordinals, origin_of, profiles, season_of
from detectors.series.spike import Spike
from detectors.series.weighing import Weighing


@dataclass(frozen=True, kw_only=True)
class Judging:
    """Every number of the judgement that can be tuned."""

    recent: int = 91  # newest periods with genuine one-step-ahead expectations
    stride: int = 28  # periods between refits of the profiles
    warm_up: int = 91  # periods before the origin in which speeds and scales are learned
    seasonal: Seasonal = field(default_factory=Seasonal)
    following: Following = field(default_factory=Following)
    calibration: Calibration = field(default_factory=Calibration)
    maturity: Maturity = field(default_factory=Maturity)
    explained: Explained = field(default_factory=Explained)
    break_reach: int = 2  # periods around a known lasting change in which a beginning is no news
    spike: Spike = field(default_factory=Spike)
    level_shift: LevelShift = field(default_factory=LevelShift)
    drift: Drift = field(default_factory=Drift)
    flatline: Flatline = field(default_factory=Flatline)
    gap: Gap = field(default_factory=Gap)


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """[series x periods], in the KPI's unit; NaN where none could be made. lower .. upper holds 95 % of normal periods."""

    expected: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    error_scale: Floats


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the series should have been, what left that range, and what could not be judged."""

    expectation: Expectation
    findings: tuple[Finding, ...]
    not_judged: tuple[NotJudged, ...]


@np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore")  # unknown and zero values make NaN, on purpose
def judge(panel: Panel, first: int, *, gates: Gates, excluded: Bools | None = None, same_age: Floats | None = None,
          masks: Masks | None = None, memory: Memory | None = None, settings: Judging = Judging()) -> Judgement:
    """Judge the periods from index `first` to the end of the axis.

    `excluded` periods (past and open incidents) teach nothing. `same_age` [series x periods] is the value that a period
    had when it was as old as the newest one is now. `memory` makes successive calls cheap; it never changes an answer
    by more than the profile of the same origin on restated history would.
    """
    rows, n = panel.values.shape
    if rows == 0 or n == 0 or first >= n:
        return Judgement(expectation=_nothing(rows, n), findings=(), not_judged=())
    masks = masks or Masks.none(rows, n)
    excluded = np.zeros((rows, n), dtype=np.bool_) if excluded is None else excluded
    season = season_of(panel.axis.cadence, first)
    nat = nature(panel, first)
    known = np.isfinite(nat.values[:, :first]).sum(axis=1)
    ready = known >= season.needed
    if not ready.any():
        nothing = _nothing(rows, n)
        return Judgement(expectation=nothing, findings=(), not_judged=_not_judged(panel, first, ready, known, season, masks, nothing, gates, settings))
    age = completeness(panel.values, same_age, settings.maturity)
    track, origin = _expectations(panel, first, nat, masks, excluded, age, season, memory, settings)
    expectation, evidence = _weigh(panel, first, nat, track, origin, age, masks, excluded, gates, ready, season, settings)
    candidates: list[Candidate] = []
    for detector in (settings.flatline, settings.spike, settings.level_shift, settings.drift):
        candidates += detector.candidates(evidence)
    totals = Totals(panel=panel, nature=nat, expectation=expectation, season=track.season, learned=track.learned)
    findings = admit(candidates, evidence, totals, gates)
    return Judgement(expectation=expectation, findings=findings, not_judged=_not_judged(panel, first, ready, known, season, masks, expectation, gates, settings))


def _expectations(panel: Panel, first: int, nat: Nature, masks: Masks, excluded: Bools, age: Completeness, season: Season, memory: Memory | None,
                  settings: Judging) -> tuple[Track, int]:
    """Profiles before the origin, then one pass over time."""
    n = panel.values.shape[1]
    order = ordinals(panel.axis)
    recent = max(settings.recent, 2 * season.period if season.period > 12 else 0, n - first)
    origin = min(origin_of(order, season, recent, settings.stride), n - 1)
    phase = order % season.period
    column = np.arange(n)[None, :]
    young = (column >= n - 1 - age.young[:, None]) & (column < n - 1) & (age.young > 0)[:, None]
    learnable = ~(masks.exempt | masks.explained | excluded | young)
    scale = np.where(nat.multiplies[:, None], np.log(np.maximum(nat.values, nat.least[:, None])), nat.values)
    profile = profiles(panel.keys, scale, nat.values, learnable, nat.multiplies, phase, origin, int(order[origin]), season.period, memory, settings.seasonal)
    begin = max(0, origin - settings.warm_up)
    if masks.explained.any():
        begin = max(0, min(begin, int(masks.explained.any(axis=0).argmax()) - 14))
    return follow(nat, learnable, excluded & ~masks.exempt, masks.breaks, phase, profile, begin, origin, settings.following), origin


def _weigh(panel: Panel, first: int, nat: Nature, track: Track, origin: int, age: Completeness, masks: Masks, excluded: Bools, gates: Gates, ready: Bools,
           season: Season, settings: Judging) -> tuple[Expectation, Evidence]:
    """Errors to p-values and intervals, and what the detectors may see."""
    share, extra = np.ones(panel.values.shape), np.zeros(panel.values.shape)
    share[:, -1], extra[:, -1] = age.share, age.variance
    centre = track.centre * share
    observed = nat.values / nat.unit[:, None]
    times = nat.multiplies[:, None]
    relative = np.where(times, observed / np.where(centre > 0, centre, np.nan) - 1.0, observed - centre)
    former = np.where(times, observed / np.where(track.former > 0, track.former * share, np.nan) - 1.0, observed - track.former)
    sigma = np.sqrt(track.sigma**2 + np.where(times, extra, 0.0)) * season.widening
    past_z = np.where(track.learned | ~(masks.exempt | masks.explained | excluded), relative / sigma, np.nan)[:, :first]
    group = np.array([("count", "amount", "ratio", "level").index(str(t)) for t in panel.types]) + 4.0 * (nat.counted & _small(nat, track, origin, settings))
    group += 8.0 * heaviness(past_z[:, :origin], group, settings.calibration)
    tail = tails(past_z[:, origin if first - origin >= 14 else 0:], group, settings.calibration)

    recent = slice(min(origin, first), None)  # older periods have no genuine expectation: left unknown
    below, above = (limit[:, recent] for limit in settings.explained.tolerance(relative, masks.explained))
    weighing = Weighing(centre=centre[:, recent], sigma=sigma[:, recent], trials=nat.trials[:, recent], below=below, above=above,
                        explained=masks.explained[:, recent], counted=nat.counted, multiplies=nat.multiplies, tail=tail, settings=settings.calibration)
    p = weighing.p_values(relative[:, recent])
    if np.isfinite(former[:, recent]).any():  # a return to the level before the last accepted change is no news
        p = np.fmax(p, np.where(np.isfinite(p), np.nan_to_num(weighing.p_values(former[:, recent])), np.nan))
    p = np.where(ready[:, None], p, np.nan)
    lower, upper = weighing.interval()
    unit = np.where(ready, nat.unit, np.nan)[:, None]
    scale = np.where(times, centre * sigma, sigma)
    expectation = Expectation(expected=_padded(weighing.centre * unit, panel), lower=_padded(lower * unit, panel), upper=_padded(upper * unit, panel),
                              p_value=_padded(p, panel), error_scale=_padded(scale[:, recent] * unit, panel))

    from scipy.special import ndtri

    z = _padded(np.where(np.isfinite(p), np.sign(relative[:, recent]) * -ndtri(np.maximum(p, 1e-15) / 2.0), np.nan), panel)
    column = np.arange(len(panel.axis))
    judged_anew = ~excluded & np.isfinite(observed) & (column < first)
    last_good = np.where(judged_anew, column, -1).max(axis=1)[:, None]
    closed = excluded & (column < last_good)  # an open incident may be part of what is under way, a closed one is not
    going_on = excluded & ~closed & (column < first)
    since = np.where(going_on.any(axis=1), going_on.argmax(axis=1), -9)
    near = near_break(masks.breaks, settings.break_reach)
    bare = np.where(times, np.log(np.maximum(observed, nat.least[:, None])) - track.season, observed - track.season) / sigma
    evidence = Evidence(first=first, origin=origin, observed=panel.values, bare=bare, centre=expectation.expected, z=np.where(masks.exempt, np.nan, z), lasting=np.where(masks.exempt | masks.explained | closed, np.nan, z),
                        p_value=np.where(masks.exempt, np.nan, expectation.p_value), sigma=sigma, share=track.share, learned=track.learned,
                        open=np.isfinite(expectation.p_value) & ~masks.exempt & ~near, breaks=near, since=since, threshold=gates.p_value, direction=gates.direction)
    return expectation, evidence


def _padded(newest: Floats, panel: Panel) -> Floats:
    """Put the newest columns into a panel's shape."""
    full = np.full(panel.values.shape, np.nan)
    full[:, len(panel.axis) - newest.shape[1]:] = newest
    return full


def _small(nat: Nature, track: Track, origin: int, settings: Judging) -> Bools:
    """Find counted series whose typical expected events are few."""
    events = (track.centre * nat.trials)[:, origin:]
    return np.asarray(np.median(np.nan_to_num(events), axis=1) < settings.calibration.small_count, dtype=np.bool_)


def _not_judged(panel: Panel, first: int, ready: Bools, known: Ints, season: Season, masks: Masks, expectation: Expectation, gates: Gates,
                settings: Judging) -> tuple[NotJudged, ...]:
    """One reason for each series that could not be judged."""
    silent = settings.gap.not_judged(panel.keys, panel.values, first)
    missing = {answer.key for answer in silent}
    volume = gates.volume(panel, expectation.expected)
    answers = []
    past = panel.values[:, :first]
    for i, key in enumerate(panel.keys):
        values = past[i][np.isfinite(past[i])]
        if key in missing:
            continue
        if not ready[i]:
            answers.append(NotJudged(key, Reason.TOO_SHORT, f"{int(known[i])} periods of history, {season.needed} needed"))
        elif masks.exempt[i, first:].all():
            answers.append(NotJudged(key, Reason.EXEMPT))
        elif not (volume[i, first:] >= gates.min_volume[i]).any() and np.isfinite(volume[i, first:]).any():
            answers.append(NotJudged(key, Reason.TOO_SMALL, f"{np.nanmax(volume[i, first:]):.3g} events a period, {gates.min_volume[i]:g} needed"))
        elif len(values) and values.min() == values.max():
            answers.append(NotJudged(key, Reason.CONSTANT))
    return tuple(silent + answers)


def _nothing(rows: int, n: int) -> Expectation:
    empty = np.full((rows, n), np.nan)
    return Expectation(expected=empty, lower=empty, upper=empty, p_value=empty, error_scale=empty)
