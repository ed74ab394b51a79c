"""What one part of a whole lost another gained: the amounts, and whether that verifiably is all.

Rates of change say nothing here: a small channel's +80 % may be a large one's -8 %. Amounts are compared, with their errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import Moved, Movement, Z

# What was lost and what was gained are about the same where they differ by no more than this part of the larger.
_ALIKE = 1 / 3
# Of what moved, the most by which a sum that stands may be off as seen; and, of a sum of few parts, as its errors allow: half
# would be a loss of its own.
_SEEN, _POSSIBLE = 0.25, 0.5
# Parts with less than this of what their side moved are counted, not named.
_NAMED = 0.1
_SUMS = frozenset({KpiType.COUNT, KpiType.AMOUNT})
_DOWN, _UP = frozenset({Moved.DOWN, Moved.ZERO}), frozenset({Moved.UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """losers, gainers: the parts that moved, the most first. lost, gained: their change in a period (lost is negative).

    whole: whether the sum of all parts verifiably stands; else only that of these is known to.
    """

    losers: tuple[SeriesKey, ...]
    gainers: tuple[SeriesKey, ...]
    lost: float
    gained: float
    whole: bool


def substitution(parts: Sequence[Movement], whole: Movement | None) -> Substitution | None:
    """What the parts lost to each other; None where it is not shown that little else happened.

    parts: of one measure that adds up, beside each other (channels, or the values of one dimension). whole: their sum.
    """
    known = [p for p in parts if p.type in _SUMS and p.periods and p.expected >= 0]
    down, up = ([p for p in known if p.state in states] for states in (_DOWN, _UP))
    lost, gained = (sum(_change(p) for p in side) for side in (down, up))
    if not down or not up or not lost < 0 < gained:
        return None
    net, moved = lost + gained, max(-lost, gained)
    whole_stands = whole is not None and _is_still(whole, moved)
    error = Z * hypot(*(p.noise * p.expected for p in (*down, *up)))
    together = abs(net) <= _SEEN * moved and abs(net) + error <= _POSSIBLE * moved
    if abs(net) > _ALIKE * moved or not (whole_stands or together):
        return None
    periods = down[0].periods
    return Substitution(
        losers=_named(down, lost),
        gainers=_named(up, gained),
        lost=lost / periods,
        gained=gained / periods,
        whole=whole_stands,
    )


def _is_still(whole: Movement, moved: float) -> bool:
    """Whether a whole verifiably did not move, and would have, had its parts not made up for each other."""
    off = abs(_change(whole))
    return whole.state is Moved.FLAT and off <= _SEEN * moved and off + Z * whole.noise * whole.expected <= moved


def _named(side: Sequence[Movement], amount: float) -> tuple[SeriesKey, ...]:
    """The parts that carry a side, the largest first."""
    ordered = sorted(side, key=lambda p: -abs(_change(p)))
    return tuple(p.key for p in ordered if _change(p) / amount >= _NAMED)


def _change(part: Movement) -> float:
    return part.observed - part.expected
