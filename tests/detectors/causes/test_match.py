"""One mark against the evidence."""

import pytest

from detectors.causes.evidence import Evidence, Flag, Health
from detectors.causes.graded import Grade
from detectors.causes.match import match
from detectors.causes.tokens import Token
from detectors.segments.movement import Form
from tests.builders.movements import CHANNELS, everywhere, evidence, moved


def _grade(token: str, found: Evidence) -> Grade:
    return match(Token.parse(token), found).grade


ALL_DOWN = everywhere("orders", -0.5)


@pytest.mark.parametrize(
    ("token", "grade"),
    [
        ("orders:down@all_channels~step", Grade.FITS),
        ("orders:down@all_channels~any", Grade.FITS),
        ("orders:any@any~any", Grade.FITS),
        ("orders:down@all_channels~drift", Grade.PARTLY),
        ("orders:up@all_channels~any", Grade.CONTRARY),
        ("orders:flat@all_channels~any", Grade.CONTRARY),
        ("orders:down@one_channel~any", Grade.PARTLY),
        ("sessions:down@all_channels~any", Grade.UNOBSERVED),
    ],
)
def test_a_fall_everywhere(token: str, grade: Grade) -> None:
    assert _grade(token, evidence(ALL_DOWN)) is grade


def test_a_fall_in_one_channel_is_not_a_fall_in_all() -> None:
    rows = [
        moved("orders", -0.2, expected=5000.0),
        moved("orders", -0.9, channel="paid_search"),
        *(moved("orders", 0.0, channel=c) for c in CHANNELS[1:]),
    ]
    found = evidence(rows, rows[1])

    assert _grade("orders:down@one_channel~any", found) is Grade.FITS
    assert _grade("orders:down@all_channels~any", found) is Grade.PARTLY


def test_a_noisy_series_is_unobserved_rather_than_flat() -> None:
    found = evidence([*ALL_DOWN, *everywhere("sessions", -0.02, noise=0.2)])

    assert _grade("sessions:flat@all_channels~any", found) is Grade.UNOBSERVED
    assert _grade("sessions:down@all_channels~any", found) is Grade.UNOBSERVED


def test_an_unclear_move_can_still_rule_out_a_cliff() -> None:
    found = evidence([*ALL_DOWN, *everywhere("sessions", -0.05, noise=0.06)])

    assert _grade("sessions:down@all_channels~cliff", found) is Grade.FLAT
    assert _grade("sessions:down@all_channels~step", found) is Grade.UNOBSERVED


def test_flat_where_a_move_is_asked_says_so() -> None:
    assert _grade("sessions:down@all_channels~any", evidence([*ALL_DOWN, *everywhere("sessions", 0.0)])) is Grade.FLAT


def test_one_device_moves_while_the_other_verifiably_does_not() -> None:
    rows = [
        moved("cvr", -0.5, channel="paid_search", segment={"device": "mobile"}),
        moved("cvr", 0.0, channel="paid_search", segment={"device": "desktop"}),
    ]
    found = match(Token.parse("cvr:down@one_device~any"), evidence(rows))

    assert found.grade is Grade.FITS
    assert found.units == ("mobile",)


def test_all_devices_alike_are_no_local_cause() -> None:
    rows = [moved("cvr", -0.5, channel="paid_search", segment={"device": d}) for d in ("mobile", "desktop")]

    assert _grade("cvr:down@one_device~any", evidence(rows)) is Grade.PARTLY


def test_a_ratio_that_no_table_has_is_computed_from_its_parts() -> None:
    found = evidence([*everywhere("orders", -0.5), moved("backoffice_orders", 0.0, check="shop")])
    tracked = match(Token.parse("tracked_share:down@all_channels~any"), found)

    assert tracked.grade is Grade.FITS
    assert tracked.movements[0].relative == pytest.approx(-0.5)


def test_the_whole_is_the_sum_of_its_channels_where_no_total_is_reported() -> None:
    rows = [moved("orders", -0.5, channel=c) for c in CHANNELS]

    assert _grade("orders:down@all_channels~any", evidence(rows)) is Grade.FITS


