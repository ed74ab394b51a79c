"""Marks that the record of the source and the calendar decide, not a measurement."""

from collections.abc import Mapping

from detectors.causes.evidence import Evidence, Flag
from detectors.causes.graded import Grade, Match
from detectors.causes.tokens import Direction, Token
from detectors.panel import KpiType

UNSAID = 0.7  # a log names the change, not its direction
FEW_EVENTS = 20.0  # expected events a period below which chance alone makes moves of 40 %

_FAULTS: Mapping[tuple[str, Direction], tuple[str, ...]] = {
    ("freshness_lag", Direction.UP): ("late", "missing"),
    ("row_count", Direction.DOWN): ("late", "partial"),
    ("row_count", Direction.ZERO): ("missing",),
    ("row_count", Direction.UP): ("duplicate",),
    ("duplicate_ratio", Direction.UP): ("duplicate",),
    ("fetch_errors", Direction.UP): ("missing",),
}
_ALL_FAULTS = ("late", "missing", "partial", "duplicate")


def record(token: Token, evidence: Evidence) -> Match:
    """Row count, freshness and duplicates of the incident's own source."""
    any_fault = evidence.fault(*_ALL_FAULTS)
    known = evidence.lead is not None and evidence.lead.key.check in evidence.checked
    if token.direction is Direction.FLAT:
        if any_fault is not None:
            return Match(token=token, grade=Grade.CONTRARY, level="record", health=any_fault)
        return Match(
            token=token, grade=Grade.FITS if known else Grade.UNOBSERVED, degree=1.0 if known else 0.0, level="record"
        )
    fault = evidence.fault(*_FAULTS.get((token.kpi, token.direction), _ALL_FAULTS))
    if fault is not None:
        return Match(token=token, grade=Grade.FITS, degree=1.0, level="record", health=fault)
    return Match(token=token, grade=Grade.FLAT if known or any_fault else Grade.UNOBSERVED, level="record")


def few_events(token: Token, evidence: Evidence) -> Match:
    """`event_count:down`: too few events a period to tell."""
    lead = evidence.lead
    if lead is None or lead.type is not KpiType.COUNT or not lead.periods:
        return Match(token=token, grade=Grade.UNOBSERVED, level="record")
    few = lead.expected / lead.periods < FEW_EVENTS
    return Match(
        token=token,
        grade=Grade.FITS if few else Grade.FLAT,
        degree=1.0 if few else 0.0,
        movements=(lead,),
        level="record",
    )


def known_fact(token: Token, flag: Flag) -> Match:
    """A fact of the calendar or of a change log."""
    asked = token.direction
    if not flag.present:
        grade = Grade.FITS if asked is Direction.FLAT else Grade.FLAT
        return Match(token=token, grade=grade, degree=1.0 if grade is Grade.FITS else 0.0, level="calendar", flag=flag)
    if asked is Direction.FLAT:
        return Match(token=token, grade=Grade.CONTRARY, level="calendar", flag=flag)
    if asked in (Direction.ANY, Direction.SHIFT) or asked.value == flag.direction:
        return Match(token=token, grade=Grade.FITS, degree=1.0, level="calendar", flag=flag)
    if flag.direction == "any":
        return Match(token=token, grade=Grade.PARTLY, degree=UNSAID, level="calendar", flag=flag)
    return Match(token=token, grade=Grade.CONTRARY, level="calendar", flag=flag)
