"""What is known beforehand: holidays, promotions, campaigns, budgets."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from config.base import Section, bad_section, bad_value
from config.units import Percent


class Action(StrEnum):
    """What a calendar entry does to judging."""

    EXPLAIN = "explain"
    EXEMPT = "exempt"
    EXPECT_LIFT = "expect_lift"


_ACTIONS = (
    "explain: no alert where the event explains it; exempt: do not judge; expect_lift: tell when the lift is missing"
)


def _asks_for_something(lift: float | None) -> float | None:
    if lift is not None and lift <= 0:
        raise bad_value(
            "lift that could be missing",
            remedy="Write the least that the event should bring, e.g. lift: 30%, or leave lift out: 15% is then asked for.",
        )
    return lift


def _of_holidays(action: object) -> object:
    if action == Action.EXPECT_LIFT:
        raise bad_value(
            "action for all public holidays",
            remedy="Write explain or exempt; put the holiday that should bring a lift under calendar.events, e.g. "
            "{title: Easter, start: 2026-04-05, action: expect_lift, lift: 30%}.",
        )
    return action


class Event(Section):
    """One known event; `end` is the last day, inclusive, as people write it."""

    title: Annotated[str, Field(description="what alerts call it", examples=["Black Friday"])]
    start: Annotated[date, Field(description="first day", examples=["2026-11-27"])]
    end: Annotated[date | None, Field(description="last day; default: one day", examples=["2026-11-30"])] = None
    kind: Annotated[
        str,
        Field(
            description="holiday, promo, campaign_start, campaign_end, budget_change, offline_flight, deploy, ...",
            examples=["promo"],
        ),
    ] = "event"
    channel: Annotated[str | None, Field(description="only this channel; default: all", examples=["email"])] = None
    action: Annotated[Action | None, Field(description=_ACTIONS + "; default: explain", examples=["expect_lift"])] = (
        None
    )
    lift: Annotated[
        Percent | None,
        Field(
            description="with expect_lift: by how much it should raise its channel at least, until earlier like events teach it; default: 15%",
            examples=["30%"],
        ),
        AfterValidator(_asks_for_something),
    ] = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise bad_section("`end` lies before `start`", remedy="Swap them; `end` is the last day, inclusive.")
        if self.lift is not None and self.action is not Action.EXPECT_LIFT:
            raise bad_section("`lift` without `action: expect_lift`", remedy="Add the action, or leave `lift` out.")
        return self


class CalendarFile(Section):
    """A table or an .ics file of events."""

    path: Annotated[
        str,
        Field(
            description="CSV with one event a row, or .ics; relative to the configuration file",
            examples=["promotions.csv"],
        ),
    ]
    title: Annotated[str, Field(description="CSV column with what alerts call the event", examples=["name"])] = "title"
    start: Annotated[str, Field(description="CSV column with the first day", examples=["from"])] = "start"
    end: Annotated[str | None, Field(description="CSV column with the last day; default: one day", examples=["to"])] = (
        None
    )
    kind: Annotated[str | None, Field(description="CSV column with the kind of event", examples=["type"])] = None
    channel: Annotated[
        str | None, Field(description="CSV column with the channel; default: all channels", examples=["channel"])
    ] = None
    action: Annotated[
        Action,
        Field(
            description="for all its events, but those for which a CSV column called `action` says otherwise; "
            + _ACTIONS,
            examples=["explain"],
        ),
    ] = Action.EXPLAIN
    lift: Annotated[
        str | None,
        Field(
            description="CSV column with the least lift that an event should bring, e.g. 30%; such a row is expect_lift unless an action "
            "is written; default: `lift`, if there is such a column",
            examples=["uplift"],
        ),
    ] = None


class Calendar(Section):
    """What is known beforehand: public holidays by country, own events, files."""

    country: Annotated[
        str | None, Field(description="public holidays of this country, as ISO code", examples=["GB"])
    ] = None
    subdivision: Annotated[str | None, Field(description="state or region of the country", examples=["SCT"])] = None
    holidays: Annotated[
        Action,
        BeforeValidator(_of_holidays),
        Field(
            description="what public holidays do; explain: no alert where the holiday explains it; exempt: do not judge",
            examples=["exempt"],
        ),
        WithJsonSchema({"type": "string", "enum": ["explain", "exempt"]}),
    ] = Action.EXPLAIN
    events: Annotated[list[Event], Field(description="own dates")] = []
    files: Annotated[list[CalendarFile], Field(description="tables and .ics files of dates")] = []
