import csv
import itertools
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.generated import planned
from benchmarks.worlds.crowd import Crowd, tickets
from benchmarks.worlds.factors import factors
from benchmarks.worlds.found import replayed
from benchmarks.worlds.mishaps import happened
from benchmarks.worlds.problem import LASTS, Problem, Shape, gained, lost, scatter
from benchmarks.worlds.records import ledgers
from simulator.lead_business import lead_business

START, DAYS = date(2025, 3, 3), 120
DAY = START + timedelta(days=90)


@pytest.fixture(scope="module")
def shop() -> Crowd:
    return tickets(5, START, DAYS)


def incident(channel: str | None, began: date, told: date, shape: str = "dip") -> dict[str, Any]:
    return {
        "title": "x",
        "severity": "warning",
        "started_at": began.isoformat(),
        "first_detected_at": told.isoformat(),
        "findings": [{"channel": channel, "shape": shape}],
    }


def problem(shape: Shape, *channels: str | None, size: float = 0.4) -> Problem:
    return Problem(
        shape=shape, snr=4.0, start=DAY, days=LASTS[shape], channels=frozenset(channels), size=size, shows="visits"
    )


def totals(shop: Crowd, *problems: Problem) -> dict[str, Any]:
    tables = ledgers(shop.calm, happened(shop.calm, problems))
    return {f"{t.name}.{kpi}": v[-1].sum(axis=1) for t in tables for kpi, v in t.columns.items()}


def test_the_scatter_of_a_series_is_told_from_its_days_alone() -> None:
    rng = np.random.default_rng(1)
    weekly = np.tile([1.0, 2.0, 3.0, 2.0, 1.0, 0.5, 0.4], 60)

    found = scatter(weekly * 1000 * np.exp(rng.normal(0, 0.1, 420)))

    assert found == pytest.approx(0.1, rel=0.15)
    assert np.log1p(gained(3.0, found)) == pytest.approx(-np.log1p(-lost(3.0, found)))


def test_the_same_seed_gives_the_same_tables_and_another_seed_others(shop: Crowd, tmp_path: Path) -> None:
    for name, made in (("one", shop), ("again", tickets(5, START, DAYS)), ("other", tickets(6, START, DAYS))):
        made.write([], tmp_path / name, DAY)

    one, again, other = ((tmp_path / name / "analytics.csv").read_bytes() for name in ("one", "again", "other"))
    assert one == again
    assert one != other


def test_a_problem_changes_nothing_outside_of_its_days_and_channels(shop: Crowd) -> None:
    before, after = totals(shop), totals(shop, problem(Shape.DIP, "direct"))

    changed = np.flatnonzero(before["analytics.visits"] != after["analytics.visits"])
    assert changed.tolist() == [90]
    assert np.array_equal(before["ads_daily.clicks"], after["ads_daily.clicks"])


def test_an_attribution_shift_keeps_the_total(shop: Crowd) -> None:
    before, after = totals(shop), totals(shop, problem(Shape.ATTRIBUTION, "organic_search", "direct"))

    assert np.array_equal(before["analytics.visits"], after["analytics.visits"])
    assert np.array_equal(before["shop_daily.shop_orders"], after["shop_daily.shop_orders"])


def test_a_lost_tag_loses_records_and_no_orders(shop: Crowd) -> None:
    before, after = totals(shop), totals(shop, problem(Shape.TAG_LOSS, None))

    assert after["analytics.purchases"][90:95].sum() < 0.8 * before["analytics.purchases"][90:95].sum()
    assert np.array_equal(before["shop_daily.shop_orders"], after["shop_daily.shop_orders"])


def test_claimed_orders_fill_up_over_a_week(shop: Crowd, tmp_path: Path) -> None:
    shop.write([], tmp_path, DAY)
    with (tmp_path / "ads_daily.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["day"] == (DAY + timedelta(days=2)).isoformat()]

    seen: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        seen.setdefault((row["campaign"], row["device"]), []).append(int(row["platform_purchases"]))
    assert max(map(len, seen.values())) > 1
    assert all(values == sorted(values) for values in seen.values())


def test_both_generators_plant_problems_apart_from_each_other(shop: Crowd) -> None:
    for maker in (shop, factors(lead_business, 5, START, DAYS)):
        found = planned(maker, START + timedelta(days=26), 3, np.random.default_rng(3))

        assert len(found) >= 5
        starts = sorted(p.start for p in found)
        assert all((b - a).days >= 9 for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize(
    ("channel", "began", "told", "found", "false"),
    [
        ("direct", 0, 1, True, False),
        (None, 0, 1, False, False),
        ("email", 0, 1, False, True),
        ("direct", -9, -1, False, True),
        ("direct", 5, 20, False, False),
        ("direct", 40, 41, False, True),
    ],
)
def test_an_incident_finds_a_problem_in_its_channel_and_time_alone(
    channel: str | None, began: int, told: int, found: bool, false: bool
) -> None:
    planted = problem(Shape.STEP, "direct")
    seen = incident(channel, DAY + timedelta(days=began), DAY + timedelta(days=told))

    world = replayed("x", [seen], [planted], frozenset(), START, 120, np.random.default_rng(1))

    assert (world.results[0].delay is not None) == found
    assert bool(world.false) == false


def test_telling_of_a_load_that_did_come_late_is_no_false_alarm() -> None:
    late = frozenset({DAY})

    told = [incident("stores", DAY, DAY + timedelta(days=2), shape) for shape in ("missing", "dip")]
    world = replayed("x", told, [], late, START, 120, np.random.default_rng(1))

    assert (len(world.false), world.late) == (1, 1)
