"""Did the rates change, or only who came? The mix split of the conversion rate, over channels or a dimension."""

from collections.abc import Mapping
from math import log

from detectors.causes.combine import made
from detectors.causes.evidence import MOVING, Evidence, Observed
from detectors.causes.observe import observe
from detectors.segments.mix import MIX_SHARE, split
from detectors.segments.movement import FLOOR, Movement


def mix_observed(evidence: Evidence, role: str) -> Observed | None:
    """`within_segment_rates` or `traffic_mix` by the split in which the mix carries most; None without conversion rates of parts."""
    sessions, orders = observe(evidence, "sessions"), observe(evidence, "orders")
    if sessions is None or orders is None or sessions.whole is None or orders.whole is None:
        return None
    splits = [
        s
        for s in (
            _split(sessions.channels, orders.channels),
            *(_split(values, orders.segments.get(at, {})) for at, values in sessions.segments.items()),
        )
        if s is not None
    ]
    if not splits:
        return None
    base, within, mix = max(splits, key=lambda s: abs(s[2]))
    noise = max(sessions.whole.noise, orders.whole.noise)
    rate = observe(evidence, "cvr")
    if role == "within_segment_rates":
        found = made(role, _log_part(base, within), noise, evidence.limit, expected=base)
    else:
        moved = (
            rate is not None
            and rate.whole is not None
            and rate.whole.state in MOVING
            and abs(mix) >= MIX_SHARE * abs(within + mix)
        )
        found = made(
            role, _log_part(base, mix) if moved else 0.0, min(noise, evidence.limit / 4), evidence.limit, expected=base
        )
    return Observed(role=role, whole=found, channels={}, segments={})


def _log_part(base: float, part: float) -> float:
    return log(min(max(1 + part / base, FLOOR), 1 / FLOOR))


def _split(sessions: Mapping[str, Movement], orders: Mapping[str, Movement]) -> tuple[float, float, float] | None:
    """(old rate, within, mix) over the parts that have both; None with fewer than two."""
    parts = [
        ((orders[p].expected, orders[p].observed), (sessions[p].expected, sessions[p].observed))
        for p in sessions.keys() & orders.keys()
        if sessions[p].expected > 0 and sessions[p].observed > 0
    ]
    return split(parts) if len(parts) >= 2 and sum(above[0] for above, _ in parts) > 0 else None
