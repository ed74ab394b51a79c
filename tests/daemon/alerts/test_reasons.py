"""The sentences for and against a cause, word for word."""

import re
from zoneinfo import ZoneInfo

from config.causes import shipped
from daemon.alerts.reason_words import Speaker
from daemon.alerts.reasons import against, steady, supporting
from detectors.causes.evidence import Evidence, Flag, Health
from detectors.causes.graded import Grade, Match
from detectors.causes.rank import Ranked, rank
from detectors.causes.tokens import Token
from detectors.segments.movement import Movement
from tests.builders.movements import CHANNELS, START, everywhere, evidence, moved

RECORDS = shipped().records()


def _told(found: Evidence, cause: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ranked: Ranked = next(r for r in rank(RECORDS, found) if r.id == cause)
    speaker = _speaker(found)
    return supporting(ranked.supporting, speaker), against(ranked.against, ranked.unobserved, speaker)


def _speaker(found: Evidence) -> Speaker:
    return Speaker(evidence=found, started_at=START, zone=ZoneInfo("Europe/London"), currency="GBP")


def _rate(change: float, share: float, **place: object) -> Movement:
    return moved("checkout_to_purchase_rate", change, expected=share * 1000, **place)  # type: ignore[arg-type]


def _mobile_checkout() -> Evidence:
    """Checkout breaks on mobile, in every channel; the shop's own count agrees; a release log knows of no release."""
    rows = [
        moved("orders", -0.41, expected=5000.0),
        *(moved("orders", -0.41, channel=c) for c in CHANNELS),
        _rate(-0.21, 0.52),
        *(_rate(-0.21, 0.52, channel=c) for c in CHANNELS),
        moved("backoffice_orders", -0.38, check="shop", expected=600.0),
        *everywhere("checkouts", 0.01),
        *everywhere("sessions", 0.02),
    ]
    for channel in CHANNELS:
        rows += [
            _rate(-0.42, 0.52, channel=channel, segment={"device": "mobile"}),
            _rate(0.0, 0.6, channel=channel, segment={"device": "desktop"}),
        ]
    return evidence(rows, flags=[Flag(role="deploy", present=False)])


def test_a_failing_checkout_reads_as_a_marketer_would_tell_it() -> None:
    for_it, against_it = _told(_mobile_checkout(), "checkout_failure")

    assert for_it == (
        "The shop's own count agrees: back-office orders -38 %.",
        "From checkout to order: 52 % -> 30 % on mobile, in every channel.",
        "Checkouts (+1 %) and sessions (+2 %) are steady.",
        "Orders -41 % in every channel.",
    )
    assert against_it == ("No release is recorded near Tue 14 Oct.",)


def test_a_lost_tag_is_told_by_the_shop_that_sells_on() -> None:
    rows = [
        *everywhere("orders", -0.96),
        moved("backoffice_orders", -0.01, check="shop", expected=2620.0),
        *everywhere("sessions", -0.01),
        *everywhere("checkouts", 0.02),
    ]
    for_it, _ = _told(evidence(rows), "tracking_conversion_only")

    assert "The shop's own count is normal: 1,300 back-office orders (-1 %)." in for_it
    assert any(
        s in for_it
        for s in (
            "Sessions (-1 %) and checkouts (+2 %) are steady.",
            "Checkouts (+2 %) and sessions (-1 %) are steady.",
        )
    )
    assert "Orders fell to almost nothing in every channel." in for_it


def test_without_a_back_office_the_missing_count_is_named() -> None:
    found = evidence([*everywhere("orders", -0.5), *everywhere("sessions", 0.0)])

    assert _told(found, "checkout_failure")[1][-1] == "There is no independent count of orders to compare with."


def test_five_channels_that_moved_alike_are_one_sentence_and_two_are_named() -> None:
    every, _ = _told(evidence(everywhere("sessions", -0.7)), "tracking_break_site")
    rows = [
        moved("spend", -0.6, channel="paid_search"),
        moved("impressions", -0.6, channel="paid_search"),
        moved("spend", 0.0, channel="paid_social"),
        moved("impressions", 0.0, channel="paid_social"),
    ]
    one, _ = _told(evidence(rows), "budget_cut_or_pause")

    assert every == ("Sessions -70 % in every channel.",)
    assert (
        one == ("Ad impressions -60 % in paid search.", "Ad spend -60 % in paid search.")
        or one[0] == "Ad impressions -60 % in paid search."
    )


def test_the_number_of_several_campaigns_is_true_of_them_together() -> None:
    rows = [
        moved("spend", -0.5, channel="paid_search"),
        *(
            moved("impressions", change, channel="paid_search", expected=size, segment={"campaign": campaign})
            for campaign, change, size in (("brand", 0.0, 5000.0), ("garden", -1.0, 100.0), ("sofas", -0.5, 900.0))
        ),
    ]
    for_it, _ = _told(evidence(rows), "budget_exhausted")

    assert "Ad impressions -55 % in campaigns garden and sofas." in for_it


def test_what_raised_the_alarm_is_never_told_as_steady() -> None:
    found = evidence([moved("orders", -0.3, channel="email"), moved("orders", 0.0), moved("sessions", 0.01)])

    assert found.lead is not None and found.lead.role == "orders"
    assert steady(found, _speaker(found)) == ("Sessions are steady (+1 %).",)


def test_the_calendar_and_the_record_speak() -> None:
    rows = everywhere("orders", 0.5) + everywhere("sessions", 0.2)
    promo, _ = _told(evidence(rows, flags=[Flag(role="promo_flag", title="Spring <sale>", since=START)]), "promo_start")
    late, _ = _told(evidence(everywhere("orders", -0.5), health=[Health(kind="late", check="web")]), "data_late")

    assert any(s.startswith("Promotion recorded: ") and s.endswith(", Tue 14 Oct.") for s in promo)
    assert "The data of web are late." in late


def test_steady_sentences_leave_out_what_moved_more_than_a_tenth() -> None:
    found = evidence(
        [
            *everywhere("orders", -0.9),
            moved("backoffice_orders", -0.11, noise=0.001, check="shop"),
            *everywhere("sessions", 0.01),
        ]
    )

    assert steady(found, _speaker(found)) == ("Sessions are steady (+1 %).",)


def test_at_most_four_sentences_for_and_three_against_and_no_statistics_words() -> None:
    found = _mobile_checkout()
    words = re.compile(
        r"sigma|p-value|likelihood|residual|z-score|significan|standard|deviation|quantile|prior|posterior|unclear|nan",
        re.IGNORECASE,
    )

    for ranked in rank(RECORDS, found):
        for_it, against_it = _told(found, ranked.id) if ranked.id != "unknown" else ((), ())
        assert len(for_it) <= 4
        assert len(against_it) <= 3
        assert not [s for s in (*for_it, *against_it) if words.search(s)]


def test_what_moved_in_the_channel_of_the_trouble_is_not_told_as_steady_for_the_whole_business() -> None:
    rows = [moved("sessions", -0.4, channel="email"), moved("orders", -0.38, channel="email"), moved("spend", -0.01)]
    found = evidence([*rows, moved("orders", 0.006, expected=5000.0), moved("sessions", -0.03, expected=5000.0)])

    assert steady(found, _speaker(found)) == ("Ad spend is steady (-1 %).",)


def test_a_watched_gap_between_two_sources_that_stands_is_told_as_steady() -> None:
    gap = moved("tracked_share", 0.01, expected=1.0)
    steady_gap = Match(
        token=Token.parse("tracked_share:flat@all_channels~any"), grade=Grade.FITS, level="business", movements=(gap,)
    )

    (told,) = supporting([steady_gap], _speaker(evidence([gap])))

    assert told.endswith("steady (+1 %).")
