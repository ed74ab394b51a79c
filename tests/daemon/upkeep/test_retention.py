"""What is over is dropped in time; what is open or undelivered never."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from config.upkeep import Retention
from daemon.alerts.compose import compose
from daemon.model import Change, Status
from daemon.outbox import enqueue
from daemon.store import Connection, Store, activity, deliveries, inbox, incidents, open_store, tables
from daemon.store.deliveries import State
from daemon.upkeep.retention import Dropped, prune
from tests.builders_alerts import checkout_failing

NOW = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
KEEP = Retention(closed_incidents_days=100, delivered_days=50, inbox_days=20)
NONE = Dropped(incidents=0, deliveries=0, inbox=0)


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def add(store: Store, name: str, status: Status, days: int, delivery: State | None = None) -> None:
    """An incident that last changed so many days ago, with history and, if asked for, one delivery of that age."""
    at = NOW - timedelta(days=days)
    alert = {"severity": "warning", "facts": [], "headline": name}
    with store.transaction() as connection:
        incident = replace(checkout_failing().incident, id=name, status=status, updated_at=at)
        incidents.record(connection, incident, at=at, change=Change.OPENED, reason="first seen")
        if delivery is not None:
            enqueue(connection, alert, incident_id=name, change=Change.OPENED, destinations=["growth"], now=at)
            rows = tables.outbox
            connection.execute(rows.update().where(rows.c.incident_id == name).values(state=str(delivery)))


def left(store: Store) -> tuple[list[str], list[str], int]:
    with store.reading() as connection:
        known = sorted(i.id for i in incidents.recent(connection))
        history = sum(len(incidents.history(connection, name)) for name in known)
        assert history == len(connection.execute(tables.history.select()).all())
        return known, sorted(d.incident_id for d in deliveries.listing(connection)), history


def test_closed_incidents_go_with_their_history_when_they_are_old_enough(store: Store) -> None:
    add(store, "old", Status.RESOLVED, 101)
    add(store, "withdrawn", Status.RETRACTED, 101)
    add(store, "young", Status.RESOLVED, 99)

    assert prune(store, KEEP, NOW) == replace(NONE, incidents=2)
    assert left(store) == (["young"], [], 1)


def test_an_open_incident_stays_with_what_was_said_about_it_however_old(store: Store) -> None:
    add(store, "open", Status.OPEN, 3000, State.SENT)

    assert prune(store, KEEP, NOW) == NONE
    assert left(store) == (["open"], ["open"], 1)


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.AMBIGUOUS, State.DEAD])
def test_what_was_not_delivered_stays_and_so_does_its_incident(store: Store, state: State) -> None:
    add(store, "unheard", Status.RESOLVED, 3000, state)

    assert prune(store, KEEP, NOW) == NONE
    assert left(store) == (["unheard"], ["unheard"], 1)


def test_what_arrived_is_forgotten_before_its_incident(store: Store) -> None:
    add(store, "heard", Status.RESOLVED, 51, State.SENT)

    assert prune(store, KEEP, NOW) == replace(NONE, deliveries=1)
    assert left(store) == (["heard"], [], 1)


def test_the_page_forgets_as_well(store: Store) -> None:
    with store.transaction() as connection:
        for days in (19, 21):
            at = NOW - timedelta(days=days)
            inbox.add(connection, key=str(days), received_at=at, incident_id="a", change="opened", alert={}, chart=None)

    assert prune(store, KEEP, NOW) == replace(NONE, inbox=1)


def test_what_cycles_did_is_remembered_for_longer_than_a_week(store: Store) -> None:
    with store.transaction() as connection:
        for days in (8, 400):
            activity.note(connection, NOW - timedelta(days=days), series={"shop": 1}, alerts=0)

    prune(store, KEEP, NOW)

    with store.reading() as connection:
        assert activity.first(connection) == NOW - timedelta(days=8)


def test_it_takes_a_few_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        add(store, str(number), Status.RESOLVED, 101)
    turns: list[None] = []
    whole = store.transaction

    def counted() -> AbstractContextManager[Connection]:
        turns.append(None)
        return whole()

    monkeypatch.setattr(store, "transaction", counted)

    assert prune(store, KEEP, NOW, batch=3).incidents == 7
    assert len(turns) == 6  # what cycles did, three for incidents, one each for the rest


@examples(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(Status), st.integers(0, 300), st.none() | st.sampled_from(State), st.integers(1, 4)),
        max_size=8,
    )
)
def test_whatever_the_state_a_second_time_drops_nothing_and_nothing_open_or_undelivered_goes(
    made: list[tuple[Status, int, State | None, int]],
) -> None:
    store = open_store("sqlite://")
    for number, (status, days, delivery, _) in enumerate(made):
        add(store, str(number), status, days, delivery)

    prune(store, KEEP, NOW, batch=made[0][3] if made else 1)

    known, sent, _ = left(store)
    over = (None, State.SENT, State.COLLAPSED)
    for number, (status, days, delivery, _) in enumerate(made):
        must_stay = status is Status.OPEN or delivery not in over
        assert (str(number) in known) == (must_stay or days <= 100)
        assert (str(number) in sent) == (delivery is not None and (must_stay or days <= 50))
    assert prune(store, KEEP, NOW) == NONE
    store.close()


def sent(store: Store, incident: str, change: Change, days: float, state: State = State.SENT) -> None:
    """One whole alert about an incident, of so many days ago."""
    at = NOW - timedelta(days=days)
    with store.transaction() as connection:
        alert = compose(checkout_failing()).to_dict() | {"incident_id": incident, "headline": f"{incident} {change}"}
        enqueue(connection, alert, incident_id=incident, change=change, destinations=["growth"], now=at)
        rows = tables.outbox
        which = (rows.c.incident_id == incident) & (rows.c.change == str(change))
        connection.execute(rows.update().where(which).values(state=str(state), updated=at))


def held(store: Store) -> dict[str, int]:
    """How much is left of each message: 2 of all that was known, 1 of the words and the chart, 0 of what it was about."""
    with store.reading() as connection:
        found = {d.payload["headline"]: d.payload for d in deliveries.listing(connection)}
    return {name: bool(p.get("chart")) + bool(p.get("record")) for name, p in found.items()}


def test_after_two_days_messages_of_closed_incidents_are_made_light(store: Store) -> None:
    for name, status in (("over", Status.RESOLVED), ("open", Status.OPEN)):
        add(store, name, status, 10)
    sent(store, "over", Change.OPENED, 9)
    sent(store, "over", Change.WORSE, 8)
    sent(store, "open", Change.OPENED, 9)
    sent(store, "young", Change.OPENED, 1)
    sent(store, "unheard", Change.OPENED, 9, State.DEAD)

    prune(store, KEEP, NOW)
    once = held(store)
    prune(store, KEEP, NOW)

    assert once == {"over opened": 0, "over worse": 1, "open opened": 2, "young opened": 2, "unheard opened": 2}
    assert held(store) == once
