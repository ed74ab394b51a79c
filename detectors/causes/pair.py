"""Two causes at once: whether two together tell the evidence so much better that they are likelier than any one of them.

What two causes do adds up: a piece of the evidence that one of them moves and the other leaves alone is told by the one that
moves it, and so is what only one of them speaks of. What both move, or both leave alone, either of them may tell, each as likely.
A finding of which none of its causes speaks is a stray to a single cause and to a pair alike. The prior is that of the first
cause, times the base rate of the second, times how often a second trouble begins within an incident. Compared are the posterior of the best pair and that of all single causes together, `unknown` included (Bayes factors:
Kass and Raftery 1995), so that a second cause has to pay for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from detectors.causes.density import STRAY
from detectors.causes.evidence import Evidence
from detectors.causes.funnel import factors_of
from detectors.causes.moves import Word
from detectors.causes.rank import Ranked
from detectors.causes.record import UNKNOWN, CauseRecord
from detectors.causes.roles import group_of
from detectors.causes.tokens import Direction

# Of a hundred incidents so many hold a second trouble: what began elsewhere, or at another time, is an incident of its own already.
SECOND = 0.03
# First causes that are tried with every other: a pair without any of these would tell worse than they do alone.
_FIRST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two causes, and how likely they are beside all single ones. pieces: what each of them tells that the other does not."""

    first: str
    second: str
    probability: float
    of_first: float
    of_second: float


def best_pair(causes: Sequence[CauseRecord], ranked: Sequence[Ranked], evidence: Evidence) -> Pair | None:
    """The likeliest two causes of `ranked`; None where there are no two."""
    rates = {c.id: c.weight for c in causes}
    whole = sum(rates.values())
    left = {c.id: frozenset(r for r in evidence.roles if not _speaks(c, r)) for c in causes}
    single = sum(r.probability * (STRAY if left.get(r.id) else 1.0) for r in ranked)
    known = [r for r in ranked if r.id != UNKNOWN]
    best: tuple[float, Ranked, Ranked] | None = None
    for first in known[:_FIRST]:
        for second in known:
            if second is first:
                continue
            # The second cause tells its pieces; what it would cost alone, because nobody could look, stays.
            beside = second.score - sum(second.pieces.values())
            gain = _told(first, second) - sum(first.pieces.values()) + min(beside, 0.0)
            value = log(max(first.probability, 1e-300)) + gain + log(SECOND * rates[second.id] / whole)
            value += log(STRAY) if left[first.id] & left[second.id] else 0.0
            if best is None or value > best[0]:
                best = (value, first, second)
    if best is None:
        return None
    value, one, other = best
    odds = exp(min(value, 50.0)) / single
    return Pair(
        first=one.id,
        second=other.id,
        probability=odds / (1 + odds),
        of_first=_more(one, other),
        of_second=_more(other, one),
    )


def _speaks(cause: CauseRecord, role: str) -> bool:
    """Whether a cause can have moved a measure: by what it does along the funnel, or by a mark of such measures."""
    if any(m.word(f) is not Word.FLAT for m in cause.moves for f in factors_of(role)):
        return True
    asked = (*cause.necessary, *cause.supporting)
    return any(
        t.kpi == "value" or (t.direction is not Direction.FLAT and group_of(t.kpi) == group_of(role)) for t in asked
    )


def _told(one: Ranked, other: Ranked) -> float:
    """What the pair tells of all pieces."""
    return sum(_piece(name, one, other) for name in one.pieces.keys() | other.pieces.keys())


def _piece(name: str, one: Ranked, other: Ranked) -> float:
    if name not in one.pieces or (name in other.claimed and name not in one.claimed):
        return other.pieces[name] if name in other.pieces else one.pieces[name]
    if name not in other.pieces or (name in one.claimed and name not in other.claimed):
        return one.pieces[name]
    high, low = max(one.pieces[name], other.pieces[name]), min(one.pieces[name], other.pieces[name])
    return high + log((1 + exp(low - high)) / 2)


def _more(one: Ranked, other: Ranked) -> float:
    """How much better one tells what it moves and the other leaves alone."""
    names = one.claimed - other.claimed
    return sum(one.pieces[n] - other.pieces.get(n, 0.0) for n in names)