def test_error_rate_stands_in_for_uptime_and_counts_a_little_less() -> None:
    found = match(
        Token.parse("uptime:down@all_channels~any"), evidence([*ALL_DOWN, moved("error_rate", 2.0, check="site")])
    )

    assert (found.grade, found.stand_in) == (Grade.PARTLY, "error_rate")


def test_a_change_of_credit_between_channels_is_a_shift() -> None:
    rows = [moved("orders", -0.5, channel="paid_search"), moved("orders", 0.5, channel="direct")]

    assert _grade("orders:shift@some_channels~any", evidence(rows)) is Grade.FITS


def test_ad_clicks_mean_the_paid_channels_only() -> None:
    rows = [
        moved("orders", -0.5),
        moved("clicks", 0.0, channel="paid_search"),
        moved("clicks", -0.9, channel="email", check="mail"),
    ]

    assert _grade("clicks:flat@some_channels~any", evidence(rows)) is Grade.FITS


@pytest.mark.parametrize(
    ("flags", "grade"),
    [
        ([Flag(role="deploy", title="v2")], Grade.FITS),
        ([Flag(role="deploy", present=False)], Grade.FLAT),
        ([], Grade.UNOBSERVED),
    ],
)
def test_a_release_is_recorded_known_to_be_absent_or_unknown(flags: list[Flag], grade: Grade) -> None:
    assert _grade("deploy:up@any~any", evidence(ALL_DOWN, flags=flags)) is grade


def test_a_budget_change_without_direction_fits_in_part() -> None:
    found = evidence(ALL_DOWN, flags=[Flag(role="budget_limit", direction="any")])

    assert _grade("budget_limit:down@one_campaign~step", found) is Grade.PARTLY
    assert _grade("budget_limit:any@one_campaign~step", found) is Grade.FITS


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        ("late", "freshness_lag:up@one_source~step"),
        ("late", "value:down@one_source~truncated"),
        ("partial", "row_count:down@one_source~truncated"),
        ("missing", "row_count:zero@one_source~cliff"),
        ("duplicate", "row_count:up@one_source~double"),
        ("restated", "value:any@one_source~revised"),
    ],
)
def test_data_faults_of_the_incidents_own_source_are_marks(kind: str, token: str) -> None:
    assert _grade(token, evidence(ALL_DOWN, health=[Health(kind=kind, check="web")])) is Grade.FITS
    assert _grade(token, evidence(ALL_DOWN, health=[Health(kind=kind, check="other")])) is not Grade.FITS


def test_an_examined_record_without_fault_is_flat_and_an_unexamined_one_unobserved() -> None:
    assert _grade("row_count:flat@one_source~any", evidence(ALL_DOWN, checked=["web"])) is Grade.FITS
    assert _grade("row_count:flat@one_source~any", evidence(ALL_DOWN)) is Grade.UNOBSERVED


def test_few_events_are_their_own_mark() -> None:
    few = evidence([moved("orders", -0.5, expected=16.0, noise=0.2)])

    assert _grade("event_count:down@one_segment~any", few) is Grade.FITS
    assert _grade("event_count:down@one_segment~any", evidence(ALL_DOWN)) is Grade.FLAT


def test_other_visitors_at_unchanged_rates_are_a_shift_of_the_mix() -> None:
    rows = [
        moved("sessions", 0.5, expected=10_000.0),
        moved("orders", 0.0, expected=300.0),
        moved("cvr", -1 / 3),
        moved("sessions", 0.0, channel="email", expected=5000.0),
        moved("orders", 0.0, channel="email", expected=250.0),
        moved("sessions", 1.0, channel="paid_social", expected=5000.0),
        moved("orders", 1.0, channel="paid_social", expected=50.0),
    ]
    found = evidence(rows, rows[2])

    assert _grade("traffic_mix:shift@all_channels~any", found) is Grade.FITS
    assert _grade("within_segment_rates:flat@all_channels~any", found) is Grade.FITS


def test_a_drift_is_no_step() -> None:
    found = evidence(everywhere("orders", -0.3, forms=frozenset({Form.DRIFT})))

    assert (
        match(Token.parse("orders:down@all_channels~step"), found).degree
        < match(Token.parse("orders:down@all_channels~drift"), found).degree
    )
