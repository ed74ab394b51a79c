"""Marks that held or failed, as plain sentences with their numbers. No statistics words; what moved alike is said once."""

from collections.abc import Sequence
from math import isfinite

from daemon.alerts.reason_words import BACK_OFFICE, Speaker, sentence_of, steady_sentence
from detectors.causes.evidence import MOVING, Evidence
from detectors.causes.graded import Match
from detectors.panel import KpiType
from detectors.segments.movement import Moved, Movement

MOST_FOR, MOST_AGAINST = 4, 3
# What moved more is not told as steady, even where it does not matter beside the incident: -7 % may be below its range on a day.
_STEADY_WITHIN = 0.05
# Steady measures named in one sentence.
_STEADY_TOGETHER = 3
# The gap between two counts of orders: worth a sentence where it is watched as a KPI of its own, else the counts themselves tell it.
_GAP = "tracked_share"
# Told by another sentence already, or of no use to a reader.
_SILENT = frozenset({"tracked_share", "within_segment_rates", "event_count", "missing_lift"})


def supporting(matches: Sequence[Match], speaker: Speaker) -> tuple[str, ...]:
    """Sentences for a cause, most telling first, at most four."""
    return _sentences(matches, speaker)[:MOST_FOR]


def against(matches: Sequence[Match], unobserved: Sequence[Match], speaker: Speaker) -> tuple[str, ...]:
    """Sentences against a cause, most telling first, at most three; what would decide but is not measured comes last."""
    found = _sentences(matches, speaker)[:MOST_AGAINST]
    blind = {m.token.kpi for m in unobserved}
    counted = any(m.role in {*BACK_OFFICE, _GAP} for m in speaker.evidence.movements)
    if len(found) < MOST_AGAINST and blind & {*BACK_OFFICE, _GAP} and not counted and speaker.evidence.lead is not None:
        found = (*found, "There is no independent count of orders to compare with.")
    return found


def steady(evidence: Evidence, speaker: Speaker, told: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What verifiably did not move, for the whole business: one sentence, or none. Not the measure that raised the alarm,
    which may well stand still elsewhere: its headline says that it moved; nor others that moved in the incident's channels.
    """
    lead = evidence.lead.role if evidence.lead else ""
    moved_here = {m.role for m in evidence.movements if m.key.channel in evidence.focus and m.state in MOVING}
    is_part = evidence.lead is not None and evidence.lead.key.channel is not None
    flat = [
        m
        for m in evidence.movements
        if m.state is Moved.FLAT
        and abs(m.relative) < _STEADY_WITHIN
        and m.key.channel is None
        and not m.key.segment
        and m.type is not KpiType.RATIO
        and m.role != lead
        and m.role not in told
        and not (is_part and m.role in moved_here)
    ]
    order = (
        "backoffice_orders",
        "sessions",
        "checkouts",
        "add_to_carts",
        "clicks",
        "spend",
        "orders",
        "revenue",
        "backoffice_revenue",
    )
    known = sorted((m for m in flat if m.role in order), key=lambda m: order.index(m.role))
    return (steady_sentence(_distinct(known), speaker),) if known else ()


def _sentences(matches: Sequence[Match], speaker: Speaker) -> tuple[str, ...]:
    """One sentence for each thing that was seen; steady measures share one; what raised the alarm goes last, the headline says it."""
    lead = speaker.evidence.lead.role if speaker.evidence.lead else ""
    said: set[str] = set()
    first: list[str] = []
    last: list[str] = []
    steady: list[Movement] = []
    steady_at: int | None = None
    for found in matches:
        watched = found.token.kpi == _GAP and any(m.role == _GAP for m in speaker.evidence.movements)
        if (found.token.kpi in _SILENT and not watched) or not all(isfinite(m.relative) for m in found.movements[:1]):
            continue  # a number that is not known convinces nobody
        subject = found.stand_in or (found.movements[0].role if found.movements else found.token.kpi)
        if found.level == "calendar" and found.flag is not None:
            subject = found.flag.role
        if subject in said:
            continue
        if _is_steady(found) and not _is_back_office(found):
            if steady_at is None:
                steady_at = len(first)
                first.append("")
            steady.append(found.movements[0])
            said.add(subject)
            continue
        said.add(subject)
        text = sentence_of(found, speaker)
        if text and text not in first and text not in last:
            (last if subject == lead else first).append(text)
    if steady_at is not None:
        first[steady_at] = steady_sentence(_distinct(steady), speaker)
    return (*first, *last)


def _distinct(rows: Sequence[Movement]) -> list[Movement]:
    kept: dict[str, Movement] = {}
    for m in rows:
        kept.setdefault(m.role, m)
    return list(kept.values())[:_STEADY_TOGETHER]


def _is_steady(found: Match) -> bool:
    return bool(found.movements) and found.movements[0].state is Moved.FLAT


def _is_back_office(found: Match) -> bool:
    return bool(found.movements) and found.movements[0].role in BACK_OFFICE
