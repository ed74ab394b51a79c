"""Does one mark of a cause hold? Graded, because scope and shape are seen less often than direction."""

from collections.abc import Mapping
from dataclasses import replace

from detectors.causes import elsewhere, facts
from detectors.causes.evidence import MOVING, Evidence, Observed
from detectors.causes.graded import Grade, Match
from detectors.causes.mix import mix_observed
from detectors.causes.observe import observe
from detectors.causes.roles import FLAG_ROLES, HEALTH_ROLES, MIX_ROLES, STAND_INS
from detectors.causes.tokens import Direction, Scope, Token
from detectors.causes.verdict import (
    ALIKE_SHARE,
    OTHER_SCOPE,
    asked_of,
    excludes,
    single,
    volume_of,
    vote,
    weakened,
)
from detectors.segments.movement import Form, Moved, Movement

# Degrees of "partly": how much of a full match is left. Judgement, one place.
COARSER = 0.7  # the level asked for is not reported; the level above moved as asked
ELSEWHERE = 0.6  # moved as asked, in a channel outside the incident


def match(token: Token, evidence: Evidence) -> Match:
    """Hold one mark against the evidence."""
    if token.kpi in HEALTH_ROLES:
        return facts.record(token, evidence)
    if token.kpi == "value":
        return _value(token, evidence)
    if token.kpi == "event_count":
        return facts.few_events(token, evidence)
    seen = observe(evidence, token.kpi)
    if seen is None and token.kpi in MIX_ROLES:
        seen = mix_observed(evidence, token.kpi)
    if seen is None and token.kpi == elsewhere.ROLE:
        seen = elsewhere.sessions_elsewhere(evidence)
    if seen is not None:
        return _measured(token, seen, evidence)
    names = [token.kpi, *(s.role for s in STAND_INS.get(token.kpi, ()))]
    for name in names:
        if name in FLAG_ROLES and (flag := evidence.flag(name)) is not None:
            found = facts.known_fact(token, flag)
            # That a lift is missing is no entry that happens to lie near: it is what raised the alarm.
            return replace(found, level="record") if name == "missing_lift" else found
    return Match(token=token, grade=Grade.UNOBSERVED)


_VALUE_FAULTS: Mapping[Form, tuple[str, ...]] = {
    Form.TRUNCATED: ("late", "partial"),
    Form.REVISED: ("restated",),
    Form.DOUBLE: ("duplicate",),
    Form.CLIFF: ("missing",),
}


def _value(token: Token, evidence: Evidence) -> Match:
    """`value`: whatever raised the alarm, together with what the record says of it."""
    fault = evidence.fault(*_VALUE_FAULTS.get(token.shape, ())) if token.shape else None
    if fault is not None:
        return Match(token=token, grade=Grade.FITS, degree=1.0, level="record", health=fault)
    lead = evidence.lead
    if lead is None or token.shape in (Form.TRUNCATED, Form.REVISED):
        known = lead is not None and lead.key.check in evidence.checked
        return Match(token=token, grade=Grade.FLAT if known else Grade.UNOBSERVED, level="record")
    return single(token, lead, 1.0, (), evidence=evidence)


def _measured(token: Token, seen: Observed, evidence: Evidence) -> Match:
    stand_in = (seen.role,) if seen.role != token.kpi else ()
    dimension = token.scope.dimension
    if token.direction is Direction.FLAT:
        found = _steady(token, seen, evidence)
    elif token.direction is Direction.SHIFT:
        found = _shifted(token, seen)
    elif dimension is not None:
        found = _local(token, seen, evidence, dimension)
    elif token.scope in (Scope.ONE_CHANNEL, Scope.SOME_CHANNELS):
        found = _in_channels(token, seen, evidence)
    else:
        found = _everywhere(token, seen, evidence)
    return weakened(found, seen.trust, stand_in[0] if stand_in else None)


def _focus_channels(seen: Observed, evidence: Evidence) -> dict[str, Movement]:
    return {c: m for c, m in seen.channels.items() if c in evidence.focus}


def _steady(token: Token, seen: Observed, evidence: Evidence) -> Match:
    """A flat mark: the same place as the incident must verifiably stand still."""
    dimension = token.scope.dimension
    if dimension is not None:
        values = _dimension(seen, dimension)
        focus = evidence.focus_values.get(dimension, frozenset())
        inside = [m for v, m in values.items() if v in focus]
        if inside:
            return vote(token, inside, dimension)
    here = list(_focus_channels(seen, evidence).values())
    if token.scope not in (Scope.ALL_CHANNELS, Scope.ANY, Scope.ONE_SOURCE) and here:
        return vote(token, here, "channel")
    if seen.whole is not None:
        return single(token, seen.whole, 1.0, ())
    return Match(token=token, grade=Grade.UNOBSERVED)


def _dimension(seen: Observed, dimension: str) -> Mapping[str, Movement]:
    """Values of a dimension role; `segment` is any dimension, the finest known."""
    if dimension == "segment":
        return next(iter(seen.segments.values()), {})
    aliases = {
        "campaign": ("campaign", "ad_group", "creative"),
        "page": ("page",),
        "call_site": ("call_site", "site", "geo"),
        "store": ("store", "geo"),
    }
    return next((seen.segments[d] for d in aliases.get(dimension, (dimension,)) if d in seen.segments), {})


