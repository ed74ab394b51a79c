"""What a detector saw, and why it could not look. "Nothing wrong" and "could not tell" are different answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from detectors.panel import SeriesKey


class Shape(StrEnum):
    """The form of a deviation."""

    SPIKE = "spike"
    DIP = "dip"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    DRIFT_UP = "drift_up"
    DRIFT_DOWN = "drift_down"
    FLATLINE = "flatline"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    RESTATED = "restated"
    VARIANCE = "variance"
    MISSING_LIFT = "missing_lift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What a finding's periods will show once nothing is added any more: per period, with a range that holds 95 %.

    share: the part of it that they show now.
    """

    share: float
    final: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One series left its expected range over [start, end); `end` None means it goes on.

    observed, expected, lower and upper are per period, in the KPI's unit: the mean over the periods of the finding. Of
    periods that still fill up they are what was seen, and what should have been seen, by now.
    """

    key: SeriesKey
    shape: Shape
    start: datetime
    end: datetime | None
    observed: float
    expected: float
    lower: float
    upper: float
    p_value: float
    settling: Settling | None = None
    was: float | None = None  # its relative change when it was found, where the source has corrected it since

    @property
    def relative_change(self) -> float:
        """(observed - expected) / |expected|; infinite where nothing was expected."""
        if self.expected == 0:
            return 0.0 if self.observed == 0 else float("inf") * (1 if self.observed > 0 else -1)
        return (self.observed - self.expected) / abs(self.expected)


class Gate(StrEnum):
    """Which of the things that people tune, or of the rules on what is worth telling, kept a deviation from being news."""

    MIN_CHANGE = "min_change"
    MIN_ABSOLUTE = "min_absolute"
    MIN_VOLUME = "min_volume"
    PERSIST = "persist_periods"
    DIRECTION = "direction"
    KNOWN_CHANGE = "a known lasting change began then"
    KNOWN_PART = "a known change of a part of it may move it as far"
    NEXT_TO_NOTHING = "next to nothing was expected"
    AN_HOUR = "less came than in a mean hour"
    LIKE_USUAL_SCATTER = "its days lie as far apart as usual"
    DISAGREES = "its size does not agree with its shape"
    USUAL_BURST = "its best days are as high"
    USUAL_HOURS = "it sees such hours oftener than once a month"
    FEW_EVENTS = "too few events behind the money"
    SMALL_PART = "a small part of its channel"
    IDLE_SCATTER = "something else in this KPI explains the scatter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A deviation over [start, end) that is no finding, and the gate that kept it; numbers are per period, as in a finding."""

    key: SeriesKey
    gate: Gate
    shape: Shape
    start: datetime
    end: datetime | None
    observed: float
    expected: float
    p_value: float


def refused(finding: Finding, gate: Gate) -> Refusal:
    """A finding that a later gate keeps from being news."""
    return Refusal(
        key=finding.key,
        gate=gate,
        shape=finding.shape,
        start=finding.start,
        end=finding.end,
        observed=finding.observed,
        expected=finding.expected,
        p_value=finding.p_value,
    )


class Reason(StrEnum):
    """Why a series was not judged."""

    TOO_SHORT = "too little history"
    TOO_SMALL = "too few events to judge"
    NO_VALUE = "no value for the period"
    NOT_SETTLED = "the period is still filling"
    LATE = "data are late"
    EXEMPT = "a calendar entry exempts the period"
    MUTED = "muted"
    CONSTANT = "the series does not vary"
    IRREGULAR = "it comes and goes without a pattern"
    INACTIVE = "it is not running"


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A series about which nothing can be said for the period, and why; `detail` adds the numbers."""

    key: SeriesKey
    reason: Reason
    detail: str = ""
