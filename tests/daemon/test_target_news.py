"""When a target is worth a message, and its words."""

from dataclasses import replace
from datetime import date

import pytest

from config.outputs import Severity
from config.targets import Bound
from daemon.alerts.story import KpiFace
from daemon.foresight.model import Pace
from daemon.foresight.news import change_of
from daemon.foresight.words import alert_of, line
from daemon.model import Change
from detectors.panel import KpiType

OVER = Pace(
    kpi="spend",
    channel="paid_search",
    kind=Bound.BUDGET,
    number=30_000,
    last=date(2026, 3, 14),
    month=date(2026, 3, 1),
    so_far=17_500,
    expected=43_000,
    lower=41_000,
    upper=45_000,
    missed=1.0,
    on=date(2026, 3, 23),
    earliest=date(2026, 3, 22),
    latest=date(2026, 3, 24),
    rest=17,
)
FINE = replace(
    OVER, expected=29_000, lower=27_000, upper=31_000, missed=0.2, on=None, earliest=date(2026, 3, 31), latest=None
)
KPIS = {"spend": KpiFace(title="Ad spend", type=KpiType.AMOUNT, unit="EUR")}


@pytest.mark.parametrize(
    ("now", "told", "change"),
    [
        (FINE, None, Change.NOTHING),
        (OVER, None, Change.OPENED),
        (OVER, OVER, Change.NOTHING),
        (replace(OVER, expected=44_900), OVER, Change.NOTHING),
        (replace(OVER, expected=45_500), OVER, Change.NOTHING),
        (replace(OVER, expected=46_500), OVER, Change.WORSE),
        (replace(OVER, expected=39_000), OVER, Change.BETTER),
        (replace(FINE, missed=0.7), OVER, Change.NOTHING),
        (FINE, OVER, Change.RESOLVED),
        (FINE, None, Change.NOTHING),
        (replace(OVER, month=date(2026, 4, 1)), OVER, Change.OPENED),
        (replace(OVER, expected=30_300), None, Change.NOTHING),
        (replace(OVER, reason="too little is known of it yet"), None, Change.NOTHING),
    ],
)
def test_a_miss_is_told_once_and_again_only_when_it_clearly_changes(
    now: Pace, told: Pace | None, change: Change
) -> None:
    assert change_of(now, told) is change


def test_another_number_is_another_target() -> None:
    assert replace(OVER, number=25_000).key != OVER.key == replace(OVER, missed=0.1).key


def test_the_message_says_when_a_budget_is_used_up_and_what_would_keep_it() -> None:
    alert = alert_of(OVER, Change.OPENED, KPIS, {}, "2026-03-15T08:15:00+00:00")

    assert alert.headline == "Paid search ad spend will pass its March budget of 30,000 EUR on Mon 23 Mar"
    assert alert.numbers == (
        "17,500 EUR so far, 43,000 EUR expected by Tue 31 Mar (41,000 to 45,000): +43 % against 30,000 EUR. "
        "The budget is used up between Sun 22 Mar and Tue 24 Mar."
    )
    assert alert.items == ("To keep it: 735 EUR a day from here on; 1,500 EUR expected",)
    assert alert.severity is Severity.WARNING


def test_all_that_is_said_of_a_target_in_a_month_has_one_short_name() -> None:
    names = [
        alert_of(pace, change, KPIS, {}, "").incident_id
        for pace, change in (
            (OVER, Change.OPENED),
            (FINE, Change.RESOLVED),
            (replace(OVER, kpi="k" * 90), Change.OPENED),
        )
    ]

    assert names[0] == names[1] != names[2]
    assert names[0].startswith("target-spend-") and names[0].endswith("-2026-03")
    assert max(map(len, names)) <= 64  # what the store has room for


def test_a_small_miss_is_for_information_and_none_is_critical() -> None:
    assert alert_of(replace(OVER, expected=31_500), Change.OPENED, KPIS, {}, "").severity is Severity.INFO
    assert alert_of(replace(OVER, expected=90_000), Change.WORSE, KPIS, {}, "").severity is Severity.WARNING


def test_what_is_on_course_is_one_line_with_its_range() -> None:
    assert line(FINE, KPIS, {}) == (
        "Paid search ad spend: 17,500 EUR so far, 29,000 EUR expected by Tue 31 Mar (27,000 to 31,000): -3.3 % against 30,000 EUR"
    )


def test_a_limit_that_is_crossed_already_is_told_as_it_is() -> None:
    over = Pace(
        kpi="spend", channel=None, kind=Bound.BUDGET, number=40, last=date(2026, 3, 14), so_far=43.2, missed=1.0
    )

    assert alert_of(over, Change.OPENED, KPIS, {}, "").headline == "Ad spend is above its limit of 40 EUR"
    assert change_of(over, replace(over, missed=0.95)) is Change.WORSE
