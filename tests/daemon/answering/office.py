"""A channel in Slack in which an incident was told, and people who press its buttons."""

import json
from typing import Any

import httpx

from config.destinations.slack import Slack as Settings
from daemon.answering.offering import offering
from daemon.destinations import Context
from daemon.destinations.pace import Pace
from daemon.destinations.slack import connect
from daemon.outbox import deliver_due
from tests.daemon.answering.place import NOW, Place
from tests.daemon.outbox.builders import Clock, post
from tests.slack_people import SIGNING_SECRET, pressed, signed
from tests.slack_server import CHANNEL, TOKEN, Slack

AT = NOW.timestamp()


class Office:
    """A channel in Slack in which the incident was told, and the address where its clicks come in."""

    def __init__(self, here: Place, slack: Slack, port: int) -> None:
        self.here, self.slack, self.url = here, slack, f"http://127.0.0.1:{port}/slack"
        of = here.app.settings.destinations["growth"]
        assert isinstance(of, Settings)
        bot = connect(
            "growth", of, None, lambda i: Context(store=here.app.store).last_message("growth", i), Pace(0), slack.url
        )
        self._to = offering("growth", bot, of, here.app.settings.answering)

    def deliver(self) -> None:
        deliver_due(post(self.here.app.store, Clock(self.here.now), growth=self._to))

    @property
    def message(self) -> dict[str, Any]:
        (root,) = self.slack.roots
        return root

    @property
    def shown(self) -> str:
        return json.dumps(self.message["blocks"][1], ensure_ascii=False)

    def click(self, action: str, option: str = "", at: float = 1.0, late: float = 0.0, **more: Any) -> int:
        body, head = signed(pressed(self.message, action, option, at=at, **more), AT + late)
        return self.send(body, head)

    def send(self, body: bytes, head: dict[str, str]) -> int:
        return httpx.post(self.url, content=body, headers=head, trust_env=False).status_code


BOT = {"kind": "slack", "token": TOKEN, "channel": CHANNEL, "signing_secret": SIGNING_SECRET}
