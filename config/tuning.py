"""How sensitive we are: defaults, and overrides by channel, KPI and segment."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.base import Section
from config.units import Percent


class Tuning(Section):
    """What decides whether a deviation is worth a message. Every key can be overridden."""

    sensitivity: Annotated[float, Field(gt=0, le=1000, description="false alerts per month that you accept over everything watched; lower is quieter")] = 2.0
    direction: Annotated[Literal["bad", "both", "up", "down"], Field(
        description="bad: only the direction that hurts, by the KPI's `good`; both for KPIs without one")] = "both"
    min_change: Annotated[Percent, Field(description="smallest change worth a message, in percent of the expected value")] = 0.10
    min_absolute: Annotated[float, Field(ge=0, description="smallest change worth a message, in the KPI's unit (a ratio's: ignored)")] = 0.0
    min_volume: Annotated[float, Field(ge=0, description="events a period below which a count, or a ratio's denominator, is not judged")] = 10.0
    persist_periods: Annotated[int, Field(ge=1, le=30, description="periods in a row that must be off before a message goes out")] = 1
    mute_until: Annotated[date | None, Field(description="no messages for periods before this date")] = None


class Override(Section):
    """Settings for part of what is watched; channel, kpi and segment values may use * and ?."""

    channel: Annotated[str | None, Field(description="channel name or pattern; `business` for measures of the whole business")] = None
    kpi: Annotated[str | None, Field(description="KPI name or pattern")] = None
    segment: Annotated[dict[str, str], Field(description="dimension: value or pattern")] = {}
    sensitivity: Annotated[float | None, Field(gt=0, le=1000, description="as in defaults")] = None
    direction: Annotated[Literal["bad", "both", "up", "down"] | None, Field(description="as in defaults")] = None
    min_change: Annotated[Percent | None, Field(description="as in defaults")] = None
    min_absolute: Annotated[float | None, Field(ge=0, description="as in defaults")] = None
    min_volume: Annotated[float | None, Field(ge=0, description="as in defaults")] = None
    persist_periods: Annotated[int | None, Field(ge=1, le=30, description="as in defaults")] = None
    mute_until: Annotated[date | None, Field(description="as in defaults")] = None


class TuningSection(Section):
    """`tuning`: the defaults and the list of overrides. The most specific override wins, else the later one."""

    defaults: Tuning = Tuning()
    overrides: list[Override] = []
