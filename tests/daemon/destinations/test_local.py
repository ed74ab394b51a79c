"""Destinations on this machine: the terminal and the inbox."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from structlog.testing import capture_logs

from config.outputs import Destination as Settings
from config.outputs import Inbox, Severity, SlackWebhook, Terminal
from daemon.alerts.alert import Alert
from daemon.destinations import Again, Context
from daemon.destinations.build import build
from daemon.errors import DeliveryDelayed, DeliveryRefused
from daemon.model import Change
from daemon.store import inbox, open_store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = Alert(
    incident_id="i1", change=Change.OPENED, severity=Severity.WARNING, headline="Orders -41 % [bold]on mobile[/bold]"
)


def test_the_terminal_prints_the_words_as_they_are() -> None:
    written = io.StringIO()
    console = Console(file=written, width=120)

    build("tty", Terminal(kind="terminal"), Context(store=open_store("sqlite://"), console=console)).deliver(
        ALERT.to_dict(), "k", NOW
    )

    assert "Orders -41 % [bold]on mobile[/bold]" in written.getvalue()


def test_the_terminal_leaves_standard_output_to_answers(capsys: pytest.CaptureFixture[str]) -> None:
    build("tty", Terminal(kind="terminal"), Context(store=open_store("sqlite://"))).deliver(ALERT.to_dict(), "k", NOW)

    out, err = capsys.readouterr()
    assert out == ""
    assert "Orders -41 %" in err


def test_the_inbox_keeps_words_and_picture_once() -> None:
    store = open_store("sqlite://")
    destination = build(
        "page", Inbox(kind="inbox"), Context(store=store, chart=lambda alert: f"PNG of {alert.headline[:6]}".encode())
    )

    receipts = {destination.deliver(ALERT.to_dict(), "same key", NOW).external_id for _ in range(2)}

    with store.reading() as connection:
        (message,) = inbox.latest(connection)
    assert receipts == {str(message.id)}
    assert (message.received_at, message.incident_id, message.change, message.chart) == (
        NOW,
        "i1",
        "opened",
        b"PNG of Orders",
    )
    assert Alert.from_dict(message.alert) == ALERT


def test_a_picture_that_cannot_be_drawn_keeps_no_alert_back() -> None:
    def broken(alert: Alert) -> bytes:
        raise RuntimeError("no fonts")

    store = open_store("sqlite://")
    with capture_logs() as logs:
        build("page", Inbox(kind="inbox"), Context(store=store, chart=broken)).deliver(ALERT.to_dict(), "k", NOW)

    with store.reading() as connection:
        assert [m.chart for m in inbox.latest(connection)] == [None]
    assert [line["event"] for line in logs] == ["chart_failed"]


def test_an_inbox_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    store = open_store("sqlite:///state.db", tmp_path, busy_timeout_seconds=0.01)
    destination = build("page", Inbox(kind="inbox"), Context(store=store))

    with store.transaction(), pytest.raises(DeliveryDelayed, match="another program holds it"):
        destination.deliver(ALERT.to_dict(), "k", NOW)


def test_destinations_are_built_from_their_settings_and_say_whether_they_know_keys() -> None:
    settings: dict[str, Settings] = {
        "page": Inbox(kind="inbox"),
        "tty": Terminal(kind="terminal"),
        "growth": SlackWebhook(kind="slack_webhook", url=SecretStr("https://hooks.slack.com/services/T0/B0/x")),
    }

    context = Context(store=open_store("sqlite://"))
    built = {name: build(name, of, context) for name, of in settings.items()}

    assert {name: destination.again for name, destination in built.items()} == {
        "page": Again.KEYED,
        "tty": Again.KEYED,
        "growth": Again.BLIND,
    }


def test_settings_that_can_never_work_are_refused_by_name() -> None:
    with pytest.raises(DeliveryRefused, match='destination "growth"'):
        build(
            "growth",
            SlackWebhook(kind="slack_webhook", url=SecretStr("nonsense")),
            Context(store=open_store("sqlite://")),
        )
