"""What an incident costs: observed minus expected real money, from its start to now.

Which money counts: the back office outranks web analytics, which outranks the ad platforms; they are never summed.
Calls and stores have money of their own. A trouble of a few channels is measured where it is: in the whole business'
back office it would drown in the noise of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import hypot, isfinite

from daemon.model import Impact
from detectors.segments.movement import Moved, Movement

# 90 % interval of a normal error; the interval is the expectation's own uncertainty.
_Z90 = 1.645

# Roles that are money, the most trusted first, each with the kind of money it counts.
_MONEY: Mapping[str, str] = {
    "backoffice_revenue": "web",
    "revenue": "web",
    "platform_revenue": "web",
    "store_revenue": "stores",
    "call_revenue": "calls",
}
# A trouble in channels that make less than this share of the web's revenue is measured in those channels.
_WHOLE_BUSINESS = 0.5
_MOVED = frozenset({Moved.UP, Moved.DOWN, Moved.ZERO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Which series tell the money of an incident, per kind of money."""

    role: str
    movements: tuple[Movement, ...]

    @property
    def value(self) -> float:
        """Observed minus expected over the window."""
        return sum((m.observed - m.expected) for m in self.movements)

    @property
    def error(self) -> float:
        """Standard error of `value`: relative noise times what was expected, independent over series."""
        return hypot(*(m.noise * m.expected for m in self.movements))


def estimate(
    movements: Sequence[Movement],
    affected: set[str | None],
    *,
    loses: str,
    unit: str,
    to: datetime,
    days: float,
    shared: bool,
) -> Impact | None:
    """The impact of an incident, from movements *summed* over its window.

    affected: channels with findings (None: the whole business). loses: what the likeliest cause loses, `records` or
    `money`. shared: whether the cause lies behind all channels. None when no money is known for what is affected.
    """
    totals = [m for m in movements if not m.key.segment and m.role in _MONEY and m.expected > 0]
    kinds = _kinds(totals, affected)
    chosen = [money for kind in kinds if (money := _choose(totals, kind, affected, shared))]
    if not chosen:
        return None
    recorded = sum(m.value for m in chosen)
    error = hypot(*(m.error for m in chosen))
    name = chosen[0].role
    if loses == "records":
        web = [m for m in totals if m.role == "revenue" and (m.key.channel in affected or None in affected)]
        missing = Money(role="revenue", movements=_one_level(_most_trusted(web))).value if web else recorded
        return Impact(kpi=name, unit=unit, to=to, value=0.0, lower=0.0, upper=0.0, recorded_value=missing, per_day=0.0)
    known = isfinite(error)
    return Impact(
        kpi=name,
        unit=unit,
        to=to,
        value=recorded,
        lower=recorded - _Z90 * error if known else None,
        upper=recorded + _Z90 * error if known else None,
        recorded_value=recorded,
        per_day=recorded / days if days else None,
    )


def prolonged(impact: Impact, factor: float) -> Impact:
    """What a trouble cost that lasted `factor` times as long as could be measured, had it gone on at that pace."""

    def whole(amount: float | None) -> float | None:
        return None if amount is None else amount * factor

    return replace(
        impact,
        value=whole(impact.value),
        lower=whole(impact.lower),
        upper=whole(impact.upper),
        recorded_value=whole(impact.recorded_value),
    )


def _kinds(totals: Sequence[Movement], affected: set[str | None]) -> list[str]:
    """The kinds of money that the affected channels make."""
    own = [_MONEY[m.role] for m in totals if m.key.channel in affected and m.key.channel is not None]
    if None in affected or not own:
        own = ["web", *own]
    return list(dict.fromkeys(own))


def _choose(totals: Sequence[Movement], kind: str, affected: set[str | None], shared: bool) -> Money | None:
    of_kind = [m for m in totals if _MONEY[m.role] == kind]
    here = [m for m in of_kind if m.key.channel in affected and m.key.channel is not None]
    whole = _most_trusted([m for m in of_kind if m.key.channel is None])
    everything = sum(m.expected for m in of_kind if m.key.channel is not None and m.role == "revenue")
    share = sum(m.expected for m in here if m.role == "revenue") / everything if everything else 0.0
    # For channels without money of their own that of the business speaks only if it moved; else it is others' noise.
    reaches = not here and any(m.state in _MOVED for m in whole)
    if whole and (shared or None in affected or reaches or share >= _WHOLE_BUSINESS):
        return Money(role=whole[0].role, movements=tuple(whole))
    here = _most_trusted(here)
    return Money(role=here[0].role, movements=tuple(here)) if here else None


def _most_trusted(movements: Sequence[Movement]) -> list[Movement]:
    """Those of the most trusted role, of one check."""
    for role in _MONEY:
        found = [m for m in movements if m.role == role]
        if found:
            return [m for m in found if m.key.check == found[0].key.check]
    return []


def _one_level(movements: Sequence[Movement]) -> tuple[Movement, ...]:
    """Either the business total or the channels, never both."""
    business = [m for m in movements if m.key.channel is None]
    return tuple(business[:1] or movements)


def spend_at_risk(movements: Sequence[Movement], affected: set[str | None], days: float) -> float | None:
    """Media spend a day of the affected channels: what flows into something broken."""
    spend = [
        m
        for m in movements
        if m.role == "spend"
        and not m.key.segment
        and m.key.channel is not None
        and (m.key.channel in affected or None in affected)
    ]
    return sum(m.observed for m in spend) / days if spend and days else None
