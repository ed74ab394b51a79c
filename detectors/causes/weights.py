"""Every constant of the ranking, in one place. All are judgement, not measured frequencies: docs/causes.md says why each is so.

A mark's weight is a log-likelihood ratio: how much likelier it is to see it under the cause than among incidents at large,
log(P(seen | cause) / P(seen | background)).
"""

from collections.abc import Mapping
from math import log

from detectors.causes.graded import Grade, Match
from detectors.causes.roles import FLAG_ROLES
from detectors.causes.tokens import Direction
from detectors.segments.movement import Form

# P(mark seen | cause), when its measure is observed.
NECESSARY, SUPPORTING, CONTRADICTING = 0.92, 0.70, 0.04

# P(mark seen | some incident of another kind): most measures stand still, few fall to nothing.
BACKGROUND: Mapping[Direction, float] = {
    Direction.FLAT: 0.50,
    Direction.ANY: 0.40,
    Direction.UP: 0.20,
    Direction.DOWN: 0.22,
    Direction.ZERO: 0.05,
    Direction.SHIFT: 0.15,
}
RARE_FORMS: Mapping[Form, float] = {
    Form.CLIFF: 0.10,
    Form.DOUBLE: 0.04,
    Form.DRIFT: 0.12,
    Form.SPIKE: 0.12,
    Form.DIP: 0.15,
    Form.PULSE: 0.15,
    Form.REBOUND: 0.10,
    Form.TRUNCATED: 0.05,
    Form.REVISED: 0.05,
    Form.HOUR_CUTOFF: 0.05,
}
# Comparisons and gauges that stand still in most incidents, whatever else moves; seeing them move as asked tells much.
RARE_ROLES: Mapping[str, float] = {
    "tracked_share": 0.10,
    "unattributed_share": 0.10,
    "sessions_elsewhere": 0.10,
    "traffic_mix": 0.10,
    "within_segment_rates": 0.15,
    "other_row_share": 0.05,
    "hour_profile": 0.05,
    "event_count": 0.05,
    "page_load": 0.08,
    "error_rate": 0.08,
    "uptime": 0.05,
    "payment_success_rate": 0.06,
    "in_stock_rate": 0.08,
    "crash_free_rate": 0.06,
    "is_lost_budget": 0.10,
    "is_lost_rank": 0.10,
    "consent_rate": 0.06,
    "indexed_pages": 0.08,
}
FLAG_BACKGROUND = 0.05  # an entry of that kind happens to lie so near an incident
# What is known wherever it happened; of other things a calendar or log has about half.
ALWAYS_KNOWN = frozenset(
    {"calendar_event", "promo_flag", "promo_recent", "missing_lift", "bucket_open", "quality_flag"}
)
RECORDED = (
    0.4  # a fault of the data shows in the record of its table: it may have happened before figures were summed up
)
LOGGED = 0.5  # what was done is found in the team's calendar or log, where they keep one
RECORD_BACKGROUND = 0.05  # a data fault happens to coincide

CONTRARY_FACTOR = 1.25  # the opposite of what is asked tells more than standing still
UNOBSERVED_NECESSARY = -0.35  # nobody could look: the cause stays, but loses to one that could be checked
UNOBSERVED_MOST = -1.0  # however many necessary marks are unobserved
LEAST_CONTRADICTION = 0.75  # a mark seen only on a coarser level, or by a weak stand-in, contradicts nothing
ABSENT_MOST = 0.5  # most that the verified absence of a contradiction can add

REPEAT = 0.4  # of marks that tell of the same thing the second counts 40 %, the third 16 % ...
LEAD = 0.4  # what raised the alarm is there under every cause: agreeing with it counts so much
UNEXPLAINED = (
    0.15  # share of the base rates spread over all causes, also those that do not speak of what raised the alarm
)
FEWEST = (
    1.5  # weight of causes that must speak of a KPI before the catalogue counts as covering it; below, unknown gains
)
OTHER_KIND = (
    0.1  # what is left of the base rate where the incident is in other kinds of channels than the cause lives in
)
ATYPICAL = -0.9  # the size lies outside what the cause usually does
TYPICAL_SLACK = 1.3  # by this factor beyond the usual range
LOCAL = 0.8  # of a mark of campaigns, devices or regions, beside the funnel of their channel
TEMPER = 1.15  # of all evidence alike: by generated incidents probabilities were too timid by so much

UNKNOWN_PRIOR = 0.12  # incidents that no record here describes
ALWAYS_UNKNOWN = 0.03  # never surer than this that it is one of ours


def background(match: Match) -> float:
    """How often the mark is seen among incidents at large."""
    token = match.token
    if match.level == "record":
        return RECORD_BACKGROUND if token.direction is not Direction.FLAT else BACKGROUND[Direction.FLAT]
    if match.level == "calendar" or (token.kpi in FLAG_ROLES and not match.movements):
        return FLAG_BACKGROUND if match.flag is None or match.flag.by_chance is None else match.flag.by_chance
    usual = BACKGROUND[token.direction]
    if token.direction is not Direction.FLAT or token.kpi == "within_segment_rates":
        usual = min(usual, RARE_ROLES.get(token.kpi, usual))
    if token.shape is None or match.grade is Grade.PARTLY:
        return usual
    return min(usual, RARE_FORMS.get(token.shape, usual))


def necessary(match: Match) -> float:
    """Log-likelihood ratio of a necessary mark."""
    if match.grade is Grade.UNOBSERVED:
        return UNOBSERVED_NECESSARY
    return _asked_for(match, NECESSARY)


def supporting(match: Match) -> float:
    """Log-likelihood ratio of a supporting mark."""
    return 0.0 if match.grade is Grade.UNOBSERVED else _asked_for(match, SUPPORTING)


def contradicting(match: Match) -> float:
    """Log-likelihood ratio of a contradicting mark."""
    if match.grade is Grade.UNOBSERVED:
        return 0.0
    usual = background(match)
    if match.holds:
        return match.degree * log(CONTRADICTING / max(usual, 0.2)) if match.degree >= LEAST_CONTRADICTION else 0.0
    return min(log((1 - CONTRADICTING) / (1 - usual)), ABSENT_MOST)


def _asked_for(match: Match, reliability: float) -> float:
    usual = background(match)
    if match.holds:
        return match.degree * max(log(reliability / usual), 0.0)
    if match.level == "calendar" and match.token.kpi not in ALWAYS_KNOWN:
        reliability = min(reliability, LOGGED)
    if match.level == "record" and reliability < NECESSARY:
        reliability = RECORDED
    against = log((1 - reliability) / (1 - usual))
    return min(against, 0.0) * (CONTRARY_FACTOR if match.grade is Grade.CONTRARY else 1.0)
