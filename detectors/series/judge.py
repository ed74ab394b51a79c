"""The story of judging: a panel in, expectations and findings out, for all series at once.

1. tell how each series runs (regularity) and what sort of number it is (noise), 2. fit profiles before an origin
(seasonal), 3. run expectations over time (expected), 4. turn errors into p-values (weighed), 5. ask the detectors,
6. apply the gates that people tune.
"""

from dataclasses import dataclass, replace

import numpy as np

from detectors.finding import Finding, NotJudged, Refusal
from detectors.panel import Bools, Floats, Ints, KpiType, Panel
from detectors.series.evidence import Candidate
from detectors.series.expected import Track, follow
from detectors.series.gates import Gates, Totals, admit
from detectors.series.judging import Judging, judging_of
from detectors.series.known import Masks
from detectors.series.length import as_rates, lengths, of_periods
from detectors.series.maturity import TELLING, Completeness
from detectors.series.memory import NEAR, Memory
from detectors.series.noise import Nature, nature
from detectors.series.regularity import Rhythm, Rhythms, activity, rhythms
from detectors.series.seasonal import Season, ordinals, origin_of, profiles, season_of
from detectors.series.shown import Expectation as Expectation
from detectors.series.shown import nothing
from detectors.series.unjudged import Readiness, unjudged
from detectors.series.weighed import Seen, weigh


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the series should have been, what left that range, and what could not be judged.

    refused: what deviated and did not pass the gates. needed [series x judged periods]: p-values below which a single period
    is news; None: nothing was judged.
    """

    expectation: Expectation
    findings: tuple[Finding, ...]
    not_judged: tuple[NotJudged, ...]
    refused: tuple[Refusal, ...] = ()
    needed: Floats | None = None


# Unknown and zero values make NaN, on purpose.
@np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore")
def judge(
    panel: Panel,
    first: int,
    *,
    gates: Gates,
    judged: int = 0,
    excluded: Bools | None = None,
    age: Completeness | None = None,
    masks: Masks | None = None,
    memory: Memory | None = None,
    settings: Judging | None = None,
) -> Judgement:
    """Judge the periods from index `first` to the end of the axis; those before `judged` were judged before.

    `excluded` periods (past and open incidents) teach nothing. `age` says how complete
    the newest periods are: each is compared with what it should show by now. `memory` makes successive calls cheap and
    never changes an answer.
    """
    length, whole = lengths(panel.axis), panel
    panel = as_rates(panel, length)
    settings = settings or judging_of(panel.axis.cadence)
    rows, n = panel.values.shape
    if rows == 0 or n == 0 or first >= n:
        return Judgement(expectation=nothing(rows, n), findings=(), not_judged=())
    masks = masks or Masks.none(rows, n)
    excluded = np.zeros((rows, n), dtype=np.bool_) if excluded is None else excluded
    season = season_of(panel.axis.cadence, first)
    order = ordinals(panel.axis)
    nat, rhythm, resting = _natures(panel, first, order, masks, excluded, season, settings)
    age = age or Completeness.full(rows)
    known = (np.isfinite(nat.values) | resting)[:, :first].sum(axis=1)
    settled = np.asarray(~age.over(n)[2][:, first:].all(axis=1))
    ready = Readiness(
        known=known, long_enough=known >= season.needed, rhythms=rhythm, settled=settled, needed=season.needed
    )
    if not ready.long_enough.any():
        empty = nothing(rows, n)
        reasons = unjudged(panel, first, ready, masks, empty.expected, gates, settings.gap, resting)
        return Judgement(expectation=empty, findings=(), not_judged=reasons)
    track, origin = _expectations(panel, first, nat, masks, excluded, age, order, season, memory, settings)
    seen = Seen(
        panel=panel,
        first=first,
        judged=judged,
        origin=origin,
        nature=nat,
        track=track,
        age=age,
        masks=masks,
        excluded=excluded,
        ready=ready,
        widening=season.widening,
    )
    expectation, evidence = weigh(
        seen, gates, settings.calibration, settings.explained, settings.break_reach, settings.record
    )
    candidates: list[Candidate] = []
    for detector in (
        settings.flatline,
        settings.missing_lift,
        settings.spike,
        settings.level_shift,
        settings.stretch,
        settings.drift,
        settings.variance,
    ):
        if detector is None:
            continue
        candidates += detector.candidates(evidence)
    if settings.bursts is not None:
        candidates = settings.bursts.judged(candidates, evidence)
    share, scatter, _ = age.over(n)
    totals = Totals(
        panel=panel,
        nature=nat,
        expectation=expectation,
        season=track.season,
        learned=track.learned,
        share=share,
        scatter=np.sqrt(scatter),
    )
    findings, turned_down = admit(candidates, evidence, totals, gates)
    reasons = unjudged(panel, first, ready, masks, expectation.expected, gates, settings.gap, resting)
    return Judgement(
        expectation=of_periods(expectation, whole, length),
        findings=findings,
        not_judged=reasons,
        refused=turned_down,
        needed=settings.spike.needed(evidence, first),
    )


def _natures(
    panel: Panel, first: int, order: Ints, masks: Masks, excluded: Bools, season: Season, settings: Judging
) -> tuple[Nature, Rhythms, Bools]:
    """What sort of numbers and which rhythm the series have; and the periods in which their timetable lets them rest.

    Both are told at an anchor on a grid of the calendar, so that they do not waver from day to day and successive
    calls can share their work; that a series has stopped or become irregular is told at once.
    """
    anchor = first - NEAR  # values before it are hardly restated any more
    anchor -= int(order[max(anchor, 0)] % settings.stride)
    anchor = first if anchor < max(2 * settings.stride, season.needed) else anchor
    phase = order % season.period
    active, size, counted = activity(panel)
    usable = ~(excluded | masks.exempt)
    rhythm = then = rhythms(active, size, counted, usable, phase, season.period, anchor, settings.regularity)
    if anchor < first:
        rhythm = rhythms(active, size, counted, usable, phase, season.period, first, settings.regularity)
        worse = (then.rhythm == Rhythm.IRREGULAR) & (rhythm.rhythm < Rhythm.IRREGULAR)
        rhythm = Rhythms(
            rhythm=np.where(worse, then.rhythm, rhythm.rhythm),
            off=then.off,
            longest_pause=rhythm.longest_pause,
            pauses=rhythm.pauses,
        )
    resting = then.off[:, phase]
    return nature(panel, anchor, resting), rhythm, resting


def _expectations(
    panel: Panel,
    first: int,
    nat: Nature,
    masks: Masks,
    excluded: Bools,
    age: Completeness,
    order: Ints,
    season: Season,
    memory: Memory | None,
    settings: Judging,
) -> tuple[Track, int]:
    """Profiles before the origin, then one pass over time."""
    n = panel.values.shape[1]
    recent = max(settings.recent, 2 * season.period if season.period > 12 else 0, n - first)
    origin = min(origin_of(order, season, recent, settings.stride), n - 1)
    share, scatter, unsure = age.over(n)
    learnable = ~(masks.exempt | masks.explained | excluded | unsure | (scatter > TELLING**2))
    nat = replace(nat, values=nat.values / share)  # what is still to come is added: a young period teaches as any other
    profile = profiles(
        panel.keys,
        nat,
        learnable,
        order % season.period,
        origin,
        int(order[origin]),
        season.period,
        memory,
        settings.seasonal,
    )
    begin = max(0, origin - settings.warm_up)
    if masks.explained.any():
        begin = max(0, min(begin, int(masks.explained.any(axis=0).argmax()) - 14))
    held = excluded & ~masks.exempt
    if masks.growing is not None:
        held &= ~masks.growing
    track = follow(
        nat,
        learnable,
        held,
        _relearning(masks, np.array([kind is KpiType.RATIO for kind in panel.types], dtype=np.bool_), settings),
        order,
        profile,
        begin,
        origin,
        settings.following,
        panel.keys,
        memory,
    )
    return track, origin


def _relearning(masks: Masks, rate: Bools, settings: Judging) -> Floats:
    """For how many periods the level is learned anew: from known lasting changes on, and after promotions. rate: [series]."""
    following = settings.following
    column = np.arange(masks.explained.shape[1])
    free = np.maximum.accumulate(np.where(masks.explained, -1, column), axis=1)  # the newest period without a promotion
    before = np.concatenate([np.full((len(free), 1), -1), free[:, :-1]], axis=1)
    ended = ~masks.explained & (column - 1 - before >= following.echo_after)
    echo = np.where(ended, float(following.echo_periods), 0.0)
    anew = np.maximum(echo, np.where(masks.breaks, float(following.breaks_periods), 0.0))
    if masks.occasions is not None:  # a lasting change of a large part of a sum makes it a new one too
        partly = np.where(rate[:, None], 0.0, masks.occasions.partly(anew.shape[1], 0))
        anew = np.where(partly >= settings.explained.large_part, np.maximum(anew, following.breaks_periods), anew)
    return anew
