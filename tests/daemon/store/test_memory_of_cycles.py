"""What the state remembers between cycles, besides incidents."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.store import Store, inbox, judged, pending
from detectors.panel import SeriesKey

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
ORDERS = SeriesKey("daily", None, "orders")
CLICKS = SeriesKey("daily", "paid_search", "clicks", (("campaign", "Brand, UK"), ("device", 'mobile "new"')))
WEEKLY = SeriesKey("weekly", "stores", "visits")


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def test_a_check_is_judged_up_to_its_latest_period_and_never_moves_back(store: Store) -> None:
    with store.transaction() as connection:
        judged.mark(connection, "daily", START + DAY, START + DAY)
        judged.mark(connection, "daily", START, START + 2 * DAY)
        judged.mark(connection, "weekly", START, START)

        assert judged.last_of_all(connection) == {"daily": START + DAY, "weekly": START}
        assert judged.last(connection, "hourly") is None
        assert judged.last_now(connection) == START + 2 * DAY


def test_a_cycle_with_nothing_due_counts_as_the_latest(store: Store) -> None:
    with store.transaction() as connection:
        judged.mark(connection, "daily", START, START)
        judged.note_cycle(connection, START + DAY)

        assert judged.last_now(connection) == START + DAY


def test_what_waits_for_its_value_is_replaced_for_one_check_at_a_time(store: Store) -> None:
    with store.transaction() as connection:
        pending.save(connection, "daily", [(ORDERS, START), (CLICKS, START)])
        pending.save(connection, "weekly", [(WEEKLY, START)])
        pending.save(connection, "daily", [(CLICKS, START), (CLICKS, START + DAY)])

        assert pending.load(connection, "daily") == {(CLICKS, START), (CLICKS, START + DAY)}
        assert pending.load(connection, "weekly") == {(WEEKLY, START)}


def test_the_inbox_keeps_an_alert_once_per_key(store: Store) -> None:
    with store.transaction() as connection:

        def add(key: str, headline: str, chart: bytes | None = None) -> int:
            return inbox.add(
                connection,
                key=key,
                received_at=START,
                incident_id="i1",
                change="opened",
                alert={"headline": headline},
                chart=chart,
            )

        first, again, second = add("a", "Orders fell", b"\x89PNG"), add("a", "Orders fell"), add("b", "Orders are back")

        assert first == again != second
        assert [m.alert["headline"] for m in inbox.latest(connection)] == ["Orders are back", "Orders fell"]
        assert [m.id for m in inbox.latest(connection, before=second)] == [first]
        assert [m.chart for m in inbox.of_incident(connection, "i1")] == [b"\x89PNG", None]
        assert inbox.load(connection, first) == inbox.of_incident(connection, "i1")[0]
        assert inbox.load(connection, 99) is None
