"""How well one movement, or several of a kind, fit what a mark asks: direction, course and volume."""

from collections.abc import Mapping
from dataclasses import replace

from detectors.causes.evidence import MOVING, Evidence
from detectors.causes.graded import Grade, Match
from detectors.causes.tokens import Direction, Token
from detectors.segments.movement import CLIFF, Form, Moved, Movement

OTHER_SCOPE = 0.5  # moved as asked, but wider or narrower than asked
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


def weakened(found: Match, trust: float, stand_in: str | None) -> Match:
    """The match as far as its evidence is trusted; stand_in: the role that was looked at instead."""
    degree = found.degree * trust
    grade = (Grade.FITS if degree >= FULL else Grade.PARTLY) if found.holds else found.grade
    return replace(found, grade=grade, degree=degree, stand_in=stand_in)


def asked_of(token: Token, m: Movement) -> Grade:
    """Direction alone."""
    asked, did = token.direction, m.state
    if did is Moved.UNCLEAR:
        return Grade.FLAT if excludes(token, m) else Grade.UNOBSERVED
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


def excludes(token: Token, m: Movement) -> bool:
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


def single(
    token: Token,
    m: Movement,
    reach: float,
    units: tuple[str, ...],
    of: int = 0,
    level: str = "whole",
    evidence: Evidence | None = None,
) -> Match:
    """The verdict of one movement; `reach` says how well the scope fits."""
    grade = asked_of(token, m)
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


def vote(token: Token, rows: list[Movement], level: str) -> Match:
    """Several movements: the volume that is clear decides."""
    clear = [m for m in rows if m.state is not Moved.UNCLEAR]
    if not clear:
        return Match(token=token, grade=Grade.UNOBSERVED, movements=tuple(rows), level=level)
    flat = [m for m in clear if m.state is Moved.FLAT]
    share = sum(volume_of(m) for m in flat) / sum(volume_of(m) for m in clear)
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


def volume_of(m: Movement) -> float:
    """The weight of a movement among its siblings: what was expected of a count or amount, else one."""
    return m.expected if m.expected > 0 and m.type in ("count", "amount") else 1.0


def _names(rows: list[Movement], level: str) -> tuple[str, ...]:
    if level == "channel":
        return tuple(m.key.channel for m in rows if m.key.channel is not None)
    return tuple(m.key.segment[0][1] for m in rows if m.key.segment)
