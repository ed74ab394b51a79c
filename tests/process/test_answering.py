"""A running service is answered: by a button over Slack's socket, by a signed request, and by a link; each shows in the message."""

import json
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.app import open_app
from daemon.model import Change
from daemon.outbox import announce
from daemon.replies import Reply
from daemon.store import incidents, open_store, replies
from tests.builders_alerts import checkout_failing
from tests.process import running as services
from tests.process.canaries import free_port
from tests.process.command import CONFIG
from tests.process.running import Service, running
from tests.receiver import Receiver
from tests.slack_people import SIGNING_SECRET, Sockets, pressed, signed
from tests.slack_server import APP_TOKEN, CHANNEL, TOKEN, Slack

_REPO = Path(__file__).resolve().parents[2]
_PROGRAM = f"""\
#!{sys.executable}
import os
import sys

sys.path.insert(0, {str(_REPO)!r})
if __name__ == "__main__":
    from daemon.destinations import slack, slack_api

    slack_api.ENDPOINT = os.environ["SLACK"]
    slack.connect.__defaults__ = (os.environ["SLACK"],)
    from daemon.cli import main

    main()
"""
SECRET = "canarysecret" * 4
SHOWN_WITHIN = 20.0


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service, in front of a Slack on this machine."""
    script = tmp_path / "channelwatch"
    script.write_text(_PROGRAM, encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(services, "SCRIPT", script)


class Company:
    """An incident that was told in Slack and to a program."""

    def __init__(self, folder: Path, hook: str, **slack: str) -> None:
        self.folder, self.port, self.hook, self._slack = folder, free_port(), hook, slack
        folder.mkdir()
        self.write()
        app = open_app(folder / CONFIG)
        with app.store.transaction() as connection:
            now = checkout_failing().now
            incidents.record(connection, checkout_failing().incident, at=now, change=Change.OPENED, reason="first seen")
            alert = {
                **compose(checkout_failing()).to_dict(),
                "at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
            }
            announce(connection, Alert.from_dict(alert), ["growth", "hook"], now)
        app.close()

    def write(self, **answering: Any) -> None:
        settings = {
            "timezone": "Europe/London",
            "kpis": {"orders": {"type": "count"}},
            "sources": {"s": {"kind": "files", "path": "data"}},
            "checks": {
                "shop": {
                    "source": "s",
                    "period": "day",
                    "scope": "business",
                    "columns": {"orders": "orders"},
                    "enabled": False,
                }
            },
            "destinations": {
                "growth": {"kind": "slack", "token": TOKEN, "channel": CHANNEL, **self._slack},
                "hook": {
                    "kind": "webhook",
                    "url": self.hook,
                    "secret": "whsec_" + "YQ" * 24,
                    "allow_private": True,
                },
            },
            "answering": {
                "url": f"http://127.0.0.1:{self.port}",
                "allow_private": True,
                "secret": SECRET,
                "port": self.port,
                **answering,
            },
        }
        (self.folder / CONFIG).write_text(json.dumps(settings), encoding="utf-8")
        (self.folder / CONFIG).chmod(0o600)

    @property
    def said(self) -> list[Reply]:
        store = open_store("sqlite:///channelwatch.db", self.folder)
        try:
            with store.reading() as connection:
                return replies.of(connection, checkout_failing().incident.id)
        finally:
            store.close()

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


def _until(true: Callable[[], bool], service: Service) -> None:
    ends = time.monotonic() + SHOWN_WITHIN
    while not true():
        assert time.monotonic() < ends, service.words
        time.sleep(0.02)


def _root(slack: Slack) -> dict[str, Any]:
    return slack.roots[0] if slack.roots else {}


def _shows(slack: Slack, words: str) -> bool:
    return words in json.dumps(_root(slack).get("blocks", []))


def test_a_button_is_clicked_over_slacks_socket_and_the_message_says_who(tmp_path: Path) -> None:
    with Receiver() as hook, Sockets() as sockets, Slack(socket=sockets.url) as slack:
        company = Company(tmp_path / "company", hook.url, app_token=APP_TOKEN)
        with running(company.folder, tmp_path / "run.log", {"SLACK": slack.url}) as service:
            service.wait_for("ready")
            sockets.wait_for()
            _until(lambda: bool(_root(slack)), service)
            took = sockets.bring(pressed(_root(slack), "ack"), "e1")
            sockets.bring(pressed(_root(slack), "ack"), "e1 once more")
            _until(lambda: _shows(slack, "Acknowledged by ana"), service)
            sockets.end_all()
            sockets.wait_for(greeted=2)
            sockets.bring(pressed(_root(slack), "mute", "3d", who="tom", at=2.0), "e2")
            _until(lambda: _shows(slack, "Muted by tom"), service)
            code = service.end()

    assert code == 0
    assert took < 3
    assert [(r.kind, r.who) for r in company.said] == [("ack", "ana"), ("mute", "tom")]
    assert len(slack.pings) == 1
    assert "slack_socket_down" in service.words


def test_a_signed_request_and_a_link_do_the_same_and_a_reload_moves_the_address(tmp_path: Path) -> None:
    with Receiver() as hook, Slack() as slack:
        company = Company(tmp_path / "company", hook.url, signing_secret=SIGNING_SECRET)
        with running(company.folder, tmp_path / "run.log", {"SLACK": slack.url}) as service:
            service.wait_for("ready")
            _until(lambda: bool(_root(slack)), service)
            hook.wait_for(1)
            body, headers = signed(pressed(_root(slack), "ack"), time.time())
            assert company.ask("POST", "/slack", body, headers)[0] == 200
            _until(lambda: _shows(slack, "Acknowledged by ana"), service)

            links = {a["kind"]: a["url"] for a in hook.requests[0].body["data"]["alert"]["answers"]}
            path = links["feedback"].removeprefix(f"http://127.0.0.1:{company.port}")
            status, page = company.ask("GET", path)
            assert status == 200
            assert "What was it?" in page
            assert len(company.said) == 1
            form = urlencode({"who": "eva", "verdict": "real"}).encode()
            assert company.ask("POST", path, form)[0] == 303
            assert "Called a real problem by eva" in company.ask("GET", path)[1]
            _until(lambda: _shows(slack, "Called a real problem by eva"), service)

            company.port = free_port()
            company.write()
            service.tell(signal.SIGHUP)
            service.wait_for("answering", times=2)
            assert "Called a real problem by eva" in company.ask("GET", path)[1]
            code = service.end()

    assert code == 0
    assert [(r.kind, r.who) for r in company.said] == [("ack", "ana"), ("feedback", "eva")]
    token = re.escape(path.removeprefix("/a/").partition(".")[2])
    state = b"".join(file.read_bytes() for file in company.folder.glob("channelwatch.db*"))
    assert not re.search(token.encode(), state)
    assert not re.search(token, service.words)
