"""The causes that alerts may name: causes.yaml as typed values. Marketers edit the file, so every mistake is told with its line."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from config import yaml_file
from config.base import Section
from config.business import ChannelKind
from config.cause_moves import CauseMoves
from config.problems import ConfigError, Problem, did_you_mean, spoken
from config.problems import Path as KeyPath
from config.tree import Node
from config.units import Percent
from config.vocabulary import derived, flags, is_role, measured
from detectors.causes.record import UNKNOWN, CauseRecord
from detectors.causes.tokens import Token

_WEIGHTS = {"common": 3.0, "sometimes": 1.0, "rare": 0.3}
_NAME = r"^[a-z][a-z0-9_]*$"


class CauseKind(StrEnum):
    """data: the number is wrong; calendar: known beforehand; business: something really happened."""

    DATA = "data"
    CALENDAR = "calendar"
    BUSINESS = "business"


class Loses(StrEnum):
    """What is lost (or won): real money, or only records of what was sold all the same."""

    RECORDS = "records"
    MONEY = "money"
    NONE = "none"


def _is_mark(text: str) -> str:
    Token.parse(text)
    return text


Mark = Annotated[str, AfterValidator(_is_mark)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class CauseText(Section):
    """One cause: how it shows, what to look at first, what to do."""

    title: Annotated[
        str, Field(min_length=1, max_length=60, description="what an alert calls it, in a few plain words")
    ]
    family: Annotated[str, Field(min_length=1, max_length=40, description="what it belongs to")]
    kind: Annotated[CauseKind, Field(description="data, calendar or business")]
    loses: Annotated[Loses, Field(description="records, money or none")]
    often: Annotated[
        Literal["common", "sometimes", "rare"], Field(description="how often it happens beside the others")
    ]
    typical: Annotated[
        tuple[Percent, Percent] | None, Field(description="usual size of the change, e.g. [15%, 100%]")
    ] = None
    channels: Annotated[list[ChannelKind], Field(description="kinds of channel in which it lives; default: any")] = []
    moves: Annotated[list[CauseMoves], Field(description="what it does along the funnel, in one way or another")] = []
    necessary: Annotated[list[Mark], Field(description="marks that must be there")] = []
    supporting: Annotated[list[Mark], Field(description="marks that are often there")] = []
    contradicting: Annotated[list[Mark], Field(description="marks that speak against it")] = []
    verify: Annotated[list[Text], Field(min_length=1, description="what to look at first, most telling first")]
    actions: Annotated[list[Text], Field(min_length=1, description="what to do when it is confirmed")]

    @model_validator(mode="after")
    def _marks_are_told_once(self) -> Self:
        marks = [*self.necessary, *self.supporting, *self.contradicting]
        twice = next((m for m in marks if marks.count(m) > 1), None)
        if twice is not None:
            raise ValueError(f"the mark {twice} is there twice")
        if not self.necessary and not self.moves:
            raise ValueError("give at least one necessary mark, or what it moves along the funnel under `moves`")
        if self.typical is not None and self.typical[0] > self.typical[1]:
            raise ValueError("typical goes from the smaller to the larger change")
        return self

    def record(self, id: str) -> CauseRecord:
        """The cause as the ranking sees it."""
        return CauseRecord(
            id=id,
            necessary=tuple(map(Token.parse, self.necessary)),
            supporting=tuple(map(Token.parse, self.supporting)),
            contradicting=tuple(map(Token.parse, self.contradicting)),
            weight=_WEIGHTS[self.often],
            typical=self.typical,
            kinds=frozenset(map(str, self.channels)),
            moves=tuple(m.moves() for m in self.moves),
        )


class Causes(Section):
    """The whole of causes.yaml. `measures` names measures beyond the vocabulary that marks may use, with their titles."""

    version: Literal["1"]
    measures: Annotated[
        dict[Annotated[str, Field(pattern=_NAME)], Text],
        Field(description="measures beyond the vocabulary, with their titles"),
    ] = {}
    causes: Annotated[
        dict[Annotated[str, Field(pattern=_NAME)], CauseText], Field(min_length=1, description="the causes by id")
    ]

    def records(self) -> tuple[CauseRecord, ...]:
        """All causes as the ranking sees them."""
        return tuple(cause.record(id) for id, cause in self.causes.items())


@cache
def shipped() -> Causes:
    """The causes that come with channelwatch."""
    return _load(resources.files("config").joinpath("causes.yaml").read_bytes(), "config/causes.yaml")


def load_causes(path: Path) -> Causes:
    """Read a file of causes.

    Raises:
        ConfigError: with every mistake in it, each with its line.
    """
    return _checked(yaml_file.read(path))


def _load(data: bytes, file: str) -> Causes:
    return _checked(yaml_file.parse(data, file))


def _checked(tree: Node) -> Causes:
    try:
        causes = Causes.model_validate(tree.plain())
    except ValidationError as error:
        raise ConfigError(
            [
                _problem(tree, detail["loc"], detail["msg"])
                for detail in error.errors(include_url=False, include_input=False)
            ]
        ) from None
    if problems := list(_unknown_words(causes, tree)):
        raise ConfigError(problems)
    return causes


def _unknown_words(causes: Causes, tree: Node) -> Iterator[Problem]:
    if UNKNOWN in causes.causes:
        yield _problem(
            tree, ("causes", UNKNOWN), f"`{UNKNOWN}` is what is said when no cause fits", "Give the cause another name."
        )
    known = {*measured(), *derived(), *flags(), *causes.measures}
    for id, cause in causes.causes.items():
        for part in ("necessary", "supporting", "contradicting"):
            for index, mark in enumerate(getattr(cause, part)):
                measure = Token.parse(mark).kpi
                if not (is_role(measure) or measure in flags() or measure in causes.measures):
                    hint = "Use a role of docs/vocabulary.md, or name the measure under `measures`."
                    yield _problem(
                        tree,
                        ("causes", id, part, index),
                        f"the measure `{measure}` is not known{did_you_mean(measure, known)}",
                        hint,
                    )


_SAID: Mapping[str, str] = {
    "Field required": "this key is missing",
    "Extra inputs are not permitted": "there is no such key",
}


def _problem(tree: Node, location: tuple[int | str, ...], message: str, hint: str = "") -> Problem:
    path: KeyPath = tuple(location)
    while path and tree.find(path) is None and path[-1] == "[key]":
        path = path[:-1]
    node = tree.deepest(path)
    origin = node.key or node.origin if tree.find(path) is None or not isinstance(node.value, str) else node.origin
    said = _SAID.get(message, message.removeprefix("Value error, "))
    return Problem(file=origin.file, line=origin.line, column=origin.column, path=spoken(path), message=said, hint=hint)