def _everywhere(token: Token, seen: Observed, evidence: Evidence) -> Match:
    """A move of the whole; and, for all_channels, most channels alike."""
    if seen.whole is None:
        return Match(token=token, grade=Grade.UNOBSERVED)
    clear = {c: m for c, m in seen.channels.items() if m.state is not Moved.UNCLEAR}
    agree = {c: m for c, m in clear.items() if asked_of(token, m) in (Grade.FITS, Grade.PARTLY)}
    reach = 1.0
    if token.scope is Scope.ALL_CHANNELS and len(clear) >= 2:
        volume = sum(volume_of(m) for m in clear.values())
        by_volume = sum(volume_of(m) for m in agree.values()) / volume if volume else 0.0
        alike = max(by_volume, len(agree) / len(clear)) if len(agree) > 1 else 0.0
        reach = 1.0 if alike >= ALIKE_SHARE else OTHER_SCOPE
    found = single(token, seen.whole, reach, tuple(sorted(agree)), len(clear), "whole", evidence)
    if found.grade in (Grade.UNOBSERVED, Grade.FLAT) and token.scope is Scope.ANY and agree:
        best = max(agree.values(), key=volume_of)
        return single(token, best, 0.9, tuple(sorted(agree)), len(clear), "channel", evidence)
    if found.grade is Grade.UNOBSERVED and len(agree) > 1 and len(agree) >= ALIKE_SHARE * len(clear):
        best = max(agree.values(), key=volume_of)
        return single(token, best, OTHER_SCOPE, tuple(sorted(agree)), len(clear), "channel", evidence)
    return found


def _in_channels(token: Token, seen: Observed, evidence: Evidence) -> Match:
    """A move in the incident's channels; for one_channel the others must not all have moved alike."""
    here = _focus_channels(seen, evidence)
    if not here and not seen.channels:
        return (
            single(token, seen.whole, 1.0, (), 0, "whole", evidence)
            if seen.whole
            else Match(token=token, grade=Grade.UNOBSERVED)
        )
    clear = {c: m for c, m in seen.channels.items() if m.state is not Moved.UNCLEAR}
    agree = {c: m for c, m in clear.items() if asked_of(token, m) in (Grade.FITS, Grade.PARTLY)}
    inside = {c: m for c, m in agree.items() if c in here}
    if inside:
        wide = token.scope is Scope.ONE_CHANNEL and len(clear) >= 3 and len(agree) > ALIKE_SHARE * len(clear)
        best = max(inside.values(), key=volume_of)
        return single(token, best, OTHER_SCOPE if wide else 1.0, tuple(sorted(agree)), len(clear), "channel", evidence)
    others = {c: m for c, m in agree.items() if c not in here}
    if others and (not here or token.scope is Scope.SOME_CHANNELS):
        best = max(others.values(), key=volume_of)
        return single(
            token, best, ELSEWHERE if evidence.focus else 1.0, tuple(sorted(others)), len(clear), "channel", evidence
        )
    judged = [m for m in (here or seen.channels).values() if m.state is not Moved.UNCLEAR or excludes(token, m)]
    if not judged:
        return Match(token=token, grade=Grade.UNOBSERVED, movements=tuple(here.values()), level="channel")
    worst = max(judged, key=volume_of)
    return Match(token=token, grade=asked_of(token, worst), movements=(worst,), level="channel", of=len(clear))


def _local(token: Token, seen: Observed, evidence: Evidence, dimension: str) -> Match:
    """A move in part of a dimension, while the rest verifiably did not move so."""
    values = _dimension(seen, dimension)
    if not values:
        coarse = _in_channels(token, seen, evidence) if seen.channels else _everywhere(token, seen, evidence)
        return weakened(coarse, COARSER, None)
    clear = {v: m for v, m in values.items() if m.state is not Moved.UNCLEAR}
    agree = {v: m for v, m in clear.items() if asked_of(token, m) in (Grade.FITS, Grade.PARTLY)}
    if agree:
        local = len(clear) > 1 and len(agree) <= ALIKE_SHARE * len(clear)
        some = token.scope is Scope.SOME_CAMPAIGNS
        reach = 1.0 if local or some else (COARSER if len(clear) == 1 else OTHER_SCOPE)
        best = max(
            agree.values(), key=lambda m: (volume_of(m) if m.type in ("count", "amount") else 1.0) * abs(m.change)
        )
        return single(token, best, reach, tuple(sorted(agree)), len(clear), dimension, evidence)
    if not clear:
        return Match(token=token, grade=Grade.UNOBSERVED, level=dimension)
    focus = evidence.focus_values.get(dimension, frozenset())
    worst = max(clear.items(), key=lambda item: (item[0] in focus, volume_of(item[1])))[1]
    return Match(token=token, grade=asked_of(token, worst), movements=(worst,), level=dimension, of=len(clear))


def _shifted(token: Token, seen: Observed) -> Match:
    """A shift: some parts up, others down; for a role that is a share, any move."""
    is_share = token.kpi in MIX_ROLES or token.kpi.endswith(("_share", "_profile", "_reason"))
    if not seen.channels or is_share:
        if seen.whole is None or seen.whole.state is Moved.UNCLEAR:
            return Match(token=token, grade=Grade.UNOBSERVED)
        moved = seen.whole.state in MOVING
        return Match(
            token=token,
            grade=Grade.FITS if moved else Grade.FLAT,
            degree=1.0 if moved else 0.0,
            movements=(seen.whole,),
        )
    up = [m for m in seen.channels.values() if m.state is Moved.UP]
    down = [m for m in seen.channels.values() if m.state in (Moved.DOWN, Moved.ZERO)]
    if up and down:
        return Match(token=token, grade=Grade.FITS, degree=1.0, movements=(*down, *up), level="channel")
    clear = [m for m in seen.channels.values() if m.state is not Moved.UNCLEAR]
    return Match(
        token=token, grade=Grade.FLAT if clear else Grade.UNOBSERVED, movements=tuple(clear[:1]), level="channel"
    )
