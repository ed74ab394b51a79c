"""The page behind a link: how the incident stands, one form, and what came of it. No script; names are always escaped. Pure."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from daemon.alerts import by_hand, dates
from daemon.alerts.untrusted import sentence
from daemon.answering.form import Filled
from daemon.controls import LONGEST_COMMENT, LONGEST_NAME
from daemon.model import Incident, Status, Verdict
from daemon.replies import Kind, Reply
from daemon.replies import sentence as in_words

SPAN_WORDS = {"1d": "1 day", "3d": "3 days", "1w": "1 week"}
ROOT = "Here channelwatch takes answers"
_SIGNS = {"critical": "●", "warning": "▲", "info": "■"}
_LABELS = {Kind.ACK: "Acknowledge", Kind.MUTE: "Mute", Kind.FEEDBACK: "Was it real?", Kind.RESOLVE: "Close"}
_MEANINGS = {
    Kind.ACK: "You look into it. It speaks again only when it is clearly worse, or over.",
    Kind.MUTE: "Until then nothing is told of it but its end. If it still stands then, you are told so.",
    Kind.FEEDBACK: "What is judged from now on takes your answer in.",
    Kind.RESOLVE: "It is over for you: everybody who heard of it hears that, and it is told again only when it gets clearly worse.",
}
_VERDICTS = {
    Verdict.REAL: ("A real problem", "As it was told. It stays open until it is over."),
    Verdict.EXPECTED: ("Expected", "We knew of it: it is closed, and nothing is learned from it."),
    Verdict.DATA_FAULT: (
        "A fault in the data",
        "The numbers were wrong: no money counts as lost, and nothing is learned from them.",
    ),
    Verdict.NEW_NORMAL: (
        "The new normal",
        "It stays like this: it is closed, and later days are compared with this level.",
    ),
}
_CONSEQUENCES = {
    Verdict.NEW_NORMAL: "From its start on it is compared with this level.",
    Verdict.DATA_FAULT: "Its periods teach nothing, and no money counts as lost. It closes when the data are back.",
    Verdict.EXPECTED: "Nothing is learned from it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to answer: the token that leads there."""

    kind: Kind
    token: str

    @property
    def label(self) -> str:
        """What it is called."""
        return _LABELS[self.kind]


def form_page(
    incident: Incident, way: Way, others: Sequence[Way], filled: Filled, now: datetime, zone: ZoneInfo, wrong: str = ""
) -> str:
    """The form for one way to answer, with the other ways beside it. wrong: what has to be filled in otherwise."""
    verdicts = [
        (verdict.value, *words)
        for verdict, words in _VERDICTS.items()
        if incident.status is Status.OPEN or verdict is not Verdict.NEW_NORMAL
    ]
    form = {
        "token": way.token,
        "kind": str(way.kind),
        "meaning": _MEANINGS[way.kind],
        "wrong": wrong,
        "filled": filled,
        "spans": SPAN_WORDS,
        "tomorrow": (now.astimezone(zone).date() + timedelta(days=1)).isoformat(),
        "verdicts": verdicts,
        "button": _LABELS[way.kind] if way.kind is not Kind.FEEDBACK else "Say so",
        "longest_name": LONGEST_NAME,
        "longest_comment": LONGEST_COMMENT,
    }
    ways = _listed((way, *others), chosen=way.kind) if others else []
    return _rendered(**_standing(incident, now, zone), ways=ways, form=form)


def done_page(
    incident: Incident, reply: Reply, told: Sequence[str], others: Sequence[Way], now: datetime, zone: ZoneInfo
) -> str:
    """What an answer did, and who heard of it."""
    until = dates.moment(reply.until, zone, now) if reply.until else ""
    words = in_words(reply, until)
    done = [
        f"{words[:1].upper()}{words[1:]}",
        dates.moment(reply.at, zone, now),
        *([_CONSEQUENCES[reply.verdict]] if reply.verdict in _CONSEQUENCES else []),
        *([f"{', '.join(told)}: told that it is closed."] if told else []),
    ]
    return _rendered(**_standing(incident, now, zone), ways=_listed(others), done=done)


def over_page(incident: Incident, others: Sequence[Way], now: datetime, zone: ZoneInfo) -> str:
    """An incident that this way to answer no longer fits."""
    said = incident.said
    by = f"Closed by {said.closed_by}, {dates.moment(said.closed_at, zone, now)}." if said.closed_at else ""
    lines = [*filter(None, [by]), "It is over: of this, nothing is left to do."]
    return _rendered(**_standing(incident, now, zone), ways=_listed(others), lines=lines)


def note_page(heading: str, *lines: str) -> str:
    """A page that says why there is no form, and what to do."""
    return _rendered(heading=heading, lines=lines)


def policy() -> str:
    """The content security policy that the page needs and no more."""
    digest = b64encode(sha256(_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _listed(ways: Sequence[Way], chosen: Kind | None = None) -> list[dict[str, object]]:
    """The ways, always in the same order."""
    ordered = sorted(ways, key=lambda way: list(_LABELS).index(way.kind))
    return [{"token": way.token, "label": way.label, "chosen": way.kind is chosen} for way in ordered]


def _standing(incident: Incident, now: datetime, zone: ZoneInfo) -> Mapping[str, object]:
    is_open = incident.status is Status.OPEN
    severity = str(incident.severity)
    ended = f"until {dates.day(incident.ended_at, zone, now)}" if incident.ended_at else ""
    since = f"since {dates.day(incident.started_at, zone, now)}" if is_open else ended
    return {
        "heading": sentence(incident.title) or f"Incident {incident.id}",
        "tone": severity if is_open else "over",
        "sign": _SIGNS[severity] if is_open else "✓",
        "status": f"Open, {severity}" if is_open else str(incident.status).capitalize(),
        "since": since,
        "said": by_hand.said(incident, now, zone),
    }


def _rendered(**given: object) -> str:
    nothing: dict[str, object] = {
        "tone": "info",
        "sign": "",
        "status": "",
        "since": "",
        "said": (),
        "lines": (),
        "done": (),
        "ways": (),
        "form": None,
    }
    return _templates().get_template("page.html").render(**{**nothing, **given}, css=_css())


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("daemon.answering"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _css() -> str:
    return (files("daemon.answering") / "templates" / "page.css").read_text(encoding="utf-8").strip()
