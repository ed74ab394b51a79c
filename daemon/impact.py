"""What an incident costs: observed minus expected real money, from its start to now.

Which money counts: the back office outranks web analytics, which outranks the ad platforms; they are never summed.
Calls and stores have money of their own. A trouble of a few channels is measured where it is: in the whole business'
back office it would drown in the noise of the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import hypot, isfinite
from statistics import NormalDist

from daemon.model import Impact
from detectors.segments.movement import Moved, Movement

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.95)
Error = Callable[[Sequence[Movement]], float]
"""How far off, in nine of ten cases, what was expected of the sum of these movements is, in their unit; NaN: unknown."""

_TILL = "backoffice_revenue"
# Roles that are money, the most trusted first, each with the kind of money it counts.
_MONEY: Mapping[str, str] = {
    _TILL: "web",
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


def independent(movements: Sequence[Movement]) -> float:
    """The `Error` of movements of which no past is known: their own noise, as if nothing were common to them."""
    return _Z90 * hypot(*(m.noise * m.expected for m in movements))


def estimate(
    movements: Sequence[Movement],
    affected: set[str | None],
    *,
    unit: str,
    to: datetime,
    days: float,
    shared: bool,
    error: Error = independent,
    records: float = 0.0,
    unclear: float = 0.0,
) -> Impact | None:
    """The impact of an incident, from movements *summed* over its window.

    affected: channels with findings (None: the whole business). shared: whether the cause lies behind all channels. records:
    probability that only records are lost; the likelier case gives the value, the interval holds either by its weight. unclear: what no cause
    explains but may be so too, where money is known from those records alone. None when no money is known for what is affected.
    """
    totals = [m for m in movements if not m.key.segment and m.role in _MONEY and m.expected > 0]
    kinds = _kinds(totals, affected)
    chosen = [money for kind in kinds if (money := _choose(totals, kind, affected, shared))]
    if not chosen:
        return None
    recorded = sum(m.value for m in chosen)
    # Web, stores and calls each by themselves: little is common to them but the season.
    off = hypot(*(error(m.movements) for m in chosen)) / _Z90
    name = chosen[0].role
    only = records if name == _TILL else min(records + unclear, 1.0)
    lower, upper = _interval(recorded, off, only) if isfinite(off) else (None, None)
    if records > 1 - records:
        web = [m for m in totals if m.role == "revenue" and (m.key.channel in affected or None in affected)]
        missing = Money(role="revenue", movements=_one_level(_most_trusted(web))).value if web else recorded
        return Impact(
            kpi=name,
            unit=unit,
            to=to,
            value=0.0,
            lower=min(lower or 0.0, 0.0),
            upper=max(upper or 0.0, 0.0),
            recorded_value=missing,
            per_day=0.0,
        )
    return Impact(
        kpi=name,
        unit=unit,
        to=to,
        value=recorded,
        lower=lower,
        upper=upper,
        recorded_value=recorded,
        per_day=recorded / days if days else None,
    )


def by_month_end(impact: Impact, end: datetime, days: float) -> Impact:
    """The impact with what it comes to by the end of the month, if it goes on as in these days."""
    if impact.value is None:
        return impact
    whole = prolonged(impact, 1 + max((end - impact.to) / timedelta(days=1), 0.0) / days)
    return replace(impact, month_end=end, month_value=whole.value, month_lower=whole.lower, month_upper=whole.upper)


def _interval(value: float, error: float, records: float) -> tuple[float, float]:
    """The 90 % interval of money of which so much is off, with a normal error, unless nothing was lost but records.

    >>> [round(x) for x in _interval(-100.0, 10.0, 0.0)], [round(x) for x in _interval(-100.0, 10.0, 0.5)], _interval(-100.0, 10.0, 0.99)
    ([-116, -84], [-113, 0], (0.0, 0.0))
    """

    def quantile(p: float) -> float:
        """Of the mixture of nothing (`records`) and the normal distribution."""
        below = (1 - records) * _NORMAL.cdf(-value / error) if error else (1 - records) * (value < 0)
        if below <= p <= below + records:
            return 0.0
        rest = p if p < below else p - records
        return value + error * _NORMAL.inv_cdf(min(max(rest / (1 - records), 1e-9), 1 - 1e-9))

    return quantile(0.05), quantile(0.95)


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
