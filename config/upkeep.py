"""What keeps it running unattended: how long things are kept, backups, the note of a quiet week, the address for monitoring."""

from typing import Annotated

from pydantic import Field

from config.base import Section
from config.routes import Weekday
from config.units import TimeOfDay


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


class Upkeep(Section):
    """What lets people forget that it runs."""

    retention: Annotated[Retention, Field(description="how long is kept what is over")] = Retention()
    backup: Annotated[Backup, Field(description="a copy of the state every night")] = Backup()
    quiet_note: Annotated[QuietNote, Field(description="one message in a week without any")] = QuietNote()
    web: Annotated[Web, Field(description="addresses for monitoring")] = Web()
