"""Did a rate change, or only who it is the rate of? Simpson's paradox, from the parts' rates and their sizes.

within = sum 1/2 (w0 + w1)(r1 - r0), mix = sum (w1 - w0) 1/2 (r0 + r1): exact and symmetric. w: a part's share of what the rate is
divided by, r: its rate, before (0: as expected) and now (1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from detectors.segments.movement import Moved, Movement, Z

# Of the change the mix must carry this part before it counts as the reason.
MIX_SHARE = 0.6
# What the parts divide must be all but the whole: a mix of some parts is not that of all.
_COVERED = 0.9
_MOVED = {Moved.UP: 1, Moved.DOWN: -1, Moved.ZERO: -1}
Sizes = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A rate that moved by its mix alone. part: whose share changed most, from before to now (shares of the whole).

    share: the mix' part of the rate's change. opposite: whether the rates within went, verifiably, the other way.
    """

    part: str
    before: float
    now: float
    share: float
    opposite: bool


def split(parts: Sequence[tuple[Sizes, Sizes]]) -> tuple[float, float, float]:
    """(old rate, within, mix) of parts given as ((before, now) above the line, (before, now) below the line), all below > 0."""
    before, after = (sum(below[at] for _, below in parts) for at in (0, 1))
    within = mix = base = 0.0
    for above, below in parts:
        w0, w1, r0, r1 = below[0] / before, below[1] / after, above[0] / below[0], above[1] / below[1]
        within += (w0 + w1) / 2 * (r1 - r0)
        mix += (w1 - w0) * (r0 + r1) / 2
        base += w0 * r0
    return base, within, mix


def by_mix_alone(
    rates: Mapping[str, Movement], sizes: Mapping[str, Movement], rate: Movement, size: Movement
) -> Mix | None:
    """How the mix moved, where that alone moved a rate: in no part did the rate verifiably go the same way. None otherwise.

    rates, sizes: part -> its rate, and what that is divided by; rate, size: of the whole. A change within that the parts' errors
    still allow speaks against it as one that was seen.
    """
    both = [p for p in rates if p in sizes and sizes[p].expected > 0 and sizes[p].observed > 0 and rates[p].periods]
    change = rate.observed - rate.expected
    way = 1 if change > 0 else -1
    if len(both) < 2 or rate.state not in _MOVED or not _covers([sizes[p] for p in both], size):
        return None
    if any(_MOVED.get(rates[p].state) == way for p in both):
        return None
    shares = {p: (sizes[p].expected / size.expected, sizes[p].observed / size.observed) for p in both}
    _, within, mix = split(
        [
            (
                (rates[p].expected * sizes[p].expected, rates[p].observed * sizes[p].observed),
                (sizes[p].expected, sizes[p].observed),
            )
            for p in both
        ]
    )
    error = Z * hypot(*((sum(shares[p]) / 2) * rates[p].expected * rates[p].noise for p in both))
    if not (way * mix >= MIX_SHARE * abs(change) and way * within + error <= (1 - MIX_SHARE) * abs(change)):
        return None
    part = max(both, key=lambda p: (round(abs(shares[p][1] - shares[p][0]), 3), shares[p][1] - shares[p][0]))
    return Mix(
        part=part,
        before=shares[part][0],
        now=shares[part][1],
        share=mix / change,
        opposite=any(_MOVED.get(rates[p].state) == -way for p in both),
    )


def _covers(parts: Sequence[Movement], whole: Movement) -> bool:
    """Whether the parts make up the whole, before and now."""
    before, now = sum(p.expected for p in parts), sum(p.observed for p in parts)
    return before >= _COVERED * whole.expected > 0 and now >= _COVERED * whole.observed > 0
