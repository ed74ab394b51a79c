"""What would decide between two causes: of all that nobody has observed yet, the observation with the most to tell.

Each unobserved mark of either cause is a yes or no whose chance both causes state. What it tells on average, whichever of the two
is right, is the mean of the Kullback-Leibler divergences both ways, weighed by the causes' probabilities: the expected
log-likelihood ratio (Lindley 1956, On a measure of the information provided by an experiment).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from detectors.causes import weights
from detectors.causes.evidence import Evidence
from detectors.causes.funnel import factors_of
from detectors.causes.graded import Grade, Match
from detectors.causes.match import match
from detectors.causes.record import CauseRecord
from detectors.causes.tokens import Direction, Token

_SIGN: Mapping[Direction, tuple[float, ...]] = {
    Direction.UP: (1.0,),
    Direction.DOWN: (-1.0,),
    Direction.ZERO: (-1.0,),
    Direction.ANY: (1.0, -1.0),
    Direction.SHIFT: (1.0, -1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """A mark to look at. for_first: that it holds speaks for the likelier of the two, else for the other.

    otherwise: the mark of the same measure that the other cause asks for, where it asks for one. gain: what it tells on average.
    """

    token: Token
    for_first: bool
    otherwise: Token | None
    gain: float


def deciding(
    first: CauseRecord, second: CauseRecord, shares: tuple[float, float], evidence: Evidence
) -> Deciding | None:
    """The most telling observation that nobody has made and that could put the second cause first; None: there is none.

    shares: the probabilities of the two.
    """
    whole = sum(shares)
    best: Deciding | None = None
    for token in dict.fromkeys(t for c in (first, second) for t in (*c.necessary, *c.supporting, *c.contradicting)):
        found = match(token, evidence)
        if found.grade is not Grade.UNOBSERVED or found.movements:
            continue  # it was looked at, or is measured and too noisy to tell
        a, b = _chance(found, first), _chance(found, second)
        if max(log(b / a), log((1 - b) / (1 - a))) <= log(shares[0] / shares[1]):
            continue  # whatever comes out, the first cause stays first
        gain = (shares[0] * _divergence(a, b) + shares[1] * _divergence(b, a)) / whole
        if best is None or gain > best.gain:
            for_first = a > b
            best = Deciding(
                token=token, for_first=for_first, otherwise=_of(token, second if for_first else first), gain=gain
            )
    return best


def _chance(found: Match, cause: CauseRecord) -> float:
    """How likely the mark is to be seen under a cause."""
    token = found.token
    for marks, chance in (
        (cause.necessary, weights.NECESSARY),
        (cause.supporting, weights.SUPPORTING),
        (cause.contradicting, weights.CONTRADICTING),
    ):
        if token in marks:
            return chance
    if token.direction is Direction.FLAT:
        moves = [
            t
            for t in (*cause.necessary, *cause.supporting)
            if t.kpi == token.kpi and t.direction is not token.direction
        ]
        return weights.CONTRADICTING if moves else weights.background(found)
    if any(t.kpi == token.kpi and t.direction is Direction.FLAT for t in (*cause.necessary, *cause.supporting)):
        return weights.CONTRADICTING
    factors = factors_of(token.kpi)
    claims = [m.word(f).allows(sign) for m in cause.moves for f in factors for sign in _SIGN[token.direction]]
    # What a cause leaves alone along the funnel moves only by chance.
    return weights.CONTRADICTING if claims and not any(claims) else weights.background(found)


def _of(token: Token, cause: CauseRecord) -> Token | None:
    """Another mark of the same measure that a cause asks for."""
    asked = (*cause.necessary, *cause.supporting)
    return next((t for t in asked if t.kpi == token.kpi and t.direction is not token.direction), None)


def _divergence(p: float, q: float) -> float:
    """Kullback-Leibler divergence of a yes with chance p from one with chance q, in nats."""
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
