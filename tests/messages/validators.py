"""Second opinions that are not ours: slackblocks, Microsoft's schema, an HTML parser that forgives nothing, the strict mail parser.

Each gives what it has against a message; nothing is what it should give. PagerDuty's schema is written by hand after its
reference, and forbids whatever that does not name.
"""

import json
from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import html5lib
from jsonschema import Draft202012Validator
from slackblocks import ActionsBlock, Block, Button, ConfirmationDialogue, Element, Option, StaticSelectMenu, Text
from slackblocks.errors import InvalidUsageError

from tests.adaptive_card import card_of, mistakes

_SCHEMAS = Path(__file__).parents[1] / "schemas"
_STRICT = default.clone(raise_on_defect=True)


def of_blocks(body: Mapping[str, Any]) -> list[str]:
    """slackblocks on each block, as it arrives."""
    found = []
    for block in json.loads(json.dumps(body)).get("blocks", []):
        try:
            if block["type"] == "actions":  # its reader is not written yet
                ActionsBlock([_element(element) for element in block["elements"]], block_id=block["block_id"])
            else:
                Block.from_dict(block)
        except (InvalidUsageError, ValueError, TypeError, KeyError) as error:
            found.append(f"{block.get('type')}: {error}")
    return found


def _element(element: Mapping[str, Any]) -> Element:
    own = {name: value for name, value in element.items() if name != "type"}
    if "confirm" in own:
        own["confirm"] = ConfirmationDialogue.from_dict(own["confirm"])
    for name in own.keys() & {"text", "placeholder"}:
        own[name] = Text.from_dict(own[name])
    if element["type"] == "static_select":
        return StaticSelectMenu(**own | {"options": [Option.from_dict(option) for option in own["options"]]})
    return Button(**own)


def of_card(message: Mapping[str, Any]) -> list[str]:
    """Microsoft's schema of Adaptive Cards 1.4."""
    return mistakes(card_of(message))


def of_event(event: Mapping[str, Any]) -> list[str]:
    """PagerDuty's reference of events."""
    return [error.message[:200] for error in _event_schema().iter_errors(json.loads(json.dumps(event)))]


@lru_cache(maxsize=4)
def of_page(html: str) -> list[str]:
    """html5lib, which stops at the first thing that the standard calls a parse error."""
    try:
        html5lib.HTMLParser(strict=True).parse(html)
    except html5lib.html5parser.ParseError as error:
        return [str(error)]
    return []


def of_mail(content: bytes) -> list[str]:
    """The standard library's parser, which raises at the first defect; lines as RFC 5322 has them; the HTML in it."""
    try:
        mail = parsed(content)
    except (ValueError, AssertionError) as error:
        return [f"{type(error).__name__}: {error}"]
    lines = content.split(b"\r\n")
    odd = [line for line in lines if len(line) > 998 or max(line, default=0) > 127 or b"\n" in line or b"\r" in line]
    page = mail.get_body(("html",))
    against = of_page(str(page.get_content()).strip()) if page is not None else ["there is no HTML in it"]
    return [*(f"a line of {len(line)} bytes" for line in odd), *against]


@lru_cache(maxsize=1)
def parsed(content: bytes) -> EmailMessage:
    """A mail, read to its last part.

    Raises:
        email.errors.MessageDefect: there is anything wrong with it.
    """
    mail = BytesParser(policy=_STRICT).parsebytes(content)
    assert isinstance(mail, EmailMessage)
    for value in mail.values():
        assert not getattr(value, "defects", ()), value
    for part in mail.walk():
        if not part.is_multipart():
            part.get_content()
    return mail


@cache
def _event_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((_SCHEMAS / "pagerduty-event.json").read_text(encoding="utf-8")))
