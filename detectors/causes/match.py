"""Does one mark of a cause hold? Graded, because scope and shape are seen less often than direction."""

from collections.abc import Mapping
from dataclasses import replace

from detectors.causes import facts
from detectors.causes.evidence import MOVING, Evidence, Observed
from detectors.causes.graded import Grade, Match
from detectors.causes.mix import mix_observed
from detectors.causes.observe import observe
from detectors.causes.roles import FLAG_ROLES, HEALTH_ROLES, MIX_ROLES, STAND_INS
from detectors.causes.tokens import Direction, Scope, Token
from detectors.segments.movement import CLIFF, Form, Moved, Movement

# Degrees of "partly": how much of a full match is left. Judgement, one place.
COARSER = 0.7  # the level asked for is not reported; the level above moved as asked
OTHER_SCOPE = 0.5  # moved as asked, but wider or narrower than asked
ELSEWHERE = 0.6  # moved as asked, in a channel outside the incident
NOT_QUITE_ZERO = 0.5  # zero is asked for and half or less is left
NOT_DOUBLE = 0.1  # twice as much is asked for, and it is verifiably something else
ALIKE_SHARE = 0.6  # of the clear siblings: more than this moved alike = not local
FULL = 0.95  # from this degree on it is a full match
EXCLUDES_BIG = 0.5  # an unclear move that stays, with its noise, below this part of a cliff is no cliff


_CLOSE: Mapping[frozenset[Form], float] = {
    frozenset({Form.STEP, Form.CLIFF}): 0.9,
    frozenset({Form.STEP, Form.PULSE}): 0.8,
    frozenset({Form.STEP, Form.DRIFT}): 0.5,
    frozenset({Form.STEP, Form.SPIKE}): 0.7,
    frozenset({Form.STEP, Form.DIP}): 0.7,
    frozenset({Form.PULSE, Form.SPIKE}): 0.9,
}
_OTHER_FORM = 0.4
# Courses that the window's periods alone cannot show: their absence from the forms says nothing.
_UNSEEN_FORMS = frozenset({Form.HOUR_CUTOFF, Form.CALENDAR, Form.TRUNCATED, Form.REVISED})
_UNSEEN_FORM = 0.4
_RULED_OUT = 0.1  # ... unless the record was examined and is in order


def match(token: Token, evidence: Evidence) -> Match:
    """Hold one mark against the evidence."""
    if token.kpi in HEALTH_ROLES:
        return facts.record(token, evidence)
    if token.kpi == "value":
        return _value(token, evidence)
    if token.kpi == "event_count":
        return facts.few_events(token, evidence)
    seen = observe(evidence, token.kpi) or (mix_observed(evidence, token.kpi) if token.kpi in MIX_ROLES else None)
    if seen is not None:
        return _measured(token, seen, evidence)
    names = [token.kpi, *(s.role for s in STAND_INS.get(token.kpi, ()))]
    for name in names:
        if name in FLAG_ROLES and (flag := evidence.flag(name)) is not None:
            return facts.known_fact(token, flag)
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
    return _single(token, lead, 1.0, (), evidence=evidence)


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
    return _weakened(found, seen.trust, stand_in[0] if stand_in else None)


def _weakened(found: Match, trust: float, stand_in: str | None) -> Match:
    degree = found.degree * trust
    grade = (Grade.FITS if degree >= FULL else Grade.PARTLY) if found.holds else found.grade
    return replace(found, grade=grade, degree=degree, stand_in=stand_in)


def _asked(token: Token, m: Movement) -> Grade:
    """Direction alone."""
    asked, did = token.direction, m.state
    if did is Moved.UNCLEAR:
        return Grade.FLAT if _excludes(token, m) else Grade.UNOBSERVED
    if asked is Direction.FLAT:
        return Grade.FITS if did is Moved.FLAT else Grade.CONTRARY
    if did is Moved.FLAT:
        return Grade.FLAT
    if asked in (Direction.ANY, Direction.SHIFT) or (asked is Direction.UP and did is Moved.UP):
        return Grade.FITS
    if asked is Direction.DOWN and did in (Moved.DOWN, Moved.ZERO):
        return Grade.FITS
    if asked is Direction.ZERO and did is Moved.ZERO:
        return Grade.FITS
    if asked is Direction.ZERO and did is Moved.DOWN:
        return Grade.PARTLY if m.change <= CLIFF else Grade.FLAT
    return Grade.CONTRARY


