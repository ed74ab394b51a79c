"""What a month is to bring or may cost, and limits that a KPI must keep."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Section, bad_section


class Bound(StrEnum):
    """On which side of its number a KPI should stay."""

    GOAL = "goal"
    BUDGET = "budget"


class Target(Section):
    """One number to keep: a total of each calendar month, or a limit at any time."""

    kpi: Annotated[str, Field(description="name of the KPI", examples=["revenue"])]
    channel: Annotated[
        str | None, Field(description="name of the channel; default: the whole business", examples=["paid_search"])
    ] = None
    month: Annotated[
        float | None,
        Field(
            gt=0, description="what each calendar month should come to; counts and amounts only", examples=["200000"]
        ),
    ] = None
    limit: Annotated[
        float | None, Field(description="a number that a slow trend should not cross, at any time", examples=["40"])
    ] = None
    kind: Annotated[
        Bound | None,
        Field(
            description="goal: at least so much; budget: at most; default: goal where the KPI's `good` is up, else budget",
            examples=["budget"],
        ),
    ] = None

    @model_validator(mode="after")
    def _is_one_number(self) -> Self:
        if (self.month is None) == (self.limit is None):
            raise bad_section(
                "a target is either a month's total or a limit",
                remedy="Write month: 200000 for what a month should come to, or limit: 40 for what must not be crossed; "
                "two targets for both.",
            )
        return self
