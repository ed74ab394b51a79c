"""What keeps it running unattended: how long things are kept, backups, the note of a quiet week, monitoring from outside."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from config.base import Section, bad_value
from config.routes import Weekday
from config.units import Span, TimeOfDay
from config.web_addresses import is_address


class Retention(Section):
    """How long is kept what is over. What is open, or was not delivered, is always kept."""

    closed_incidents_days: Annotated[
        int, Field(ge=30, description="days that a closed incident and its history are kept", examples=["365"])
    ] = 730
    delivered_days: Annotated[
        int, Field(ge=14, description="days that the outbox remembers what arrived", examples=["30"])
    ] = 90
    inbox_days: Annotated[int, Field(ge=1, description="days that the local page shows an alert", examples=["90"])] = (
        365
    )


class Backup(Section):
    """A copy of the state every night, at 03:30. Only for SQLite; PostgreSQL has its own tools."""

    folder: Annotated[
        str | None,
        Field(
            description="where the copies go, relative to the configuration file; default: no copies",
            examples=["backups"],
        ),
    ] = None
    keep: Annotated[int, Field(ge=1, le=1000, description="how many copies are kept, the newest", examples=["14"])] = 7


class QuietNote(Section):
    """One message a week when there was nothing to tell, so that silence is never mistaken for a broken watch."""

    enabled: Annotated[bool, Field(description="false: silence needs no message", examples=["false"])] = True
    weekday: Annotated[Weekday, Field(description="mon, tue, wed, thu, fri, sat or sun", examples=["fri"])] = (
        Weekday.MON
    )
    at: Annotated[TimeOfDay, Field(description="local time of day", examples=['"09:00"'])] = "09:00"
    to: Annotated[
        list[str],
        Field(
            description="names of destinations; default: those of every route that takes info",
            examples=["[growth]"],
        ),
    ] = []


class Web(Section):
    """Addresses for monitoring: /healthz, /readyz and /metrics (Prometheus). They show no secret, and ask for none."""

    port: Annotated[
        int | None, Field(ge=1, le=65535, description="the port; default: no such addresses", examples=["9321"])
    ] = None
    host: Annotated[
        str, Field(description="the machine's address to listen on; 0.0.0.0 is every one", examples=["0.0.0.0"])
    ] = "127.0.0.1"


class Heartbeat(Section):
    """A dead man's switch, as healthchecks.io offers one: it is told that all is well, and raises the alarm when nobody tells it."""

    allow_private: Annotated[
        bool,
        Field(
            description="true: the address may be in a private network or on this machine, also by plain http",
            examples=["true"],
        ),
    ] = False
    url: Annotated[
        SecretStr,
        Field(
            description="the https address to POST to, a secret: write ${NAME}; /fail is appended when it is not well",
            examples=["${HEARTBEAT_URL}"],
        ),
    ]
    every: Annotated[
        Span, Field(description="how often; give the other side twice as long before it worries", examples=["10m"])
    ] = "5m"

    @field_validator("url")
    @classmethod
    def _can_be_asked(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        if not is_address(url.get_secret_value().strip(), private=info.data.get("allow_private", False)):
            raise bad_value(
                "https:// address without a user name",
                remedy="Copy it from the monitor; plain http is only for private networks, with allow_private: true.",
            )
        return url


class Upkeep(Section):
    """What lets people forget that it runs."""

    retention: Annotated[Retention, Field(description="how long is kept what is over")] = Retention()
    backup: Annotated[Backup, Field(description="a copy of the state every night")] = Backup()
    quiet_note: Annotated[QuietNote, Field(description="one message in a week without any")] = QuietNote()
    web: Annotated[Web, Field(description="addresses for monitoring")] = Web()
    heartbeat: Annotated[
        Heartbeat | None,
        Field(description="a dead man's switch elsewhere, for when nothing here can speak; default: none"),
    ] = None
