"""From a stored alert to Slack messages, whatever becomes of the layout: news comes before looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from daemon.alerts import slack
from daemon.alerts.alert import Alert
from daemon.alerts.plain import REPEAT
from daemon.alerts.untrusted import for_slack

log = structlog.get_logger(__name__)

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message with blocks, the same without, and the short one for a thread."""

    rich: Message
    plain: Message
    reply: Message


def worded(alert: Mapping[str, Any], destination: str) -> Words:
    """The messages of an alert; the bare headline where it cannot be laid out."""
    try:
        words = Alert.from_dict(alert)
        return Words(rich=slack.layout(words), plain=slack.plain(words), reply=slack.reply(words))
    except Exception:
        log.exception("layout_failed", destination=destination, incident=alert.get("incident_id"))
        repeat = f"{REPEAT}: " if alert.get("possible_repeat") else ""
        bare = {"text": for_slack(repeat + str(alert.get("headline") or f"Incident {alert.get('incident_id')}"))}
        return Words(rich=bare, plain=bare, reply=bare)
