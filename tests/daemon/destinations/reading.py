"""Reads what a destination sent as those who receive it would: what is text, and what comes alive."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from html.parser import HTMLParser
from typing import Any

from tests import adaptive_card
from tests.adaptive_card import card_of

# What mail programs and chat clients turn into links by themselves, in plain text too.
_AUTOLINK = re.compile(
    r"(?:https?|ftp|javascript|data|vbscript|file|mailto|tel|sms|slack):[^\s\u2060…]|www\.\w|[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|co|example|exe)\b",
    re.IGNORECASE,
)
_SLACK_LIVE = re.compile(r"<([^<>]*)>")
# What Slack formats in mrkdwn; our own labels are bold, and our picture stands between backquotes.
_SLACK_FORMAT = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)|^&gt;|:[a-z][a-z0-9_+-]*:", re.MULTILINE)
_SLACK_OURS = re.compile(r"^\*[^*\n]*\*|```[^`]*```|(?:(?<=^)|(?<= · ))\*\w+\*", re.MULTILINE)
# All that our own pages are made of.
TAGS = frozenset(
    {
        *(
            "html",
            "head",
            "body",
            "meta",
            "title",
            "style",
            "header",
            "main",
            "article",
            "section",
            "figure",
            "figcaption",
        ),
        *("h1", "h2", "h3", "p", "span", "div", "strong", "em", "time", "ul", "ol", "li", "pre", "a", "img"),
        *("table", "tr", "td"),
    }
)
ATTRIBUTES = frozenset(
    {
        *(
            "class",
            "style",
            "lang",
            "charset",
            "name",
            "content",
            "http-equiv",
            "datetime",
            "role",
            "href",
            "rel",
            "src",
        ),
        *("alt", "aria-hidden", "aria-label", "width", "height", "align", "valign"),
        *("cellpadding", "cellspacing", "border"),
    }
)
_ALLOWED_UNSEEN = frozenset("\u2060")  # ours: it keeps addresses from turning live


@dataclass(kw_only=True)
class Seen:
    """One message: the text in it, and what is live."""

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    headers: list[str] = field(default_factory=list)  # lower-case names
    autolinks: list[str] = field(default_factory=list)

    def unseen(self) -> set[str]:
        """Characters that nobody sees, in any text."""
        return {
            c
            for text in self.texts
            for c in text
            if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c != "\n" and c not in _ALLOWED_UNSEEN
        }

    def alive(self, *, ours: tuple[str, ...], owner: str) -> list[str]:
        """What is more than text and not of our own making. ours: how our links begin; owner: who may be mentioned."""
        return [
            *(f"unseen {c!a}" for c in self.unseen()),
            *(f"mention {m}" for m in self.mentions if f"<{m}>" != owner),
            *(f"link {link}" for link in self.links if not link.startswith(ours)),
            *(f"link by itself {link}" for link in self.autolinks),
            *(f"tag {tag}" for tag in self.tags - TAGS),
            *(f"attribute {name}" for name in self.attributes - ATTRIBUTES),
        ]

    def with_autolinks(self, *, but: set[str]) -> "Seen":
        """Look for what clients make links of by themselves; our own links are left out."""
        for text in self.texts:
            for ours in but:
                text = text.replace(ours, "")
            self.autolinks += [match.group() for match in _AUTOLINK.finditer(text)]
        return self


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.tags.add(tag)
        self._hidden += tag in ("style", "title")
        for name, value in attrs:
            self.seen.attributes.add(name)
            if name in ("href", "src", "action", "background", "srcset"):
                self.seen.links.append(value or "")
            if name in ("alt", "title", "aria-label"):
                self.seen.texts.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.texts.append(data)

    def handle_comment(self, data: str) -> None:
        if not data.startswith(("[if mso]", "[endif]", "[if !mso]")) and data != "[endif]":
            self.seen.tags.add(f"comment {data[:20]}")

    def handle_pi(self, data: str) -> None:
        self.seen.tags.add("?")

    def unknown_decl(self, data: str) -> None:
        if data != "endif":
            self.seen.tags.add(f"declaration {data[:20]}")


def of_html(page: str) -> Seen:
    """A page, or the HTML of a mail."""
    parser = _Html()
    parser.feed(page)
    parser.close()
    return parser.seen


def of_slack(body: Mapping[str, Any]) -> Seen:
    """A Block Kit message: what stands between angle brackets is live, everything else is entities and text."""
    texts = list(_slack_texts(body))
    live = [inner for text in texts for inner in _SLACK_LIVE.findall(text)]
    rest = [_SLACK_LIVE.sub("", text) for text in texts]
    plain = [t.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for t in rest]
    stray = [text for text in rest if re.search(r"[<>]|&(?!amp;|lt;|gt;)", text)]
    formatted = {found.group() for text in rest for found in _SLACK_FORMAT.finditer(_SLACK_OURS.sub("", text))}
    # Blocks are verbatim, and Slack makes no links of bare addresses in them; in `text` it does.
    by_itself = [found.group() for found in _AUTOLINK.finditer(plain[0])]
    headers = [block["text"]["text"] for block in body.get("blocks", []) if block["type"] == "header"]
    return Seen(
        texts=plain + headers,
        tags={f"format {sign}" for sign in formatted},
        autolinks=by_itself,
        links=[token.split("|")[0] for token in live if not token.startswith(("@", "!", "#"))],
        mentions=[token for token in live if token.startswith(("@", "!", "#"))] + stray,
    )


def _slack_texts(body: Mapping[str, Any]) -> Iterator[str]:
    yield str(body["text"])
    for block in body.get("blocks", []):
        for holder in [block.get("text"), *block.get("elements", [])]:
            if holder and holder["type"] == "mrkdwn":
                yield holder["text"]


def of_card(message: Mapping[str, Any]) -> Seen:
    """An Adaptive Card: what Markdown makes more of than bold labels is a tag, what opens an address a link."""
    card = card_of(message)
    seen = Seen(links=[action["url"] for action in card.get("actions", ())])
    for text in adaptive_card.texts(card):
        seen.texts.append(adaptive_card.shown(text))
        seen.tags |= adaptive_card.live(text) - {"strong_open", "strong_close"}
        seen.tags |= set(re.findall(r"\{\{|\$\{", text))  # cards fill them in
    seen.texts += [action["title"] for action in card.get("actions", ())]
    return seen


def of_event(event: Mapping[str, Any]) -> Seen:
    """A page: text is text there, but addresses in it turn live."""
    payload = event["payload"]
    details = payload.get("custom_details", {}).values()
    return Seen(
        texts=[
            payload["summary"],
            payload["source"],
            *(text for said in details for text in ([said] if isinstance(said, str) else said)),
            *(link["text"] for link in event.get("links", [])),
        ],
        links=[link["href"] for link in event.get("links", [])],
    )


def of_mail(content: bytes) -> list[Seen]:
    """A mail as it is parsed: its headers, its text, its HTML."""
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return parts_of(
        headers={name: str(value) for name, value in message.items()},
        text=_body(message, "plain"),
        page=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def parts_of(*, headers: Mapping[str, str], text: str, page: str) -> list[Seen]:
    """What a provider was given: headers and subject, text, HTML."""
    return [
        Seen(headers=[name.lower() for name in headers], texts=list(headers.values())),
        Seen(texts=[text]),
        of_html(page),
    ]


def of_json(content: bytes) -> Seen:
    """A document for machines: every string in it; the raw bytes open no tag."""
    assert not re.search(rb"[<>&\x00-\x1f\x7f-\xff]", content)
    texts: list[str] = []
    links: list[str] = []

    def walk(value: Any, key: str = "") -> None:
        match value:
            case str():
                (links if key == "url" else texts).append(value)
            case dict():
                texts.extend(value)
                for name, inner in value.items():
                    walk(inner, name)
            case list():
                for inner in value:
                    walk(inner, key)

    walk(json.loads(content))
    return Seen(texts=texts, links=links)
