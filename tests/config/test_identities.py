"""identities.yaml as marketers edit it."""

from pathlib import Path

import pytest

from config.identities import Identities, load_identities, parse, shipped
from config.problems import ConfigError
from config.vocabulary import is_role
from detectors.segments.kpi_tree import Identity


def _load(tmp_path: Path, lines: str, rates: str = "") -> Identities:
    file = tmp_path / "identities.yaml"
    body = "".join(f"    - {line}\n" for line in lines.splitlines())
    file.write_text(f"version: 1\n{rates}trees:\n  web:\n{body}", encoding="utf-8")
    return load_identities(file)


def _refusal(tmp_path: Path, lines: str, rates: str = "") -> str:
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, lines, rates)
    return str(refused.value)


def test_the_shipped_ones_speak_the_vocabulary_and_cover_every_kind_of_channel() -> None:
    found = shipped()
    wholes = {line.whole for line in found.lines}

    assert {"revenue", "orders", "spend", "clicks", "leads", "subscriptions", "bookings", "store_revenue"} <= wholes
    assert all(is_role(part) for parts in found.rates.values() for part in parts)
    assert all(found.titles[rate] for rate in found.titles)


def test_a_line_reads_as_people_write_it() -> None:
    assert parse("spend = impressions x cpm / 1000") == Identity("spend", ("impressions", "cpm"))
    assert parse("revenue = sessions * cvr × aov") == Identity("revenue", ("sessions", "cvr", "aov"))
    assert parse("cpa = cpc / click_cvr") == Identity("cpa", ("cpc", "click_cvr"), frozenset({"click_cvr"}))


def test_own_rates_have_a_title_and_parts(tmp_path: Path) -> None:
    rates = "rates:\n  order_rate: {title: Orders for each click, is: orders / clicks}\n"

    found = _load(tmp_path, "orders = clicks x order_rate", rates)

    assert found.rates["order_rate"] == ("orders", "clicks")
    assert found.titles == {"order_rate": "Orders for each click"}
    assert found.rates["cvr"] == ("orders", "sessions")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("revenue sessions x cvr", "does not begin with one KPI and an equals sign"),
        ("revenue = sessions", "fewer than two factors"),
        ("revenue = sessions x", "neither a KPI nor a number"),
        ("revenue = sessions x revenue", "revenue is its own factor"),
        ("orders = sessions x sessions", "sessions is there twice"),
        ("orders = sessions x Cvr", "'Cvr'"),
        ("orders = sesions x cvr", "`sesions` is not known. Did you mean 'sessions'?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(tmp_path: Path, line: str, words: str) -> None:
    text = _refusal(tmp_path, f"revenue = orders x aov\n{line}")

    assert "identities.yaml:5:" in text
    assert words in text


def test_a_kpi_made_of_itself_is_refused_with_the_way_round(tmp_path: Path) -> None:
    text = _refusal(tmp_path, "revenue = orders x aov\norders = sessions x cvr\nsessions = revenue x ctr")

    assert "identities.yaml:6:" in text
    assert "sessions would be made of itself: sessions <- revenue <- orders <- sessions" in text


def test_a_rate_of_what_no_table_reports_is_refused(tmp_path: Path) -> None:
    rates = "rates:\n  order_rate: {title: Orders, is: orders / klicks}\n"

    assert "identities.yaml:3:" in (text := _refusal(tmp_path, "orders = clicks x order_rate", rates))
    assert "`klicks` is no role that a table can report. Did you mean 'clicks'?" in text


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert _refusal(tmp_path, "revenue = sessions\norders = sesions x cvr").count("identities.yaml:") == 2
