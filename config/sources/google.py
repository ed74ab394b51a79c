"""Google's reports: Analytics 4 and Ads, each by a service account."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator

from config.base import Section, bad_value
from config.sources.http import is_base_url

_CREDENTIALS = (
    "the service account's key: its JSON by ${NAME}, or the path of its file, relative to the configuration file"
)


class Ga4Source(Section):
    """A property of Google Analytics 4. A check's columns are metrics; its period is date or dateHour; dimensions are GA4's."""

    kind: Annotated[Literal["ga4"], Field(description="what it is", examples=["ga4"])]
    property: Annotated[
        Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")],
        Field(description="the property's number (Admin > Property details)", examples=['"123456789"']),
    ]
    credentials: Annotated[SecretStr, Field(description=_CREDENTIALS, examples=["${GOOGLE_KEY}"])]
    timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="an answer that takes longer to begin, or to arrive, is given up",
            examples=["120"],
        ),
    ] = 60.0
    endpoint: Annotated[
        str, Field(description="where the API is", examples=["https://analyticsdata.googleapis.com"])
    ] = "https://analyticsdata.googleapis.com"
    allow_private: Annotated[
        bool, Field(description="true: endpoint may be in a private network", examples=["true"])
    ] = False

    @field_validator("endpoint")
    @classmethod
    def _endpoint_is_one(cls, value: str) -> str:
        return _base_url(value)


class GoogleAdsSource(Section):
    """An account of Google Ads. A check's table is a resource (default: campaign); its columns are fields such as
    metrics.clicks; its period is segments.date or segments.hour; fields in micros come in whole currency units.
    """

    kind: Annotated[Literal["google_ads"], Field(description="what it is", examples=["google_ads"])]
    customer: Annotated[
        Annotated[str, StringConstraints(pattern=r"^\d{3}-?\d{3}-?\d{4}$")],
        Field(description="the account's number", examples=["111-222-3333"]),
    ]
    login_customer: Annotated[
        Annotated[str, StringConstraints(pattern=r"^\d{3}-?\d{3}-?\d{4}$")] | None,
        Field(description="the manager account through which it is reached", examples=["999-888-7777"]),
    ] = None
    credentials: Annotated[SecretStr, Field(description=_CREDENTIALS, examples=["${GOOGLE_KEY}"])]
    developer_token: Annotated[
        SecretStr | None,
        Field(description="only where Google still asks for one", examples=["${GOOGLE_ADS_DEVELOPER_TOKEN}"]),
    ] = None
    api_version: Annotated[
        Annotated[str, StringConstraints(pattern=r"^v\d{1,3}$")],
        Field(description="version of the API; each is switched off after about a year", examples=["v26"]),
    ] = "v26"
    timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="an answer that takes longer to begin, or to arrive, is given up",
            examples=["120"],
        ),
    ] = 60.0
    endpoint: Annotated[str, Field(description="where the API is", examples=["https://googleads.googleapis.com"])] = (
        "https://googleads.googleapis.com"
    )
    allow_private: Annotated[
        bool, Field(description="true: endpoint may be in a private network", examples=["true"])
    ] = False

    @field_validator("endpoint")
    @classmethod
    def _endpoint_is_one(cls, value: str) -> str:
        return _base_url(value)


def _base_url(value: str) -> str:
    if not is_base_url(value):
        raise bad_value("address of an API", remedy="Write https://HOST, or leave it out.")
    return value
