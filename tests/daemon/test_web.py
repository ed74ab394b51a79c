"""What monitoring sees: alive, ready, and numbers, without secrets and without end."""

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from config.settings import Settings
from config.upkeep import Web
from daemon.errors import WrongUsage
from daemon.metrics import exposition
from daemon.model import Change
from daemon.outbox import enqueue
from daemon.redact import Redactor
from daemon.silences import Silence
from daemon.store import (
    beginnings,
    claims,
    deliveries,
    digests,
    holds,
    incidents,
    judged,
    open_store,
    silences,
    troubles,
)
from daemon.vitals import Vitals
from daemon.web import application, start_web
from tests.builders_alerts import checkout_failing

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SECRET = "https://hooks.slack.com/services/T0CANARY/B0CANARY/canarysecret"


@dataclass
class Fake:
    """A service whose state the test holds."""

    app: Any
    standing_still: str | None = None
    vitals: Vitals = field(default_factory=Vitals)

    def stuck(self) -> str | None:
        return self.standing_still

    def ask(self, path: str, method: str = "GET") -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=application(lambda: self, self.vitals))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path)

        return asyncio.run(asked())

    def metrics(self) -> dict[str, float]:
        """Every sample by its name and labels."""
        text, _ = exposition(self.app, self.vitals, stuck=self.standing_still is not None, now=NOW)
        return {
            s.name + "".join(f",{k}={v}" for k, v in sorted(s.labels.items())): s.value
            for family in text_string_to_metric_families(text.decode())
            for s in family.samples
        }


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Fake]:
    check = {"source": "s", "period": "day", "scope": "business", "columns": {"orders": "orders"}}
    given: dict[str, Any] = {
        "kpis": {"orders": {"type": "count"}},
        "sources": {"s": {"kind": "files", "path": "data"}},
        "checks": {"shop": check, "web": check, "old": {**check, "enabled": False}},
        "destinations": {"growth": {"kind": "slack_webhook", "url": SECRET}},
        "routes": [{"to": ["growth"]}],
    }
    settings = Settings(**given)
    store = open_store("sqlite:///state.db", tmp_path)
    watch = SimpleNamespace(enabled=("shop", "web"))
    yield Fake(SimpleNamespace(settings=settings, store=store, watch=watch, redact=Redactor([SECRET])))
    store.close()


def test_a_service_that_makes_progress_and_can_write_is_alive_and_ready(service: Fake) -> None:
    answers = [service.ask(path) for path in ("/healthz", "/readyz")]

    assert [(a.status_code, a.text) for a in answers] == [(200, "ok\n")] * 2


def test_a_part_that_stands_still_is_named(service: Fake) -> None:
    service.standing_still = "the schedule"

    answers = [service.ask(path) for path in ("/healthz", "/readyz")]

    assert [(a.status_code, a.text) for a in answers] == [(503, "the schedule stands still\n")] * 2


def test_a_state_that_cannot_be_written_makes_it_unready_but_not_dead(service: Fake, tmp_path: Path) -> None:
    service.app.store.close()
    (tmp_path / "state.db").write_text("no database any more " * 500)
    for file in tmp_path.glob("state.db-*"):
        file.unlink()

    ready, metrics = service.ask("/readyz"), service.ask("/metrics")

    assert service.ask("/healthz").status_code == 200
    assert (ready.status_code, metrics.status_code) == (503, 503)
    assert "no SQLite database" in ready.text


def test_the_numbers_are_those_of_the_process_and_of_the_state(service: Fake) -> None:
    with service.app.store.transaction() as connection:
        incidents.record(connection, checkout_failing().incident, at=NOW, change=Change.OPENED, reason="first seen")
        alert = {"severity": "warning", "facts": [], "headline": "Orders -41 %"}
        enqueue(connection, alert, incident_id="a", change=Change.OPENED, destinations=["growth", "gone"], now=NOW)
        judged.mark(connection, "shop", NOW - timedelta(hours=8), NOW)
        troubles.note(connection, "web", "no answer", NOW)
    service.vitals.cycle(NOW, checks=["shop", "web"], unreadable=["web"], seconds=1.5, series=12, alerts=1)
    service.vitals.cycle(NOW, checks=["web"], unreadable=["web"], seconds=0.5, series=0, alerts=0)
    service.vitals.failed_cycle()

    found = service.metrics()

    severity = str(checkout_failing().incident.severity)
    assert {name: found[f"channelwatch_{name}"] for name in (
        "alive", "cycle_seconds_count", "cycle_seconds_sum", "last_cycle_seconds", "failed_cycles_total",
        "judged_series_total", "alerts_total", "dead_letters",
    )} == {
        "alive": 1, "cycle_seconds_count": 2, "cycle_seconds_sum": 2.0, "last_cycle_seconds": 0.5,
        "failed_cycles_total": 1, "judged_series_total": 12, "alerts_total": 1, "dead_letters": 0,
    }  # fmt: skip
    assert found[f"channelwatch_open_incidents,severity={severity}"] == 1
    assert found["channelwatch_deliveries,destination=growth,state=queued"] == 1
    assert found["channelwatch_deliveries,destination=(removed),state=queued"] == 1
    assert found["channelwatch_oldest_waiting_seconds,destination=growth"] == 0
    assert "channelwatch_last_delivery_timestamp_seconds,destination=growth" not in found
    assert found["channelwatch_data_age_seconds,check=shop"] == 8 * 3600
    assert found["channelwatch_last_success_timestamp_seconds,check=shop"] == NOW.timestamp()
    assert found["channelwatch_source_failures_total,check=web"] == 2
    assert found["channelwatch_source_readable,check=web"] == 0
    assert "channelwatch_data_age_seconds,check=web" not in found


