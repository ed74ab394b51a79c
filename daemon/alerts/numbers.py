"""How numbers read: three significant digits, thousands in commas, the unit after the number, never NaN."""

from math import floor, isfinite, log10

UNKNOWN = "unknown"

_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
# Above this a growth in percent is no picture any more.
_MANY_TIMES = 10.0


def quantity(value: float | None, unit: str = "") -> str:
    """A value as it is spoken: `1,310`, `21,400 GBP`, `2.34 %`, `1,450 ms`, `1.25 million`; `unknown` for no number."""
    if value is None or not isfinite(value):
        return UNKNOWN
    return f"{_digits(value)} {unit}".rstrip()


def signed(value: float | None, unit: str = "") -> str:
    """As `quantity`, with its sign: `+5,200 GBP`."""
    if value is None or not isfinite(value):
        return UNKNOWN
    return ("+" if value > 0 else "") + quantity(value, unit)


def between(lower: float | None, upper: float | None, unit: str = "") -> str:
    """A range: `285 to 352`, `2.9 to 3.3 %`; empty where an end is unknown."""
    if lower is None or upper is None or not (isfinite(lower) and isfinite(upper)):
        return ""
    return f"{_digits(lower)} to {quantity(upper, unit)}"


def change(ratio: float | None) -> str:
    """A relative change: `-41 %`, `+4.2 %`, `+1,100 %` as `more than 10 times`; only nothing at all is `-100 %`."""
    if ratio is None or ratio != ratio:
        return UNKNOWN
    if ratio >= _MANY_TIMES:
        return "more than 10 times the usual"
    percent = max(ratio, -1.0) * 100 if ratio >= -1 else max(ratio * 100, -1000)
    if -100 < percent <= -99.5:
        return f"{max(-99.9, round(percent, 1)):g} %"
    rounded = round(percent) if abs(percent) >= 9.95 else round(percent, 1)
    return f"{rounded:+,.10g} %" if rounded else "0 %"


def share(part: float | None) -> str:
    """A part of a whole or a probability, in whole percent: `71 %`; never rounds to certainty or to nothing."""
    if part is None or not isfinite(part):
        return UNKNOWN
    if 0 < part < 0.01:
        return "below 1 %"
    if 0.99 < part < 1:
        return "above 99 %"
    return f"{round(min(max(part, 0.0), 1.0) * 100)} %"


def points(difference: float | None) -> str:
    """The difference of two percentages: `1.3 points down`."""
    if difference is None or not isfinite(difference) or difference == 0:
        return ""
    return f"{_digits(abs(difference))} points {'up' if difference > 0 else 'down'}"


def count_of(number: int, noun: str) -> str:
    """A whole number with its noun: `1 day`, `2 days`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _digits(value: float) -> str:
    size = abs(value)
    if size < 1e-9:
        return "0"
    if size >= 9.995e14:
        return ("-" if value < 0 else "") + "more than 999 trillion"
    rounded = round(value, 2 - floor(log10(size)))
    for least, word in _LARGE:
        if abs(rounded) >= least:
            return f"{_digits(rounded / least)} {word}"
    if abs(rounded) >= 100:
        return f"{rounded:,.0f}"
    return f"{rounded:.{max(0, 2 - floor(log10(abs(rounded))))}f}".rstrip("0").rstrip(".")