def _excludes(token: Token, m: Movement) -> bool:
    """An unclear move is still no cliff and no doubling when it, noise included, stays far below one."""
    big = token.direction is Direction.ZERO or token.shape in (Form.CLIFF, Form.DOUBLE)
    return big and abs(m.change) + 2 * m.noise < EXCLUDES_BIG * abs(CLIFF)


def _shape(token: Token, m: Movement, evidence: Evidence) -> float:
    """How well the course fits."""
    if token.shape is None or token.shape in m.forms:
        return 1.0
    if token.shape is Form.CLIFF:
        return min(abs(m.change) / abs(CLIFF), 1.0)
    if token.shape is Form.DOUBLE:
        return NOT_DOUBLE
    if token.shape is Form.CALENDAR and (flag := evidence.flag("calendar_event")) is not None and flag.present:
        return 1.0
    if token.shape is Form.TRUNCATED and evidence.fault("late", "partial") is not None:
        return 1.0
    if token.shape is Form.REVISED and evidence.fault("restated") is not None:
        return 1.0
    if token.shape in _UNSEEN_FORMS:
        examined = token.shape in (Form.TRUNCATED, Form.REVISED) and m.key.check in evidence.checked
        return _RULED_OUT if examined else _UNSEEN_FORM
    return max((_CLOSE.get(frozenset({token.shape, form}), _OTHER_FORM) for form in m.forms), default=_OTHER_FORM)


def _single(
    token: Token,
    m: Movement,
    reach: float,
    units: tuple[str, ...],
    of: int = 0,
    level: str = "whole",
    evidence: Evidence | None = None,
) -> Match:
    """The verdict of one movement; `reach` says how well the scope fits."""
    grade = _asked(token, m)
    if grade not in (Grade.FITS, Grade.PARTLY):
        return Match(token=token, grade=grade, movements=(m,), level=level, of=of)
    degree = reach * (NOT_QUITE_ZERO if grade is Grade.PARTLY else 1.0)
    if token.direction is not Direction.FLAT and evidence is not None:
        degree *= _shape(token, m, evidence)
    return Match(
        token=token,
        grade=Grade.FITS if degree >= FULL else Grade.PARTLY,
        degree=degree,
        movements=(m,),
        units=units,
        of=of,
        level=level,
    )


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
            return _vote(token, inside, dimension)
    here = list(_focus_channels(seen, evidence).values())
    if token.scope not in (Scope.ALL_CHANNELS, Scope.ANY, Scope.ONE_SOURCE) and here:
        return _vote(token, here, "channel")
    if seen.whole is not None:
        return _single(token, seen.whole, 1.0, ())
    return Match(token=token, grade=Grade.UNOBSERVED)


def _vote(token: Token, rows: list[Movement], level: str) -> Match:
    """Several movements: the volume that is clear decides."""
    clear = [m for m in rows if m.state is not Moved.UNCLEAR]
    if not clear:
        return Match(token=token, grade=Grade.UNOBSERVED, movements=tuple(rows), level=level)
    flat = [m for m in clear if m.state is Moved.FLAT]
    share = sum(_volume(m) for m in flat) / sum(_volume(m) for m in clear)
    if share >= ALIKE_SHARE:
        return Match(
            token=token,
            grade=Grade.FITS,
            degree=1.0,
            movements=tuple(flat),
            level=level,
            of=len(clear),
            units=_names(flat, level),
        )
    if share > 1 - ALIKE_SHARE:
        return Match(
            token=token,
            grade=Grade.PARTLY,
            degree=OTHER_SCOPE,
            movements=tuple(flat),
            level=level,
            of=len(clear),
            units=_names(flat, level),
        )
    return Match(
        token=token,
        grade=Grade.CONTRARY,
        movements=tuple(m for m in clear if m.state in MOVING),
        level=level,
        of=len(clear),
    )


def _volume(m: Movement) -> float:
    return m.expected if m.expected > 0 and m.type in ("count", "amount") else 1.0


