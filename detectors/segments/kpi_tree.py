"""Which factor of an identity carries a change: revenue = sessions x CVR x AOV, split exactly.

Log-mean Divisia index (LMDI I): factor x contributes L(v1, v0) * ln(x1 / x0), with L(a, b) = (a - b) / ln(a / b). The
contributions add up to v1 - v0 without residual and do not depend on the order of factors.
Source: Ang, B. W. (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log


@dataclass(frozen=True, slots=True)
class Identity:
    """A KPI as the product of factors, each a role; a factor may itself be split further."""

    whole: str
    factors: tuple[str, ...]


# Deepest first where factors chain: a KPI is split by the first identity whose factors are all observed.
IDENTITIES = (
    Identity("revenue", ("sessions", "view_to_cart_rate", "cart_to_checkout_rate", "checkout_to_purchase_rate", "aov")),
    Identity("revenue", ("sessions", "cvr", "aov")),
    Identity("orders", ("sessions", "view_to_cart_rate", "cart_to_checkout_rate", "checkout_to_purchase_rate")),
    Identity("orders", ("sessions", "cvr")),
    Identity("sessions", ("clicks", "sessions_per_click")),
    Identity("spend", ("clicks", "cpc")),
    Identity("clicks", ("impressions", "ctr")),
    Identity("bookings", ("calls", "answer_rate", "booking_rate")),
    Identity("store_revenue", ("footfall", "store_conversion", "basket_value")),
    Identity("clicks", ("sent", "delivered_rate", "click_rate_email")),
)


def split(before: Mapping[str, float], after: Mapping[str, float], factors: Sequence[str]) -> dict[str, float]:
    """Contribution of each factor to the change of their product; the sum is the change, exactly.

    before, after: positive values of the factors.

    Raises:
        ValueError: a factor is not positive; logs do not exist then, use plain differences.
    """
    for name in factors:
        if not (before[name] > 0 and after[name] > 0):
            raise ValueError(f"{name} is not positive before and after")
    old = new = 1.0
    for name in factors:
        old, new = old * before[name], new * after[name]
    weight = log_mean(new, old)
    return {name: weight * log(after[name] / before[name]) for name in factors}


def log_mean(a: float, b: float) -> float:
    """The logarithmic mean of two positive numbers; their common value when they are equal."""
    return a if a == b else (a - b) / log(a / b)


def deepest_factor(changes: Mapping[str, float], whole: str, *, material: float = 0.5) -> tuple[str, ...]:
    """The path from a KPI down to the factor that carries most of its change, e.g. revenue, orders, cvr.

    changes: log change of every observed role. A factor is followed when it carries at least `material` of the
    change of its whole; the path ends where the change is spread over several factors.
    """
    path = [whole]
    while (step := _carrier(changes, path[-1], material)) is not None and step not in path:
        path.append(step)
    return tuple(path)


def _carrier(changes: Mapping[str, float], whole: str, material: float) -> str | None:
    total = changes.get(whole, 0.0)
    if total == 0.0:
        return None
    for identity in IDENTITIES:
        if identity.whole == whole and all(f in changes for f in identity.factors):
            share, factor = max((changes[f] / total, f) for f in identity.factors)
            return factor if share >= material else None
    return None
