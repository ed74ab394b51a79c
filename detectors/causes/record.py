"""A cause as the ranking sees it: marks and base rate, no words."""

from dataclasses import dataclass

from detectors.causes.moves import Moves
from detectors.causes.tokens import Token

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRecord:
    """Marks of a cause. `weight` is how often it happens beside the others; `typical` the usual size of the change it makes.

    typical: (least, most) |relative change| of what raised the alarm, or None where any size is usual.
    kinds: kinds of channel in which it lives; empty: any. moves: what it does along the funnel, in one way or another; empty:
    nothing is claimed, and its marks alone count.
    """

    id: str
    necessary: tuple[Token, ...]
    supporting: tuple[Token, ...] = ()
    contradicting: tuple[Token, ...] = ()
    weight: float = 1.0
    typical: tuple[float, float] | None = None
    kinds: frozenset[str] = frozenset()
    moves: tuple[Moves, ...] = ()
