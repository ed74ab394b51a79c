import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulator.retailer import retailer
from simulator.simulation import simulate
from simulator.tables import DECIMALS
from simulator.write import write
from tests.simulator.small import DAYS, PROBLEMS, START

FIRST_PULL = START + timedelta(days=35)
END = START + timedelta(days=DAYS)
PLANTED = [PROBLEMS["duplicate_load"], PROBLEMS["data_late"], PROBLEMS["checkout_failure"]]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("ledger")
    write(simulate(retailer(START, DAYS), PLANTED, 3, DAYS, START), out, FIRST_PULL)
    return out


@pytest.fixture(scope="module")
def rows(folder: Path) -> Callable[[str], Rows]:
    return lambda table: _read(folder / f"{table}.csv")


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _as_of(rows: Rows, keys: tuple[str, ...], day: date) -> dict[tuple[str, ...], Rows]:
    """Keep, of each key, the rows seen last by the end of a day."""
    limit = datetime.combine(day, datetime.max.time(), ZoneInfo("Europe/Dublin"))
    seen: dict[tuple[str, ...], Rows] = defaultdict(list)
    for row in rows:
        if datetime.fromisoformat(row["observed_at"]) <= limit:
            key = tuple(row[name] for name in keys)
            if seen[key] and seen[key][-1]["observed_at"] != row["observed_at"]:
                seen[key] = []
            seen[key].append(row)
    return seen


def test_replayed_to_the_end_the_revisions_are_the_final_ledger(rows: Callable[[str], Rows]) -> None:
    outcome = simulate(retailer(START, DAYS), PLANTED, 3, DAYS, START).outcome

    for table in outcome.tables:
        final = _as_of(rows(table.name), (table.period, *table.cells.dimensions), END + timedelta(days=60))
        assert len(final) == table.present.sum()
        assert all(len(copies) == 1 for copies in final.values())
        for period, cell in np.argwhere(table.present):
            told = final[table.periods[period].isoformat(), *table.cells.keys[cell]][0]
            for name, values in table.columns.items():
                value = values[period, cell]
                assert told[name] == ("" if np.isnan(value) else f"{value:.{DECIMALS.get(name, 0)}f}")


def test_the_first_pull_tells_the_whole_past_at_eight_in_the_morning(rows: Callable[[str], Rows]) -> None:
    first = [row for row in rows("backoffice") if row["observed_at"] == f"{FIRST_PULL}T08:00:00+01:00"]

    assert {row["date"] for row in first} == {(START + timedelta(days=day)).isoformat() for day in range(35)}


def test_no_row_is_seen_before_its_day_has_ended(rows: Callable[[str], Rows]) -> None:
    for table, period in (("marketing", "date"), ("stores", "date"), ("offline", "week_start")):
        length = 8 if period == "week_start" else 1
        assert all(
            date.fromisoformat(row[period]) + timedelta(days=length) <= date.fromisoformat(row["observed_at"][:10])
            for row in rows(table)
        )


def test_a_platforms_conversions_only_grow(rows: Callable[[str], Rows]) -> None:
    history: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in rows("marketing"):
        if row["platform_conversions"]:
            history[row["date"], row["channel"], row["campaign"], row["device"], row["region"]].append(
                int(row["platform_conversions"])
            )

    assert all(told == sorted(told) for told in history.values())
    grown = [(told[0], told[-1]) for key, told in history.items() if key[0] > FIRST_PULL.isoformat()]
    assert 0.5 < sum(first for first, _ in grown) / sum(last for _, last in grown) < 0.75


def test_analytics_is_restated_for_two_days_and_keeps_its_funnel(rows: Callable[[str], Rows]) -> None:
    told: dict[tuple[str, ...], Rows] = defaultdict(list)
    for row in rows("marketing"):
        assert (
            int(row["orders"])
            <= int(row["checkouts"])
            <= int(row["add_to_carts"])
            <= int(row["engaged_sessions"])
            <= int(row["sessions"])
        )
        if row["date"] >= FIRST_PULL.isoformat():
            told[row["date"], row["channel"], row["campaign"], row["device"], row["region"]].append(row)

    for key, history in told.items():
        settled = (date.fromisoformat(key[0]) + timedelta(days=3)).isoformat()
        sessions = [row["sessions"] for row in history if row["observed_at"][:10] >= settled]
        assert len(set(sessions)) <= 1
    first, last = (sum(int(history[at]["sessions"]) for history in told.values()) for at in (0, -1))
    assert 0.97 < first / last < 0.99


def test_a_doubled_load_is_there_twice_until_it_is_repaired(rows: Callable[[str], Rows]) -> None:
    planted, keys = PROBLEMS["duplicate_load"], ("date", "store", "region")
    mended = planted.end + timedelta(days=3)

    before, after = (_as_of(rows("stores"), keys, day) for day in (mended - timedelta(days=1), mended))

    copies = Counter(
        len(told) for key, told in before.items() if planted.start.isoformat() <= key[0] <= planted.end.isoformat()
    )
    assert copies == {2: 8 * planted.days}
    assert all(len(told) == 1 for key, told in after.items())
    doubled = before[planted.start.isoformat(), "cork", "south"]
    assert doubled[0] == doubled[1]


def test_a_late_load_is_missing_until_it_arrives(rows: Callable[[str], Rows]) -> None:
    planted = PROBLEMS["data_late"]
    mended = planted.end + timedelta(days=3)

    before, after = (
        _as_of(rows("backoffice"), ("date", "region"), day) for day in (mended - timedelta(days=1), mended)
    )

    assert (planted.start.isoformat(), "dublin") not in before
    assert (planted.start.isoformat(), "dublin") in after
    assert (mended - timedelta(days=2)).isoformat() in {day for day, _ in before}


def test_the_calendar_tells_what_a_team_knows_and_no_problem(folder: Path) -> None:
    entries = _read(folder / "calendar.csv")

    assert list(entries[0]) == ["title", "start", "end", "kind", "channel"]
    assert {"holiday", "promo", "campaign_end", "offline_flight"} <= {entry["kind"] for entry in entries}
    assert not {entry["kind"] for entry in entries} & set(PROBLEMS)


def test_the_truth_names_cause_time_scope_and_money(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))

    doubled, late, checkout = truth["incidents"]
    assert doubled["mended"] == late["mended"] == "2025-08-22"
    assert doubled["only_in_pulls"]
    assert doubled["money"]["total"] == late["money"]["total"] == 0
    assert checkout["cause"] == "checkout_failure"
    assert checkout["scope"] == {"device": ["mobile"]}
    assert "backoffice.orders" in checkout["kpis"]
    assert checkout["money"]["total"] < checkout["recorded_web"] * 0.8 < 0
