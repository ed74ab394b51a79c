"""How often a table reports: its cadence, from the gaps between its periods."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import gcd

from detectors.cadence import Cadence, Unit

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# A few holes or late starts do not change how often a table is meant to report.
_ALMOST_ALL = 0.9
_NAMED = {
    "hour": Unit.HOUR,
    "daily": Unit.DAY,
    "day": Unit.DAY,
    "week": Unit.WEEK,
    "month": Unit.MONTH,
    "quarter": Unit.QUARTER,
    "year": Unit.YEAR,
}


def cadence_of(periods: Sequence[int], hint: str = "") -> Cadence:
    """The cadence of distinct ascending periods in seconds; `hint` (names of table and column) decides for a handful."""
    within_day = any(period % _DAY for period in periods)
    if len(periods) < 4:
        named = next((unit for word, unit in _NAMED.items() if word in hint.lower()), None)
        return Cadence(named or Unit.DAY)
    return _clocked(periods) if within_day else _dated(sorted({period // _DAY for period in periods}))


def _clocked(periods: Sequence[int]) -> Cadence:
    """Times of day: even steps of minutes or hours; single events at any time are summed up to days."""
    gaps = Counter(round((b - a) / _MINUTE) for a, b in pairwise(periods))
    minutes, times = gaps.most_common(1)[0]
    if times < sum(gaps.values()) / 2 or minutes < 1 or minutes > 60:
        dates = sorted({period // _DAY for period in periods})
        return _dated(dates) if len(dates) > 3 else Cadence(Unit.DAY)
    return Cadence(Unit.HOUR) if minutes == 60 else Cadence(Unit.MINUTE, minutes)


def _dated(days: Sequence[int]) -> Cadence:
    """Dates, as days since 1970."""
    gaps = [b - a for a, b in pairwise(days)]
    if min(gaps) >= 28 and _on_one_day_of_month(days):
        months = [_month(day) for day in days]
        step = gcd(*(b - a for a, b in pairwise(months)))
        return Cadence(Unit.YEAR if step % 12 == 0 else Unit.QUARTER if step % 3 == 0 else Unit.MONTH)
    if sum(gap % 7 == 0 for gap in gaps) >= _ALMOST_ALL * len(gaps):
        return Cadence(Unit.WEEK)
    return Cadence(Unit.DAY)


def _on_one_day_of_month(days: Sequence[int]) -> bool:
    """Whether all fall on the same day of the month, or all on its last day."""
    same = Counter(_date(day).day for day in days).most_common(1)[0][1]
    last = sum(_date(day + 1).day == 1 for day in days)
    return max(same, last) >= _ALMOST_ALL * len(days)


def _date(day: int) -> datetime:
    return datetime.fromtimestamp(day * _DAY, UTC)


def _month(day: int) -> int:
    moment = _date(day)
    return moment.year * 12 + moment.month
