from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from daemon.impact import by_month_end, estimate, spend_at_risk
from daemon.model import Impact
from detectors.segments.movement import Movement
from tests.builders.movements import moved
from tests.builders.troubles import day


def cost(
    rows: list[Movement], affected: set[str | None], *, records: float = 0, days: float = 2, shared: bool = False
) -> Impact | None:
    return estimate(rows, affected, records=records, unit="EUR", to=day(2), days=days, shared=shared)


def whole(change: float, role: str = "backoffice_revenue", expected: float = 10_000.0) -> Movement:
    return moved(role, change, expected=expected, check="shop")


def own(channel: str, change: float, expected: float, role: str = "revenue") -> Movement:
    return moved(role, change, channel=channel, expected=expected)


def test_the_back_office_outranks_web_analytics_and_ad_platforms_and_they_are_never_summed() -> None:
    rows = [moved("revenue", -0.5), moved("platform_revenue", -0.9), whole(-0.3)]
    money = cost(rows, {None})

    assert money is not None
    assert (money.kpi, round(money.value or 0)) == ("backoffice_revenue", -3000)


def test_web_analytics_outranks_ad_platforms() -> None:
    money = cost([moved("platform_revenue", -0.9), moved("revenue", -0.5)], {None})

    assert money is not None
    assert money.kpi == "revenue"


def test_a_trouble_of_a_small_channel_is_measured_in_that_channel() -> None:
    rows = [own("email", -0.5, 1000), own("paid_search", 0.0, 9000), whole(0.1)]
    money = cost(rows, {"email"})

    assert money is not None
    assert (money.kpi, round(money.value or 0)) == ("revenue", -500)


def test_a_trouble_of_most_channels_is_measured_in_the_back_office() -> None:
    rows = [own("email", -0.5, 4000), own("paid_search", -0.5, 4000), own("direct", 0.0, 2000), whole(-0.4)]
    money = cost(rows, {"email", "paid_search"})

    assert money is not None
    assert (money.kpi, round(money.value or 0)) == ("backoffice_revenue", -4000)


def test_a_channel_without_money_is_not_charged_with_the_noise_of_the_business() -> None:
    clicks = moved("clicks", -0.5, channel="organic_search")

    assert cost([clicks, whole(-0.02)], {"organic_search"}) is None


def test_a_channel_without_money_counts_what_the_business_lost_with_it() -> None:
    money = cost([moved("clicks", -0.9, channel="organic_search"), whole(-0.3)], {"organic_search"})

    assert money is not None
    assert round(money.value or 0) == -3000


def test_stores_and_calls_have_money_of_their_own() -> None:
    rows = [own("stores", -0.2, 5000, "store_revenue"), own("calls", -0.1, 1000, "call_revenue"), whole(-0.3)]
    money = cost(rows, {"stores", "calls"})

    assert money is not None
    assert round(money.value or 0) == -1100


def test_what_is_only_not_recorded_loses_no_money() -> None:
    money = cost([moved("revenue", -0.5), whole(0.01)], {None}, records=1)

    assert money is not None
    assert (money.value, money.lower, money.upper, money.per_day) == (0, 0, 0, 0)
    assert round(money.recorded_value or 0) == -500


def test_no_revenue_no_impact() -> None:
    assert cost([moved("orders", -0.5)], {None}) is None


def test_an_unknown_error_gives_a_value_without_a_range() -> None:
    money = cost([moved("revenue", -0.3, noise=float("nan"))], {None})

    assert money is not None
    assert (round(money.value or 0), money.lower, money.upper) == (-300, None, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("email", "paid_search", "direct", None)),
            st.floats(-0.95, 3),
            st.floats(1, 1e6),
            st.floats(0, 2),
            st.sampled_from(("revenue", "backoffice_revenue", "store_revenue")),
        ),
        max_size=8,
    ),
    st.sets(st.sampled_from(("email", "paid_search", None)), min_size=1),
    st.floats(1, 60),
)
def test_the_range_holds_the_value(
    rows: list[tuple[str | None, float, float, float, str]], affected: set[str | None], days: float
) -> None:
    money = cost(
        [
            moved(role, change, channel=channel, expected=expected, noise=noise)
            for channel, change, expected, noise, role in rows
        ],
        affected,
        days=days,
    )

    if money is not None:
        assert money.value is not None and money.lower is not None and money.upper is not None
        assert money.lower <= money.value <= money.upper
        assert money.per_day is not None and abs(money.per_day * days - money.value) <= 1e-6 * max(1, abs(money.value))


def test_only_the_spend_of_affected_channels_is_at_risk() -> None:
    rows = [
        own("paid_search", 0.0, 600, "spend"),
        own("paid_social", 0.0, 400, "spend"),
        moved("spend", 0.0, expected=1000),
    ]

    assert spend_at_risk(rows, {"paid_search"}, 2) == 300
    assert spend_at_risk(rows, {None}, 2) == 500
    assert spend_at_risk(rows, {"email"}, 2) is None


def test_the_interval_holds_either_case_by_its_weight_while_it_is_not_clear_whether_only_records_are_lost() -> None:
    sure, unsure, records = (cost([whole(-0.3)], {None}, records=p) for p in (0.0, 0.3, 0.97))

    assert sure is not None and unsure is not None and records is not None
    assert sure.upper is not None and sure.upper < 0
    assert (unsure.value, unsure.upper) == (sure.value, 0)
    assert (records.value, records.lower, records.upper, records.recorded_value) == (0, 0, 0, sure.value)


def test_by_the_end_of_the_month_it_comes_to_what_its_pace_makes() -> None:
    so_far = cost([whole(-0.3)], {None})
    assert so_far is not None and so_far.value is not None
    month = by_month_end(so_far, so_far.to + timedelta(days=8), 2)

    assert month.month_value == 5 * so_far.value
    assert month.month_lower == 5 * (so_far.lower or 0) and month.month_upper == 5 * (so_far.upper or 0)
    assert month.value == so_far.value


def test_what_nobody_can_explain_may_be_a_fault_of_the_records_unless_the_back_office_says_it_too() -> None:
    web, till = (
        estimate(rows, {None}, unclear=0.1, unit="EUR", to=day(2), days=2, shared=True)
        for rows in ([moved("revenue", -0.3)], [whole(-0.3)])
    )

    assert web is not None and till is not None
    assert web.upper == 0
    assert till.upper is not None and till.upper < 0
