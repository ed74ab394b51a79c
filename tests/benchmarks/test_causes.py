"""Generated incidents and what is made of the answers."""

from pathlib import Path

import pytest

from benchmarks.cause_cases import BUSINESSES, case_of, kinds_of, write_case
from benchmarks.cause_scores import Verdict, accepted, reliability, report
from config.causes import shipped


def _said(kind: str | None, **said: float) -> Verdict:
    return Verdict(business="shop", kind=kind, seed=1, look=1, said=said)


@pytest.mark.parametrize("business", list(BUSINESSES))
def test_every_kind_of_problem_can_be_drawn_and_is_a_cause(business: str) -> None:
    for kind in kinds_of(business):
        case = case_of(business, kind, 5)
        assert case == case_of(business, kind, 5)
        assert case.planted is not None and case.look <= max(case.planted.days, 7)
        assert kind in shipped().causes and kind in accepted(kind)


def test_a_plain_shop_has_one_table_by_channel_and_a_calendar(tmp_path: Path) -> None:
    write_case(case_of("shop", "source_empty", 3), tmp_path)

    assert {file.name for file in tmp_path.iterdir()} == {"marketing.csv", "calendar.csv"}
    header = (tmp_path / "marketing.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "date,channel,spend,impressions,clicks,sessions,conversions,revenue"


def test_what_is_said_with_70_percent_should_be_right_in_70() -> None:
    honest = [_said("promo_start", promo_start=0.7, unknown=0.3)] * 7 + [_said("bot_traffic", promo_start=0.7)] * 3

    assert reliability(honest)[0] == pytest.approx(0.0)
    assert reliability(honest[:7])[0] == pytest.approx(0.3)


def test_an_indistinguishable_cause_counts_and_the_report_says_both() -> None:
    told = [_said("deindexed", seo_algorithm=0.6, unknown=0.4), _said("promo_start")]
    text = "\n".join(report(told, [_said(None, price_change=0.6)]))

    assert told[0].rank(alike=True) == 1 and told[0].rank(alike=False) is None
    assert "cause first**: 1 of 1" in text and "1 of 2" in text
    assert "above .5 on a false incident**: 1 of 1" in text
