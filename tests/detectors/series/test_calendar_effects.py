"""Paydays, month ends, and events that move from year to year."""

from dataclasses import replace

import numpy as np

from detectors.finding import Finding
from detectors.panel import Floats
from detectors.series.judge import judge
from detectors.series.known import Masks
from detectors.series.occasions import Occasions
from tests.detectors.series.panels import axis, gates, panel, until, weekly_counts

N = 790
_DAY = axis(N).local.astype("datetime64[D]").astype(object)
PAYDAYS = [i for i, day in enumerate(_DAY) if day.day == 25]
EASTERS = (98, 455, 785)
"""Days of the year that lie apart by more or less than a year."""
BANK_HOLIDAYS = (120, 150, 238, 300, 485, 515, 603, 665, 760)


def paid(rows: int, size: float, seed: int = 2) -> Floats:
    values = weekly_counts(rows, N, seed=seed)
    values[:, PAYDAYS] *= size
    return np.round(values)


def found_on(values: Floats, period: int) -> tuple[Finding, ...]:
    shown = until(panel(values), period + 1)
    return judge(shown, period, gates=gates(shown)).findings


def test_a_payday_is_expected_where_half_a_year_of_them_shows_it() -> None:
    values = paid(60, 1.6)
    shown = until(panel(values), PAYDAYS[-1] + 1)

    expected = judge(shown, PAYDAYS[-1], gates=gates(shown)).expectation.expected[:, PAYDAYS[-1]]

    np.testing.assert_allclose(np.median(values[:, PAYDAYS[-1]] / expected), 1.0, atol=0.08)
    assert found_on(values, PAYDAYS[-1]) == ()


def test_a_payday_that_brings_nothing_is_told() -> None:
    values = paid(60, 2.2)
    values[0, PAYDAYS[-1]] /= 2.2

    assert [f.key.kpi for f in found_on(values, PAYDAYS[-1])] == ["kpi_0"]


def test_days_of_the_month_like_all_others_stay_as_they_are() -> None:
    shown = panel(weekly_counts(60, N))
    expected = judge(shown, N - 40, gates=gates(shown)).expectation.expected[:, N - 40 :]

    assert np.median(np.abs(np.diff(np.log(expected[:, ::7]), axis=1))) < 0.05


def holidays(rows: int) -> Masks:
    """The same movable feast each year, and holidays on which nothing happens."""
    days = sorted([(day, 0) for day in EASTERS] + [(day, 1 + i % 4) for i, day in enumerate(BANK_HOLIDAYS)])
    start = np.array([day for day, _ in days])
    explained = np.zeros((rows, N), dtype=np.bool_)
    explained[:, start] = True
    none = np.zeros((rows, N), dtype=np.bool_)
    occasions = Occasions(
        start=start,
        stop=start + 1,
        echo=start + 1,
        over=np.ones(len(days), dtype=np.bool_),
        title=np.array([title for _, title in days]),
        kind=np.zeros(len(days), dtype=np.int64),
        lift=np.full(len(days), np.nan),
        lasting=np.zeros(len(days), dtype=np.bool_),
        share=np.ones((rows, len(days))),
    )
    return Masks(exempt=none, explained=explained, breaks=none, occasions=occasions)


def judged_at(values: Floats, period: int) -> tuple[tuple[Finding, ...], Floats]:
    shown = until(panel(values), period + 1)
    masks = holidays(len(values)).some(list(range(len(values))), period + 1)
    result = judge(shown, period, gates=gates(shown), masks=masks)
    return result.findings, result.expectation.expected[:, period]


def feasts(rows: int) -> Floats:
    values = weekly_counts(rows, N, seed=8)
    values[:, list(EASTERS)] *= 0.4
    return np.round(values)


def test_a_movable_feast_is_expected_to_do_what_it_did_last_year() -> None:
    values = feasts(40)

    findings, expected = judged_at(values, EASTERS[-1])

    assert findings == ()
    np.testing.assert_allclose(np.median(values[:, EASTERS[-1]] / expected), 1.0, atol=0.25)


def test_a_feast_that_is_like_any_other_day_is_no_news() -> None:
    values = feasts(40)
    values[0, EASTERS[-1]] /= 0.4

    assert judged_at(values, EASTERS[-1])[0] == ()


def test_a_holiday_on_which_nothing_ever_happens_excuses_no_half_empty_day() -> None:
    values = feasts(40)
    values[0, BANK_HOLIDAYS[-1]] *= 0.4

    assert [f.key.kpi for f in judged_at(values, BANK_HOLIDAYS[-1])[0]] == ["kpi_0"]


def test_what_closes_on_holidays_may_stand_still_on_one_that_was_never_seen() -> None:
    values, last = feasts(40), BANK_HOLIDAYS[-1]
    values[:2, last] = 0
    masks, shown = holidays(40), until(panel(values), last + 1)
    assert masks.occasions is not None
    new, closes = masks.occasions.start == last, np.zeros((40, len(masks.occasions.start)), dtype=np.bool_)
    closes[0, new] = True
    occasions = replace(masks.occasions, title=np.where(new, 99, masks.occasions.title), closes=closes)
    known = replace(masks, occasions=occasions).some(list(range(40)), last + 1)

    found = judge(shown, last, gates=gates(shown), masks=known).findings

    assert [f.key.kpi for f in found] == ["kpi_1"]


def test_what_was_closed_on_a_holiday_last_year_may_stand_still_on_it_again_and_what_was_open_may_not() -> None:
    values, last = 100 * feasts(40), EASTERS[-1]
    values[0, list(EASTERS)] = 0
    values[1, last] = 0
    masks, shown = holidays(40), until(panel(values), last + 1)
    assert masks.occasions is not None
    closes = np.zeros((40, len(masks.occasions.start)), dtype=np.bool_)
    closes[:2] = True
    known = replace(masks, occasions=replace(masks.occasions, closes=closes)).some(list(range(40)), last + 1)

    found = judge(shown, last, gates=gates(shown), masks=known).findings

    assert [f.key.kpi for f in found] == ["kpi_1"]
