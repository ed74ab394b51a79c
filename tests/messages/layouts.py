"""Every form in which an alert leaves: how it is laid out, how large it may be, what others have against it, what is live in it.

One row for each message that a destination may send, its plainer stand-ins included. A new layout joins by one row.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from rich.console import Console

from config.destinations.pagerduty import PagerDuty
from daemon.alerts import apprise, document, slack, teams, terminal
from daemon.alerts.alert import Alert
from daemon.console.page import card as inbox_card
from daemon.destinations import pagerduty
from tests.daemon.destinations import reading
from tests.daemon.destinations.reading import Seen
from tests.messages import validators
from tests.messages.mails import MAILS, Mail, of_smtp

OURS = ("https://watch.example.com/", "https://ads.example.com/")
_ZONE = ZoneInfo("UTC")

Message = Any  # what a layout makes: a JSON object, or bytes


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One form of an alert.

    lay: None where nothing is sent. size: how large it is, in `unit`, of at most `most`. over: limits that it breaks besides.
    refused: what independent validators have against it; None: there is none but the reader of `seen`.
    """

    lay: Callable[[Alert], Message | None]
    size: Callable[[Message], int]
    most: int
    unit: str
    over: Callable[[Message], list[str]] = lambda _: []
    refused: Callable[[Message], list[str]] | None = None
    seen: Callable[[Message], list[Seen]]

    def against(self, alert: Alert) -> list[str]:
        """What there is against this form of an alert: limits that it breaks, and what validators say."""
        message = self.lay(alert)
        if message is None:
            return []
        size = self.size(message)
        return [
            *([f"{size} {self.unit}, at most {self.most}"] if size > self.most else []),
            *self.over(message),
            *(self.refused(message) if self.refused is not None else []),
        ]

    def alive(self, alert: Alert, *, ours: tuple[str, ...], owner: str) -> list[str]:
        """What is more than text in it, and not of our own making."""
        message = self.lay(alert)
        found = [] if message is None else self.seen(message)
        return [live for seen in found for live in seen.alive(ours=ours, owner=owner)]


def length(text: str) -> int:
    """As whoever counts most would count: code points or UTF-16 units."""
    return max(len(text), sum(2 if ord(c) > 0xFFFF else 1 for c in text))


# --- Slack


