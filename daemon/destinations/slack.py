"""A Slack channel by bot token: one message an incident, edited in place as things change, with what is news in its thread.

An edit never pings; a reply does. Slack knows no idempotency key (slackapi/slack-api-specs#10), so every message carries ours
as metadata: where an earlier attempt may have arrived, it is looked for before anything is posted again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from config.destinations.slack import Slack
from config.outputs import Severity
from daemon.destinations import slack_chart
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.drawing import Draw
from daemon.destinations.pace import Pace
from daemon.destinations.slack_api import ENDPOINT, LAYOUT, Api, SlackRefused
from daemon.destinations.slack_look import EVENT, find
from daemon.destinations.slack_words import Message, worded
from daemon.errors import DeliveryDelayed, DeliveryParked, DeliveryRefused, DeliveryUnclear
from daemon.model import Change

log = structlog.get_logger(__name__)

# Somebody should act: whoever does not follow the thread sees these in the channel as well.
_FOR_ALL = (Change.WORSE, Change.GROWN, Change.REOPENED)
# The message was deleted, or the workspace does not allow edits (any more).
_LOST = ("message_not_found", "cant_update_message", "edit_window_closed")
_PLACE = re.compile(r"([CGD][A-Z0-9]+)/(\d+\.\d+)")


@dataclass(frozen=True, kw_only=True)
class SlackDestination:
    """Keeps one message an incident in one channel. `last_message`: what the newest one of an incident is called, if any."""

    name: str
    channel: str
    api: Api
    draw: Draw | None
    last_message: Callable[[str], str | None]
    pace: Pace
    again: Again = Again.LOOKS

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Post the first message of an incident, or edit it and say the news in its thread."""
        if alert.get("silent"):
            return self._revised(alert)
        change = Change(alert["change"])
        shown: Mapping[str, Any] = {**alert, "possible_repeat": False}  # an edit repeats nothing
        root = None if change is Change.OPENED else self._root(str(alert["incident_id"])) or self._overtaken(alert, now)
        if root is not None and self._edit(root, shown):
            if change is not Change.BETTER:
                self._post(alert, key, now, thread=root, for_all=change in _FOR_ALL)
        else:
            root, shown = self._post(alert, key, now)
        picture = partial(slack_chart.show, self.api, self.pace, self.draw, (self.channel, root), shown)
        return Receipt(external_id=f"{self.channel}/{root}", afterwards=picture)

    def _revised(self, alert: Mapping[str, Any]) -> Receipt:
        """The message as it is, with what people said; where none can be changed there is nothing to do."""
        root = self._root(str(alert["incident_id"]))
        if root is None or not self._edit(root, alert):
            return Receipt()
        picture = partial(slack_chart.show, self.api, self.pace, self.draw, (self.channel, root), alert)
        return Receipt(external_id=f"{self.channel}/{root}", afterwards=picture)

    def _root(self, incident_id: str) -> str | None:
        """The timestamp by which Slack knows the incident's message; None where this channel has none."""
        place = _PLACE.fullmatch(self.last_message(incident_id) or "")
        return place.group(2) if place is not None and place.group(1) == self.channel else None

    def _overtaken(self, alert: Mapping[str, Any], now: datetime) -> str | None:
        """The message whose place this one takes, where it had arrived although nobody was told so; None where it had not."""
        for place in alert.get("overtakes", ()):
            try:
                found = find(self.api, self.channel, None, place["key"], place, now)
            except DeliveryRefused as error:
                log.warning("slack_cannot_look", destination=self.name, reason=str(error))
                return None
            if found is not None:
                return found
        return None

    def _edit(self, root: str, alert: Mapping[str, Any]) -> bool:
        """Show how it stands now; False where the message cannot be changed any more."""
        words = worded(alert, self.name)
        try:
            self._say("chat.update", {"ts": root}, words.rich, words.plain)
        except SlackRefused as error:
            if error.word not in _LOST:
                raise
            log.warning("slack_message_lost", destination=self.name, incident=alert["incident_id"], word=error.word)
            return False
        except DeliveryUnclear as error:
            raise DeliveryDelayed(str(error), error.wait) from error
        return True

    def _post(
        self, alert: Mapping[str, Any], key: str, now: datetime, thread: str | None = None, for_all: bool = False
    ) -> tuple[str, Mapping[str, Any]]:
        """A new message, unless an earlier attempt brought it there: its timestamp, and the alert as it is shown."""
        if alert.get("possible_repeat"):
            try:
                found = find(self.api, self.channel, thread, key, alert, now)
            except DeliveryRefused as error:
                if alert.get("severity") == Severity.INFO:
                    raise DeliveryParked(f"it may have arrived, which cannot be looked for: {error}") from error
                log.warning("slack_cannot_look", destination=self.name, reason=str(error))
            else:
                alert = {**alert, "possible_repeat": False}
                if found is not None:
                    return found, alert
        words = worded(alert, self.name)
        to: dict[str, Any] = {"metadata": {"event_type": EVENT, "event_payload": {"idem_key": key}}}
        if thread is not None:
            to |= {"thread_ts": thread, "reply_broadcast": for_all}
        rich, plain = (words.rich, words.plain) if thread is None else (words.reply, words.reply)
        posted = self._say("chat.postMessage", to, rich, plain).get("ts")
        if not isinstance(posted, str):
            raise DeliveryUnclear(f'Slack destination "{self.name}" took a message without naming it')
        return posted, alert

    def _say(self, method: str, to: Mapping[str, Any], rich: Message, plain: Message) -> dict[str, Any]:
        """If Slack dislikes the form, say the plain text in the same attempt."""
        self.pace.wait()
        try:
            return self.api.call(method, json={"channel": self.channel, **to, **rich})
        except SlackRefused as error:
            if error.word not in LAYOUT:
                raise
            log.warning("slack_refused_layout", destination=self.name, word=error.word)
        self.pace.wait()
        return self.api.call(method, json={"channel": self.channel, **to, **plain})


def connect(
    name: str,
    settings: Slack,
    draw: Draw | None,
    last_message: Callable[[str], str | None],
    pace: Pace,
    endpoint: str = ENDPOINT,
) -> SlackDestination:
    """A destination for these settings; the token is never shown, and another endpoint is a test's.

    Raises:
        DeliveryRefused: it is no bot's token.
    """
    token = settings.token.get_secret_value().strip()
    if not re.fullmatch(r"xoxb-[\x21-\x7e]+", token):
        raise DeliveryRefused(
            f'destination "{name}": token must be the Bot User OAuth Token of a Slack app, which begins with xoxb-'
        )
    api = Api(name=name, token=token, endpoint=endpoint)
    return SlackDestination(
        name=name, channel=settings.channel, api=api, draw=draw, last_message=last_message, pace=pace
    )