def test_how_each_destination_stands_is_told(service: Fake) -> None:
    with service.app.store.transaction() as connection:
        alert = {"severity": "warning", "facts": [], "headline": "Orders -41 %"}
        for number, minutes in enumerate((50, 20)):
            queued = NOW - timedelta(minutes=minutes)
            enqueue(
                connection, alert, incident_id=str(number), change=Change.OPENED, destinations=["growth"], now=queued
            )
        lease = timedelta(minutes=3)
        row = claims.claim(connection, "growth", now=NOW, owner="b", lease=lease, give_up_after=lease)
        assert row is not None
        claims.settle(connection, row, deliveries.State.SENT, now=NOW - timedelta(minutes=5), outcome="sent")
        holds.extend(connection, "growth", NOW + timedelta(minutes=2), 3, "it asks us to wait (429)")
        digests.done(connection, "growth", NOW - timedelta(days=1))
        beginnings.note(connection, "i9", Change.OPENED, told=(), held={"growth": "the budget is used up"}, now=NOW)
        for hours in (0, 1):
            silence = Silence(name="", channel="*", until=NOW + timedelta(hours=9), author="ana", reason="relaunch")
            silences.add(connection, silence, NOW + timedelta(hours=hours))

    found = service.metrics()

    assert {name: found[f"channelwatch_{name},destination=growth"] for name in (
        "oldest_waiting_seconds", "destination_held_seconds", "destination_failures", "last_delivery_timestamp_seconds",
        "last_digest_timestamp_seconds", "held_for_digest",
    )} == {
        "oldest_waiting_seconds": 20 * 60, "destination_held_seconds": 120, "destination_failures": 3,
        "last_delivery_timestamp_seconds": NOW.timestamp() - 300, "held_for_digest": 1,
        "last_digest_timestamp_seconds": NOW.timestamp() - 86400,
    }  # fmt: skip
    assert found["channelwatch_silences"] == 1


def test_metrics_show_no_secret_and_no_name_that_is_not_in_the_configuration(service: Fake) -> None:
    text = service.ask("/metrics").text

    assert "CANARY" not in text
    assert set(re.findall(r'(?:check|destination)="([^"]*)"', text)) <= {"shop", "web", "growth"}


def test_every_number_that_the_guide_names_is_there(service: Fake) -> None:
    with service.app.store.transaction() as connection:
        judged.mark(connection, "shop", NOW, NOW)
        alert = {"severity": "warning", "facts": [], "headline": "Orders -41 %"}
        enqueue(connection, alert, incident_id="a", change=Change.OPENED, destinations=["growth"], now=NOW)
        lease = timedelta(minutes=3)
        row = claims.claim(connection, "growth", now=NOW, owner="b", lease=lease, give_up_after=lease)
        assert row is not None
        claims.settle(connection, row, deliveries.State.SENT, now=NOW, outcome="sent")
        digests.done(connection, "growth", NOW)
    service.vitals.cycle(NOW, checks=["shop"], unreadable=[], seconds=1, series=1, alerts=0)
    service.vitals.sockets({"growth": True})
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")

    there = {name.partition(",")[0] for name in service.metrics()}

    named = set(re.findall(r"`(channelwatch_\w+)", guide))
    assert len(named) >= 14
    assert named <= there
    assert there <= named | {"channelwatch_cycle_seconds_sum"}


def test_only_reading_is_allowed(service: Fake) -> None:
    assert service.ask("/healthz", "POST").status_code == 405
    assert service.ask("/").status_code == 404


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_it_listens_until_it_is_stopped_and_then_lets_go_of_the_port(service: Fake, port: int) -> None:
    for _ in range(2):
        stop = start_web(Web(port=port), lambda: service, service.vitals)
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok\n"
        stop()


def test_without_a_port_nothing_listens(service: Fake) -> None:
    start_web(Web(), lambda: service, service.vitals)()


def test_a_port_that_is_taken_is_named(service: Fake, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(WrongUsage, match=rf"127\.0\.0\.1 port {port} .*change upkeep\.web"):
            start_web(Web(port=port), lambda: service, service.vitals)
