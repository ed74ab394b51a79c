"""Paths into an API's answer: JSONPath (RFC 9535) such as $.data[*].clicks, and what holds of an answer that is a success.

The one door to python-jsonpath.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonpath import JSONPath

# #1 is what the first [*] of `rows` stood for: the name of an object's member, or a position in a list.
_KEY = re.compile(r"#([1-9])")
_CONDITION = re.compile(r"(?P<path>.+?)\s*(?P<sign>==|!=)\s*(?P<value>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class KeyOf:
    """The name or position that the n-th [*] of `rows` stood for, from 0."""

    star: int


@dataclass(frozen=True, slots=True)
class Query:
    """A path. absolute: it starts at the whole answer, else at the row. many: it may lead to several values."""

    path: "JSONPath"
    absolute: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A value in an answer, and the names and positions that led to it."""

    value: Any
    parts: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What one value of an answer must be, or must not be."""

    query: Query
    equal: bool
    value: Any


def parse(text: str) -> Query:
    """Read a path. One that starts with $ starts at the whole answer; a filter [?...] leads to the first value that fits.

    Raises:
        ValueError: it is none; the message shows where.
    """
    import jsonpath  # 40 ms, which only those wait for who have an API
    from jsonpath.selectors import SliceSelector, WildcardSelector

    try:
        found = jsonpath.compile(text)
    except (jsonpath.JSONPathError, RecursionError, re.error, ValueError, OverflowError) as error:
        raise ValueError(str(error).splitlines()[0] if str(error) else "it is no path") from None
    if not isinstance(found, jsonpath.JSONPath) or not text.strip():
        raise ValueError("it is no single path")
    many = any(
        isinstance(selector, SliceSelector | WildcardSelector)
        for segment in found.segments
        for selector in getattr(segment, "selectors", ())
    )
    return Query(found, absolute=text.lstrip().startswith("$"), many=many)


def find(query: Query, value: Any) -> list[Found]:
    """Where a path leads in a value.

    Raises:
        ValueError: a filter compares what cannot be compared, or the value is too deep.
    """
    import jsonpath

    try:
        return [Found(match.obj, match.parts) for match in query.path.finditer(value)]
    except (jsonpath.JSONPathError, RecursionError, re.error, ValueError, OverflowError) as error:
        raise ValueError(str(error).splitlines()[0] if str(error) else "the answer is too deep") from None


def start_of(query: Query, length: int) -> Query:
    """The first steps of a path."""
    path = query.path
    return replace(query, path=type(path)(env=path.env, segments=path.segments[:length]))


def parse_field(text: str) -> Query | KeyOf:
    """Read where a column's value is: a path, or #1 for what the first [*] of `rows` stood for.

    Raises:
        ValueError: it is neither.
    """
    key = _KEY.fullmatch(text.strip())
    return KeyOf(int(key[1]) - 1) if key else parse(text)


def parse_condition(text: str) -> Condition:
    """Read what holds of a success, e.g. $.code == 0 or $.status == 'ok' or $.error == null.

    Raises:
        ValueError: it is no such condition.
    """
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError("it compares nothing: write a path, == or !=, and a value")
    value = match["value"].strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = json.dumps(value[1:-1])
    try:
        expected = json.loads(value)
    except ValueError:
        raise ValueError("the value must be a number, true, false, null or a text in quotes") from None
    return Condition(parse(match["path"]), match["sign"] == "==", expected)
