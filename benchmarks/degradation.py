"""A drawer that hangs, and Slack's picture service that hangs: how long alerts wait for pictures, by the real clock."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import SecretStr
from structlog.testing import capture_logs

from benchmarks.results import headline
from config.destinations.slack import Slack as Settings
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import Context, Destination, slack
from daemon.destinations.drawing import Draw
from daemon.destinations.pace import Pace
from daemon.outbox import Post, announce, deliver_due, new_boot
from daemon.store import Store, open_store
from tests import builders_alerts as stories
from tests.daemon.outbox.builders import NOON
from tests.daemon.outbox.vendors import KINDS
from tests.receiver import Answer, Receiver, Request
from tests.slack_server import CHANNEL, TOKEN, Slack
from tests.vendor_server import Answer as Slow

ALERTS = 10
_ALERT = compose(stories.checkout_failing())
_MAIL = ("email_sendgrid", "email_mailgun", "email_postmark", "email_resend")


def run(alerts: int = ALERTS) -> list[str]:
    """The longest an alert waited, beyond the same without pictures."""
    with capture_logs():
        mails = {name: _mailed(name, alerts) for name in _MAIL}
        drawing, uploading = _slacked(alerts, hangs="drawing"), _slacked(alerts, hangs="uploading")
    worst = max(*(max(times) for times in mails.values()), *drawing, *uploading)
    return [
        "## Pictures that do not come",
        "",
        f"{alerts} alerts at once to each destination. E-mail and Slack with a drawer that never returns; Slack with a picture service that never answers.",
        "",
        headline("the longest that an alert waited for pictures", "<= 2 s", f"{worst:.2f} s"),
        "",
        "| | first alert | last of them |",
        "|---|---:|---:|",
        *(f"| {name}, the drawer hangs | {times[0]:.2f} s | {times[-1]:.2f} s |" for name, times in mails.items()),
        f"| slack, the drawer hangs | {drawing[0]:.2f} s | {drawing[-1]:.2f} s |",
        f"| slack, the picture service hangs | {uploading[0]:.2f} s | {uploading[-1]:.2f} s |",
    ]


def _hanging(done: threading.Event) -> Draw:
    def draw(_: Alert) -> bytes | None:
        done.wait()
        return None

    return draw


def _mailed(name: str, alerts: int) -> list[float]:
    arrived, done = list[float](), threading.Event()

    def answer(_: Request) -> Answer:
        arrived.append(time.perf_counter())
        return KINDS[name].taken

    with Receiver(answer=answer) as receiver:
        times = _delivered(lambda store: KINDS[name].connect(receiver.url, store, _hanging(done)), alerts, arrived)
    done.set()
    return times


def _slacked(alerts: int, hangs: str) -> list[float]:
    arrived, done = list[float](), threading.Event()
    draw = _hanging(done) if hangs == "drawing" else lambda _: b"PNG"

    def connect(store: Store) -> Destination:
        settings = Settings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL)
        last = partial(Context(store=store).last_message, "it")
        return slack.connect("it", settings, draw, last, Pace(0), workspace.url)

    with Timed(arrived) as workspace:
        if hangs == "uploading":
            workspace.script["files.getUploadURLExternal"] += [Slow(body="x" * 300, drip=True)] * alerts
        times = _delivered(connect, alerts, arrived)
    done.set()
    return times


class Timed(Slack):
    """A workspace that notes when each message came."""

    def __init__(self, arrived: list[float]) -> None:
        super().__init__()
        self.arrived = arrived

    def _post(self, given: Mapping[str, Any]) -> dict[str, Any] | str:
        self.arrived.append(time.perf_counter())
        return super()._post(given)


def _delivered(connect: Callable[[Store], Destination], alerts: int, arrived: list[float]) -> list[float]:
    """How long each alert took from the beginning."""
    store = open_store("sqlite://")
    with store.transaction() as connection:
        for number in range(alerts):
            announce(connection, replace(_ALERT, incident_id=f"i{number}"), ["it"], NOON)
    began = time.perf_counter()
    deliver_due(Post(store=store, destinations={"it": connect(store)}, boot=new_boot()))
    store.close()
    return [at - began for at in arrived]