def _names(rows: list[Movement], level: str) -> tuple[str, ...]:
    if level == "channel":
        return tuple(m.key.channel for m in rows if m.key.channel is not None)
    return tuple(m.key.segment[0][1] for m in rows if m.key.segment)


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
    agree = {c: m for c, m in clear.items() if _asked(token, m) in (Grade.FITS, Grade.PARTLY)}
    reach = 1.0
    if token.scope is Scope.ALL_CHANNELS and len(clear) >= 2:
        volume = sum(_volume(m) for m in clear.values())
        by_volume = sum(_volume(m) for m in agree.values()) / volume if volume else 0.0
        alike = max(by_volume, len(agree) / len(clear)) if len(agree) > 1 else 0.0
        reach = 1.0 if alike >= ALIKE_SHARE else OTHER_SCOPE
    found = _single(token, seen.whole, reach, tuple(sorted(agree)), len(clear), "whole", evidence)
    if found.grade in (Grade.UNOBSERVED, Grade.FLAT) and token.scope is Scope.ANY and agree:
        best = max(agree.values(), key=_volume)
        return _single(token, best, 0.9, tuple(sorted(agree)), len(clear), "channel", evidence)
    if found.grade is Grade.UNOBSERVED and len(agree) > 1 and len(agree) >= ALIKE_SHARE * len(clear):
        best = max(agree.values(), key=_volume)
        return _single(token, best, OTHER_SCOPE, tuple(sorted(agree)), len(clear), "channel", evidence)
    return found


def _in_channels(token: Token, seen: Observed, evidence: Evidence) -> Match:
    """A move in the incident's channels; for one_channel the others must not all have moved alike."""
    here = _focus_channels(seen, evidence)
    if not here and not seen.channels:
        return (
            _single(token, seen.whole, 1.0, (), 0, "whole", evidence)
            if seen.whole
            else Match(token=token, grade=Grade.UNOBSERVED)
        )
    clear = {c: m for c, m in seen.channels.items() if m.state is not Moved.UNCLEAR}
    agree = {c: m for c, m in clear.items() if _asked(token, m) in (Grade.FITS, Grade.PARTLY)}
    inside = {c: m for c, m in agree.items() if c in here}
    if inside:
        wide = token.scope is Scope.ONE_CHANNEL and len(clear) >= 3 and len(agree) > ALIKE_SHARE * len(clear)
        best = max(inside.values(), key=_volume)
        return _single(token, best, OTHER_SCOPE if wide else 1.0, tuple(sorted(agree)), len(clear), "channel", evidence)
    others = {c: m for c, m in agree.items() if c not in here}
    if others and (not here or token.scope is Scope.SOME_CHANNELS):
        best = max(others.values(), key=_volume)
        return _single(
            token, best, ELSEWHERE if evidence.focus else 1.0, tuple(sorted(others)), len(clear), "channel", evidence
        )
    judged = [m for m in (here or seen.channels).values() if m.state is not Moved.UNCLEAR or _excludes(token, m)]
    if not judged:
        return Match(token=token, grade=Grade.UNOBSERVED, movements=tuple(here.values()), level="channel")
    worst = max(judged, key=_volume)
    return Match(token=token, grade=_asked(token, worst), movements=(worst,), level="channel", of=len(clear))


def _local(token: Token, seen: Observed, evidence: Evidence, dimension: str) -> Match:
    """A move in part of a dimension, while the rest verifiably did not move so."""
    values = _dimension(seen, dimension)
    if not values:
        coarse = _in_channels(token, seen, evidence) if seen.channels else _everywhere(token, seen, evidence)
        return _weakened(coarse, COARSER, None)
    clear = {v: m for v, m in values.items() if m.state is not Moved.UNCLEAR}
    agree = {v: m for v, m in clear.items() if _asked(token, m) in (Grade.FITS, Grade.PARTLY)}
    if agree:
        local = len(clear) > 1 and len(agree) <= ALIKE_SHARE * len(clear)
        some = token.scope is Scope.SOME_CAMPAIGNS
        reach = 1.0 if local or some else (COARSER if len(clear) == 1 else OTHER_SCOPE)
        best = max(agree.values(), key=lambda m: (_volume(m) if m.type in ("count", "amount") else 1.0) * abs(m.change))
        return _single(token, best, reach, tuple(sorted(agree)), len(clear), dimension, evidence)
    if not clear:
        return Match(token=token, grade=Grade.UNOBSERVED, level=dimension)
    focus = evidence.focus_values.get(dimension, frozenset())
    worst = max(clear.items(), key=lambda item: (item[0] in focus, _volume(item[1])))[1]
    return Match(token=token, grade=_asked(token, worst), movements=(worst,), level=dimension, of=len(clear))


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
