"""Checks: one scheduled query of a source, of one cadence."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from config.base import Section, bad_section, bad_value
from config.sources.request import Request
from config.units import TimeOfDay
from detectors.cadence import Cadence

CHECK_CADENCES = ("day", "week", "month", "hour")


class Column(Section):
    """Which KPI a column holds, when more than its name has to be said."""

    kpi: Annotated[str, Field(description="name of the KPI", examples=["spend"])]
    channel: Annotated[
        str | None,
        Field(
            description="channel of this column, when each column belongs to another channel", examples=["paid_social"]
        ),
    ] = None
    divide_by: Annotated[float, Field(gt=0, description="1000000 for micros, 100 for cents", examples=["1000000"])] = (
        1.0
    )


def _column_form(value: object) -> str:
    return "detailed" if isinstance(value, dict | Column) else "name"


class Dimension(Section):
    """A column that splits a channel into segments."""

    role: Annotated[
        str | None,
        Field(description="campaign, device, geo, ...; default: the dimension's name", examples=["geo"]),
    ] = None
    column: Annotated[
        str | None,
        Field(
            description="the column's name in the table; default: the dimension's name", examples=["Device category"]
        ),
    ] = None


class Check(Section):
    """One scheduled query of a source: which table, which columns, how often."""

    source: Annotated[str, Field(description="name of the source", examples=["warehouse"])]
    table: Annotated[
        str | None,
        Field(
            description="files: the file or glob inside the source's folder; default: all its files; google_ads: the "
            "resource; default: campaign",
            examples=["marketing_daily.csv"],
        ),
    ] = None
    query: Annotated[
        str | None,
        Field(
            description="sql: the query, with :since and :until for the periods that are asked for; google_ads: GAQL, with "
            "{since} and {last}",
            examples=["SELECT day, orders FROM shop WHERE day >= :since AND day < :until"],
        ),
    ] = None
    request: Annotated[
        Request | None, Field(description="http: what is asked, and where in the answer the columns are")
    ] = None
    history_periods: Annotated[
        int | None,
        Field(
            ge=1,
            description="databases and APIs: periods asked for the first time; default: two years of days, 120 days of hours, "
            "five years of weeks or months",
            examples=["400"],
        ),
    ] = None
    reread_periods: Annotated[
        int | None,
        Field(
            ge=1,
            description="databases and APIs: newest periods asked for again each time, since sources correct them; "
            "default: 35 days, 72 hours, 8 weeks or 3 months",
            examples=["90"],
        ),
    ] = None
    cadence: Annotated[str, Field(description="day, week, month or hour", examples=["week"])] = "day"
    at: Annotated[
        TimeOfDay,
        Field(description="local time of day at which a period is judged, once it has ended", examples=['"08:15"']),
    ] = "08:15"
    timezone: Annotated[
        str | None,
        Field(
            description="IANA zone of the table's periods; default: the top-level zone", examples=["America/New_York"]
        ),
    ] = None
    period: Annotated[
        str, Field(description="column with the date or time at which each period starts", examples=["date"])
    ]
    period_format: Annotated[
        str | None, Field(description="how dates are written, when not as 2026-10-14", examples=["'%d/%m/%y'"])
    ] = None
    channel_column: Annotated[str | None, Field(description="column with the channel", examples=["channel"])] = None
    channel: Annotated[str | None, Field(description="the one channel of the whole table", examples=["email"])] = None
    scope: Annotated[
        Literal["business"] | None,
        Field(description="business: measures of the whole business, above all channels", examples=["business"]),
    ] = None
    dimensions: Annotated[
        dict[str, Dimension], Field(description="columns that split a channel: campaign, device, region")
    ] = {}
    columns: Annotated[
        dict[
            str,
            Annotated[Annotated[str, Tag("name")] | Annotated[Column, Tag("detailed")], Discriminator(_column_form)],
        ],
        Field(
            description="the column's name in the table: the KPI it holds; or, when more has to be said, a block with kpi, "
            "channel and divide_by",
            examples=["{conversions: orders}"],
        ),
    ] = {}
    kpi_column: Annotated[
        str | None, Field(description="long tables: the column that names the KPI", examples=["metric"])
    ] = None
    value_column: Annotated[
        str | None, Field(description="long tables: the column with its value", examples=["value"])
    ] = None
    observed_at: Annotated[
        str | None,
        Field(description="column with the instant at which the row was seen", examples=["loaded_at"]),
    ] = None
    missing_rows: Annotated[
        Literal["zero", "unknown"],
        Field(
            description="what a row means that is absent while others report the period; zero holds for counts and amounts",
            examples=["unknown"],
        ),
    ] = "zero"
    enabled: Annotated[bool, Field(description="false: keep the check, do not run it", examples=["false"])] = True

    @field_validator("cadence")
    @classmethod
    def _cadence_is_one(cls, value: str) -> str:
        try:
            return str(Cadence.parse(value))
        except ValueError:
            raise bad_value("cadence", choices=CHECK_CADENCES, remedy="Write day, week, month or hour.") from None

    @model_validator(mode="after")
    def _one_channel_rule(self) -> Self:
        named = [n for n in ("channel_column", "channel", "scope") if getattr(self, n) is not None]
        own = [c for c in self.columns.values() if isinstance(c, Column) and c.channel]
        if len(named) > 1:
            raise bad_section(
                f"{' and '.join(f'`{n}`' for n in named)} exclude each other",
                remedy="A table has a column with the channel, or one channel, or is about the whole business: keep one.",
            )
        if not named and not own:
            raise bad_section(
                "nothing says whose numbers these are",
                remedy="Add channel_column: COLUMN, or channel: NAME, or scope: business, or a channel for each column.",
            )
        return self

    @model_validator(mode="after")
    def _has_kpis(self) -> Self:
        if (self.kpi_column is None) != (self.value_column is None):
            raise bad_section(
                "`kpi_column` and `value_column` go together",
                remedy="A long table names the KPI in one column and its value in another: name both, or neither.",
            )
        if self.kpi_column is None and not self.columns:
            raise bad_section(
                "this check has no KPI",
                remedy="Name the columns with KPIs under columns, e.g. columns: {conversions: orders}.",
            )
        return self
