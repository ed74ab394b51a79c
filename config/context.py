"""What is known beforehand: holidays, promotions, campaigns, budgets."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Section


class Action(StrEnum):
    """What a calendar entry does to judging."""

    EXPLAIN = "explain"
    EXEMPT = "exempt"
    EXPECT_LIFT = "expect_lift"


class Event(Section):
    """One known event; `end` is the last day, inclusive, as people write it."""

    title: Annotated[str, Field(description="what alerts call it")]
    start: Annotated[date, Field(description="first day")]
    end: Annotated[date | None, Field(description="last day; default: one day")] = None
    kind: Annotated[str, Field(description="holiday, promo, campaign_start, campaign_end, budget_change, offline_flight, deploy, ...")] = "event"
    channel: Annotated[str | None, Field(description="only this channel; default: all")] = None
    action: Annotated[Action | None, Field(description="explain: no alert where the event explains it; exempt: do not judge; expect_lift")] = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError("end lies before start")
        return self


class CalendarFile(Section):
    """A table or an .ics file of events."""

    path: Annotated[str, Field(description="CSV with one event a row, or .ics; relative to the configuration file")]
    title: Annotated[str, Field(description="CSV column")] = "title"
    start: Annotated[str, Field(description="CSV column")] = "start"
    end: Annotated[str | None, Field(description="CSV column; default: one day")] = None
    kind: Annotated[str | None, Field(description="CSV column")] = None
    channel: Annotated[str | None, Field(description="CSV column")] = None
    action: Annotated[Action, Field(description="for all its events")] = Action.EXPLAIN


class Calendar(Section):
    """`calendar`: public holidays by country, own events, files."""

    country: Annotated[str | None, Field(description="public holidays of this country, e.g. GB")] = None
    subdivision: Annotated[str | None, Field(description="state or region of the country, e.g. BY")] = None
    holidays: Annotated[Action, Field(description="what public holidays do")] = Action.EXPLAIN
    events: Annotated[list[Event], Field(description="own dates")] = []
    files: Annotated[list[CalendarFile], Field(description="tables and .ics files of dates")] = []
