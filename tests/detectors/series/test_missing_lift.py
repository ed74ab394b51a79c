"""Planned events that moved nothing, and those that did."""

from dataclasses import replace

import numpy as np

from detectors.finding import Finding, Shape
from detectors.panel import Bools, Floats, SeriesKey
from detectors.series.judge import judge
from detectors.series.known import Masks
from detectors.series.occasions import Occasions
from tests.detectors.series.panels import gates, panel, weekly_counts

N = 260
SENDS = tuple(range(40, N, 14))
"""A send every other Thursday; the last one is the newest day but a few."""


def calendar(rows: int, starts: tuple[int, ...], lift: float, days: int = 1) -> Masks:
    explained = np.zeros((rows, N), dtype=np.bool_)
    for start in starts:
        explained[:, start : start + days] = True
    count = len(starts)
    occasions = Occasions(
        start=np.array(starts),
        stop=np.array(starts) + days,
        echo=np.array(starts) + days,
        over=np.array(starts) + days <= N,
        title=np.arange(count),
        kind=np.zeros(count, dtype=np.int64),
        lift=np.full(count, lift),
        lasting=np.zeros(count, dtype=np.bool_),
        share=np.ones((rows, count)),
    )
    nothing = np.zeros((rows, N), dtype=np.bool_)
    return Masks(exempt=nothing, explained=explained, breaks=nothing, occasions=occasions)


def found(
    values: Floats, starts: tuple[int, ...], lift: float = np.log(1.15), days: int = 1, good_up: Bools | None = None
) -> list[Finding]:
    shown = panel(values)
    first = starts[-1]
    result = judge(
        shown,
        first,
        gates=replace(gates(shown), good_up=good_up),
        masks=calendar(len(values), starts, lift, days).some(list(range(len(values))), N),
    )
    return [f for f in result.findings if f.shape is Shape.MISSING_LIFT]


def sends(rows: int, seed: int = 3) -> Floats:
    """Every send doubles the day, give or take a fifth."""
    values = weekly_counts(rows, N, seed=seed)
    rng = np.random.default_rng(seed)
    for start in SENDS:
        values[:, start] *= 2.0 * np.exp(rng.normal(0, 0.1, rows))
    return np.round(values)


def test_a_send_that_moved_nothing_is_told_with_what_its_like_have_done() -> None:
    values = sends(20)
    values[3, SENDS[-1]] /= 2.0

    missing = found(values, SENDS)

    assert [f.key for f in missing] == [panel(values).keys[3]]
    assert 0.4 < missing[0].observed / missing[0].expected < 0.65
    assert missing[0].end is not None
    assert missing[0].observed < missing[0].lower < missing[0].expected < missing[0].upper


def test_sends_that_lift_less_or_more_than_others_are_no_news() -> None:
    values = sends(40)
    values[:20, SENDS[-1]] *= 0.9
    values[20:, SENDS[-1]] *= 1.3

    assert len(found(values, SENDS)) <= 1  # one in a hundred is the price of telling


def test_what_such_events_never_moved_is_not_expected_to_move() -> None:
    assert found(weekly_counts(40, N), SENDS) == []


def test_a_first_event_is_held_against_the_least_that_it_should_bring() -> None:
    values = weekly_counts(4, N)
    starts = (N - 4,)

    assert len(found(values, starts, lift=float(np.log(1.5)), days=3)) == 4
    values[0, N - 4 : N - 1] *= 1.6
    assert found(values, starts, lift=float(np.log(1.5)), days=3) == []


def test_an_event_that_goes_on_has_no_end_yet() -> None:
    values = weekly_counts(4, N)

    [first, *_] = found(values, (N - 3,), lift=float(np.log(1.5)), days=7)

    assert first.end is None


def test_the_expectation_of_a_known_event_holds_what_it_did_before() -> None:
    values = sends(20)
    shown = panel(values)
    masks = calendar(20, SENDS, np.nan)

    expectation = judge(shown, SENDS[-1], gates=gates(shown), masks=masks).expectation

    day = SENDS[-1]
    assert 1.6 < np.median(expectation.expected[:, day] / expectation.expected[:, day - 7]) < 2.4


def test_a_known_change_of_a_channel_is_no_news_of_the_business_in_proportion_to_its_part() -> None:
    values = weekly_counts(40, N)
    start = N - 6
    values[:, start:] *= 0.65
    shown = panel(values)
    masks = calendar(40, (start,), np.nan)
    assert masks.occasions is not None
    of = vars(masks.occasions) | {"lasting": np.array([True])}

    def told(part: float) -> set[SeriesKey]:
        occasions = Occasions(**of | {"share": np.full((40, 1), part)})
        nothing = np.zeros((40, N), dtype=np.bool_)
        known = Masks(exempt=nothing, explained=nothing, breaks=nothing, occasions=occasions)
        return {f.key for f in judge(shown, start, gates=gates(shown), masks=known).findings}

    assert told(0.4) == set()
    assert len(told(0.1)) == 40


def test_only_what_is_good_news_when_it_rises_can_miss_a_lift() -> None:
    values = weekly_counts(4, N)
    good_up = np.array([True, False, True, False])

    missing = found(values, (N - 4,), lift=float(np.log(1.5)), days=3, good_up=good_up)

    keys = panel(values).keys
    assert {f.key for f in missing} == {keys[0], keys[2]}
