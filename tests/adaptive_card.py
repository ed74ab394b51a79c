"""Second opinions on cards: Microsoft's own schema, and a Markdown parser that is not ours."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
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
    """What the schema has against a card. It is asked in the compiled form, which is quick, and then for its reasons."""
    known = json.loads(json.dumps({name: value for name, value in card.items() if name != "msteams"}))
    try:
        _compiled()(known)
    except fastjsonschema.JsonSchemaException as error:
        return [found.message for found in _validator().iter_errors(known)] or [str(error)]
    return []


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
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8-sig"))
    return schema


@cache
def _validator() -> Draft6Validator:
    return Draft6Validator(_schema())


@cache
def _compiled() -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(_schema())
    return compiled
