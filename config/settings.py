"""The whole configuration: YAML < CHANNELWATCH_* environment < $CREDENTIALS_DIRECTORY."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic_settings import BaseSettings

from config.business import Channel, Kpi
from config.context import Calendar
from config.inputs import Check, Source
from config.outputs import Destination, Route, Store
from config.tuning import TuningSection


class Settings(BaseSettings):
    """Everything people tune. Names are keys, so that they can be read aloud: channels.email.owner."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)  # type: ignore[assignment]

    timezone: Annotated[str, Field(description="IANA zone for times without an offset and for alerts, e.g. Europe/London")] = "UTC"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO code, e.g. GBP")] = "EUR"
    channels: Annotated[dict[str, Channel], Field(description="the marketing channels")] = {}
    kpis: Annotated[dict[str, Kpi], Field(description="the KPIs")]
    sources: Annotated[dict[str, Source], Field(description="where the numbers come from")]
    checks: Annotated[dict[str, Check], Field(description="what is read, and when")]
    tuning: Annotated[TuningSection, Field(description="how sensitive we are")] = TuningSection()
    calendar: Annotated[Calendar, Field(description="what is known beforehand")] = Calendar()
    destinations: Annotated[dict[str, Destination], Field(description="where alerts can go")] = {}
    routes: Annotated[list[Route], Field(description="which alerts go where")] = []
    store: Annotated[Store, Field(description="where state is kept")] = Store()
