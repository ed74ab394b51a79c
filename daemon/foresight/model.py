"""How one target stands: a plain value, kept in the state and told in words."""

from dataclasses import dataclass
from datetime import date

from config.targets import Bound

# A miss that is this likely is told; one that is less likely than the other is none any more.
LIKELY, NO_MORE = 0.9, 0.5
# A miss by less than this part of the target is none: no month comes out to the last euro.
WORTH = 0.02
# Nor is it news of a miss that is known when its size changes by less than this part of the target.
CLEAR = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A target at one moment. Days are local; intervals hold nine of ten cases.

    number: the target itself. last: the newest known day. month: the first day of the month in question; None: a limit. so_far:
    the month's total up to there, or where a trend stands now. expected, lower, upper: the month's total in the end. missed:
    probability that the target is missed. on: the day on which a budget is used up or a limit crossed, earliest .. latest
    (None: not in sight). rest: days that are left. reason: why nothing can be said.
    """

    kpi: str
    channel: str | None
    kind: Bound
    number: float
    last: date
    month: date | None = None
    so_far: float | None = None
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    missed: float = 0.0
    on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    rest: int = 0
    reason: str = ""

    @property
    def key(self) -> str:
        """The same as long as the target is the same; with another number it is another one."""
        return f"{'limit' if self.month is None else 'month'} {self.kpi} {self.channel or 'business'} {self.kind} {self.number:.12g}"

    @property
    def gap(self) -> float:
        """By what part of the target it is expected to be missed; negative: kept with so much to spare."""
        if self.expected is None:
            return 0.0
        over = self.expected / self.number - 1 if self.number else 0.0
        return over if self.kind is Bound.BUDGET else -over

    @property
    def is_likely_missed(self) -> bool:
        """Whether people should know."""
        return self.missed >= LIKELY and (self.month is None or self.gap >= WORTH)
