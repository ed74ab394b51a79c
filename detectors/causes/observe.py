"""What is known of one role, on every level: whole, channels, segments. What no table has is computed or stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from detectors.causes.combine import quotient, total, turned
from detectors.causes.evidence import Evidence, Observed
from detectors.causes.roles import AT_PAID, PLACES, QUOTIENTS, STAND_INS, Place, group_of
from detectors.panel import SeriesKey
from detectors.segments.movement import Movement


def observe(evidence: Evidence, role: str) -> Observed | None:
    """What is known of a role: measured, computed, or by a stand-in; None when nothing is."""
    if role not in evidence.observed:
        found = _measured(evidence, role)
        if found is None:
            found = next(
                (f for s in STAND_INS.get(role, ()) if (f := _stand_in(evidence, role, s.role, s.sign, s.trust))), None
            )
        evidence.observed[role] = found
    return evidence.observed[role]


def _measured(evidence: Evidence, role: str) -> Observed | None:
    """A role as tables have it, the levels that are missing filled in by arithmetic."""
    paid_only = group_of(role) not in ("mail", "sms", "organic")
    direct = _plain(evidence, role, paid_only) or (_placed(evidence, role, PLACES[role]) if role in PLACES else None)
    for rule in QUOTIENTS.get(role, ()):
        above, below = (
            _plain(evidence, r, paid_only) or (_placed(evidence, r, PLACES[r]) if r in PLACES else None)
            for r in (rule.numerator, rule.denominator)
        )
        if above is None or below is None:
            continue
        computed = _quotient(evidence, rule.really or role, above, below, rule.trust)
        if computed is not None:
            return (
                computed
                if direct is None
                else replace(
                    direct,
                    whole=direct.whole or computed.whole,
                    channels={**computed.channels, **direct.channels},
                    segments={**computed.segments, **direct.segments},
                )
            )
    return direct


def _plain(evidence: Evidence, role: str, paid_only: bool) -> Observed | None:
    rows: Sequence[Movement] = evidence.by_role.get(role, ())
    if not rows:
        return None
    excluded = False
    if paid_only and role in AT_PAID and any(evidence.kinds.get(m.key.channel or "") == "paid" for m in rows):
        kept = [m for m in rows if m.key.channel is None or evidence.kinds.get(m.key.channel, "paid") == "paid"]
        excluded = len(kept) < len(rows)
        rows = [m for m in kept if m.key.channel is not None or not excluded]
    return _levels(evidence, role, rows)


def _levels(evidence: Evidence, role: str, rows: Sequence[Movement]) -> Observed:
    """Rows of one role sorted into whole, channels and segments. Where two checks tell the same, the incident's own check holds."""
    check = evidence.lead.key.check if evidence.lead else ""
    ordered = sorted(rows, key=lambda m: m.key.check != check)
    wholes = [m for m in ordered if m.key.channel is None and not m.key.segment]
    channels: dict[str, Movement] = {}
    parts: dict[str, dict[str, dict[str | None, Movement]]] = {}
    for m in ordered:
        if m.key.channel is not None and not m.key.segment:
            channels.setdefault(m.key.channel, m)
        elif len(m.key.segment) == 1:
            dimension, value = m.key.segment[0]
            at = evidence.dimensions.get(dimension, dimension)
            parts.setdefault(at, {}).setdefault(value, {}).setdefault(m.key.channel, m)
    whole = wholes[0] if wholes else (total(list(channels.values()), evidence.limit) if channels else None)
    segments = {
        at: {value: total(_in_focus(evidence, by), evidence.limit) for value, by in values.items()}
        for at, values in parts.items()
    }
    return Observed(role=role, whole=whole, channels=channels, segments=segments)


def _in_focus(evidence: Evidence, by_channel: Mapping[str | None, Movement]) -> list[Movement]:
    """A segment value's movements in the incident's channels; where it has none there, everywhere."""
    inside = [m for channel, m in by_channel.items() if channel in evidence.focus]
    return inside or [m for channel, m in by_channel.items() if channel is not None] or list(by_channel.values())


def _placed(evidence: Evidence, role: str, place: Place) -> Observed | None:
    """A role that is another role at certain channels (and segment values)."""
    for name in place.roles:
        rows = evidence.by_role.get(name, ())
        if role == "sessions_total":
            found = _levels(evidence, role, rows) if rows else None
            return found and replace(found, channels={}, segments={})
        here = [
            m
            for m in rows
            if m.key.channel is not None and _at(place, m.key.channel, evidence.kinds.get(m.key.channel, ""))
        ]
        if place.dimension:
            here = [
                m
                for m in here
                if len(m.key.segment) == 1
                and evidence.dimensions.get(m.key.segment[0][0], m.key.segment[0][0]) in place.dimension
                and _says(m.key.segment[0][1], place)
            ]
        else:
            here = [m for m in here if not m.key.segment]
        if here:
            return Observed(role=role, whole=total(here, evidence.limit), channels={}, segments={})
    return None


def _at(place: Place, channel: str, kind: str) -> bool:
    words = channel.lower().split("_")
    named = any(w in channel.lower() if "_" in w else w in words for w in place.words)
    return named or kind in place.kinds


def _says(value: str, place: Place) -> bool:
    words = value.lower().replace("-", " ").replace("_", " ").split()
    return any(v in words for v in place.values) and not any(n in words for n in place.not_values)


def _quotient(evidence: Evidence, role: str, above: Observed, below: Observed, trust: float) -> Observed | None:
    def divide(a: Movement, b: Movement) -> Movement:
        return quotient(role, a, b, evidence.limit, _with_kpi(a.key, role))

    common = above.channels.keys() & below.channels.keys()
    channels = {c: divide(above.channels[c], below.channels[c]) for c in sorted(common)}
    whole = None
    if above.channels and below.channels and above.channels.keys() != below.channels.keys():
        if common:
            whole = divide(
                total([above.channels[c] for c in sorted(common)], evidence.limit),
                total([below.channels[c] for c in sorted(common)], evidence.limit),
            )
    elif above.whole and below.whole:
        whole = divide(above.whole, below.whole)
    segments = {
        at: {v: divide(values[v], below.segments[at][v]) for v in values if v in below.segments[at]}
        for at, values in above.segments.items()
        if at in below.segments
    }
    segments = {at: values for at, values in segments.items() if values}
    if whole is None and not channels and not segments:
        return None
    return Observed(role=role, whole=whole, channels=channels, segments=segments, trust=trust)


def _with_kpi(key: SeriesKey, kpi: str) -> SeriesKey:
    return SeriesKey(key.check, key.channel, kpi, key.segment)


def _stand_in(evidence: Evidence, role: str, other: str, sign: int, trust: float) -> Observed | None:
    found = _measured(evidence, other)
    if found is None:
        return None
    if sign > 0:
        return replace(found, role=other, trust=found.trust * trust)
    return Observed(
        role=other,
        whole=found.whole and turned(found.whole, role),
        channels={c: turned(m, role) for c, m in found.channels.items()},
        segments={at: {v: turned(m, role) for v, m in values.items()} for at, values in found.segments.items()},
        trust=found.trust * trust,
    )
