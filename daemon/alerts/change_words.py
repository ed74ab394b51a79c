"""What was changed, when and by whom, in words: `A deploy 40 minutes before it began: "checkout v2.3", by Anna.`"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.alerts.numbers import count_of
from daemon.alerts.untrusted import clean

_A_DAY = timedelta(days=1)
_MANY_MINUTES, _MANY_HOURS = timedelta(minutes=90), timedelta(hours=36)


def change_sentence(
    *,
    kind: str,
    title: str,
    who: str,
    at: datetime,
    whole_day: bool,
    started: datetime,
    period: timedelta,
    zone: ZoneInfo,
) -> str:
    """One change beside an incident. period: the length of the incident's first period."""
    word = clean(kind.replace("_", " "), 40)
    article = "An" if word[:1].lower() in "aeiou" else "A"
    by = f", by {clean(who, 40)}" if who else ""
    when = _when(at.astimezone(zone), started.astimezone(zone), period, whole_day=whole_day)
    return f"{article} {word} {when}: “{clean(title)}”{by}."


def _when(at: datetime, started: datetime, period: timedelta, *, whole_day: bool) -> str:
    days = (started.date() - at.date()).days
    by_the_hour = period < _A_DAY / 2
    clock = "" if whole_day else f", at {at:%H:%M}"
    if by_the_hour and not whole_day:
        if at >= started:
            return f"at {at:%H:%M}, in the hour it began"
        lag = started - at
        if lag < _MANY_MINUTES:
            return f"{count_of(round(lag / timedelta(minutes=1)), 'minute')} before it began"
        if lag < _MANY_HOURS:
            return f"{count_of(round(lag / timedelta(hours=1)), 'hour')} before it began"
    if days == 0:
        return f"on the day it began{clock}"
    if days < 0:
        return f"on {at:%a} {at.day} {at:%b}{clock}, in the period it began"
    return f"the day before it began{clock}" if days == 1 else f"{days} days before it began"
