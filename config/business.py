"""Who we watch: channels and KPIs."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import Section, bad_section
from config.units import Share
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
    """A marketing channel: paid search, the newsletter, the stores."""

    kind: Annotated[
        ChannelKind,
        Field(
            description="how people come: paid, owned, organic, offline, direct, referral or product", examples=["paid"]
        ),
    ]
    title: Annotated[
        str | None,
        Field(description="what alerts call it; default: the name with spaces", examples=["Paid search"]),
    ] = None
    timezone: Annotated[
        str | None,
        Field(
            description="IANA zone of its days; default: the check's or the top-level zone", examples=["Europe/Berlin"]
        ),
    ] = None
    owner: Annotated[str | None, Field(description="who looks first, named in the alert", examples=["'@ana'"])] = None
    link: Annotated[
        str | None,
        Field(
            description="link into the ad platform; {campaign} and other dimensions are filled in",
            examples=["'https://ads.example.com/?campaign={campaign}'"],
        ),
    ] = None


def _never_falls(shares: tuple[float, ...]) -> tuple[float, ...]:
    fall = next(((a, b) for a, b in pairwise(shares) if b < a), None)
    if fall is not None:
        raise bad_section(
            f"falls from {fall[0]:.4g} to {fall[1]:.4g}, but a period only fills up from look to look",
            remedy="Write the shares from the first look on, each at least as large as the one before, e.g. completeness: [60%, 85%, 95%].",
        )
    return shares


class Kpi(Section):
    """A named measure. A ratio names its numerator and denominator and is computed, never averaged."""

    role: Annotated[
        str | None,
        Field(
            description="what the knowledge base understands, see docs/vocabulary.md; default: the name, if it is a role",
            examples=["orders"],
        ),
    ] = None
    type: Annotated[
        KpiType,
        Field(
            description="count (of events), amount (of money), ratio (of two KPIs) or level (a measured state)",
            examples=["count"],
        ),
    ]
    good: Annotated[
        Literal["up", "down", "none"], Field(description="the direction that is good news", examples=["up"])
    ] = "none"
    title: Annotated[
        str | None,
        Field(description="what alerts call it; default: the name with spaces", examples=["Orders"]),
    ] = None
    unit: Annotated[str | None, Field(description="shown after the number", examples=["EUR"])] = None
    numerator: Annotated[str | None, Field(description="ratio only: the KPI above the line", examples=["clicks"])] = (
        None
    )
    denominator: Annotated[
        str | None, Field(description="ratio only: the KPI below the line", examples=["impressions"])
    ] = None
    across: Annotated[
        tuple[str, str] | None,
        Field(
            description="ratio only: the check of the numerator and that of the denominator, where two sources tell of the same thing; "
            "their totals are compared, and the gap is judged with the second",
            examples=["[analytics, shop]"],
        ),
    ] = None
    factor: Annotated[
        float, Field(gt=0, description="ratio only: 1000 for CPM, 100 for a percentage, else 1", examples=["1000"])
    ] = 1.0
    weight: Annotated[
        str | None,
        Field(
            description="level only: the KPI that weights its mean over segments; default: equal weights",
            examples=["impressions"],
        ),
    ] = None
    settle_periods: Annotated[
        int,
        Field(
            ge=0,
            le=90,
            description="periods to wait after the end of a period before its value is judged; raise it when the source "
            "still corrects its numbers",
            examples=["2"],
        ),
    ] = 0
    completeness: Annotated[
        tuple[Share, ...],
        Field(
            max_length=90,
            description="count or amount only: how much of its final value a period shows at its first look, its second and so "
            "on, where you know it; it is learned from what the source shows, and until then this holds; 60% and 0.6 say the same",
            examples=["[60%, 85%, 95%]"],
        ),
        AfterValidator(_never_falls),
    ] = ()

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> Self:
        parts = {"numerator": self.numerator, "denominator": self.denominator}
        absent = [name for name, part in parts.items() if part is None]
        if self.type is KpiType.RATIO and absent:
            raise bad_section(
                f"a ratio needs a {' and a '.join(absent)}",
                remedy="Name the KPIs above and below the line, e.g. numerator: clicks, denominator: impressions.",
            )
        if self.type is not KpiType.RATIO and (len(absent) < len(parts) or self.factor != 1):
            raise bad_section(
                "only a ratio has numerator, denominator and factor",
                remedy="Write type: ratio, or remove them.",
            )
        if self.across is not None and self.type is not KpiType.RATIO:
            raise bad_section(
                "only a ratio lies `across` two checks",
                remedy="Write type: ratio with a numerator and a denominator, or remove across.",
            )
        if self.type is not KpiType.LEVEL and self.weight is not None:
            raise bad_section("only a level has a weight", remedy="Write type: level, or remove weight.")
        if self.completeness and self.type is KpiType.RATIO:
            raise bad_section(
                "a ratio has no `completeness` of its own",
                remedy="Set it on its numerator and denominator, e.g. completeness: [60%, 85%]; the ratio follows from them.",
            )
        if self.completeness and self.type is KpiType.LEVEL:
            raise bad_section(
                "a level has no `completeness`: it does not fill up as counts do",
                remedy="If it is a ratio, set it on its numerator and denominator; else wait with settle_periods: 2, for example.",
            )
        return self
