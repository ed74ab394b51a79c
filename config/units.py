"""Values with a unit, as people write them."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from config.base import bad_value

_LARGEST_PERCENT = 1000.0
_REMEDY = "Write a percentage from 0% to 1000%, e.g. 20%."


def _fraction(value: object) -> float:
    """20, "20" and "20%" all mean 20 percent; a bare 0.2 is refused, because it could mean 20 % or 0.2 %."""
    text = str(value).strip()
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        raise bad_value("percentage", remedy=_REMEDY) from None
    if not 0 <= percent <= _LARGEST_PERCENT:
        raise bad_value("percentage from 0% to 1000%", remedy=_REMEDY)
    if 0 < percent < 1 and not text.endswith("%"):
        raise bad_value("clear percentage", remedy="Write 20% for a fifth, or 0.2% for two in a thousand.")
    return percent / 100


Percent = Annotated[
    float,
    BeforeValidator(_fraction),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%?\s*$"},
                {"type": "number", "minimum": 0, "maximum": _LARGEST_PERCENT},
            ]
        }
    ),
]


_SHARE_REMEDY = "Write shares above 0% and up to 100%, e.g. completeness: [60%, 85%, 95%]; 0.6 says the same as 60%."


def _share(value: object) -> float:
    """0.6 and "60%" both mean three fifths; a bare 60 is refused, because 1 could then mean 1 % or all."""
    text = str(value).strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        raise bad_value("share", remedy=_SHARE_REMEDY) from None
    share = number / 100 if text.endswith("%") else number
    if not 0 < share <= 1:
        raise bad_value("share above 0% and up to 100%", remedy=_SHARE_REMEDY)
    return share


# A part of a whole: 60% or 0.6.
Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%?\s*$"},
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            ]
        }
    ),
]


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        short = re.fullmatch(r"([0-9]):([0-5][0-9])", value)
        example = f'"0{value}"' if short else '"08:15"'
        raise bad_value("time of day", remedy=f"Write hours and minutes with two digits each, in quotes: {example}.")
    return value


# Hours and minutes on the wall clock, "08:15".
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]


_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_SPAN_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """The length of a `Span`."""
    return timedelta(**{_SPAN_UNITS[text[-1]]: int(text[:-1])})


def _is_span(value: str) -> str:
    if not _SPAN.fullmatch(value):
        raise bad_value("length of time", remedy="Write a whole number with its unit: 5m, 2h or 1d.")
    return value


# A length of time: 5m, 2h, 1d.
Span = Annotated[str, Field(json_schema_extra={"pattern": f"^{_SPAN.pattern}$"}), AfterValidator(_is_span)]
