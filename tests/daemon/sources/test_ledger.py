"""What a check's series looked like at an instant, and never later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sources.ledger import Ledger, Snapshot
from daemon.sources.table import Table
from detectors.panel import SeriesKey
from tests.daemon.sources.build import day, ledger_of, morning, pulled, row, settings_of, table_of

SEEN: dict[str, Any] = {"observed_at": "seen"}


def test_without_observed_at_a_row_is_seen_when_its_period_ends(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [(day(n), n + 1) for n in range(5)], "date,orders")

    assert row(ledger.as_of(datetime(2024, 1, 3, 23, 59, tzinfo=UTC)), "search") == [1, 2]
    assert row(ledger.as_of(datetime(2024, 1, 4, 0, 0, tzinfo=UTC)), "search") == [1, 2, 3]


def test_of_one_key_the_latest_observation_holds_that_is_not_after_now(tmp_path: Path) -> None:
    rows = [(day(0), 10, pulled(0)), (day(1), 20, pulled(1)), (day(0), 12, pulled(1)), (day(0), 99, pulled(2))]
    ledger = ledger_of(tmp_path, rows, "date,orders,seen", **SEEN)

    assert row(ledger.as_of(morning(0)), "search") == [10]
    assert row(ledger.as_of(morning(1)), "search") == [12, 20]
    assert row(ledger.as_of(morning(2)), "search")[:2] == [99, 20]


def test_going_back_in_time_forgets_what_came_later(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [(day(0), 10, pulled(0)), (day(0), 12, pulled(1))], "date,orders,seen", **SEEN)
    ledger.as_of(morning(1))

    assert row(ledger.as_of(morning(0)), "search") == [10]


def test_nothing_is_seen_before_the_first_pull(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [(day(n), 5, pulled(9)) for n in range(9)], "date,orders,seen", **SEEN)

    assert ledger.as_of(morning(3)).panel.values.shape == (0, 0)


def test_a_missing_row_is_zero_for_counts_and_a_missing_period_is_unknown(tmp_path: Path) -> None:
    rows = [(day(n), device, 3) for n in (0, 1, 3) for device in ("mobile", "desktop") if (n, device) != (1, "mobile")]
    snapshot = ledger_of(tmp_path, rows, "date,device,orders", dimensions={"device": {}}).as_of(morning(3))

    assert row(snapshot, "search", device="mobile") == pytest.approx([3, 0, np.nan, 3], nan_ok=True)
    assert row(snapshot, "search") == pytest.approx([6, 3, np.nan, 6], nan_ok=True)


def test_missing_rows_can_mean_unknown(tmp_path: Path) -> None:
    rows = [(day(0), "mobile", 3), (day(0), "desktop", 3), (day(1), "desktop", 3)]
    snapshot = ledger_of(tmp_path, rows, "date,device,orders", dimensions={"device": {}}, missing_rows="unknown").as_of(
        morning(1)
    )

    assert row(snapshot, "search", device="mobile") == pytest.approx([3, np.nan], nan_ok=True)


def test_what_has_not_started_is_unknown_and_what_never_has_values_is_no_series(tmp_path: Path) -> None:
    rows = [
        (day(n), c, 4, "" if c == "email" else 9)
        for n in range(4)
        for c in ("search", "email")
        if c == "search" or n > 1
    ]
    snapshot = ledger_of(
        tmp_path,
        rows,
        "date,channel,orders,spend",
        channel_column="channel",
        columns={"orders": "orders", "spend": "spend"},
    ).as_of(morning(3))

    assert row(snapshot, "email") == pytest.approx([np.nan, np.nan, 4, 4], nan_ok=True)
    assert row(snapshot, None) == [4, 4, 8, 8]
    assert SeriesKey("shop", "email", "spend") not in snapshot.panel.keys


def test_ratios_come_from_summed_parts_and_levels_are_weighted(tmp_path: Path) -> None:
    rows = [(day(0), "mobile", 1, 100, 10), (day(0), "desktop", 9, 100, 20)]
    snapshot = ledger_of(
        tmp_path,
        rows,
        "date,device,orders,sessions,wait",
        dimensions={"device": {}},
        columns={"orders": "orders", "sessions": "sessions", "wait": "wait"},
    ).as_of(morning(0))

    assert row(snapshot, "search", "cvr") == [0.05]
    assert row(snapshot, "search", "wait") == [19]
    cvr = snapshot.panel.keys.index(SeriesKey("shop", "search", "cvr"))
    assert snapshot.panel.exposure[cvr].tolist() == [200]


def test_a_ratio_is_over_rows_that_have_both_parts(tmp_path: Path) -> None:
    rows = [(day(0), "search", 5, 100), (day(0), "email", 5, "")]
    snapshot = ledger_of(
        tmp_path,
        rows,
        "date,channel,orders,sessions",
        channel_column="channel",
        columns={"orders": "orders", "sessions": "sessions"},
    ).as_of(morning(0))

    assert row(snapshot, None, "cvr") == [0.05]


def test_equal_rows_at_one_observation_are_duplicates_and_not_twice_the_sales(tmp_path: Path) -> None:
    rows = [(day(n), 10) for n in range(15)] + [(day(14), 10)]
    snapshot = ledger_of(tmp_path, rows, "date,orders").as_of(morning(14))

    problem = snapshot.problems[0]
    assert (problem.kind, problem.channel, problem.periods, problem.overdue) == (
        "duplicate",
        "search",
        (day(14),),
        True,
    )
    assert problem.detail == "search: 1 of 2 rows repeat the key of another one (x 2.00); which are right is not known"
    assert np.isnan(row(snapshot, "search")[-1])
    assert snapshot.untrusted[0, -1]
    assert snapshot.reported[0, -1] == 20


def test_a_table_finer_than_its_key_is_summed(tmp_path: Path) -> None:
    rows = [(day(n), ad, 10 + n) for n in range(15) for ad in ("a", "b")]
    snapshot = ledger_of(tmp_path, rows, "date,ad_id,orders").as_of(morning(14))

    assert row(snapshot, "search")[:2] == [20, 22]
    assert not snapshot.problems


def test_a_later_row_replaces_only_the_one_that_it_is_about(tmp_path: Path) -> None:
    rows = [(day(n), ad, 10, pulled(n)) for n in range(15) for ad in ("a1", "b2")] + [(day(3), "a1", 70, pulled(14))]
    snapshot = ledger_of(tmp_path, rows, "date,ad_id,orders,seen", **SEEN).as_of(morning(14))

    assert row(snapshot, "search")[:5] == [20, 20, 20, 80, 20]
    assert snapshot.leaves("orders", "search", 0, 15).top.tolist() == [350 + 10]


def test_a_damaged_cell_makes_its_series_unknown_and_not_smaller(tmp_path: Path) -> None:
    rows = [
        (day(n), device, "#REF!" if (n, device) == (3, "mobile") else 5)
        for n in range(5)
        for device in ("mobile", "desktop")
    ]
    snapshot = ledger_of(tmp_path, rows, "date,device,orders", dimensions={"device": {}}).as_of(morning(4))

    assert row(snapshot, "search") == pytest.approx([10, 10, 10, np.nan, 10], nan_ok=True)
    assert row(snapshot, "search", device="desktop") == [5, 5, 5, 5, 5]
    assert [(p.kind, p.periods) for p in snapshot.problems] == [("partial", (day(3),))]
    assert snapshot.problems[0].detail == (
        "1 cells of orders are unreadable; first shop.csv line 8: column 'orders' holds the spreadsheet error "
        "'#REF!': mend the formula; the cell counts as unknown"
    )


def test_leaves_are_summed_over_a_range_of_periods(tmp_path: Path) -> None:
    rows = [
        (day(n), device, region, 1 + n)
        for n in range(4)
        for device in ("mobile", "desktop")
        for region in ("north", "south")
    ]
    snapshot = ledger_of(tmp_path, rows, "date,device,region,orders", dimensions={"region": {}, "device": {}}).as_of(
        morning(3)
    )

    leaves = snapshot.leaves("orders", "search", 1, 3)

    assert leaves.dimensions == ("device", "region")
    assert list(zip(*(v.tolist() for v in leaves.values), leaves.top.tolist(), strict=True)) == [
        ("desktop", "north", 5),
        ("desktop", "south", 5),
        ("mobile", "north", 5),
        ("mobile", "south", 5),
    ]
    assert leaves.bottom is None


def test_a_step_is_what_each_period_was_at_one_age_and_at_the_next(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(day(n), 100, pulled(9)) for n in range(10)]
    rows += [(day(n), 60, pulled(n)) for n in range(10, 15)] + [(day(n), 90, pulled(n + 1)) for n in range(10, 14)]
    snapshot = ledger_of(tmp_path, rows, "date,orders,seen", **SEEN).as_of(morning(14))

    assert row(snapshot, "search") == [100] * 10 + [90] * 4 + [60]
    (step,) = snapshot.development()
    assert step.earlier[0].tolist() == pytest.approx([np.nan] * 9 + [100] + [60] * 4 + [np.nan], nan_ok=True)
    assert step.later[0].tolist() == pytest.approx([np.nan] * 9 + [100] + [90] * 4 + [np.nan], nan_ok=True)


def test_a_history_with_one_single_observation_teaches_nothing_about_age(tmp_path: Path) -> None:
    rows = [(day(n), 100, pulled(9)) for n in range(10)]
    snapshot = ledger_of(tmp_path, rows, "date,orders,seen", **SEEN).as_of(morning(9))

    assert list(snapshot.development()) == []


def test_a_past_figure_that_changes_after_it_settled_is_restated(tmp_path: Path) -> None:
    rows = [(day(n), 100 + n, pulled(n)) for n in range(40)] + [(day(5), 40, pulled(39))]
    snapshot = ledger_of(tmp_path, rows, "date,orders,seen", **SEEN).as_of(morning(39))

    assert [(p.kind, p.periods, p.detail) for p in snapshot.problems] == [
        ("restated", (day(5),), "orders was restated after it had settled, by -62% (105 to 40)")
    ]


def developed(snapshot: Snapshot) -> list[str]:
    return [repr(np.round([step.earlier, step.later], 6).tolist()) for step in snapshot.development()]


def same(one: Snapshot, other: Snapshot) -> bool:
    arrays = ("values", "exposure")
    return (
        one.panel.keys == other.panel.keys
        and one.problems == other.problems
        and all(np.allclose(getattr(one.panel, a), getattr(other.panel, a), equal_nan=True) for a in arrays)
        and np.array_equal(one.untrusted, other.untrusted)
        and np.allclose(one.reported, other.reported, equal_nan=True)
        and developed(one) == developed(other)
    )


ROWS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(["search", "email"]),
        st.sampled_from(["mobile", "desktop"]),
        st.integers(0, 50),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=120,
)


def until(table: Table, now: datetime) -> Table:
    """The rows of a table that had been observed by an instant."""
    assert table.observed is not None
    seen = table.observed <= np.datetime64(now.replace(tzinfo=None), "s")
    return replace(
        table,
        period=table.period[seen],
        observed=table.observed[seen],
        channel=table.channel[seen],
        dimensions=table.dimensions[seen],
        values=table.values[seen],
        identity=table.identity[seen],
    )


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, looks=st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_looking_step_by_step_gives_what_looking_once_gives_and_never_sees_later_rows(
    rows: list[tuple[int, str, str, int, int]], looks: list[int]
) -> None:
    n, channel, device, orders, delay = (np.array(column) for column in zip(*rows, strict=True))
    first = np.datetime64("2024-01-01T00:00:00", "s")
    table = Table(
        period=first + n * np.timedelta64(86_400, "s"),
        observed=first + (n + delay + 1) * np.timedelta64(86_400, "s") + np.timedelta64(28_800, "s"),
        channel=(channel == "search").astype(np.int32),
        channels=("email", "search"),
        dimensions=(device == "mobile").astype(np.int32)[:, None],
        dimension_names=("device",),
        dimension_values=(("desktop", "mobile"),),
        kpis=("orders",),
        values=orders[:, None].astype(float),
        damaged=np.zeros((0, 2), np.int64),
        identity=np.array([hash(r) for r in rows]).astype(np.uint64),
    )
    configured = settings_of(Path("unread"), channel_column="channel", dimensions={"device": {}}, **SEEN)
    stepping = Ledger.build(table, "shop", configured)

    for look in sorted(looks):
        visible = until(table, morning(look))
        seen = stepping.as_of(morning(look))
        if len(visible):
            assert same(seen, Ledger.build(visible, "shop", configured).as_of(morning(look)))
        else:
            assert seen.panel.values.size == 0


def test_the_next_morning_costs_a_fraction_of_a_fresh_build(tmp_path: Path) -> None:
    leaves = [(f"campaign {c}", d) for c in range(25) for d in ("mobile", "desktop", "tablet")]
    rows = [
        (day(n), c, d, n % 7 + 1, 10, pulled(max(n + age, 90))) for n in range(270) for c, d in leaves for age in (0, 3)
    ]
    table, configured = table_of(
        tmp_path,
        rows,
        "date,campaign,device,orders,sessions,seen",
        dimensions={"campaign": {}, "device": {}},
        columns={"orders": "orders", "sessions": "sessions"},
        **SEEN,
    )

    def fresh(n: int) -> Ledger:
        ledger = Ledger.build(table, "shop", configured)
        ledger.as_of(morning(n))
        return ledger

    def seconds(work: Callable[[], object]) -> float:
        start = process_time()
        work()
        return process_time() - start

    ledger = fresh(240)
    building = min(seconds(lambda: fresh(240)) for _ in range(3))
    going_on = min(seconds(lambda n=n: ledger.as_of(morning(n))) for n in range(241, 256))  # type: ignore[misc]

    assert going_on < building / 3
