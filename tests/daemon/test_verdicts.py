"""What is kept of a cycle's thoughts, and the words that answer `why-not`."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daemon.store import open_store
from daemon.store import verdicts as stored
from daemon.verdicts import Aftermath, Judged, Standing, Verdict, verdicts, with_aftermath
from daemon.why_not import why_not
from daemon.why_not_words import counted, line, reasons, would_have_told
from detectors.cadence import Cadence
from detectors.finding import Finding, Gate, NotJudged, Reason, Shape, refused
from detectors.panel import Bools, SeriesKey
from tests.builders.looked import looked
from tests.builders.troubles import day, off, view

SERIES: dict[tuple[str | None, str], list[float]] = {
    ("email", "orders"): [100.0] * 10,
    ("email", "revenue"): [90.0] * 10,
}
COLUMNS = 4  # the newest periods that have an expectation


def judged(**changed: Any) -> Judged:
    panel = view(SERIES).panel
    numbers: dict[str, float] = {"expected": 100.0, "lower": 80.0, "upper": 120.0, "p_value": 0.04}
    expected = {name: np.full((len(SERIES), COLUMNS), value) for name, value in numbers.items()}
    usual = looked(panel, expected, needed=np.full((len(SERIES), COLUMNS), 0.001))
    return replace(usual, again=[len(panel.axis) - 3] * len(SERIES), **changed)


def last(found: tuple[Verdict, ...], kpi: str = "orders") -> Verdict:
    return [v for v in found if v.kpi == kpi][-1]


def at_last(row: int = 0) -> Bools:
    mask = np.zeros((2, 10), dtype=np.bool_)
    mask[row, -1] = True
    return mask


def test_of_an_ordinary_total_the_new_period_alone_is_kept_with_its_numbers() -> None:
    found = verdicts(judged(), [], [], [])

    assert [(v.kpi, v.standing, v.start) for v in found] == [
        ("orders", Standing.IN_RANGE, day(9)),
        ("revenue", Standing.IN_RANGE, day(9)),
    ]
    assert (found[0].observed, found[0].expected, found[0].p_value, found[0].needed) == (100, 100, 0.04, 0.001)


def test_a_period_that_is_judged_again_is_kept_where_it_is_not_in_range() -> None:
    low = off("email", "orders", -0.07, start=8, end=9)

    found = [v for v in verdicts(judged(), [], [refused(low, Gate.MIN_CHANGE)], []) if v.kpi == "orders"]

    assert [(v.start, v.standing) for v in found] == [(day(8), Standing.REFUSED), (day(9), Standing.IN_RANGE)]
    assert found[0].run == (93, 100)


@pytest.mark.parametrize(
    ("changed", "standing"),
    [
        ({"over": at_last()}, Standing.PAST_PROBLEM),
        ({"exempt": at_last()}, Standing.EXEMPT),
        ({"excluded": at_last()}, Standing.OPEN_INCIDENT),
        (
            {
                "needed": np.full((2, COLUMNS), 0.05),
                "expected": dict(judged().expected) | {"expected": np.full((2, COLUMNS), 80.0)},
            },
            Standing.DIRECTION,
        ),
    ],
)
def test_what_keeps_a_period_silent_is_named(changed: dict[str, Any], standing: Standing) -> None:
    assert last(verdicts(judged(**changed), [], [], [])).standing is standing


def test_what_is_told_is_told_and_what_cannot_be_judged_says_why() -> None:
    dark = np.full((2, COLUMNS), np.nan)
    why = NotJudged(SeriesKey("web", "email", "orders"), Reason.TOO_SMALL, "3 events a period, 10 needed")
    told: list[Finding] = [off("email", "revenue", -0.4, start=9, shape=Shape.DIP)]

    found = verdicts(judged(expected=dict(judged().expected) | {"p_value": dark}), told, [], [why])

    assert last(found, "revenue").standing is Standing.TOLD
    assert reasons(last(found)) == ["Too few events to judge (`min_volume`) (3 events a period, 10 needed)."]
    assert would_have_told(last(found)) == ["a lower `min_volume` than 10"]


def test_what_an_incident_that_is_over_explains_is_named_with_it() -> None:
    told = [off("email", "orders", 0.4, start=9), off("email", "revenue", 0.4, start=9)]
    recovered = Aftermath(finding=told[0], standing=Standing.RECOVERY, incident="20251007-orders-1a2b")

    found = tuple(with_aftermath(verdicts(judged(), told, [], []), [recovered]))

    assert last(found).standing is Standing.RECOVERY
    assert "20251007-orders-1a2b" in reasons(last(found))[-1]
    assert last(found, "revenue").standing is Standing.TOLD


def test_segments_are_kept_only_where_they_deviated() -> None:
    told = [off("email", "orders", -0.4, start=9, device="mobile")]

    assert {v.segment for v in verdicts(judged(), told, [], [])} == {()}


def spoken(_kpi: str, value: float | None) -> str:
    return f"{value:g}"


ORDINARY = last(verdicts(judged(), [], [], []))


def test_in_range_is_told_with_chance_and_with_the_sensitivity_that_would_have_told() -> None:
    near = replace(ORDINARY, p_value=0.004)

    assert line(near, spoken) == "100 seen, 100 expected (80 to 120 is normal)"
    assert reasons(near)[0] == "It was within what is normal."
    assert "once in 250 periods (p 0.004)" in reasons(near)[1]
    assert "once in 1,000 periods (p 0.001)" in reasons(near)[1]
    assert would_have_told(near) == ["`sensitivity: 8.4` (false alerts a month) instead of 2, for this series"]


def test_of_an_ordinary_day_no_setting_is_advised() -> None:
    assert would_have_told(replace(ORDINARY, p_value=0.6)) == [
        "no sensible setting, for as ordinary a period comes all the time"
    ]


def test_a_change_below_min_change_says_by_how_much_it_missed() -> None:
    small = replace(ORDINARY, standing=Standing.REFUSED, gate="min_change", p_value=1e-5, run=(93.0, 100.0))

    assert reasons(small) == [
        "It did deviate (p 1e-05).",
        "As one deviation with the periods beside it, it was on average off by -7 %: less than the 10 % that `min_change` asks for.",
    ]
    assert would_have_told(small) == ["`min_change: 6.9%` instead of 10%"]


@pytest.mark.parametrize("gate", list(Gate))
def test_every_gate_has_its_words(gate: Gate) -> None:
    assert reasons(replace(ORDINARY, standing=Standing.REFUSED, gate=gate.name.lower(), run=(1.0, 2.0)))[-1].endswith(
        "."
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_for_not_judging_has_its_words(reason: Reason) -> None:
    said = reasons(replace(ORDINARY, standing=Standing.NOT_JUDGED, gate=reason.name.lower()))

    assert len(said) == 1
    assert said[0] != f"{reason.name.lower()}."


def test_what_is_kept_comes_back_as_it_went_in_for_its_days_alone() -> None:
    now = datetime(2026, 3, 3, 8, 15, tzinfo=UTC)
    small = replace(ORDINARY, standing=Standing.REFUSED, gate="min_change", run=(93.0, 100.0), start=day(8))
    with closing(open_store("sqlite://", Path())) as store:
        with store.transaction() as connection:
            stored.keep(connection, "web", now, [small, ORDINARY, replace(ORDINARY, kpi="revenue", lower=None)])
            stored.keep(connection, "web", now + timedelta(days=1), [])
        with store.reading() as connection:
            found = stored.of(connection, "web", "email", "orders", day(8), day(9))
            both = stored.of(connection, "web", "email", "orders", day(8), day(10))
            nobody = stored.of(connection, "web", None, "orders", day(8), day(10))
            since = stored.first(connection)

    assert [(k.check, k.at, k.verdict) for k in found] == [("web", now, small)]
    assert [k.verdict for k in both] == [small, ORDINARY]
    assert nobody == []
    assert since == now


def test_a_date_asks_for_the_week_that_holds_it_and_for_the_worst_hour_of_its_day() -> None:
    now, noon = day(9) + timedelta(hours=32), day(9) + timedelta(hours=12)
    hours = [replace(ORDINARY, kpi="calls", start=day(9) + timedelta(hours=h), p_value=0.5) for h in (10, 11, 13)]
    late = replace(ORDINARY, kpi="calls", start=noon, standing=Standing.REFUSED, gate="min_change", run=(1.0, 2.0))
    week = replace(ORDINARY, start=day(5))
    cadences = {"hours": Cadence.parse("hour"), "weeks": Cadence.parse("week")}
    with closing(open_store("sqlite://", Path())) as store:
        with store.transaction() as connection:
            stored.keep(connection, "weeks", now, [week])
            stored.keep(connection, "hours", now, [replace(late, standing=Standing.IN_RANGE), *hours])
            stored.keep(connection, "hours", now + timedelta(hours=1), [late])
        of_week = why_not(store, "email", "orders", day(9), day(10), cadences)
        after_it = why_not(store, "email", "orders", day(12), day(13), cadences)
        of_day = why_not(store, "email", "calls", day(9), day(10), cadences)
        of_hour = why_not(store, "email", "calls", noon, noon + timedelta(microseconds=1), cadences)

    assert of_week.kept is not None
    assert of_week.kept.verdict == week
    assert after_it.kept is None
    assert of_day.kept is not None
    assert of_day.kept.verdict == late  # the newest verdict on that hour
    assert counted([k.verdict for k in of_day.others]) == "3 in range"
    assert of_hour.kept is not None
    assert (of_hour.kept.verdict.start, of_hour.others) == (noon, [])


def test_what_is_old_is_forgotten() -> None:
    now = datetime(2026, 3, 3, 8, 15, tzinfo=UTC)
    with closing(open_store("sqlite://", Path())) as store:
        with store.transaction() as connection:
            stored.keep(connection, "web", now - timedelta(days=91), [ORDINARY])
            stored.keep(connection, "web", now, [ORDINARY])
            assert stored.forget(connection, now - timedelta(days=90)) == 1
        with store.reading() as connection:
            assert stored.first(connection) == now
