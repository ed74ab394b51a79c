"""backtest: the past as it would have been, from what was known then."""

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.process import business, watched
from tests.process.business import FELL, Fall
from tests.process.command import Done, channelwatch, slack
from tests.process.conftest import Made
from tests.process.contract import BACKTEST, assert_fits
from tests.receiver import Receiver

_CYCLES = 6
_NOT_A_STATE = b"not a database\n" * 100
_COLUMNS = ["channel", "kpi", "segment", "period", "now", "observed", "expected", "lower", "upper", "p_value"]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A backtest and the files that it wrote."""

    done: Done
    rows: list[dict[str, str]]
    page: str


@dataclass(frozen=True, kw_only=True)
class Twice:
    """The same backtest before and after the future came; what it did to the state, and sent."""

    before: Replayed
    after: Replayed
    state_untouched: bool
    sent: int


@pytest.fixture(scope="module")
def twice(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """The last days of a business that loses orders on the newest one; and again when ten more days are known."""
    folder = made.copied_to(tmp_path_factory.mktemp("backtest"), FELL, Fall())
    with Receiver() as receiver:
        env = slack(growth=receiver.url)
        store = folder / "channelwatch.db"
        store.write_bytes(_NOT_A_STATE)  # whoever opens it fails
        before = _replayed(folder, env)
        later = FELL + timedelta(days=10)
        future = Fall(first=FELL + timedelta(days=1), last=later, left=3.0)
        business.write(folder / "tables", later, Fall(), future, days=business.DAYS + 10)
        after = _replayed(folder, env)
    return Twice(
        before=before, after=after, state_untouched=store.read_bytes() == _NOT_A_STATE, sent=len(receiver.requests)
    )


def _replayed(folder: Path, env: dict[str, str]) -> Replayed:
    start = FELL - timedelta(days=_CYCLES - 2)
    span = ("--from", str(start), "--to", f"{FELL + timedelta(days=1)}T12:00")
    files = ("--expectations", "rows.csv", "--html", "page.html")
    done = channelwatch(folder, "backtest", *span, *files, "--json", env=env)
    with (folder / "rows.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Replayed(done=done, rows=rows, page=(folder / "page.html").read_text(encoding="utf-8"))


def test_the_answer_has_the_contracts_shape_and_finds_the_fall_on_its_day(twice: Twice) -> None:
    answer = twice.before.done.json

    assert (twice.before.done.code, twice.before.done.err) == (0, "")
    assert_fits(answer, BACKTEST)
    assert answer["cycles"] == _CYCLES
    (incident,) = (i for i in answer["incidents"] if i["started_at"].startswith(str(FELL)))
    assert incident["first_detected_at"] == "2026-03-03T08:15:00+00:00"
    assert incident["causes_at_open"] == incident["causes"]


def test_it_never_looks_ahead(twice: Twice) -> None:
    assert twice.after.done.json == twice.before.done.json
    assert twice.after.rows == twice.before.rows


def test_its_state_is_thrown_away_and_nothing_is_sent(twice: Twice) -> None:
    assert twice.state_untouched
    assert twice.sent == 0


def test_expectations_hold_one_row_for_each_series_and_period_that_was_judged(twice: Twice) -> None:
    rows = twice.before.rows
    judged: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        judged.setdefault((row["channel"], row["kpi"], row["segment"]), []).append(row["period"])

    assert list(rows[0]) == _COLUMNS
    newest = [str(FELL - timedelta(days=back)) for back in reversed(range(_CYCLES))]
    assert len(judged) == twice.before.done.json["series"]
    for periods in judged.values():
        assert periods == sorted(set(periods))
        assert periods[-_CYCLES:] == newest
    for row in rows:
        assert datetime.fromisoformat(row["now"]).date().isoformat() > row["period"]
        assert _number(row, "lower") <= _number(row, "expected") <= _number(row, "upper")
        assert 0 <= _number(row, "p_value") <= 1
    fallen = next(r for r in rows if (r["channel"], r["kpi"], r["period"]) == ("paid_search", "orders", str(FELL)))
    assert _number(fallen, "observed") < _number(fallen, "lower")


def test_the_page_shows_the_alerts_with_their_charts_and_needs_no_network(twice: Twice) -> None:
    page = twice.before.page

    assert re.search(r"Orders .(59|60|61)\s%\sin\spaid\ssearch", page)
    assert "<svg" in page or "data:image" in page
    assert not re.search(r"(src|href)=.https?://", page)


def _number(row: dict[str, Any], name: str) -> float:
    return float(row[name])


def test_a_database_that_was_never_asked_is_asked_once_and_replayed(tmp_path: Path) -> None:
    source, question = watched.SQL
    since_then = (datetime.now(UTC).date() - watched.BAD).days
    question = question.replace("history_periods: 120", f"history_periods: {since_then + business.DAYS}")
    watched.configure(tmp_path, source, question)
    watched.write_database(tmp_path / "web.db", watched.rows(watched.BAD))
    watched.stores(tmp_path, watched.BAD)
    span = ("--from", str(watched.BAD), "--to", f"{watched.BAD + timedelta(days=1)}T12:00")

    done = channelwatch(tmp_path, "backtest", *span, "--json", env={"WEB_URL": "sqlite:///web.db"})

    assert (done.code, done.err) == (0, "")
    assert any(i["started_at"].startswith(str(watched.BAD)) for i in done.json["incidents"])
    assert not (tmp_path / "channelwatch.db").exists()
