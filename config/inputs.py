"""Where the numbers come from: sources (a place) and checks (one scheduled query of it, of one cadence)."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from config.base import Section
from detectors.cadence import Cadence


class FilesSource(Section):
    """Tables as files: CSV (also .gz), Parquet, JSON lines."""

    kind: Literal["files"]
    path: Annotated[str, Field(description="a file, a folder or a glob; relative to the configuration file")]


Source = FilesSource  # grows into a union discriminated by `kind`


class Column(Section):
    """Which KPI a column holds, when more than its name has to be said."""

    kpi: Annotated[str, Field(description="name of the KPI")]
    channel: Annotated[str | None, Field(description="channel of this column, when each column belongs to another channel")] = None
    divide_by: Annotated[float, Field(gt=0, description="1000000 for micros, 100 for cents")] = 1.0


class Dimension(Section):
    """A column that splits a channel into segments."""

    role: Annotated[str | None, Field(description="campaign, device, geo, ...; default: the dimension's name")] = None
    column: Annotated[str | None, Field(description="the column's name in the table; default: the dimension's name")] = None


class Check(Section):
    """One scheduled query of a source: which table, which columns, how often."""

    source: Annotated[str, Field(description="name of the source")]
    table: Annotated[str | None, Field(description="files: the file or glob inside the source's folder; default: all its files")] = None
    cadence: Annotated[str, Field(description="day, week, month, hour")] = "day"
    at: Annotated[str, Field(description="local time of day at which a period is judged, once it has ended")] = "08:15"
    timezone: Annotated[str | None, Field(description="IANA zone of the table's periods; default: the top-level zone")] = None
    period: Annotated[str, Field(description="column with the date or time at which each period starts")]
    period_format: Annotated[str | None, Field(description="e.g. %d/%m/%y, when dates are not ISO")] = None
    channel_column: Annotated[str | None, Field(description="column with the channel")] = None
    channel: Annotated[str | None, Field(description="the one channel of the whole table")] = None
    scope: Annotated[Literal["business"] | None, Field(description="business: measures of the whole business, above all channels")] = None
    dimensions: Annotated[dict[str, Dimension], Field(description="columns that split a channel: campaign, device, region")] = {}
    columns: Annotated[dict[str, str | Column], Field(description="column: KPI")] = {}
    kpi_column: Annotated[str | None, Field(description="long tables: the column that names the KPI")] = None
    value_column: Annotated[str | None, Field(description="long tables: the column with its value")] = None
    observed_at: Annotated[str | None, Field(description="column with the instant at which the row was seen")] = None
    missing_rows: Annotated[Literal["zero", "unknown"], Field(
        description="what a row means that is absent while others report the period; zero holds for counts and amounts")] = "zero"
    enabled: Annotated[bool, Field(description="false: keep the check, do not run it")] = True

    @field_validator("cadence")
    @classmethod
    def _cadence_is_one(cls, value: str) -> str:
        return str(Cadence.parse(value))

    @field_validator("at")
    @classmethod
    def _at_is_a_time(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError("write a time of day as \"08:15\", in quotes")
        return value

    @model_validator(mode="after")
    def _one_channel_rule(self) -> Self:
        named = [n for n in ("channel_column", "channel", "scope") if getattr(self, n) is not None]
        own = [c for c in self.columns.values() if isinstance(c, Column) and c.channel]
        if len(named) > 1:
            raise ValueError(f"choose one of {' and '.join(named)}")
        if not named and not own:
            raise ValueError("say whose numbers these are: channel_column, channel, scope: business, or a channel for each column")
        if (self.kpi_column is None) != (self.value_column is None):
            raise ValueError("kpi_column and value_column go together")
        if self.kpi_column is None and not self.columns:
            raise ValueError("name the KPI columns under columns")
        return self
