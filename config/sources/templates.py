"""Texts of a request with {since}, {until}, {last}, {cursor}, {offset}, {page}: read once, filled in for each request.

Filled in after parsing, so that what is filled in can never become a part of the YAML, the JSON or the URL around it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

INSTANTS = ("since", "until", "last")
PAGES = ("cursor", "offset", "page")
FORMATS = ("date", "iso", "utc", "unix", "unix_ms")

# {{ and }} are literal braces, as in Python; any other brace belongs to a placeholder. JSON's own braces are parsed before.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that is filled in. form: how an instant is written: one of FORMATS, or a strftime pattern with %."""

    name: str
    form: str = ""


Template = tuple[str | Hole, ...]


def parse(text: str) -> Template:
    """Read a text with placeholders.

    Raises:
        ValueError: it has a placeholder that does not exist, or a single brace.
    """
    parts: list[str | Hole] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match[0] in ("{{", "}}"):
            parts.append(match[0][0])
        elif match[1] is None:
            raise ValueError(f"a single {match[0]} stands alone: for the sign itself write it twice")
        else:
            parts.append(_hole(match[1]))
    parts.append(text[end:])
    return tuple(part for part in parts if part != "")


def holes(value: Any) -> Iterator[Hole]:
    """Every placeholder in a text, or in the texts of lists and mappings.

    Raises:
        ValueError: one does not exist.
    """
    match value:
        case str():
            yield from (part for part in parse(value) if isinstance(part, Hole))
        case dict():
            for item in value.values():
                yield from holes(item)
        case list():
            for item in value:
                yield from holes(item)


def _hole(text: str) -> Hole:
    name, _, form = text.partition(":")
    if name not in (*INSTANTS, *PAGES):
        raise ValueError(
            f"{{{text}}} is no placeholder: there are {', '.join(f'{{{n}}}' for n in (*INSTANTS, *PAGES))}"
        )
    if name in PAGES and form:
        raise ValueError(f"{{{name}}} takes no format")
    if form and form not in FORMATS and "%" not in form:
        raise ValueError(f"{{{text}}}: formats are {', '.join(FORMATS)}, or a pattern such as %Y%m%d")
    return Hole(name, form)
