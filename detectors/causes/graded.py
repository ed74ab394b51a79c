"""The verdict on one mark of a cause."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.causes.evidence import Flag, Health
from detectors.causes.tokens import Token
from detectors.segments.movement import Movement


class Grade(StrEnum):
    """How a mark stands to the evidence."""

    FITS = "fits"
    PARTLY = "partly"
    FLAT = "flat where a move is asked"
    CONTRARY = "contrary"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One mark and what decided it. `degree` 1 is a full match; `units` are the channels or values that moved as asked, of `of` clear ones.

    level: `whole`, `channel`, a dimension role, `record` or `calendar`. stand_in: the role looked at instead, if any.
    """

    token: Token
    grade: Grade
    degree: float = 0.0
    movements: tuple[Movement, ...] = ()
    units: tuple[str, ...] = ()
    of: int = 0
    level: str = "whole"
    flag: Flag | None = None
    health: Health | None = None
    stand_in: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it speaks for the mark, at least in part."""
        return self.grade in (Grade.FITS, Grade.PARTLY)
