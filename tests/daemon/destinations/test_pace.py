"""A vendor's limit counts by its own channel, address or account, however many destinations lead there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from config.outputs import Destination as Settings
from daemon.destinations import Context
from daemon.destinations.build import build
from daemon.destinations.pace import Pace
from daemon.destinations.quota import Quota
from daemon.errors import DeliveryDelayed
from daemon.store import Store, claims, deliveries
from daemon.store.deliveries import State

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_WAIT = timedelta(minutes=3)
_MAIL = {"sender": "alerts@example.com", "to": ["growth@example.com"]}
SAME: dict[str, dict[str, Any]] = {
    "slack": {"token": "xoxb-canary", "channel": "C0GROWTH01"},
    "slack_webhook": {"url": "https://hooks.slack.com/services/canary"},
    "teams": {"url": "https://x.logic.azure.com/workflows/canary"},
    "pagerduty": {"routing_key": "0123456789abcdef0123456789abcdef"},
    "email_resend": {"api_key": "canary", **_MAIL},
    "email_smtp": {"host": "mail.example.com", **_MAIL},
}


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


@pytest.mark.parametrize("kind", SAME)
def test_two_destinations_that_lead_to_one_place_share_its_pace(store: Store, kind: str) -> None:
    context = Context(store=store, seconds_between_posts=60)
    settings = TypeAdapter[Any](Settings).validate_python({"kind": kind, **SAME[kind]})
    for name in ("growth", "board"):
        build(name, settings, context)

    (target,) = context.targets.known
    assert target.names == ["growth", "board"]
    assert "canary" not in repr(context)


def test_two_channels_of_one_app_have_a_pace_each(store: Store) -> None:
    context = Context(store=store)
    for channel in ("C0GROWTH01", "C0BOARD001"):
        settings = {"kind": "slack", "token": "xoxb-canary", "channel": channel}
        build(channel, TypeAdapter[Any](Settings).validate_python(settings), context)

    assert len(context.targets.known) == 2


def test_many_threads_at_once_are_let_through_one_after_the_other() -> None:
    slept: list[float] = []
    pace = Pace(1.0, clock=lambda: 100.0 + sum(slept), sleep=slept.append)

    with ThreadPoolExecutor(max_workers=8) as threads:
        for _ in range(40):
            threads.submit(pace.wait)

    assert slept == [0.0] + [1.0] * 39


def _add(store: Store, name: str, key: str, state: State, at: datetime) -> None:
    facts: dict[str, Any] = {"incident_id": key, "change": "opened", "payload": {}}
    with store.transaction() as connection:
        deliveries.add(connection, destination=name, key=key, now=at, **facts)
        row = claims.claim(connection, name, now=at, owner="boot", lease=_WAIT, give_up_after=_WAIT)
        assert row is not None
        if state is State.SENT:
            claims.settle(connection, row, State.SENT, now=at, outcome="sent")


def test_an_hours_limit_counts_what_all_of_them_sent_and_what_is_on_its_way(store: Store) -> None:
    quota = Quota(store=store, destinations=("growth", "board"), most=4, within=timedelta(hours=1))
    _add(store, "growth", "a", State.SENT, NOW - timedelta(minutes=61))
    _add(store, "growth", "b", State.SENT, NOW - timedelta(minutes=40))
    _add(store, "board", "c", State.SENT, NOW - timedelta(minutes=30))
    _add(store, "growth", "d", State.SENDING, NOW)
    quota.claim(NOW)

    _add(store, "board", "e", State.SENDING, NOW)
    quota.claim(NOW)
    _add(store, "elsewhere", "f", State.SENT, NOW)
    quota.claim(NOW)
    _add(store, "board", "g", State.SENDING, NOW)
    with pytest.raises(DeliveryDelayed, match="growth and board had 4 messages") as full:
        quota.claim(NOW)

    assert full.value.wait == NOW + timedelta(minutes=20)
