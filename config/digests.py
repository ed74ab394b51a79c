"""Digests: what of everything is open, what closed and what moved, in one message a day or a week."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Section, bad_section
from config.routes import Weekday
from config.units import TimeOfDay


class Every(StrEnum):
    """How often a digest comes."""

    DAY = "day"
    WEEK = "week"


class Digest(Section):
    """One message of everything that the routes to its destinations concern, at any severity; to where no route leads, of all.

    None comes in quiet hours: the next one speaks of that time, too.
    """

    to: Annotated[list[str], Field(min_length=1, description="names of destinations", examples=["[growth]"])]
    every: Annotated[Every, Field(description="day or week", examples=["week"])] = Every.DAY
    weekday: Annotated[
        Weekday | None,
        Field(
            description="with every: week: mon, tue, wed, thu, fri, sat or sun; default: mon",
            examples=["fri"],
        ),
    ] = None
    at: Annotated[TimeOfDay, Field(description="local time of day", examples=['"09:00"'])] = "09:00"
    timezone: Annotated[
        str | None, Field(description="IANA zone of `at`; default: the top-level zone", examples=["Europe/Berlin"])
    ] = None

    @model_validator(mode="after")
    def _has_a_weekday_only_by_the_week(self) -> Self:
        if self.weekday is not None and self.every is Every.DAY:
            raise bad_section(
                "a digest of every day has no weekday", remedy="Write every: week, or remove the weekday."
            )
        return self
