"""An alert as an e-mail: subject, plain text, HTML for phones first, and what keeps the messages of an incident together.

Mail programs rewrite, cut and block: tables and inline styles only, nothing loaded from anywhere, every number in the
text. The subject and the references of an incident never change; its state is in the first line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from hashlib import blake2s

from jinja2 import Environment, PackageLoader, StrictUndefined

from daemon.alerts import plain
from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import for_machines, for_mail, person, sentence, unlinked, web_address

# Gmail cuts at about 102 KB of HTML. With the limits below a message is seldom 15 KB; one that grows too large loses its
# evidence, and stays under this whatever is written in it.
MOST_HTML_BYTES = 80_000
_LINE, _LEAD, _SUBJECT, _PREHEADER = 260, 700, 160, 240
_MOST = {"items": 21, "why": 4, "against": 3, "verify": 4}
_MOST_LINKS, _MOST_FACTS, _FEW = 5, 6, 8

_UNIT_GAP = re.compile(
    r"(?<=\d) (?=%|[A-Z]{3}\b|ms\b|(?:million|billion|trillion)\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|days?\))"
)
_SIGNS = {"Critical": "●", "Warning": "▲", "Info": "■", "Resolved": "✓", "Withdrawn": "↩"}
# What a message id may hold of an incident's id; any other id is told by its mark.
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Tone:
    """The colour of a severity on a light and on a dark ground."""

    light: str
    dark: str


_TONES = {
    "Critical": Tone("#b42318", "#ff8a7a"),
    "Warning": Tone("#9a5b00", "#f0b45b"),
    "Info": Tone("#1f4e79", "#8ec1f0"),
}
_OVER = Tone("#20703c", "#79c98f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A finished e-mail without its addresses. `html` is empty where the alert could not be laid out.

    message_id stays the same for every attempt of one delivery. headers: those that keep a mailbox in order.
    picture: a PNG that the HTML shows under `picture_id`.
    """

    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    picture: bytes | None = None
    picture_id: str = ""


def layout(alert: Alert, key: str, domain: str, picture: bytes | None = None) -> Letter:
    """The e-mail for one alert. `key` is the delivery's, `domain` the sender's."""
    picture_id = f"chart-{_mark(key)}@{domain}" if picture else ""
    return Letter(
        subject=subject(alert.subject or alert.headline),
        text=text(alert),
        html=html(alert, picture_id),
        message_id=f"<{_mark(key)}@{domain}>",
        headers=headers(alert.incident_id, domain),
        picture=picture,
        picture_id=picture_id,
    )


def bare(headline: str, incident_id: str, key: str, domain: str) -> Letter:
    """The headline alone, for an alert that cannot be laid out: news comes before looks."""
    words = sentence(headline, _LEAD)
    return Letter(
        subject=subject(words),
        text=unlinked(words) + "\n",
        html="",
        message_id=f"<{_mark(key)}@{domain}>",
        headers=headers(incident_id, domain),
    )


def subject(words: str) -> str:
    """One line, marked so that a filter finds it. `=?utf-8?q?...` in a name is not read as an encoding of something else."""
    named = sentence(words, _SUBJECT).replace("=?", "=\u2060?")
    return f"[channelwatch] {named or 'An incident'}"


def headers(incident_id: str, domain: str) -> dict[str, str]:
    """What threads, filters and keeps automatic answers away. The root of a thread is never itself sent."""
    mark = incident_id if _PLAIN_ID.fullmatch(incident_id) else _mark(incident_id)
    root = f"<inc-{mark}@channelwatch.{domain}>"
    return {
        "References": root,
        "In-Reply-To": root,
        "List-Id": f"channelwatch <channelwatch.{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def text(alert: Alert) -> str:
    """The whole message as plain text; only our own links are live."""
    links = tuple(_links(alert))
    answers = [(label, address) for label, url in plain.answer(alert) if (address := web_address(url))]
    lines = for_machines(plain.text(_without_links(alert))).split("\n")
    cut = [unlinked(line if len(line) <= _LEAD else line[: _LEAD - 1] + "…") for line in lines]
    return "\n".join([*cut[:-1], *(f"{label}: {address}" for label, address in (*links, *answers)), ""])


def html(alert: Alert, picture_id: str = "") -> str:
    """The message for eyes. `picture_id`: the content id of its chart; without one, the chart is two lines of text."""
    whole = _page(alert, picture_id)
    if len(whole.encode()) <= MOST_HTML_BYTES:
        return whole
    return _page(replace(alert, items=alert.items[:_FEW], why=(), against=(), parts=()), picture_id)


def _page(alert: Alert, picture_id: str) -> str:

    def line(words: str) -> str:
        return for_mail(words, _LINE)

    def lead(words: str) -> str:
        return for_mail(words, _LEAD)

    def lines(name: str) -> list[str]:
        return [line(words) for words in getattr(alert, name)[: _MOST[name]]]

    labelled = [(line(alert.cause_label), lead(alert.cause)), ("Money", lead(alert.impact))]
    owners = ", ".join(line(person(owner)) for owner in alert.owners[:_MOST_FACTS])
    return (
        _templates()
        .get_template("email.html")
        .render(
            subject=subject(alert.subject or alert.headline),
            preheader=for_mail(f"{alert.word}: {alert.headline}. {alert.numbers}", _PREHEADER),
            tone=_OVER if alert.is_over else _TONES[alert.word],
            sign=_SIGNS[alert.word],
            word=alert.word,
            at=_day(alert.at),
            headline=lead(alert.headline),
            news=lead(alert.news),
            numbers=lead(alert.numbers),
            labelled=[(label, words) for label, words in labelled if words],
            action=lead(alert.action),
            items=lines("items"),
            why=lines("why"),
            against=lines("against"),
            verify=lines("verify"),
            parts=[(line(p.heading), [line(words) for words in p.lines[: _MOST["items"]]]) for p in alert.parts[:_FEW]],
            links=list(_links(alert)),
            answers=[(answer.label, url) for answer in alert.answers if (url := web_address(answer.url))],
            foot=[*([f"Owner {owners}"] if owners else []), *(line(fact) for fact in alert.foot[:_MOST_FACTS])],
            picture=picture_id,
            caption=lead(alert.chart.caption) if alert.chart else "",
            sparkline=for_machines(alert.sparkline)[:_LINE],
            picture_title=line(plain.picture_title(alert)),
            repeat=plain.REPEAT if alert.possible_repeat else "",
        )
    )


def _links(alert: Alert) -> Iterator[tuple[str, str]]:
    """What it is called, as a mail may say it, and its address."""
    for link in alert.links[:_MOST_LINKS]:
        if address := web_address(link.url):
            yield for_mail(link.label, _LINE), address


def _without_links(alert: Alert) -> Alert:
    return replace(alert, links=(), answers=())


def _day(at: str) -> str:
    """The day and time at which the alert was made, in the zone it carries."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    return f"{moment:%a} {moment.day} {moment:%b}, {moment:%H:%M}"


def _mark(words: str) -> str:
    """Hexadecimal digits that stand for any text."""
    return blake2s(words.encode("utf-8", errors="surrogatepass"), digest_size=16).hexdigest()


def _held(words: str) -> str:
    """Keep a number and its unit on one line."""
    return _UNIT_GAP.sub("\u00a0", words)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("daemon.alerts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["held"] = _held
    return environment
