"""How APIs write the periods of their rows, as ISO text: unix seconds and milliseconds, 20261120, 2026112007, 202611."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.sources.pulled import Window

# How far outside of the window a period may lie and still be believed to be meant.
_AROUND = timedelta(days=400)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds, the year 5138


def iso(value: str | float, window: Window) -> str:
    """A period as ISO text; text that is no number is left as it is.

    Raises:
        ValueError: the number is no instant and no date.
    """
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    if not text.isascii() or "_" in text or number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    digits = text.removesuffix(".0")
    readings: list[tuple[date, str]] = []
    if digits.isdigit() and len(digits) in (6, 8, 10):
        readings = [found for found in [_compact(digits)] if found is not None]
    if len(digits) not in (6, 8):
        readings += [found for found in [_unix(number, window.zone)] if found is not None]
    if not readings:
        raise ValueError(text)
    # 2026112007 is an hour of 2026, or a second of 2034: what is near to the window is meant.
    near = [words for day, words in readings if _is_near(day, window)]
    return near[0] if near else readings[-1][1]


def compact(digits: str) -> str:
    """ISO text of 20261120, 2026112007 or 202611.

    Raises:
        ValueError: it is none of these.
    """
    found = _compact(digits) if digits.isascii() and digits.isdigit() else None
    if found is None:
        raise ValueError(digits)
    return found[1]


def _compact(digits: str) -> tuple[date, str] | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8] or 1))
    except ValueError:
        return None
    if len(digits) not in (6, 8, 10) or int(digits[8:] or 0) > 23:
        return None
    return day, f"{day.isoformat()} {digits[8:]}:00:00" if len(digits) == 10 else day.isoformat()


def _unix(number: float, zone: ZoneInfo) -> tuple[date, str] | None:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    try:
        instant = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None
    return instant.date(), instant.isoformat()


def _is_near(day: date, window: Window) -> bool:
    try:
        return (window.since - _AROUND).date() <= day <= (window.until + _AROUND).date()
    except OverflowError:
        return False
