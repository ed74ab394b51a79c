"""The grammar of cause signatures: `kpi:direction@scope~shape`, e.g. `backoffice_orders:flat@all_channels~any`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeVar

from detectors.segments.movement import Form


class Direction(StrEnum):
    """What the measure does; `flat` is a finding of its own and needs the measure to be observed."""

    UP = "up"
    DOWN = "down"
    ZERO = "zero"
    FLAT = "flat"
    ANY = "any"
    SHIFT = "shift"


class Scope(StrEnum):
    """How far it reaches, relative to the incident."""

    ANY = "any"
    ONE_SOURCE = "one_source"
    ALL_CHANNELS = "all_channels"
    SOME_CHANNELS = "some_channels"
    ONE_CHANNEL = "one_channel"
    ONE_CAMPAIGN = "one_campaign"
    SOME_CAMPAIGNS = "some_campaigns"
    ONE_DEVICE = "one_device"
    ONE_BROWSER = "one_browser"
    ONE_GEO = "one_geo"
    ONE_PAGE = "one_page"
    ONE_PRODUCT = "one_product"
    ONE_SEGMENT = "one_segment"
    ONE_PROVIDER = "one_provider"
    ONE_PARTNER = "one_partner"
    ONE_VERSION = "one_version"
    ONE_STORE = "one_store"
    ONE_CALL_SITE = "one_call_site"

    @property
    def dimension(self) -> str | None:
        """The dimension role that the scope speaks of; None for channels, sources and `any`."""
        if self in (Scope.ANY, Scope.ONE_SOURCE, Scope.ALL_CHANNELS, Scope.SOME_CHANNELS, Scope.ONE_CHANNEL):
            return None
        return self.split("_", 1)[1].removesuffix("s")


Choice = TypeVar("Choice", bound=StrEnum)

_GRAMMAR = re.compile(r"(?P<kpi>[a-z0-9_]+):(?P<direction>[a-z]+)@(?P<scope>[a-z_]+)~(?P<shape>[a-z_]+)")


@dataclass(frozen=True, slots=True)
class Token:
    """One mark of a cause. `shape` None means any course."""

    kpi: str
    direction: Direction
    scope: Scope
    shape: Form | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one token.

        >>> Token.parse("orders:down@all_channels~cliff").scope.value
        'all_channels'

        Raises:
            ValueError: the text is no token; says which part is wrong and what may stand there.
        """
        found = _GRAMMAR.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"{text!r} is no mark of a cause: write measure:direction@scope~shape, e.g. orders:down@all_channels~cliff"
            )
        shape = found["shape"]
        return cls(
            found["kpi"],
            _choose(Direction, found["direction"], "direction", text),
            _choose(Scope, found["scope"], "scope", text),
            None if shape == "any" else _choose(Form, shape, "shape", text, "any"),
        )

    def __str__(self) -> str:
        return f"{self.kpi}:{self.direction}@{self.scope}~{self.shape or 'any'}"


def _choose(kind: type[Choice], word: str, part: str, text: str, *more: str) -> Choice:
    try:
        return kind(word)
    except ValueError:
        raise ValueError(
            f"{text!r}: {part} {word!r} is unknown; choose one of {', '.join([*(k.value for k in kind), *more])}"
        ) from None
