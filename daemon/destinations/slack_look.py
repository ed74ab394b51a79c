"""Looks for a message of ours in a channel or thread by the key in its metadata. It takes the scope channels:history (groups:history)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from daemon.destinations.slack_api import Api
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear

EVENT = "channelwatch_alert"

# Slack advises at most 200 a page. Beyond five of them an attempt would outlast its lease.
_PER_PAGE, _MOST_PAGES = 200, 5
# 200 messages with blocks are some 10 KB each at most.
_MOST_BYTES = 4_000_000
# How far this machine's clock may be ahead of Slack's.
_LEEWAY = timedelta(hours=1)
# An alert that does not say when it was made is repeated for a day at most.
_LONGEST = timedelta(days=1)


def find(api: Api, channel: str, thread: str | None, key: str, alert: Mapping[str, Any], now: datetime) -> str | None:
    """The timestamp of the message that carries the key; None: there is none.

    Raises:
        DeliveryRefused: it may not be looked, or there is too much to look through.
        DeliveryDelayed: it can be looked later; nothing was posted.
    """
    method = "conversations.history" if thread is None else "conversations.replies"
    asked = {
        "channel": channel,
        "oldest": f"{_since(alert, now).timestamp():.6f}",
        "limit": str(_PER_PAGE),
        "include_all_metadata": "true",
        **({} if thread is None else {"ts": thread}),
    }
    for _ in range(_MOST_PAGES):
        try:
            said = api.call(method, form=asked, most_bytes=_MOST_BYTES)
        except DeliveryUnclear as error:
            raise DeliveryDelayed(str(error), error.wait) from error
        messages = [m for m in said.get("messages") or () if isinstance(m, Mapping)]
        for message in messages:
            if _key_of(message) == key:
                return str(message["ts"])
        following = (said.get("response_metadata") or {}).get("next_cursor")
        if not following:
            return None
        asked["cursor"] = str(following)
    raise DeliveryRefused(f"more than {_PER_PAGE * _MOST_PAGES:,} messages have come since")


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT:
        return None
    payload = metadata.get("event_payload")
    return payload.get("idem_key") if isinstance(payload, Mapping) else None


def _since(alert: Mapping[str, Any], now: datetime) -> datetime:
    """An alert arrives nowhere before it is made."""
    try:
        made = datetime.fromisoformat(str(alert.get("at")))
    except ValueError:
        made = now - _LONGEST
    return min(made.astimezone(now.tzinfo), now) - _LEEWAY
