"""What KPIs are made of: identities.yaml as typed values. Marketers edit the file, so every mistake is told with its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from config import yaml_file
from config.base import Section
from config.problems import ConfigError, Problem, did_you_mean, spoken
from config.problems import Path as KeyPath
from config.tree import Node
from config.vocabulary import derived, is_role, measured
from detectors.segments.kpi_tree import Identity

_WORD = r"[a-z][a-z0-9_]*"
_NUMBER = re.compile(r"\d+(\.\d+)?")
_RATE = re.compile(rf"({_WORD}) ?/ ?({_WORD})")
# What may stand between two factors: typed on a keyboard, or copied from a text.
_SIGNS = re.compile(r" ([x*×/÷]) ")
_HINT = (
    "Write it like revenue = sessions x cvr x aov, or spend = impressions x cpm / 1000, with spaces around the signs."
)


class Rate(Section):
    """A rate beyond the vocabulary: what alerts call it, and its parts, `orders / clicks`."""

    title: Annotated[str, Field(min_length=1, max_length=60, description="what an alert calls it")]
    of: Annotated[str, Field(alias="is", description="numerator / denominator, both roles that tables report")]


class _File(Section):
    version: Literal["1"]
    rates: Annotated[dict[Annotated[str, Field(pattern=rf"^{_WORD}$")], Rate], Field(description="rates by name")] = {}
    trees: Annotated[
        dict[str, Annotated[list[str], Field(min_length=1)]],
        Field(min_length=1, description="lines by group; the names of groups are for readers"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """lines: in the order in which they are tried. rates: rate -> (numerator, denominator). titles: of rates beyond the vocabulary."""

    lines: tuple[Identity, ...]
    rates: Mapping[str, tuple[str, str]]
    titles: Mapping[str, str]


@cache
def shipped() -> Identities:
    """The identities that come with channelwatch."""
    data = resources.files("config").joinpath("identities.yaml").read_bytes()
    return _checked(yaml_file.parse(data, "config/identities.yaml"))


def load_identities(path: Path) -> Identities:
    """Read a file of identities.

    Raises:
        ConfigError: with every mistake in it, each with its line.
    """
    return _checked(yaml_file.read(path))


def _checked(tree: Node) -> Identities:
    try:
        file = _File.model_validate(tree.plain())
    except ValidationError as error:
        problems = [
            _problem(tree, d["loc"], _SAID.get(d["msg"], d["msg"]))
            for d in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigError(problems) from None
    problems, lines, at = list(_wrong_rates(file, tree)), list[Identity](), list[KeyPath]()
    for group, texts in file.trees.items():
        for i, text in enumerate(texts):
            try:
                identity = parse(text)
            except ValueError as error:
                problems.append(_problem(tree, ("trees", group, i), str(error), _HINT))
                continue
            lines.append(identity)
            at.append(("trees", group, i))
            problems += _unknown_words(identity, at[-1], file, tree)
    problems += [_problem(tree, at[i], message) for i, message in _loops(lines)]
    if problems:
        raise ConfigError(problems)
    own = {name: (role.numerator or "", role.denominator or "") for name, role in derived().items()}
    named = {name: tuple(rate.of.replace(" ", "").split("/")) for name, rate in file.rates.items()}
    return Identities(
        lines=tuple(lines),
        rates={**own, **{name: (above, below) for name, (above, below) in named.items()}},
        titles={name: rate.title for name, rate in file.rates.items()},
    )


def parse(text: str) -> Identity:
    """One line: `spend = impressions x cpm / 1000`.

    Raises:
        ValueError: it is no identity; the words say why.
    """
    whole, equals, product = (part.strip() for part in text.partition("="))
    if not equals or not re.fullmatch(_WORD, whole):
        raise ValueError(f"{text!r} does not begin with one KPI and an equals sign")
    parts = _SIGNS.split(product)
    factors, below = [], set()
    for sign, word in zip(["x", *parts[1::2]], (p.strip() for p in parts[::2]), strict=True):
        if _NUMBER.fullmatch(word):
            continue  # what does not change carries no change
        if not re.fullmatch(_WORD, word):
            raise ValueError(
                f"{word!r} in {text!r} is neither a KPI nor a number" if word else f"a factor is missing in {text!r}"
            )
        if word == whole:
            raise ValueError(f"{whole} is its own factor")
        if word in factors:
            raise ValueError(f"{word} is there twice")
        factors.append(word)
        if sign in "/÷":
            below.add(word)
    if len(factors) < 2:
        raise ValueError(f"{text!r} has fewer than two factors, so there is nothing to choose between")
    return Identity(whole, tuple(factors), frozenset(below))


def _wrong_rates(file: _File, tree: Node) -> Iterator[Problem]:
    for name, rate in file.rates.items():
        if is_role(name):
            yield _problem(
                tree, ("rates", name), f"`{name}` is a word of the vocabulary already", "Give the rate another name."
            )
        parts = _RATE.fullmatch(rate.of)
        if parts is None:
            yield _problem(
                tree,
                ("rates", name, "is"),
                f"{rate.of!r} is not one KPI divided by another",
                "Write it like orders / clicks.",
            )
            continue
        for word in parts.groups():
            if word not in measured():
                message = f"`{word}` is no role that a table can report{did_you_mean(word, measured())}"
                yield _problem(tree, ("rates", name, "is"), message, "Roles are listed in docs/vocabulary.md.")


def _unknown_words(identity: Identity, path: KeyPath, file: _File, tree: Node) -> Iterator[Problem]:
    for word in (identity.whole, *identity.factors):
        if not (is_role(word) or word in file.rates):
            message = f"`{word}` is not known{did_you_mean(word, {*measured(), *derived(), *file.rates})}"
            yield _problem(tree, path, message, "Use a role of docs/vocabulary.md, or name the rate under `rates`.")


def _loops(lines: list[Identity]) -> Iterator[tuple[int, str]]:
    """Lines by which a KPI would be a factor of itself, with the way round."""
    made_of: dict[str, list[str]] = {}
    for i, line in enumerate(lines):
        way = _way(line.factors, line.whole, made_of)
        if way:
            yield i, f"{line.whole} would be made of itself: {' <- '.join([line.whole, *way])}"
        else:
            made_of.setdefault(line.whole, []).extend(line.factors)


def _way(start: tuple[str, ...], goal: str, made_of: Mapping[str, list[str]]) -> list[str]:
    """The way down from one of some KPIs to another; empty where there is none."""
    ways, seen = [[word] for word in start], set(start)
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        for word in made_of.get(way[-1], ()):
            if word not in seen:
                seen.add(word)
                ways.append([*way, word])
    return []


_SAID: Mapping[str, str] = {
    "Field required": "this key is missing",
    "Extra inputs are not permitted": "there is no such key",
}


def _problem(tree: Node, location: tuple[int | str, ...], message: str, hint: str = "") -> Problem:
    path: KeyPath = tuple(location)
    node = tree.deepest(path)
    origin = node.key or node.origin if tree.find(path) is None or not isinstance(node.value, str) else node.origin
    return Problem(
        file=origin.file, line=origin.line, column=origin.column, path=spoken(path), message=message, hint=hint
    )
