"""Which factor of an identity carries a change: revenue = orders x basket, orders = sessions x CVR, split exactly.

Log-mean Divisia index (LMDI I): factor x contributes L(v1, v0) * ln(x1 / x0), with L(a, b) = (a - b) / ln(a / b). The
contributions add up to v1 - v0 without residual, do not depend on the order of factors, and a factor's own factors
share its contribution in the same way. Where the whole falls to zero or rises from it the limits hold: the factors that
are zero carry all of it, in equal parts, the others nothing.
Sources: Ang, B. W. (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33; zeros: Ang,
B. W. and Liu, N. (2007), Handling zero values in the logarithmic mean Divisia index decomposition approach, Energy Policy 35.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log, log1p, prod

# A factor is followed when it carries twice as much of its whole's change as the others together ...
MATERIAL = 2 / 3
# ... and at least half of the change of the KPI at the top ...
_OF_THE_TOP = 0.5
# ... and when it moved by so many standard errors: chance alone is no carrier.
_SURE = 2.0

# What was expected and what was observed.
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Identity:
    """A KPI as the product of factors, each a role; those in `below` divide. Constants change nothing and are left out."""

    whole: str
    factors: tuple[str, ...]
    below: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a tree, depth first. contribution: to the change of the KPI at its top, in that KPI's unit."""

    role: str
    depth: int
    expected: float
    observed: float
    contribution: float


def with_rates(known: Mapping[str, Pair], rates: Mapping[str, tuple[str, str]]) -> dict[str, Pair]:
    """The values with every rate whose parts are known: rate -> (numerator, denominator). What the parts say goes before what is reported.

    Nothing of nothing says nothing of a rate: it is taken as it was on the other side.
    """
    found = dict(known)
    for rate, (above, below) in rates.items():
        if above in known and below in known and (pair := _quotient(known[above], known[below])) is not None:
            found[rate] = pair
    return found


def tree(whole: str, known: Mapping[str, Pair], identities: Sequence[Identity]) -> tuple[Part, ...]:
    """The change of a KPI split over its factors, and those over theirs: the first line is the KPI itself.

    known: role -> (expected, observed), not negative. Of several identities of a KPI the first holds of which at most one
    factor is unknown. That one, else the last, is what is left of the whole, so that nothing remains unexplained.

    Raises:
        KeyError: the whole is not known.
    """
    before, after = known[whole]
    first = Part(role=whole, depth=0, expected=before, observed=after, contribution=after - before)
    if before < 0 or after < 0:
        return (first,)
    weight = 0.0 if 0 in (before, after) else log_mean(after, before)
    return (first, *_below(first, known, identities, weight, (whole,)))


def _below(
    part: Part, known: Mapping[str, Pair], identities: Sequence[Identity], weight: float, above: tuple[str, ...]
) -> Iterator[Part]:
    """The lines below one. weight: of log changes; 0 where the KPI at the top is zero, before or after."""
    for identity in identities:
        if identity.whole != part.role or set(identity.factors) & {*above}:
            continue
        values = _complete(identity, (part.expected, part.observed), known)
        if values is None:
            continue
        zeros = [f for f in identity.factors if _is_end(f, values[f], identity)]
        for factor, pair in values.items():
            if weight:
                contribution = weight * _log_ratio(pair) * (-1 if factor in identity.below else 1)
            else:
                contribution = part.contribution / len(zeros) if factor in zeros else 0.0
            line = Part(
                role=factor, depth=part.depth + 1, expected=pair[0], observed=pair[1], contribution=contribution
            )
            yield line
            yield from _below(line, {**known, factor: pair}, identities, weight, (*above, factor))
        return


def _is_end(factor: str, pair: Pair, identity: Identity) -> bool:
    """Whether a factor makes its whole zero, before or after."""
    return factor not in identity.below and (pair[0] == 0) != (pair[1] == 0)


def _complete(identity: Identity, whole: Pair, known: Mapping[str, Pair]) -> dict[str, Pair] | None:
    """The values of all factors, so that their product is the whole; None where they cannot be."""
    unknown = [f for f in identity.factors if f not in known]
    if len(unknown) > 1:
        return None
    left = unknown[0] if unknown else identity.factors[-1]
    others = [f for f in identity.factors if f != left]
    if any(min(known[f]) < 0 or (f in identity.below and not min(known[f]) > 0) for f in others):
        return None
    product = tuple(
        prod(1 / known[f][side] if f in identity.below else known[f][side] for f in others) for side in (0, 1)
    )
    rest = _quotient(whole, (product[0], product[1]))
    if rest is None or (left in identity.below and not min(rest) > 0):
        return None
    if left in identity.below:
        rest = (1 / rest[0], 1 / rest[1])
    return {f: rest if f == left else known[f] for f in identity.factors}


def _quotient(above: Pair, below: Pair) -> Pair | None:
    """Divide on both sides; where both are zero on one side it is what it was on the other. None: not known."""
    sides = [a / b if b > 0 else None for a, b in zip(above, below, strict=True)]
    if any(s is None and a != 0 for s, a in zip(sides, above, strict=True)):
        return None
    before, after = sides[0] if sides[0] is not None else sides[1], sides[1] if sides[1] is not None else sides[0]
    return None if before is None or after is None or not (isfinite(before) and isfinite(after)) else (before, after)


def log_mean(a: float, b: float) -> float:
    """The logarithmic mean of two positive numbers; their common value when they are equal."""
    return a if a == b else (a - b) / _log_ratio((b, a))


def _log_ratio(pair: Pair) -> float:
    """ln(observed / expected) of two positive numbers, exact for the smallest changes and the largest."""
    before, after = pair
    return log1p((after - before) / before) if abs(after - before) < before / 2 else log(after / before)


def deepest(parts: Sequence[Part], noise: Mapping[str, float]) -> tuple[str, ...]:
    """The path from a KPI down to the factor that carries most of its change, e.g. revenue, orders, cvr.

    noise: role -> standard error of its log change; a role without one is trusted. The path ends where the change is
    spread over several factors, or where what carries it may be chance.
    """
    path, at = [parts[0]], 0
    while True:
        below = []
        for i, part in enumerate(parts[at + 1 :], at + 1):
            if part.depth <= path[-1].depth:
                break
            if part.depth == path[-1].depth + 1:
                below.append(i)
        total = path[-1].contribution
        at = max(below, key=lambda i: parts[i].contribution / total, default=-1) if total else -1
        share = parts[at].contribution / total if at >= 0 else 0.0
        of_top = parts[at].contribution / parts[0].contribution if at >= 0 else 0.0
        if share < MATERIAL or of_top < _OF_THE_TOP or not _is_sure(parts[at], noise):
            return tuple(part.role for part in path)
        path.append(parts[at])


def _is_sure(part: Part, noise: Mapping[str, float]) -> bool:
    if 0 in (part.expected, part.observed):
        return True
    return abs(_log_ratio((part.expected, part.observed))) >= _SURE * noise.get(part.role, 0.0)
