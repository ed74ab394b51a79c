"""Rank causes by how well their marks fit the evidence: naive Bayes with its naivety damped.

1. Each mark gives a log-likelihood ratio by its part (necessary, supporting, contradicting) and grade: weights.py.
2. Marks that tell of the same thing (orders, revenue and conversion rate) count once and a little, not thrice.
3. The prior is each cause's base rate among those that speak of what raised the alarm; others keep a part of theirs.
4. A cause that usually makes changes of another size loses.
5. `unknown` is the background itself: ratio 0 and a prior of its own. Softmax of prior + ratio gives the probabilities.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log

from detectors.causes import weights
from detectors.causes.evidence import Evidence
from detectors.causes.fit import fit
from detectors.causes.funnel import FUNNEL_ROLES, Funnel, factors_of, funnel_of, nothing
from detectors.causes.graded import Grade, Match
from detectors.causes.match import match
from detectors.causes.record import UNKNOWN, CauseRecord
from detectors.causes.roles import QUOTIENTS, group_of
from detectors.causes.tokens import Direction, Token
from detectors.segments.movement import FLOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A cause with its probability, and the marks that speak for and against it, most telling first.

    score: the damped log-likelihood ratio against the background, without the prior: what each piece of the evidence tells, and what
    lies beside them. unobserved: necessary marks nobody could check.
    """

    id: str
    probability: float
    score: float
    pieces: Mapping[str, float] = field(default_factory=dict)
    claimed: frozenset[str] = (
        frozenset()
    )  # the pieces that the cause moves; of the others it says that they stand still
    supporting: tuple[Match, ...] = ()
    against: tuple[Match, ...] = ()
    unobserved: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class _Weighed:
    match: Match
    weight: float


def rank(causes: Sequence[CauseRecord], evidence: Evidence) -> tuple[Ranked, ...]:
    """All causes and `unknown`, best first; the probabilities sum to 1."""
    known: dict[Token, Match] = {}
    for cause in causes:
        for token in (*cause.necessary, *cause.supporting, *cause.contradicting):
            if token not in known:
                known[token] = match(token, evidence)
    funnel = nothing() if evidence.speaks_of_the_record else funnel_of(evidence)
    scored = [score(c, known, evidence, funnel) for c in causes]
    priors = _priors(causes, known, evidence)
    logs = [log(p) + s.score for p, s in zip(priors, scored, strict=True)]
    logs.append(log(1 - sum(priors)))
    highest = max(logs)
    shares = [exp(value - highest) for value in logs]
    summed = sum(shares)
    given = [(1 - weights.ALWAYS_UNKNOWN) * s / summed for s in shares]
    given[-1] = 1 - sum(given[:-1])
    found = [replace(s, probability=p) for s, p in zip(scored, given, strict=False)]
    found.append(Ranked(id=UNKNOWN, probability=given[-1], score=0.0))
    return tuple(sorted(found, key=lambda r: (-r.probability, r.id)))


def score(cause: CauseRecord, known: Mapping[Token, Match], evidence: Evidence, funnel: Funnel) -> Ranked:
    """One cause's score and the marks behind it; its probability is left at 0.

    Where a cause says what it does along the funnel, that is weighed as a whole (fit.py); marks that speak of it are evidence to
    be told, and count no second time.
    """
    whole = bool(cause.moves and funnel.parts)
    parts = [
        *(_weigh(known[t], weights.necessary(known[t]), evidence) for t in cause.necessary),
        *(_weigh(known[t], weights.supporting(known[t]), evidence) for t in cause.supporting),
        *(_weigh(known[t], weights.contradicting(known[t]), evidence) for t in cause.contradicting),
    ]
    asked = {*cause.necessary, *cause.supporting}
    seen = [p for p in parts if p.match.grade is not Grade.UNOBSERVED]
    blind = [known[t] for t in cause.necessary if known[t].grade is Grade.UNOBSERVED]
    missed = sum(not whole or _beside_funnel(m) > 0 for m in blind)
    pieces = _damped(_Weighed(p.match, p.weight * _beside_funnel(p.match)) for p in seen) if whole else _damped(seen)
    beside = max(missed * weights.UNOBSERVED_NECESSARY, weights.UNOBSERVED_MOST)
    claimed = frozenset(_name(t) for t in asked if t.direction is not Direction.FLAT) & pieces.keys()
    if whole:
        fitted = fit(cause, funnel, evidence)
        pieces, beside = {**pieces, **fitted.pieces}, beside + fitted.beside
        claimed |= fitted.claimed
    else:
        beside += _size(cause, evidence)
    told = sorted(seen, key=lambda p: -abs(p.weight))
    return Ranked(
        id=cause.id,
        probability=0.0,
        score=weights.TEMPER * (sum(pieces.values()) + beside),
        pieces={name: weights.TEMPER * told for name, told in pieces.items()},
        claimed=claimed,
        supporting=tuple(p.match for p in told if p.weight > 0 and p.match.token in asked),
        against=tuple(p.match for p in told if p.weight < 0),
        unobserved=tuple(blind),
    )


