"""The whole configuration: YAML < CHANNELWATCH_* environment < $CREDENTIALS_DIRECTORY."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config.answering import Answering
from config.base import bad_value
from config.business import Channel, Kpi
from config.changes import ChangeFeed
from config.context import Calendar
from config.digests import Digest
from config.inputs import Check
from config.outputs import Destination, Store
from config.routes import Route
from config.silences import PlannedSilence
from config.sources import Source
from config.targets import Target
from config.tuning import TuningSection
from config.upkeep import Upkeep


def _is_currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise bad_value("currency", remedy="Write the ISO code in three capital letters, e.g. GBP.")
    return value


class Settings(BaseSettings):
    """Everything people tune. Names are keys, so that they can be read aloud: channels.email.owner."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    timezone: Annotated[
        str,
        Field(description="IANA zone for times without an offset and for alerts", examples=["Europe/London"]),
    ] = "UTC"
    currency: Annotated[
        str,
        Field(json_schema_extra={"pattern": "^[A-Z]{3}$"}, description="ISO code of all amounts", examples=["GBP"]),
        AfterValidator(_is_currency),
    ] = "EUR"
    channels: Annotated[dict[str, Channel], Field(description="the marketing channels, by name")] = {}
    kpis: Annotated[dict[str, Kpi], Field(description="the KPIs, by name", examples=["{orders: {type: count}}"])]
    sources: Annotated[
        dict[str, Source],
        Field(description="where the numbers come from, by name", examples=["{warehouse: {kind: files, path: data}}"]),
    ]
    checks: Annotated[
        dict[str, Check],
        Field(
            description="what is read and when, by name",
            examples=["{shop: {source: warehouse, period: date, scope: business, columns: {orders: orders}}}"],
        ),
    ]
    tuning: Annotated[TuningSection, Field(description="how sensitive we are")] = TuningSection()
    calendar: Annotated[Calendar, Field(description="what is known beforehand")] = Calendar()
    changes: Annotated[
        dict[str, ChangeFeed],
        Field(
            description="what was changed and when, by name: evidence for causes, never a reason to expect something else",
            examples=["{deploys: {path: deploys.csv, kind: deploy}}"],
        ),
    ] = {}
    targets: Annotated[
        list[Target],
        Field(
            description="what a month is to bring or may cost, and limits", examples=["[{kpi: revenue, month: 200000}]"]
        ),
    ] = []
    destinations: Annotated[dict[str, Destination], Field(description="where alerts can go, by name")] = {}
    routes: Annotated[list[Route], Field(description="which alerts go where")] = []
    digests: Annotated[
        list[Digest],
        Field(
            description="one message a day or a week: what is open, what closed, what moved, and what a budget held back",
            examples=["[{to: [growth], every: week}]"],
        ),
    ] = []
    answering: Annotated[
        Answering | None,
        Field(description="people answer from the message itself, by links that are signed; default: by command alone"),
    ] = None
    silences: Annotated[
        list[PlannedSilence],
        Field(
            description="what nobody is told for a while; `channelwatch silence` makes others while it runs",
            examples=['[{channel: "paid_*", until: 2027-01-07, author: ana, reason: relaunch}]'],
        ),
    ] = []
    store: Annotated[Store, Field(description="where state is kept")] = Store()
    upkeep: Annotated[Upkeep, Field(description="what keeps it running unattended")] = Upkeep()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the hook's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the layers that `load` hands in, highest first; values given in code stand alone, whatever the environment."""
        layers = (
            init_settings.init_kwargs.pop("layers", None) if isinstance(init_settings, InitSettingsSource) else None
        )
        return tuple(layers) if layers else (init_settings,)
