"""Turns the typed model's complaints into problems: where it is written, what is wrong, what to do. Secret values stay out."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config import fields
from config.fields import Place
from config.problems import Path, Problem, did_you_mean, listed, name, nearest, spoken
from config.tree import Node

_LONGEST_SHOWN = 40
HIDDEN = "the value"

# Sections in which a value is shown only when it is nearly a known word: secrets live here, and land on the wrong key.
_GUARDED = {"destinations", "store"}

_NUMBER = "Write a number, e.g. {example}."
_WHOLE = "Write a whole number, e.g. {example}."
_DATE = "Write it as year-month-day: {example}."
_BOOL = "Write true or false."
_TEXT = "Write text, e.g. {key}: {example}."

# pydantic's name of an error: what the value is (after "'x' is"), and the remedy.
_PLAIN: dict[str, tuple[str, str]] = {
    "int_type": ("no whole number", _WHOLE),
    "int_parsing": ("no whole number", _WHOLE),
    "int_parsing_size": ("no whole number", _WHOLE),
    "int_from_float": ("no whole number", _WHOLE),
    "float_type": ("no number", _NUMBER),
    "float_parsing": ("no number", _NUMBER),
    "finite_number": ("no finite number", _NUMBER),
    "bool_type": ("neither true nor false", _BOOL),
    "bool_parsing": ("neither true nor false", _BOOL),
    "date_type": ("no date", _DATE),
    "date_parsing": ("no date", _DATE),
    "date_from_datetime_parsing": ("no date", _DATE),
    "date_from_datetime_inexact": ("a time, not a date", _DATE),
    "string_type": ("no text", _TEXT),
}
_BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_BOUND_WORDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
_BLOCKS = {"model_type", "model_attributes_type", "dict_type", "dict_attributes_type", "mapping_type"}


def problems(error: ValidationError, tree: Node, silent: Collection[Path]) -> list[Problem]:
    """One problem for each complaint, except about the `silent` paths, which were complained about before."""
    details = [
        (detail, fields.follow(detail["loc"])) for detail in error.errors(include_url=False, include_input=False)
    ]
    unknown = {place.path for detail, place in details if detail["type"] == "extra_forbidden"}
    found = []
    for detail, place in details:
        if place.path not in silent and not (detail["type"] == "missing" and _misspelt(place.path, unknown)):
            found.append(_problem(detail, place, tree))
    return found


def _misspelt(path: Path, unknown: Collection[Path]) -> bool:
    """Whether a missing key stands there under a misspelt name, which is complained about by itself."""
    beside = [str(other[-1]) for other in unknown if other[:-1] == path[:-1]]
    return nearest(str(path[-1]), beside) is not None


def problem_at(tree: Node, path: Path, message: str, hint: str, *, on_key: bool = False) -> Problem:
    """A problem at the value of a path (or its key); at the nearest block above when the path is not written."""
    node = tree.deepest(path)
    at = (node.key or node.origin) if on_key or tree.find(path) is None or isinstance(node.value, dict) else node.origin
    return Problem(file=at.file, line=at.line, column=at.column, path=spoken(path), message=message, hint=hint)


def _problem(detail: ErrorDetails, place: Place, tree: Node) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    path = place.path
    key = str(path[-1]) if path else ""
    if kind == "missing":
        return problem_at(tree, path[:-1], *_missing(place, key), on_key=True)
    if kind == "extra_forbidden":
        return problem_at(tree, path, *_unknown_key(place, key), on_key=True)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _which_kind(place, tree)
    if kind == "bad_section":
        return problem_at(tree, path, f"{context['message']}.", context["remedy"], on_key=True)
    message, hint = _about_value(kind, context, place, tree)
    return problem_at(tree, path, message, hint)


def _missing(place: Place, key: str) -> tuple[str, str]:
    description = (place.field.description or "") if place.field is not None else ""
    return f"`{key}` is missing: {description}.", f"Add, for example: {key}: {_example(place)}"


def _unknown_key(place: Place, key: str) -> tuple[str, str]:
    known = list(place.section.model_fields) if place.section is not None else []
    return f"there is no key `{name(key)}` here{did_you_mean(key, known)}", f"Keys here: {listed(known, 30)}."


def _which_kind(place: Place, tree: Node) -> Problem:
    path: Path = (*place.path, "kind")
    kinds = fields.kinds(place.form)
    hint = f"Write one of: {listed(kinds, 30)}."
    if tree.find(path) is None:
        return problem_at(tree, place.path, "`kind` is missing: what it is.", hint, on_key=True)
    return problem_at(tree, path, _cannot_be(tree, path, kinds), hint)


def _about_value(kind: str, context: dict[str, Any], place: Place, tree: Node) -> tuple[str, str]:
    path, form = place.path, place.form
    node = tree.find(path)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    if node is None or node.value in (None, ""):
        return f"is empty{_described(place)}.", f"Write, for example: {key}: {_example(place)}"
    if kind in _BLOCKS:
        return "must be a block of keys.", f"Write the keys below {key}:, indented by two spaces."
    if kind == "list_type":
        return (
            "must be a list.",
            f"Write, for example: {key}: {_example(place)}"
            if place.field and place.field.examples
            else "Start each item with -.",
        )
    if kind == "too_short":
        return f"is empty{_described(place)}.", f"Write, for example: {key}: {_example(place)}"
    if isinstance(node.value, dict | list):
        return (
            f"must be one value, not a {'block' if isinstance(node.value, dict) else 'list'}.",
            f"Write, for example: {key}: {_example(place)}",
        )
    if kind == "bad_value":
        shown = quoted(tree, path, context["choices"])
        return f"{shown} is no {context['noun']}{did_you_mean(_written(tree, path), context['choices'])}", context[
            "remedy"
        ]
    if kind in ("enum", "literal_error"):
        words = fields.choices(form)
        hint = f"Write {words[0]}." if len(words) == 1 else f"Write one of: {listed(words)}."
        return _cannot_be(tree, path, words), hint
    if kind in _BOUNDS:
        bound = _BOUNDS[kind]
        return (
            f"{quoted(tree, path)} is out of range.",
            f"Write a number that is {_BOUND_WORDS[bound]} {context[bound]:g}.",
        )
    what, hint = _PLAIN.get(kind, ("not valid", "Write, for example: {key}: {example}"))
    return f"{quoted(tree, path)} is {what}.", hint.format(key=key, example=_example(place))


def _cannot_be(tree: Node, path: Path, words: Collection[str]) -> str:
    shown = quoted(tree, path, words)
    said = "this value" if shown == HIDDEN else shown
    key = next(part for part in reversed(path) if isinstance(part, str))
    return f"`{key}` cannot be {said}{did_you_mean(_written(tree, path), words)}"


def quoted(tree: Node, path: Path, choices: Collection[str] = ()) -> str:
    """The value as written, in quotes, when it may be shown; else "the value"."""
    written = _written(tree, path)
    place = fields.follow(path)
    guarded = place.is_secret or (path and path[0] in _GUARDED)
    if not written or len(written) > _LONGEST_SHOWN or "://" in written or not written.isprintable():
        return HIDDEN
    if guarded and nearest(written, choices) is None:
        return HIDDEN
    return f"'{written}'"


def _written(tree: Node, path: Path) -> str:
    node = tree.find(path)
    return (node.written or "") if node is not None else ""


def _described(place: Place) -> str:
    return f": {place.field.description}" if place.field is not None and place.field.description else ""


def _example(place: Place) -> str:
    examples = place.field.examples if place.field is not None else None
    return str(examples[0]) if examples else "NAME"
