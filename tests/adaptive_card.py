"""Second opinions on cards: Microsoft's own schema, and a Markdown parser that is not ours."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

_SCHEMA = Path(__file__).with_name("schemas") / "adaptive-card-1.4.0.json"


def card_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The card in a message, which has nothing else in it."""
    assert set(message) == {"type", "attachments"} and message["type"] == "message"
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card: dict[str, Any] = attachment["content"]
    return card


def mistakes(card: Mapping[str, Any]) -> list[str]:
    """What the schema has against a card."""
    known = {name: value for name, value in card.items() if name != "msteams"}
    return [error.message for error in _validator().iter_errors(json.loads(json.dumps(known)))]


def texts(card: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a card that is read as Markdown."""
    if card.get("fallbackText"):
        yield card["fallbackText"]
    yield from (element["text"] for element in card["body"])


def shown(text: str) -> str:
    """A text as it is read, once Markdown is taken for what it is."""
    return "".join(token.content for token in _inline(text))


def live(text: str) -> set[str]:
    """Everything in a text that is more than letters."""
    blocks = {token.type for token in _MARKDOWN.parse(text)} - {"paragraph_open", "paragraph_close", "inline"}
    return blocks | {token.type for token in _inline(text)} - {"text"}


_MARKDOWN = MarkdownIt("commonmark", {"html": True})


def _inline(text: str) -> list[Token]:
    return [inner for token in _MARKDOWN.parse(text) for inner in token.children or []]


@cache
def _validator() -> Draft6Validator:
    return Draft6Validator(json.loads(_SCHEMA.read_text(encoding="utf-8-sig")))
