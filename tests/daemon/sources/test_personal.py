"""Columns with people in them are told by strict patterns; marketing's own names and numbers are not."""

import random
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load
from daemon.advice import personal_advice
from daemon.initialise import initialise
from daemon.sources.personal import Kind, Suspicion, suspicions

CHANCE = random.Random(7)
IDS = [str(UUID(int=CHANCE.getrandbits(128), version=4)) for _ in range(200)]
PEOPLE = {
    "email": ([f"jo{i}.smith@mail{i % 7}.example.co.uk" for i in range(30)], Kind.EMAIL),
    "audience": (["all", *(f"user+{i}@example.com" for i in range(5))], Kind.EMAIL),
    "telefon": ([f"0171{CHANCE.randrange(10**7)}" for _ in range(30)], Kind.PHONE),
    "segment": ([f"+44 7700 900{i:03}" for i in range(30)], Kind.PHONE),
    "contact": ([f"(020) 7946 0{i:03}" for i in range(30)], Kind.PHONE),
    "First Name": (["Ana", "Ben", "Zoë", "Jean-Luc", "O'Neil"], Kind.NAME),
    "customer_name": (["Ana Smith", "Ben Jones"], Kind.NAME),
    "payout": (["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"], Kind.IBAN),
    "client": ([f"203.0.113.{i}" for i in range(30)], Kind.ADDRESS),
    "host": (["2001:db8::1", "2001:db8::2"], Kind.ADDRESS),
    "user_id": (IDS, Kind.PERSON),
    "customer": ([f"C{i:05}" for i in range(200)], Kind.PERSON),
}
FINE = {
    "campaign": ["sale 2024-11-29", "Brand UK 0800", "summer_2025_10", "(2) prospecting", "10.10 singles' day"],
    "campaign_id": [str(10**10 + i) for i in range(300)],
    "date": ["2026-03-01", "01.03.2026", "01/03/26"],
    "tracking_number": ["+44 20 7946 0001", "+44 20 7946 0002"] * 40,
    "line": ["0800 123 4567", "0800 123 4568"] * 40,
    "sender": ["news@shop.example", "no-reply@shop.example"],
    "app_version": ["4.12.0.1", "4.12.1.0"],
    "campaign_name": ["Brand", "Generic", "Shopping"],
    "store_name": ["Leeds", "York"],
    "customer_type": ["new", "returning"],
    "account_id": ["123-456-7890", "222-333-4444"] * 60,
    "audience_name": ["Lookalike 1 %", "Newsletter"],
    "device": ["mobile", "desktop", "tablet"],
    "zip": ["10115", "04109", "01067"],
    "sku": ["0012345678", "0012345679", "0012345680"],
    "customer": ["new", "returning"] * 100,
    "user_id": [],
}


@pytest.mark.parametrize("column", PEOPLE)
def test_people_are_recognised(column: str) -> None:
    values, kind = PEOPLE[column]

    assert suspicions({column: values}) == (Suspicion(column=column, kind=kind),)


@pytest.mark.parametrize("column", FINE)
def test_what_marketing_works_with_is_no_alarm(column: str) -> None:
    assert suspicions({column: FINE[column]}) == ()


@given(st.text(max_size=20), st.lists(st.text(max_size=30), max_size=20))
def test_any_column_is_judged_without_an_error(column: str, values: Sequence[str]) -> None:
    suspicions({column: values})


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A table with a customer's address in each row."""
    lines = ["date,channel,audience,orders"]
    for day in range(1, 29):
        lines += [
            f"2026-02-{day:02},{channel},jo{day % 9}@example.com,{day + 40}" for channel in ("email", "paid_search")
        ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "marketing_daily.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_init_makes_no_dimension_of_people_and_says_so_without_their_values(shop: Path) -> None:
    report = initialise([shop / "data"], shop / "channelwatch.yaml", "UTC", "GBP")

    written = (shop / "channelwatch.yaml").read_text(encoding="utf-8")
    (check,) = load(shop / "channelwatch.yaml").checks.values()
    assert not check.dimensions
    assert any("audience looks like e-mail addresses: left out" in note for note in report.notes)
    assert "@example.com" not in written + " ".join(report.notes)


def test_a_dimension_of_people_is_warned_of_without_their_values(shop: Path) -> None:
    initialise([shop / "data"], shop / "channelwatch.yaml", "UTC", "GBP")
    file = shop / "channelwatch.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    columns:", "    dimensions: {audience: {}}\n    columns:"), encoding="utf-8")

    (said,) = personal_advice(load(file), shop)

    assert "checks.marketing_daily.dimensions: column 'audience' looks like e-mail addresses" in said
    assert "jo1" not in said
