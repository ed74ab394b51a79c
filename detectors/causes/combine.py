"""Arithmetic of movements: sums over channels, quotients of two roles. Log changes add up, so ratios are exact."""

from collections.abc import Sequence
from math import exp, isfinite, log, nan, sqrt

from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import (
    FLOOR,
    MOST_NOISE,
    ZERO_EXPECTED,
    ZERO_SHARE,
    Form,
    Moved,
    Movement,
    Z,
    size_forms,
    state_of,
)

# The parts of a ratio share much of their day-to-day noise (a busy day has more sessions and more orders).
SHARED_NOISE = 0.5
_SIZE_FORMS = frozenset({Form.CLIFF, Form.DOUBLE})


def total(parts: Sequence[Movement], limit: float) -> Movement:
    """Several movements of one role as one: sums for counts and amounts, the precision-weighted mean change for ratios and levels."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if first.type in (KpiType.COUNT, KpiType.AMOUNT):
        known = [p for p in parts if isfinite(p.observed) and isfinite(p.expected) and p.expected > 0] or list(parts)
        observed, expected = sum(p.observed for p in known), sum(p.expected for p in known)
        if any(not isfinite(p.noise) and p.expected > 0.1 * expected for p in known):
            noise = nan
        else:
            noise = (
                sqrt(sum((p.noise * p.expected) ** 2 for p in known if isfinite(p.noise))) / expected
                if expected > 0
                else nan
            )
        change = _bounded(observed, expected)
        weights = [p.expected for p in known]
    else:
        known = [p for p in parts if isfinite(p.change) and isfinite(p.noise)] or list(parts)
        weights = [1 / max(p.noise, 1e-3) ** 2 if isfinite(p.noise) else 1.0 for p in known]
        change = sum(w * p.change for w, p in zip(weights, known, strict=True)) / sum(weights)
        noise = max(p.noise for p in known)
        expected = sum(w * p.expected for w, p in zip(weights, known, strict=True)) / sum(weights)
        observed = expected * exp(change) if isfinite(change) else nan
    return _movement(
        SeriesKey(first.key.check, None, first.role),
        first.role,
        first.type,
        observed,
        expected,
        change,
        noise,
        first.periods,
        limit,
        _shared_forms(known, weights),
    )


def quotient(role: str, above: Movement, below: Movement, limit: float, key: SeriesKey) -> Movement:
    """The movement of above / below: the change is the difference of their log changes."""
    if not (below.observed > 0 and below.expected > 0):  # nothing to divide by: nothing is known
        return _movement(key, role, KpiType.RATIO, nan, nan, nan, nan, below.periods, limit, frozenset())
    change = max(log(FLOOR), min(-log(FLOOR), above.change - below.change))
    noise = sqrt(max(above.noise**2 + below.noise**2 - 2 * SHARED_NOISE * above.noise * below.noise, 0.0))
    expected, observed = above.expected / below.expected, above.observed / below.observed
    leading = above if abs(above.change) >= abs(below.change) else below
    return _movement(
        key,
        role,
        KpiType.RATIO,
        observed,
        expected,
        change,
        noise,
        min(above.periods, below.periods),
        limit,
        leading.forms,
    )


def turned(movement: Movement, role: str) -> Movement:
    """The same movement read the other way round: what a stand-in of opposite sign says of `role`."""
    state = {Moved.UP: Moved.DOWN, Moved.DOWN: Moved.UP, Moved.ZERO: Moved.UP}.get(movement.state, movement.state)
    change = -movement.change
    forms = (movement.forms - _SIZE_FORMS) | (
        size_forms(change, movement.noise) if state not in (Moved.FLAT, Moved.UNCLEAR) else frozenset()
    )
    return Movement(
        key=movement.key,
        role=role,
        type=movement.type,
        observed=movement.observed,
        expected=movement.expected,
        lower=movement.lower,
        upper=movement.upper,
        change=change,
        noise=movement.noise,
        periods=movement.periods,
        state=state,
        forms=forms,
    )


def made(role: str, change: float, noise: float, limit: float, *, expected: float = 1.0, periods: int = 1) -> Movement:
    """A movement of a role that is computed from others and has no unit of its own."""
    return _movement(
        SeriesKey("", None, role),
        role,
        KpiType.LEVEL,
        expected * exp(change),
        expected,
        change,
        noise,
        periods,
        limit,
        frozenset({Form.STEP}),
    )


def _movement(
    key: SeriesKey,
    role: str,
    kind: KpiType,
    observed: float,
    expected: float,
    change: float,
    noise: float,
    periods: int,
    limit: float,
    forms: frozenset[Form],
) -> Movement:
    is_zero = observed <= ZERO_SHARE * expected and (
        kind not in (KpiType.COUNT, KpiType.AMOUNT) or expected >= ZERO_EXPECTED
    )
    state = state_of(change, noise, limit, is_zero=is_zero)
    moved = state not in (Moved.FLAT, Moved.UNCLEAR)
    spread = exp(Z * min(noise, MOST_NOISE)) if isfinite(noise) else nan
    return Movement(
        key=key,
        role=role,
        type=kind,
        observed=observed,
        expected=expected,
        lower=expected / spread,
        upper=expected * spread,
        change=change,
        noise=noise,
        periods=periods,
        state=state,
        forms=(forms - _SIZE_FORMS) | size_forms(change, noise) if moved else frozenset(),
    )


def _bounded(observed: float, expected: float) -> float:
    if not expected > 0:
        return float("nan")
    return log(min(max(observed / expected, FLOOR), 1 / FLOOR))


def _shared_forms(parts: Sequence[Movement], weights: Sequence[float]) -> frozenset[Form]:
    """The forms of those that carry at least half of the weight of what moved."""
    moved = [(p, w) for p, w in zip(parts, weights, strict=True) if p.forms]
    whole = sum(w for _, w in moved)
    return frozenset(f for f in Form if whole and sum(w for p, w in moved if f in p.forms) >= whole / 2)