def _slack_holders(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object in blocks, however deep."""
    match value:
        case {"type": "plain_text" | "mrkdwn"}:
            yield value
        case dict():
            for inner in value.values():
                yield from _slack_holders(inner)
        case list():
            for inner in value:
                yield from _slack_holders(inner)


def _slack_size(body: Mapping[str, Any]) -> int:
    """What is counted over all blocks, after escaping; our own count takes `text` in."""
    blocks = body.get("blocks", [])
    pictures = sum(length(block["alt_text"]) for block in blocks if block["type"] == "image")
    return length(body["text"]) + pictures + sum(length(holder["text"]) for holder in _slack_holders(blocks))


_ELEMENT = {"action_id": 255, "value": 2_000, "url": 3_000}
_ELEMENT_TEXT = {"text": 75, "placeholder": 150}
_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}


def _slack_over(body: Mapping[str, Any]) -> list[str]:
    """Block Kit's limits (docs.slack.dev/reference/block-kit)."""
    blocks = body.get("blocks", [])
    found = [] if body["text"].strip() else ["no text"]
    found += [f"{len(blocks)} blocks"] if len(blocks) > 50 else []
    named = [block["block_id"] for block in blocks if "block_id" in block]
    found += ["block_id twice"] if len(set(named)) < len(named) else []
    for block in blocks:
        most = {"header": 150, "section": 3_000, "context": 3_000}.get(block["type"], 2_000)
        texts = [holder["text"] for holder in _slack_holders(block)]
        found += [f"{block['type']}: {length(t)} characters" for t in texts if not 0 < length(t) <= most]
        if block["type"] == "image":
            found += [] if 0 < length(block["alt_text"]) <= 2_000 else ["alt_text"]
        elements, most_elements = block.get("elements", []), {"context": 10, "actions": 25}.get(block["type"], 0)
        found += [f"{block['type']}: {len(elements)} elements"] if len(elements) > most_elements else []
        found += [] if length(block.get("block_id", "")) <= 255 else ["block_id too long"]
        if block["type"] == "actions":
            found += [wrong for element in elements for wrong in _element_over(element)]
    return found


def _element_over(element: Mapping[str, Any]) -> list[str]:
    """Of a button or a menu (docs.slack.dev/reference/block-kit/block-elements)."""
    options = element.get("options", [])
    texts = {
        **{n: (element[n]["text"], most) for n, most in _ELEMENT_TEXT.items() if n in element},
        **{n: (element["confirm"][n]["text"], most) for n, most in _CONFIRM.items() if "confirm" in element},
        **{f"option {i}": (option["text"]["text"], 75) for i, option in enumerate(options)},
        **{n: (element[n], most) for n, most in _ELEMENT.items() if n in element},
        **{f"value {i}": (option["value"], 150) for i, option in enumerate(options)},
    }
    found = [f"{n}: {length(text)} characters" for n, (text, most) in texts.items() if not 0 < length(text) <= most]
    return found + (["more than 100 options"] if len(options) > 100 else [])


def _slack(lay: Callable[[Alert], dict[str, Any]], most: int) -> Layout:
    return Layout(
        lay=lay,
        size=_slack_size,
        most=most,
        unit="characters",
        over=_slack_over,
        refused=validators.of_blocks,
        seen=lambda body: [reading.of_slack(body)],
    )


# --- Teams


def _teams_over(message: Mapping[str, Any]) -> list[str]:
    card = message["attachments"][0]["content"]
    found = [] if card["version"] in ("1.0", "1.4") else [f"version {card['version']}"]
    found += [] if all(element["text"].strip() for element in card["body"]) else ["an empty text"]
    return found + (["more than 6 buttons"] if len(card.get("actions", ())) > 6 else [])


def _teams(lay: Callable[[Alert], dict[str, Any]]) -> Layout:
    return Layout(
        lay=lay,
        size=lambda message: len(json.dumps(message).encode()),
        most=20_480,
        unit="bytes",
        over=_teams_over,
        refused=validators.of_card,
        seen=lambda message: [reading.of_card(message).with_autolinks(but=set())],
    )


# --- PagerDuty


def _event(alert: Alert) -> dict[str, Any] | None:
    destination = pagerduty.connect("on_call", PagerDuty(kind="pagerduty", routing_key=SecretStr("secret")))
    event = destination._event(alert.to_dict(), pagerduty._dedup_key(alert.incident_id))
    return None if event is None else {"routing_key": destination.routing_key, **event}


def _event_over(event: Mapping[str, Any]) -> list[str]:
    found = [] if len(event["dedup_key"]) <= 255 else ["dedup_key"]
    payload = event.get("payload")
    return found + (["summary"] if payload is not None and not 0 < length(payload["summary"]) <= 1_024 else [])


# --- e-mail


_HEADER_NAMES = {
    *("from", "to", "subject", "date", "message-id", "references", "in-reply-to", "list-id", "auto-submitted"),
    *("x-auto-response-suppress", "mime-version", "content-type", "x-pm-keepid"),
}


def _mail(lay: Callable[[Alert], bytes], reader: Callable[[bytes], Mail]) -> Layout:
    read = lru_cache(maxsize=1)(reader)

    def over(content: bytes) -> list[str]:
        mail = read(content)
        shown = re.findall(r'src="cid:([^"]*)"', mail.html)
        return [
            *([] if shown == list(mail.picture_ids) and shown else ["the picture is not the one that is shown"]),
            *(f"header {n}" for n in mail.headers if n.lower() not in _HEADER_NAMES),
            *(
                f"header {n} is no line of at most 998"
                for n, v in mail.headers.items()
                if re.search(r"[\r\n]", v) or len(v) > 998
            ),
            *([] if mail.text.strip() and 0 < len(mail.headers["Subject"]) <= 200 else ["no text or subject"]),
        ]

    def seen(content: bytes) -> list[Seen]:
        mail = read(content)
        headers, text, page = reading.parts_of(headers=mail.headers, text=mail.text, page=mail.html)
        own = {word for words in text.texts for word in words.split() if word.startswith(OURS)}
        page.links = [link for link in page.links if link not in {f"cid:{i}" for i in mail.picture_ids}]
        return [headers, text.with_autolinks(but=own), page.with_autolinks(but=set())]

    return Layout(
        lay=lay,
        size=lambda content: len(read(content).html.encode()),
        most=80_000,
        unit="bytes of HTML",
        over=over,
        refused=validators.of_mail
        if reader is of_smtp
        else lambda content: validators.of_page(read(content).html.strip()),
        seen=seen,
    )


# --- machines, everything else, and this machine


def _json_refused(content: bytes) -> list[str]:
    try:
        json.loads(content)
    except ValueError as error:
        return [str(error)]
    return []


def _note(alert: Alert) -> dict[str, str]:
    note = apprise.layout(alert)
    return {"title": note.title, "body": note.body}


def _note_seen(note: Mapping[str, str]) -> list[Seen]:
    seen = Seen(texts=list(note.values()))
    seen.mentions = [text for text in seen.texts if re.search(r"@\w|<[!@#]", text)]
    own = {word for words in seen.texts for word in words.split() if word.startswith(OURS)}
    return [seen.with_autolinks(but=own)]


def _printed(alert: Alert) -> str:
    out = io.StringIO()
    Console(file=out, width=100, force_terminal=False).print(terminal.layout(alert))
    return out.getvalue()


LAYOUTS: dict[str, Layout] = {
    "slack": _slack(lambda alert: slack.layout(alert, "F0123456789"), 9_000),
    "slack_webhook": _slack(slack.layout, 9_000),
    "slack thread": _slack(slack.reply, 4_000),
    "slack without blocks": _slack(slack.plain, 4_000),
    "teams": _teams(teams.layout),
    "teams without a card": _teams(teams.plain),
    "pagerduty": Layout(
        lay=_event,
        size=lambda event: len(json.dumps(event).encode()),
        most=512 * 1024,
        unit="bytes",
        over=_event_over,
        refused=validators.of_event,
        seen=lambda event: [reading.of_event(event).with_autolinks(but=set())] if "payload" in event else [],
    ),
    **{kind: _mail(*of) for kind, of in MAILS.items()},
    "webhook": Layout(
        lay=document.layout,
        size=len,
        most=20_000,
        unit="bytes",
        refused=_json_refused,
        seen=lambda content: [reading.of_json(content)],
    ),
    "apprise": Layout(
        lay=_note, size=lambda note: len(note["title"] + note["body"]), most=7_000, unit="characters", seen=_note_seen
    ),
    "terminal": Layout(
        lay=_printed, size=len, most=10**9, unit="characters", seen=lambda printed: [Seen(texts=[printed])]
    ),
    "inbox": Layout(
        lay=lambda alert: inbox_card(alert, _ZONE),
        size=lambda card: len(card.encode()),
        most=10**9,
        unit="bytes",
        refused=lambda card: validators.of_page(f"<!doctype html><title>x</title>{card}"),
        seen=lambda card: [reading.of_html(card)],
    ),
}
