"""What can be seen of a query without running it."""

import pytest

from config.queries import prepared, trouble

BOTH = "day >= :since AND day < :until"


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT day FROM shop WHERE {BOTH}",
        f"  -- orders; by day\n  /* ; */ with x as (select 1) select day from shop where {BOTH};\n",
        f"(SELECT day FROM a WHERE {BOTH}) UNION ALL (SELECT day FROM b WHERE {BOTH}) ;",
        f"SELECT day::date, '12:30', 'a; b :c', \"odd:name\", j->>'x' FROM shop WHERE {BOTH}",
        rf"SELECT day FROM shop WHERE {BOTH} AND tags @> '{{}}' AND note = E'x\:y' AND a[1\:2] = b",
    ],
)
def test_queries_that_read_are_taken(query: str) -> None:
    assert trouble(query) is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"UPDATE shop SET orders = 0 WHERE {BOTH}", "SELECT or WITH"),
        (f"/* SELECT */ DELETE FROM shop WHERE {BOTH}", "SELECT or WITH"),
        (f"SELECT day FROM shop WHERE {BOTH}; DELETE FROM shop", "more than one statement"),
        ("SELECT day FROM shop", "does not name :since and :until"),
        ("SELECT day FROM shop WHERE day >= :since -- AND day < :until", "does not name :until"),
        ("SELECT day FROM shop WHERE day >= :since AND note = ':until'", "does not name :until"),
        (f"SELECT day FROM shop WHERE {BOTH} AND shop = :shop", "names :shop"),
        ("", "SELECT or WITH"),
    ],
)
def test_queries_that_cannot_be_asked_are_told(query: str, words: str) -> None:
    found = trouble(query)

    assert found is not None
    assert words in found[0]


def test_a_colon_in_quotes_is_a_colon_and_comments_ask_for_nothing() -> None:
    query = "SELECT ':a', '12:30', day::date -- :b\n/* :c */ FROM shop WHERE day >= :since ;\n"

    assert prepared(query) == r"SELECT '\:a', '12:30', day::date  " + "\n" + "  FROM shop WHERE day >= :since"
