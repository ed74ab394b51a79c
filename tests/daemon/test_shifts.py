"""What only moved from part to part, found for an incident and said in one plain sentence."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

from daemon.alerts.dates import DAY
from daemon.alerts.shift_words import Speech
from daemon.model import Shift, ShiftKind
from daemon.shifts import shifts_of
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import Movement, state_of
from tests.builders.troubles import off, opened, settings

SPEECH = Speech.of(settings(), DAY)


def moved(kpi: str, expected: float, observed: float, channel: str | None = None, **segment: str) -> Movement:
    """A KPI over two days, known to two percent; sums are per day."""
    change, days = log(observed / expected), 1 if kpi == "cvr" else 2
    return Movement(
        key=SeriesKey("web", channel, kpi, tuple(sorted(segment.items()))),
        role=kpi,
        type=KpiType.RATIO if kpi == "cvr" else KpiType.COUNT,
        observed=days * observed,
        expected=days * expected,
        lower=0.0,
        upper=0.0,
        change=change,
        noise=0.015,
        periods=2,
        state=state_of(change, 0.015, 0.08),
    )


def told(*findings: Finding, rows: Sequence[Movement]) -> tuple[Shift, ...]:
    return shifts_of(opened(*findings), rows, settings(), SPEECH)


CHANNELS = [
    moved("orders", 200, 159, "paid_search"),
    moved("orders", 100, 139, "paid_social"),
    moved("orders", 200, 201, "email"),
    moved("orders", 500, 499),
]


def test_orders_that_moved_from_one_channel_to_another_are_told_with_both_amounts() -> None:
    (shift,) = told(off("paid_search", "orders", -0.2), off("paid_social", "orders", 0.39), rows=CHANNELS)

    assert (shift.kind, shift.kpi) == (ShiftKind.SUBSTITUTION, "orders")
    assert shift.words == "Orders moved from paid search to paid social: -41 and +39 a day; the total stands."


def test_clicks_that_moved_between_campaigns_are_told_within_their_channel() -> None:
    rows = [
        moved("clicks", 200, 120, "paid_search", campaign="brand"),
        moved("clicks", 200, 282, "paid_search", campaign="generic"),
        moved("clicks", 400, 402, "paid_search"),
    ]

    (shift,) = told(off("paid_search", "clicks", -0.4, campaign="brand"), rows=rows)

    assert shift.words == "Clicks moved from campaign brand to campaign generic: -80 and +82 a day; the total stands."


def test_another_channel_that_gained_by_chance_while_the_total_fell_is_not_told() -> None:
    rows = [*CHANNELS[:1], moved("orders", 100, 112, "paid_social"), *CHANNELS[2:3], moved("orders", 500, 472)]

    assert told(off("paid_search", "orders", -0.2), rows=rows) == ()


def test_a_loss_of_data_moved_nowhere() -> None:
    doubled = replace(off("paid_search", "orders", -0.2), shape=Shape.DUPLICATE)

    assert told(doubled, rows=CHANNELS) == ()


MIX = [
    moved("cvr", 0.044, 0.0352),
    moved("sessions", 1000, 1605),
    moved("cvr", 0.06, 0.06, device="desktop"),
    moved("sessions", 600, 610, device="desktop"),
    moved("cvr", 0.02, 0.02, device="mobile"),
    moved("sessions", 400, 995, device="mobile"),
]


def test_a_rate_that_moved_by_its_mix_alone_is_told_with_the_part_that_grew() -> None:
    (shift,) = told(off(None, "cvr", -0.2), rows=MIX)

    assert (shift.kind, shift.kpi) == (ShiftKind.MIX, "cvr")
    assert shift.words == (
        "The mix moved, not the rate: within every device the conversion rate stands; mobile's part of sessions rose from 40 % to 62 %."
    )


def test_where_the_headline_is_of_something_else_the_sentence_names_the_rate_first() -> None:
    incident = replace(opened(off(None, "sessions", 0.6)), consequences=(off(None, "cvr", -0.2),))

    (shift,) = shifts_of(incident, MIX, settings(), SPEECH)

    assert shift.words.startswith("Conversion rate -20 %: the mix moved, not the rate: within every device it stands;")


def test_channels_that_the_business_is_mixed_of_are_called_by_their_titles() -> None:
    rows = [
        replace(m, key=replace(m.key, channel={"desktop": "email", "mobile": "paid_social"}[value], segment=()))
        if (value := dict(m.key.segment).get("device"))
        else m
        for m in MIX
    ]

    (shift,) = told(off(None, "cvr", -0.2), rows=rows)

    assert "within every channel the conversion rate stands; paid social's part of sessions" in shift.words
