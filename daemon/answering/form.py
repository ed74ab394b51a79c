"""What somebody filled in on the page, as a reply. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from daemon.answering.desk import SPANS
from daemon.controls import LONGEST_COMMENT, LONGEST_NAME, on_one_line
from daemon.model import Verdict
from daemon.replies import Kind, Reply

# Who mutes for longer means to close it.
_LONGEST_MUTE = timedelta(days=366)
_MOST_FIELDS = 20


class NotFilledIn(ValueError):
    """What is missing or wrong, in words for whoever filled it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The fields as they came; a field that is not there is empty."""

    who: str = ""
    comment: str = ""
    until: str = ""  # 1d, 3d, 1w or date
    date: str = ""
    verdict: str = ""

    @classmethod
    def of(cls, body: bytes) -> "Filled":
        """The fields of a form as browsers send it.

        Raises:
            NotFilledIn: it is none.
        """
        try:
            fields = parse_qs(body.decode("utf-8"), max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise NotFilledIn("That could not be read. Please fill it in again.") from error
        return cls(**{name: on_one_line(fields[name][-1]) for name in cls.__slots__ if name in fields})


def reply_of(filled: Filled, kind: Kind, incident_id: str, now: datetime, zone: ZoneInfo) -> Reply:
    """What was filled in, as a reply of one kind.

    Raises:
        NotFilledIn: something is missing or wrong.
    """
    if not filled.who:
        raise NotFilledIn("Please say who you are: others see who answered.")
    for what, text, most in (("name", filled.who, LONGEST_NAME), ("comment", filled.comment, LONGEST_COMMENT)):
        if len(text) > most:
            raise NotFilledIn(f"Please write a {what} of at most {most} characters.")
    return Reply(
        incident_id=incident_id,
        at=now,
        kind=kind,
        who=filled.who,
        comment=filled.comment,
        until=_until(filled, now, zone) if kind is Kind.MUTE else None,
        verdict=_verdict(filled) if kind is Kind.FEEDBACK else None,
    )


def _until(filled: Filled, now: datetime, zone: ZoneInfo) -> datetime:
    if filled.until in SPANS:
        return now + SPANS[filled.until]
    if filled.until != "date":
        raise NotFilledIn("Please choose until when.")
    try:
        until = datetime.combine(date.fromisoformat(filled.date), time(), zone)
    except ValueError as error:
        raise NotFilledIn("Please choose the day until which it shall be silent.") from error
    if not now < until <= now + _LONGEST_MUTE:
        raise NotFilledIn("Please choose a day from tomorrow on, at most a year ahead.")
    return until


def _verdict(filled: Filled) -> Verdict:
    try:
        return Verdict(filled.verdict)
    except ValueError as error:
        raise NotFilledIn("Please choose what it was.") from error
