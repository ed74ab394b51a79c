"""Silences that are planned: what is not told, until when, who says so and why."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from config.base import Section, bad_section, bad_value
from config.outputs import Severity


def _is_moment(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise bad_value("date or time", remedy='Write 2027-01-07, or "2027-01-07T08:15".') from None
    return value


class PlannedSilence(Section):
    """What nobody is told for a while: incidents of which every series fits. The end of what was told before is told all the same."""

    channel: Annotated[
        str | None,
        Field(
            description="channel name or pattern; `business` for measures of the whole business", examples=["paid_*"]
        ),
    ] = None
    kpi: Annotated[str | None, Field(description="KPI name or pattern", examples=["orders"])] = None
    segment: Annotated[
        dict[str, str], Field(description="dimension: value or pattern", examples=["{campaign: 'brand *'}"])
    ] = {}
    max_severity: Annotated[
        Severity,
        Field(
            description="what matters more is told all the same: critical (silences all), warning or info",
            examples=["warning"],
        ),
    ] = Severity.CRITICAL
    until: Annotated[
        str,
        Field(description="the date or time at which it ends; what lasts longer is told then", examples=["2027-01-07"]),
        AfterValidator(_is_moment),
    ]
    author: Annotated[str, Field(min_length=1, max_length=80, description="who says so", examples=["ana"])]
    reason: Annotated[
        str, Field(min_length=1, max_length=500, description="why, in a few words", examples=["relaunch of the shop"])
    ]

    @model_validator(mode="after")
    def _concerns_something(self) -> Self:
        if self.channel is None and self.kpi is None and not self.segment:
            raise bad_section(
                "it does not say what it silences", remedy='Add channel, kpi or segment; channel: "*" is everything.'
            )
        return self

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """When it ends; a time without an offset is meant in `zone`."""
        moment = datetime.fromisoformat(self.until)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
