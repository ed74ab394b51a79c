"""The vocabulary says one thing once, and its page says the same."""

from collections import Counter
from pathlib import Path

import pytest

from config import vocabulary
from config.vocabulary_page import page

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "vocabulary.md"


def test_the_page_is_made_from_the_vocabulary() -> None:
    assert _PAGE.read_text(encoding="utf-8") == page(), "run: python -m config.vocabulary_page > docs/vocabulary.md"


def test_no_alias_means_two_things() -> None:
    sections = (
        [
            alias
            for table in (vocabulary.measured(), vocabulary.derived())
            for role in table.values()
            for alias in role.aliases
        ],
        [alias for name, aliases in vocabulary.words()["dimensions"].items() for alias in (name, *aliases)],
        [alias for name, entry in vocabulary.words()["channels"].items() for alias in (name, *entry["aliases"])],
    )
    for aliases in sections:
        assert [alias for alias, times in Counter(aliases).items() if times > 1] == []
        assert [alias for alias in aliases if alias != vocabulary.normal(alias)] == []


def test_formulas_weights_and_other_meanings_name_roles_that_exist() -> None:
    words = vocabulary.words()
    named = [
        part for role in vocabulary.derived().values() for part in (role.numerator, role.denominator, *role.proxies)
    ]
    named += [weight for role in vocabulary.measured().values() for weight in role.weight]
    rules = (
        [rule["role_as"] for rule in words["tables"]]
        + list(words["at_channel"].values())
        + [words["platform_report"]["role_as"]]
    )
    named += [role for rule in rules for pair in rule.items() for role in pair]

    assert [name for name in named if not vocabulary.is_role(str(name))] == []
    assert [channel for channel in words["at_channel"] if channel not in words["channels"]] == []


@pytest.mark.parametrize(
    ("column", "table", "channel", "role"),
    [
        ("Cost", "", None, "spend"),
        ("conversions", "web_daily", None, "orders"),
        ("conversions", "google_ads_stats", "paid_search", "platform_conversions"),
        ("orders", "backoffice_daily", None, "backoffice_orders"),
        ("transactions", "stores_daily", "stores", "store_transactions"),
        ("revenue", "call_centre_daily", "call_centre", "call_revenue"),
        ("clicks", "organic_daily", "organic_search", "organic_clicks"),
        ("clicks", "email_daily", "email", "clicks"),
        ("p75_load_ms", "site_daily", None, "page_load"),
        ("favourite_colour", "", None, None),
    ],
)
def test_a_column_means_what_its_table_makes_of_it(
    column: str, table: str, channel: str | None, role: str | None
) -> None:
    found = vocabulary.role_of(column, table, channel)

    assert (found.name if found else None) == role


@pytest.mark.parametrize(
    ("table", "channel"),
    [
        ("organic_daily", "organic_search"),
        ("exports/email_daily.csv.gz", "email"),
        ("call_centre_hourly", "call_centre"),
        ("app_daily", "app"),
        ("reddit_ads_ad_report_data", "paid_social_reddit"),
        ("Twitter_volume_AAPL", None),
        ("backoffice_daily", None),
        ("sales_2024_01", None),
    ],
)
def test_a_tables_name_tells_its_channel(table: str, channel: str | None) -> None:
    assert vocabulary.channel_of(table) == channel
