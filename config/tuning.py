"""How sensitive we are: defaults, and overrides by channel, KPI and segment."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Section, bad_section
from config.units import Percent


class Tuning(Section):
    """What decides whether a deviation is worth a message. Every key can be overridden."""

    sensitivity: Annotated[
        float,
        Field(
            gt=0,
            le=1000,
            description="false alerts a month that each destination may get; lower is quieter",
            examples=["1"],
        ),
    ] = 2.0
    direction: Annotated[
        Literal["bad", "both", "up", "down"],
        Field(
            description="bad: only the direction that hurts, by the KPI's `good`; both for KPIs without one",
            examples=["bad"],
        ),
    ] = "both"
    min_change: Annotated[
        Percent,
        Field(
            validate_default=False,
            description="smallest change worth a message, in percent of the expected value; higher is quieter",
            examples=["20%"],
        ),
    ] = 0.10
    min_absolute: Annotated[
        float,
        Field(
            ge=0,
            description="smallest change worth a message, in the KPI's unit (ignored for ratios); higher is quieter",
            examples=["50"],
        ),
    ] = 0.0
    min_volume: Annotated[
        float,
        Field(
            ge=0,
            description="events a period below which a count, or a ratio's denominator, is not judged; higher is quieter",
            examples=["30"],
        ),
    ] = 10.0
    persist_periods: Annotated[
        int,
        Field(
            ge=1,
            le=30,
            description="periods in a row that must be off before a message goes out; higher is quieter and later",
            examples=["2"],
        ),
    ] = 1


class Override(Section):
    """Settings for part of what is watched; channel, kpi and segment values may use * (anything) and ? (one character)."""

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
    sensitivity: Annotated[float | None, Field(gt=0, le=1000, description="as in defaults", examples=["1"])] = None
    direction: Annotated[
        Literal["bad", "both", "up", "down"] | None, Field(description="as in defaults", examples=["bad"])
    ] = None
    min_change: Annotated[Percent | None, Field(description="as in defaults", examples=["20%"])] = None
    min_absolute: Annotated[float | None, Field(ge=0, description="as in defaults", examples=["50"])] = None
    min_volume: Annotated[float | None, Field(ge=0, description="as in defaults", examples=["30"])] = None
    persist_periods: Annotated[int | None, Field(ge=1, le=30, description="as in defaults", examples=["2"])] = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if all(getattr(self, name) is None for name in Tuning.model_fields):
            raise bad_section(
                "this override changes nothing",
                remedy=f"Add a setting: {', '.join(Tuning.model_fields)}; or remove the override.",
            )
        return self


class TuningSection(Section):
    """How sensitive we are: the defaults and the list of overrides. The most specific override wins, else the later one."""

    defaults: Annotated[Tuning, Field(description="for everything watched")] = Tuning()
    overrides: Annotated[list[Override], Field(description="exceptions from the defaults")] = []
