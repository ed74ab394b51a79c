"""Who we watch: channels and KPIs."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Section
from detectors.panel import KpiType


class ChannelKind(StrEnum):
    """How people come through a channel."""

    PAID = "paid"
    OWNED = "owned"
    ORGANIC = "organic"
    OFFLINE = "offline"
    DIRECT = "direct"
    REFERRAL = "referral"
    PRODUCT = "product"


class Channel(Section):
    """A marketing channel."""

    kind: Annotated[ChannelKind, Field(description="paid, owned, organic, offline, direct, referral or product")]
    title: Annotated[str | None, Field(description="what alerts call it; default: the name with spaces")] = None
    timezone: Annotated[str | None, Field(description="IANA zone of its days; default: the check's or the top-level zone")] = None
    owner: Annotated[str | None, Field(description="who looks first, named in the alert, e.g. @ana")] = None
    link: Annotated[str | None, Field(description="link into the ad platform; {campaign} and other dimensions are filled in")] = None


class Kpi(Section):
    """A named measure. A ratio names its numerator and denominator and is computed, never averaged."""

    role: Annotated[str | None, Field(description="what the knowledge base understands, see docs/vocabulary.md; default: the name, if it is a role")] = None
    type: Annotated[KpiType, Field(description="count, amount (money), ratio or level")]
    good: Annotated[Literal["up", "down", "none"], Field(description="the direction that is good news")] = "none"
    title: Annotated[str | None, Field(description="what alerts call it; default: the name with spaces")] = None
    unit: Annotated[str | None, Field(description="shown after the number: EUR, ms, %")] = None
    numerator: Annotated[str | None, Field(description="ratio only: the KPI above the line")] = None
    denominator: Annotated[str | None, Field(description="ratio only: the KPI below the line")] = None
    factor: Annotated[float, Field(gt=0, description="ratio only: 1000 for CPM, else 1")] = 1.0
    weight: Annotated[str | None, Field(description="level only: the KPI that weights its mean over segments; default: equal weights")] = None
    settle_periods: Annotated[int, Field(ge=0, le=90, description="periods to wait after the end of a period before its value is judged")] = 0

    @model_validator(mode="after")
    def _ratio_names_both_parts(self) -> Self:
        parts = (self.numerator, self.denominator)
        if self.type is KpiType.RATIO and None in parts:
            raise ValueError("a ratio needs numerator and denominator")
        if self.type is not KpiType.RATIO and parts != (None, None):
            raise ValueError("only a ratio has numerator and denominator; set type: ratio")
        return self