def _beside_funnel(found: Match) -> float:
    """What part of a mark counts where the funnel is weighed as a whole.

    None of what tells of a channel's or the whole's figures: those are the funnel's. A part of a channel tells where it is.
    """
    if found.level == "record" or FUNNEL_ROLES.isdisjoint(
        {found.token.kpi, *(m.role for m in found.movements), *(m.key.kpi for m in found.movements)}
    ):
        return 1.0
    is_local = found.level == found.token.scope.dimension is not None and found.stand_in is None
    return weights.LOCAL if is_local else 0.0


def _priors(causes: Sequence[CauseRecord], known: Mapping[Token, Match], evidence: Evidence) -> list[float]:
    """Base rates, given what raised the alarm and in which kind of channel: most goes to causes that speak of both."""
    kinds = {evidence.kinds.get(channel, "") for channel in evidence.focus}
    rates = [
        c.weight * (weights.OTHER_KIND if c.kinds and kinds and "" not in kinds and not kinds & c.kinds else 1.0)
        for c in causes
    ]
    speaks = [_explains(c, known, evidence) for c in causes]
    every = sum(rates)
    speaking = max(sum(r for r, s in zip(rates, speaks, strict=True) if s), weights.FEWEST)
    ours = 1 - weights.UNKNOWN_PRIOR
    return [
        ours * (weights.UNEXPLAINED * r / every + (1 - weights.UNEXPLAINED) * (r / speaking if s else 0.0))
        for r, s in zip(rates, speaks, strict=True)
    ]


def _explains(cause: CauseRecord, known: Mapping[Token, Match], evidence: Evidence) -> bool:
    """Whether what it does along the funnel, or a mark that holds, speaks of what raised the alarm."""
    lead = evidence.lead
    if cause.moves and lead is not None and (factors := factors_of(lead.role)):
        return any(m.word(f).allows(lead.change) for m in cause.moves for f in factors)
    return any(known[t].holds and _speaks_of_lead(known[t], evidence) for t in (*cause.necessary, *cause.supporting))


def _weigh(found: Match, weight: float, evidence: Evidence) -> _Weighed:
    """Agreement with what raised the alarm is shared by every cause that could have raised it."""
    lead = evidence.lead
    is_lead = (
        lead is not None
        and weight > 0
        and found.level != "record"
        and any(m.key == lead.key or m.role == lead.role for m in found.movements)
    )
    return _Weighed(found, weight * weights.LEAD if is_lead else weight)


def _damped(parts: Iterable[_Weighed]) -> dict[str, float]:
    """What each thing tells: a sum in which, apart for and against, each further mark of the same thing counts less.

    For and against are damped apart, so that one more mark against can only lower the sum.
    """
    piles: dict[tuple[str, bool], list[float]] = {}
    for part in parts:
        piles.setdefault((_name(part.match.token), part.weight > 0), []).append(part.weight)
    told: dict[str, float] = {}
    for (name, _), pile in piles.items():
        damped = (w * weights.REPEAT**i for i, w in enumerate(sorted(pile, key=abs, reverse=True)))
        told[name] = told.get(name, 0.0) + sum(damped)
    return told


def _name(token: Token) -> str:
    """The piece of the evidence that a mark belongs to."""
    return f"marks of {group_of(token.kpi)}"


def _speaks_of_lead(found: Match, evidence: Evidence) -> bool:
    """Whether the mark is a move of what raised the alarm, or of a close relative of it."""
    if found.token.direction is Direction.FLAT:
        return False
    if found.level == "record":
        return True
    lead = evidence.lead
    if lead is None:
        return False
    groups = {group_of(lead.role), *(group_of(r) for r in evidence.roles)}
    told = {
        found.token.kpi,
        *(m.role for m in found.movements),
        *(q.numerator for q in QUOTIENTS.get(found.token.kpi, ())),
    }
    return any(group_of(role) in groups for role in told)


def _size(cause: CauseRecord, evidence: Evidence) -> float:
    """Whether the alarm has a size that the cause usually makes."""
    if cause.typical is None or evidence.lead is None:
        return 0.0
    size = abs(min(max(evidence.lead.relative, FLOOR - 1), 1 / FLOOR))
    least, most = cause.typical
    inside = least / weights.TYPICAL_SLACK <= size <= most * weights.TYPICAL_SLACK
    return 0.0 if inside else weights.ATYPICAL
