"""Which alerts go where, and when they may arrive."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Section, bad_section
from config.outputs import Severity
from config.units import Span, TimeOfDay


class Weekday(StrEnum):
    """The days of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class AtOnce(StrEnum):
    """From which severity on a message does not wait."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


class Quiet(Section):
    """When nothing arrives: every night from `after` to `until`, and all of the `days`."""

    after: Annotated[
        TimeOfDay | None, Field(description="local time at which the quiet hours begin", examples=['"20:00"'])
    ] = None
    until: Annotated[
        TimeOfDay | None,
        Field(description="local time at which they end, that day or the next", examples=['"08:00"']),
    ] = None
    days: Annotated[
        list[Weekday],
        Field(description="days that are quiet from midnight to midnight", examples=["[sat, sun]"]),
    ] = []

    @model_validator(mode="after")
    def _is_some_but_not_all_of_the_time(self) -> Self:
        if (self.after is None) != (self.until is None):
            raise bad_section(
                "`after` and `until` go together", remedy='Write both, e.g. after: "20:00", until: "08:00".'
            )
        if self.after is None and not self.days:
            raise bad_section("nothing is quiet", remedy='Add after: "20:00" and until: "08:00", or days: [sat, sun].')
        if self.after is not None and self.after == self.until:
            raise bad_section(
                "`after` and `until` are the same", remedy="Write when the quiet hours begin and when they end."
            )
        if set(self.days) == set(Weekday):
            raise bad_section("every day is quiet", remedy="Leave a day out; what nobody shall get needs no route.")
        return self

    def covers(self, clock: str) -> bool:
        """Whether a local time of day, as `08:15`, lies in the quiet hours of every day."""
        if self.after is None or self.until is None:
            return False
        if self.after < self.until:
            return self.after <= clock < self.until
        return clock >= self.after or clock < self.until


class Route(Section):
    """Which incidents go to which destinations, and when; empty lists mean all."""

    to: Annotated[list[str], Field(min_length=1, description="names of destinations", examples=["[growth]"])]
    channels: Annotated[
        list[str],
        Field(
            description="only these channels; `business` for the whole business; * is anything, ? is one character; "
            "empty: all",
            examples=["[paid_*, business]"],
        ),
    ] = []
    kpis: Annotated[
        list[str],
        Field(description="only these KPIs; * and ? as in channels; empty: all", examples=["[orders, revenue*]"]),
    ] = []
    owners: Annotated[
        list[str],
        Field(
            description="only channels of these owners, as in channels.NAME.owner, with or without @; empty: all",
            examples=["['@ana']"],
        ),
    ] = []
    min_severity: Annotated[
        Severity,
        Field(description="the least that is sent: critical, warning or info (all)", examples=["warning"]),
    ] = Severity.INFO
    fallback: Annotated[
        bool,
        Field(description="true: only what no other route wants, so that nothing goes unseen", examples=["true"]),
    ] = False
    if_broken: Annotated[
        list[str],
        Field(
            description="destinations that get what is critical while one under `to` takes no messages for 15 minutes; they hear "
            "what becomes of it, too; default: none, and only a notice goes out",
            examples=["[phone]"],
        ),
    ] = []
    quiet: Annotated[
        Quiet | None,
        Field(description="when nothing arrives; what comes up then waits", examples=["{days: [sat, sun]}"]),
    ] = None
    send_at: Annotated[
        TimeOfDay | None,
        Field(
            description="local time at which the messages of the last day arrive together; default: each at once",
            examples=['"09:00"'],
        ),
    ] = None
    at_once: Annotated[
        AtOnce,
        Field(
            description="from this severity on a message waits neither for quiet hours nor for send_at: critical, "
            "warning, info, or never",
            examples=["never"],
        ),
    ] = AtOnce.CRITICAL
    most_per_day: Annotated[
        int | None,
        Field(
            ge=1,
            description="most new incidents a day that each destination is told of, the most urgent first; the others wait for "
            "its digest. What is critical is told all the same, and so is whatever becomes of what was told; "
            "default: no limit",
            examples=["5"],
        ),
    ] = None
    wait: Annotated[
        Span | None,
        Field(
            description="how long a first notice waits for what else belongs to it, so that all comes as one message; not what "
            "is critical; default: not at all",
            examples=["15m"],
        ),
    ] = None
    update_every: Annotated[
        Span | None,
        Field(
            description="least time between two messages about one incident that is worse, wider or better: the newest news is "
            "told then. Its end, and that it became critical, is told at once; default: none",
            examples=["4h"],
        ),
    ] = None
    timezone: Annotated[
        str | None,
        Field(
            description="IANA zone of quiet, send_at and the days of most_per_day; default: the top-level zone",
            examples=["Europe/Berlin"],
        ),
    ] = None

    @model_validator(mode="after")
    def _is_open_at_its_time(self) -> Self:
        if self.send_at is not None and self.quiet is not None and self.quiet.covers(self.send_at):
            raise bad_section(
                "`send_at` lies in the quiet hours, so that nothing would ever arrive",
                remedy="Write a time outside of quiet.after to quiet.until.",
            )
        return self
