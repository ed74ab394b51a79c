"""What a headline says, for incidents of every form."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.business import Kpi
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import story as stories
from daemon.alerts.compose import compose, title, wanted
from daemon.alerts.story import Story
from daemon.alerts.summary import known_at_start
from daemon.model import Cause, Change, Impact, Incident, Shift, ShiftKind, Status, Where
from daemon.transition import Why
from detectors.cadence import Cadence
from detectors.finding import Finding, Settling, Shape
from detectors.panel import KpiType
from tests.builders_alerts import CHANNELS, KPIS, LONDON, budget_cap, checkout_failing, daily, finding, local, tag_lost

START, TO = local(2025, 10, 14), local(2025, 10, 16)
DOWN = (188.0, 318.0, 285.0, 352.0)


def told(
    *findings: Finding,
    where: tuple[Where, ...] = (),
    causes: tuple[Cause, ...] = (),
    impact: Impact | None = None,
    **changes: object,
) -> Story:
    incident = Incident(
        id="i",
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=TO,
        started_at=START,
        ended_at=None,
        findings=findings,
        where=where,
        causes=causes,
        impact=impact,
    )
    base = Story(
        incident=incident,
        change=Change.OPENED,
        now=TO,
        zone=LONDON,
        currency="GBP",
        data_to=TO,
        channels=CHANNELS,
        kpis=KPIS,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        ((finding("paid_search", "orders", START, DOWN),), "Orders -41 % in paid search since Tue 14 Oct (2 days)"),
        (
            (finding(None, "orders", START, DOWN), finding("email", "orders", START, DOWN)),
            "Orders -41 % everywhere since Tue 14 Oct (2 days)",
        ),
        (
            tuple(finding(c, "orders", START, DOWN) for c in ("paid_search", "paid_social")),
            "Orders -41 % in all paid channels since Tue 14 Oct (2 days)",
        ),
        (
            tuple(finding(c, "orders", START, DOWN) for c in CHANNELS),
            "Orders -41 % in all channels since Tue 14 Oct (2 days)",
        ),
        (
            tuple(finding(c, "orders", START, DOWN, segment=(("device", "mobile"),)) for c in CHANNELS),
            "Orders -41 % on mobile, all channels, since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "orders", START, DOWN, segment=(("region", "Wales"),)),),
            "Orders -41 % in email, region Wales, since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "orders", START, DOWN, shape=Shape.DIP, end=local(2025, 10, 15)),),
            "Orders -41 % in email on Tue 14 Oct",
        ),
        ((finding("email", "orders", START, (0, 318, 285, 352)),), "Orders at zero in email since Tue 14 Oct (2 days)"),
        (
            (finding("email", "orders", START, (2.0, 0, 0, 0), shape=Shape.SPIKE),),
            "Orders at 2 (none expected) in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "clicks", START, (90, 100, 95, 105), shape=Shape.DRIFT_DOWN),),
            "Clicks drifting down (-10 %) in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "clicks", START, (77, 100, 95, 105), shape=Shape.FLATLINE),),
            "Clicks stuck at 77 in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "orders", START, (100, 140, 120, 160), shape=Shape.MISSING_LIFT),),
            "Orders without the expected lift in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "orders", START, (31, 12, 8, 16), shape=Shape.VARIANCE),),
            "Orders far less even than usual in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("email", "orders", START, (3, 12, 8, 16), shape=Shape.VARIANCE),),
            "Orders far more even than usual in email since Tue 14 Oct (2 days)",
        ),
        (
            (finding("paid_search", "clicks", START, (200, 100, 90, 110), shape=Shape.DUPLICATE),),
            "Data counted twice for paid search since Tue 14 Oct (2 days): clicks +100 %",
        ),
    ],
)
def test_the_headline_says_what_how_much_where_and_since_when(found: tuple[Finding, ...], headline: str) -> None:
    assert compose(told(*found)).headline == headline


def test_scatter_is_told_by_how_far_days_lie_from_what_is_expected() -> None:
    alert = compose(told(finding("email", "orders", START, (31, 12, 8, 16), shape=Shape.VARIANCE)))

    assert alert.numbers.startswith("31 off what is expected a day on average, usually 12; the mean stands.")


def test_a_total_says_which_part_carries_it_when_no_finding_measured_that_part() -> None:
    where = (Where(segment=(("device", ("mobile", "tablet")),), share=0.83),)

    assert title(told(finding("paid_search", "orders", START, DOWN), where=where)) == (
        "Orders -41 % in paid search, 83 % of it on mobile and tablet, since Tue 14 Oct (2 days)"
    )


def test_a_rate_that_only_its_mix_moved_is_nowhere_and_the_numbers_say_why() -> None:
    where = (Where(segment=(("device", ("mobile",)),), share=0.83),)
    story = told(finding(None, "cvr", START, (0.035, 0.044, 0.042, 0.046)), where=where)
    words = "The mix moved, not the rate: within every device the conversion rate stands."
    shift = Shift(kind=ShiftKind.MIX, kpi="cvr", words=words)

    alert = compose(replace(story, incident=replace(story.incident, shifts=(shift,))))

    assert alert.headline == "Conversion rate -20 % everywhere since Tue 14 Oct (2 days)"
    assert words in alert.numbers


def test_a_channel_that_the_headline_names_is_not_said_again_with_the_part_that_carries_it() -> None:
    where = (Where(segment=(("channel", ("paid_search",)), ("device", ("mobile",))), share=0.71),)
    whole = (Where(segment=(("channel", ("paid_search",)),), share=1.0),)
    fell = finding("paid_search", "orders", START, DOWN)

    assert (
        title(told(fell, where=where)) == "Orders -41 % in paid search, 71 % of it on mobile, since Tue 14 Oct (2 days)"
    )
    assert title(told(fell, where=whole)) == "Orders -41 % in paid search since Tue 14 Oct (2 days)"


@pytest.mark.parametrize(
    ("cause", "label", "words"),
    [
        (Cause(id="a", title="Budget ran out", probability=0.7), "Was likely", "budget ran out, 70 %."),
        (Cause(id="a", title="Budget ran out", probability=0.37), "Was perhaps", "budget ran out, 37 %."),
        (Cause(id="unknown", title="None", probability=0.6), "Cause", "never became clear."),
    ],
)
def test_what_is_over_names_its_cause_as_surely_as_it_was_told(cause: Cause, label: str, words: str) -> None:
    alert = compose(told(finding("email", "orders", START, DOWN, end=TO), change=Change.RESOLVED, causes=(cause,)))

    assert (alert.cause_label, alert.cause) == (label, words)


def test_what_is_over_has_no_cost_that_is_not_clear_yet() -> None:
    unclear = Impact(kpi="revenue", unit="GBP", to=TO, value=-900.0, lower=-4000.0, upper=1200.0)
    ended = told(finding("email", "orders", START, DOWN, end=TO), change=Change.RESOLVED, impact=unclear)

    assert compose(ended).impact == "not clear: between -4,000 and +1,200 GBP in total."


def test_data_that_are_missing_never_put_too_much_into_the_record() -> None:
    missing = finding("paid_search", "revenue", START, (float("nan"),) * 4, shape=Shape.MISSING)
    more, less = (
        Impact(kpi="revenue", unit="GBP", to=TO, value=0.0, recorded_value=recorded) for recorded in (608.0, -608.0)
    )

    assert compose(told(missing, impact=more)).impact == "none lost."
    assert "608 GBP of revenue is not in the record" in compose(told(missing, impact=less)).impact


def test_numbers_of_several_channels_are_summed_only_where_they_add_up() -> None:
    summed = compose(told(*(finding(c, "orders", START, DOWN) for c in ("paid_search", "paid_social"))))
    rates = compose(
        told(
            finding("paid_search", "cvr", START, (0.018, 0.031, 0.029, 0.033)),
            finding("email", "cvr", START, (0.02, 0.03, 0.028, 0.032)),
        )
    )

    assert summed.numbers == "376 orders a day against 636 expected (570 to 704)."
    assert rates.numbers == "Paid search: 1.8 % against 3.1 % expected (2.9 to 3.3 %): 1.3 points down."


def test_young_numbers_say_how_much_is_in_and_what_they_will_be_in_the_end() -> None:
    young = Settling(share=0.72, final=261.1, lower=246.0, upper=276.0)
    one = replace(finding("paid_search", "orders", START, DOWN), settling=young)
    other = finding("paid_social", "orders", START, DOWN)
    rate = replace(
        finding("email", "cvr", START, (0.018, 0.031, 0.029, 0.033)),
        settling=replace(young, final=0.025, lower=0.023, upper=0.027),
    )

    alone, together, of_rate = (compose(told(*findings)).numbers for findings in ((one,), (one, other), (rate,)))

    assert alone == (
        "188 orders a day against 318 expected by now (285 to 352). "
        "72 % of it is in: in the end 246 to 276 a day, where 442 is usual."
    )
    assert together.endswith("84 % of it is in: in the end 434 to 464 a day, where 760 is usual.")
    assert of_rate.endswith("It still changes: in the end 2.3 to 2.7 %, where 4.31 % is usual.")


def test_the_business_is_never_added_to_its_own_channels() -> None:
    alert = compose(
        told(finding("email", "orders", START, DOWN), finding(None, "orders", START, (900, 1000, 950, 1050)))
    )

    assert alert.headline.startswith("Orders -10 % everywhere")


def test_levels_and_money_have_their_unit() -> None:
    load = compose(told(finding(None, "page_load", START, (2340, 1450, 1380, 1520), shape=Shape.STEP_UP)))
    revenue = compose(told(finding("email", "revenue", START, (18_840, 31_800, 28_500, 35_200))))

    assert load.numbers == "2,340 ms against 1,450 ms expected (1,380 to 1,520 ms)."
    assert revenue.numbers == "18,800 GBP a day against 31,800 GBP expected (28,500 to 35,200 GBP)."


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        ("week", "since the week of Tue 14 Oct (1 week)"),
        ("hour", "since Tue 14 Oct, 00:00 (48 hours)"),
        ("month", "since October (1 month)"),
    ],
)
def test_other_cadences_speak_of_their_own_periods(cadence: str, words: str) -> None:
    assert words in title(told(finding("email", "orders", START, DOWN), cadence=Cadence.parse(cadence)))


@pytest.mark.parametrize(
    ("causes", "label", "words"),
    [
        (
            [("checkout_failure", "Checkout failing", 0.71), ("x", "Orders not recorded", 0.18)],
            "Likely",
            "checkout failing, 71 %. Else: orders not recorded, 18 %.",
        ),
        (
            [("a", "Bids changed", 0.38), ("b", "Budget cut", 0.3)],
            "Perhaps",
            "bids changed, 38 %. Else: budget cut, 30 %.",
        ),
        (
            [("unknown", "Unknown", 0.6), ("a", "Bids changed", 0.38)],
            "Cause",
            "not clear, 60 % that none known fits. Perhaps: bids changed, 38 %.",
        ),
        (
            [("a", "Bids changed", 0.7), ("unknown", "Unknown", 0.3)],
            "Likely",
            "bids changed, 70 %. Else: none of the known causes, 30 %.",
        ),
        ([("a", "Bids changed", 0.97), ("b", "Budget cut", 0.03)], "Likely", "bids changed, 97 %."),
    ],
)
def test_the_cause_is_as_sure_as_its_probability(causes: list[tuple[str, str, float]], label: str, words: str) -> None:
    alert = compose(
        told(
            finding("email", "orders", START, DOWN),
            causes=tuple(Cause(id=i, title=t, probability=p) for i, t, p in causes),
        )
    )

    assert (alert.cause_label, alert.cause) == (label, words)


def test_an_action_is_recommended_only_for_a_likely_cause() -> None:
    likely, perhaps = (
        compose(
            told(
                finding("email", "orders", START, DOWN),
                causes=(Cause(id="a", title="A", probability=p, actions=("Do it",)),),
            )
        )
        for p in (0.7, 0.3)
    )

    assert likely.action == "do it." and perhaps.action == ""


@pytest.mark.parametrize(
    ("impact", "words"),
    [
        (
            {"value": -3120.0, "lower": -4400.0, "upper": -1900.0, "per_day": -1560.0},
            "about -3,120 GBP so far (-4,400 to -1,900), -1,560 GBP a day if it goes on.",
        ),
        (
            {"value": -900.0, "lower": -4000.0, "upper": 1200.0, "per_day": -450.0},
            "not clear yet: between -4,000 and +1,200 GBP so far.",
        ),
        ({"value": 5200.0, "lower": 4000.0, "upper": 6000.0}, "about +5,200 GBP so far (4,000 to 6,000)."),
        (
            {"value": 0.0, "recorded_value": -81200.0},
            "none lost. About 81,200 GBP of revenue is not in the record so far.",
        ),
        (
            {"value": 0.0, "recorded_value": 700.0},
            "none gained. About 700 GBP of revenue is too much in the record so far.",
        ),
        ({"value": 0.0, "recorded_value": 0.0}, "none lost."),
        (
            {"value": -3120.0, "lower": -4400.0, "upper": -1900.0, "per_day": -1560.0}
            | {
                "month_end": local(2025, 11, 1),
                "month_value": -28000.0,
                "month_lower": -39600.0,
                "month_upper": -17100.0,
            },
            "about -3,120 GBP so far (-4,400 to -1,900), -1,560 GBP a day; -28,000 (-39,600 to -17,100) by Fri 31 Oct if it goes on.",
        ),
        (
            {"value": 0.0, "lower": -900.0, "upper": 0.0, "recorded_value": -1000.0},
            "probably none lost. About 1,000 GBP of revenue is not in the record so far.",
        ),
        ({"value": None}, ""),
        (
            {"value": None, "spend_at_risk_per_day": 310.0},
            "no revenue is known. 310 GBP a day of ad spend leads into it.",
        ),
        ({"value": float("nan")}, ""),
    ],
)
def test_money_is_told_with_its_range_or_not_at_all(impact: dict[str, Any], words: str) -> None:
    assert (
        compose(
            told(finding("email", "orders", START, DOWN), impact=Impact(kpi="revenue", unit="GBP", to=TO, **impact))
        ).impact
        == words
    )


def test_a_step_that_became_normal_is_closed_with_the_new_level() -> None:
    ended = finding("email", "orders", START, DOWN, end=TO)
    alert = compose(told(ended, change=Change.RESOLVED, reason=Why.NEW_BASE))

    assert alert.headline == "Closed: orders in email, 188 a day is the new normal"


def test_data_that_arrived_resolves_without_talk_of_business() -> None:
    missing = finding("paid_search", "clicks", START, (float("nan"),) * 4, shape=Shape.MISSING, end=TO)

    assert (
        compose(told(missing, change=Change.RESOLVED)).headline
        == "Resolved: data for paid search complete again after 2 days (14-15 Oct)"
    )


def test_days_that_are_missing_are_counted_to_now_and_the_running_day_is_none_of_them() -> None:
    missing = finding("paid_search", "clicks", START, (float("nan"),) * 4, shape=Shape.MISSING)
    late = START + timedelta(days=3, hours=11)
    goes_on = replace(told(missing), now=late, data_to=START)
    over = told(missing, change=Change.RESOLVED)
    over = replace(over, now=late, incident=replace(over.incident, ended_at=late))

    assert compose(goes_on).headline == "Data missing for paid search since Tue 14 Oct (3 days)"
    assert compose(over).headline == "Resolved: data for paid search complete again after 3 days (14-16 Oct)"


def test_values_that_stand_still_are_told_as_such_and_not_as_rewritten() -> None:
    frozen = finding("email", "orders", START, (2, 20, 15, 25), shape=Shape.FLATLINE)

    numbers = compose(replace(told(frozen), data_to=START + timedelta(days=3))).numbers

    assert "The same value 3 days in a row: the export or the tag has probably stopped." in numbers
    assert "reports of those days have changed" not in numbers


def test_frozen_hours_end_with_a_whole_hour() -> None:
    frozen = finding("email", "orders", START, (2, 20, 15, 25), shape=Shape.FLATLINE)
    over = told(frozen, change=Change.RESOLVED)
    ended = replace(over.incident, ended_at=START + timedelta(hours=7, minutes=20))

    headline = compose(replace(over, cadence=Cadence.parse("hour"), incident=ended)).headline

    assert headline == "Resolved: data for email in order again after 7 hours (Tue 14 Oct, 00:00 to 07:00)"


def test_an_update_says_what_it_was() -> None:
    before = compose(checkout_failing())
    spread = replace(
        checkout_failing(),
        change=Change.GROWN,
        previous=replace(before, scope="on mobile, paid search"),
        now=local(2025, 10, 17, 8, 15),
    )

    assert compose(spread).headline.startswith("Spreading: Orders -41 % on mobile")
    assert compose(spread).news == "Last told Thu 16 Oct, 08:15: -41 % on mobile, paid search."


def test_an_update_compares_nothing_with_another_measure() -> None:
    before = replace(
        compose(checkout_failing()),
        headline="Worse: Answer rate -15 % in the call centre",
        size="-15 %",
        scope="in email",
    )
    drifting = replace(before, headline="Orders drifting down (-24 %) in email", size="drifting down (-24 %)")
    worse = replace(checkout_failing(), change=Change.WORSE, previous=before, now=local(2025, 10, 17, 8, 15))

    assert compose(worse).headline.startswith("Worse: Orders -41 % on mobile")
    assert compose(worse).news == "Last told Thu 16 Oct, 08:15: Answer rate -15 % in the call centre."
    assert compose(replace(worse, previous=drifting)).headline.startswith("Worse: Orders -41 % on mobile")
    assert compose(replace(worse, previous=drifting)).news.endswith(": drifting down (-24 %) in email.")


def test_data_counted_twice_end_as_data_and_cost_nothing() -> None:
    twice = finding("stores", "revenue", START, (200, 100, 90, 110), shape=Shape.DUPLICATE, end=TO)
    said = Impact(kpi="revenue", unit="GBP", to=TO, value=-33000.0, lower=-56600.0, upper=-9320.0)
    alert = compose(told(twice, change=Change.RESOLVED, impact=said))

    assert alert.headline == "Resolved: data for stores in order again after 2 days (14-15 Oct)"
    assert (alert.numbers, alert.impact) == ("What was wrong: revenue +100 %.", "")


def test_nothing_to_tell_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing changed"):
        compose(replace(tag_lost(), change=Change.NOTHING))
    with pytest.raises(ValueError, match="no findings"):
        compose(told())
    with pytest.raises(ValueError, match="nothing was off"):
        known_at_start([])


def test_one_thing_that_was_off_at_the_start_is_one() -> None:
    alert = known_at_start([tag_lost()])

    assert alert.headline == "1 thing was already off when channelwatch began to watch"
    assert alert.numbers.startswith("It is listed once and not sent by itself.")


def test_the_end_of_another_measure_names_what_people_were_first_told() -> None:
    ended = told(finding("email", "orders", START, DOWN, end=TO), change=Change.RESOLVED)
    first = "Conversion rate in email from Tue 14 Oct"
    other, same = (
        compose(replace(ended, incident=replace(ended.incident, subject=subject)))
        for subject in (first, "Orders in email from Tue 14 Oct")
    )

    assert other.numbers.endswith(f" First told as: {first}.")
    assert "First told" not in same.numbers


def test_a_long_summary_says_how_many_more() -> None:
    alert = known_at_start([tag_lost()] * 25)

    assert alert.headline == "25 things were already off when channelwatch began to watch"
    assert len(alert.items) == 21 and alert.items[-1] == "And 5 more"


def test_a_link_needs_every_dimension_it_names() -> None:
    assert [link.url for link in compose(checkout_failing()).links] == ["https://watch.example.com/incidents/a1b2c3"]
    assert compose(budget_cap()).links[-1].url == "https://ads.example.com/campaigns?name=Brand%20UK"


def test_the_chart_asks_for_the_series_the_headline_speaks_of_and_adds_them() -> None:
    chart = compose(checkout_failing()).chart

    assert [key.channel for key in wanted(checkout_failing())] == ["paid_search", "paid_social"]
    assert (
        chart is not None
        and chart.observed[-1] == pytest.approx(186)
        and (chart.marked_from, chart.marked_to) == (26, 27)
    )


def test_faces_come_from_the_configuration() -> None:
    settings = Settings.model_validate(
        {
            "currency": "GBP",
            "sources": {},
            "checks": {},
            "channels": {"paid_search": {"kind": "paid", "owner": "@ana"}},
            "kpis": {
                "orders": {"type": "count"},
                "sessions": {"type": "count"},
                "spend": {"type": "amount"},
                "cvr": {"type": "ratio", "numerator": "orders", "denominator": "sessions"},
                "cpa": {"type": "ratio", "numerator": "spend", "denominator": "orders"},
                "page_load": {"type": "level", "unit": "ms", "title": "Load time"},
            },
        }
    )

    faces = stories.kpi_faces(settings)
    assert {name: (face.title, face.unit) for name, face in faces.items()} == {
        "orders": ("Orders", ""),
        "sessions": ("Sessions", ""),
        "spend": ("Ad spend", "GBP"),
        "cvr": ("Conversion rate", "%"),
        "cpa": ("Cost per order", "GBP"),
        "page_load": ("Load time", "ms"),
    }
    assert stories.channel_faces(settings)["paid_search"].title == "paid search"
    assert faces["cvr"].scale(0.03) == 100 and faces["page_load"].scale(1450) == 1
    assert isinstance(settings.kpis["cvr"], Kpi) and settings.kpis["cvr"].type is KpiType.RATIO


def test_a_chart_of_what_cannot_be_summed_names_the_one_place_it_shows() -> None:
    search, email = (
        finding("paid_search", "cvr", START, (0.018, 0.031, 0.029, 0.033)),
        finding("email", "cvr", START, (0.02, 0.03, 0.028, 0.032)),
    )
    chart = compose(
        told(
            search,
            email,
            series={
                search.key: daily(local(2025, 10, 15), [0.031] * 26 + [0.018] * 2),
                email.key: daily(local(2025, 10, 15), [0.03] * 26 + [0.02] * 2),
            },
        )
    ).chart

    assert (
        chart is not None
        and chart.where == "in paid search"
        and chart.unit == "%"
        and chart.observed[-1] == pytest.approx(1.8)
    )


def test_what_ad_platforms_value_leads_at_is_not_called_revenue() -> None:
    def money(**of: Any) -> str:
        cost = Impact(kpi="platform_revenue", unit="GBP", to=TO, **of)
        return compose(told(finding("email", "leads", START, DOWN), impact=cost)).impact

    assert (
        money(value=-500.0, lower=-600.0, upper=-400.0) == "about -500 GBP of conversion value so far (-600 to -400)."
    )
    assert "of conversion value is not in the record" in money(value=0.0, recorded_value=-500.0)


def test_a_day_that_alone_makes_it_worse_is_told_before_the_mean_of_all_days() -> None:
    calm = checkout_failing()
    dead = {
        key: replace(s, observed=(*s.observed[:-1], 0.03 * (s.expected[-1] or 0.0))) for key, s in calm.series.items()
    }
    worse = replace(
        calm,
        series=dead,
        incident=replace(calm.incident, newest_size=0.97),
        change=Change.WORSE,
        reason=Why.LARGER,
        previous=replace(compose(calm), size="-30 %", headline="Orders -30 % on mobile"),
        now=local(2025, 10, 17, 8, 15),
    )

    assert compose(worse).headline == (
        "Worse: Orders -97 % on mobile, all paid channels, on Wed 15 Oct; -41 % on mobile, all paid channels, since Tue 14 Oct (2 days)"
    )
    assert compose(replace(worse, reason=Why.BECAME_CRITICAL)).headline.startswith("Critical now: Orders -41 %")
