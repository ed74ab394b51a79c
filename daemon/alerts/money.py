"""The line of an alert that says what a trouble costs: so far, a day, by the end of the month, and in advertising."""

from datetime import timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from daemon.alerts import dates, numbers
from daemon.alerts.numbers import quantity
from daemon.model import Impact

# With less of the month left, what it comes to by its end is no news beside what it cost so far.
_REST_OF_MONTH = timedelta(days=2)


def is_recording_fault(impact: Impact | None) -> bool:
    """Whether money is missing in the record and not in the till."""
    return impact is not None and impact.value == 0 and _is_number(impact.recorded_value) and impact.recorded_value != 0


def _is_number(value: float | None) -> bool:
    return value is not None and isfinite(value)


def money_line(impact: Impact | None, zone: ZoneInfo, *, is_over: bool, one_period: bool) -> str:
    """`about -21,400 GBP so far (-26,000 to -17,000), -10,700 GBP a day; -171,000 by 30 Nov if it goes on (-208,000 to -136,000).`"""
    at_risk = "" if impact is None or is_over else _at_risk(impact)
    if impact is None or impact.value is None or not isfinite(impact.value):
        return f"no revenue is known. {at_risk}." if at_risk else ""
    until = "in total" if is_over else "so far"
    if is_recording_fault(impact) and impact.recorded_value is not None:
        missing = impact.recorded_value < 0
        amount = quantity(abs(impact.recorded_value), impact.unit)
        sure = "" if not (impact.lower or impact.upper) else "probably "
        return f"{sure}none {'lost' if missing else 'gained'}. About {amount} of {_kind_of_money(impact)} is {'not in the record' if missing else 'too much in the record'} {until}."
    if impact.value == 0:
        return "none lost."
    open_sign = is_of_open_sign(impact)
    if open_sign:
        ends = f"{numbers.signed(impact.lower)} and {numbers.signed(impact.upper, impact.unit)}"
        words = f"not clear{'' if is_over else ' yet'}: between {ends} {until}"
    else:
        spread = numbers.between(impact.lower, impact.upper)
        of = "" if (kind := _kind_of_money(impact)) == "revenue" else f" of {kind}"
        words = f"about {numbers.signed(impact.value, impact.unit)}{of} {until}" + (f" ({spread})" if spread else "")
    if not (is_over or one_period or open_sign) and impact.per_day and isfinite(impact.per_day):
        words += f", {numbers.signed(impact.per_day, impact.unit)} a day{_by_month_end(impact, zone)} if it goes on"
    return f"{words}. {at_risk}." if at_risk else f"{words}."


def money_short(impact: Impact | None, *, is_over: bool) -> str:
    """The same in a list, without ranges and what may come: `about -21,400 GBP so far`; empty where there is nothing to say."""
    if impact is None or impact.value is None or not isfinite(impact.value):
        return ""
    if is_recording_fault(impact) and impact.recorded_value is not None:
        wrong = "missing in" if impact.recorded_value < 0 else "too much in"
        return f"none lost, {quantity(abs(impact.recorded_value), impact.unit)} {wrong} the record"
    if impact.value == 0:
        return "none lost"
    if is_of_open_sign(impact):
        return "" if is_over else "cost not clear yet"
    return f"about {numbers.signed(impact.value, impact.unit)} {'in total' if is_over else 'so far'}"


def is_of_open_sign(impact: Impact) -> bool:
    """Whether it may be a loss as well as a gain."""
    return _is_number(impact.lower) and _is_number(impact.upper) and (impact.lower or 0) < 0 < (impact.upper or 0)


def claim(impact: Impact | None) -> tuple[str, float] | None:
    """What is alike where two incidents are measured by the very same money over the same time; None where no loss is named.

    Their intervals may differ, as their causes do.
    """
    if impact is None or not _is_number(impact.value) or impact.value is None or impact.value >= 0:
        return None
    return None if is_of_open_sign(impact) else (impact.kpi, impact.value)


def _kind_of_money(impact: Impact) -> str:
    """What ad platforms call the value of a conversion (a lead, a sign-up) is no revenue."""
    return "conversion value" if impact.kpi == "platform_revenue" else "revenue"


def _by_month_end(impact: Impact, zone: ZoneInfo) -> str:
    """What it comes to in the end, unless the month is all but over."""
    if impact.month_end is None or not _is_number(impact.month_value) or impact.month_end - impact.to < _REST_OF_MONTH:
        return ""
    spread = numbers.between(impact.month_lower, impact.month_upper)
    day = dates.day(impact.month_end - timedelta(seconds=1), zone, impact.to)
    return f"; {numbers.signed(impact.month_value)}" + (f" ({spread})" if spread else "") + f" by {day}"


def _at_risk(impact: Impact) -> str:
    """Advertising that leads into what is broken; where more came in than usual nothing is."""
    amount = impact.spend_at_risk_per_day
    gains = impact.lower is not None and impact.lower > 0
    return (
        ""
        if gains or not amount or not isfinite(amount)
        else f"{quantity(amount, impact.unit)} a day of ad spend leads into it"
    )
