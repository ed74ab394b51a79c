"""An alert as plain text for services that nobody here knows: what may be live in any of them is made harmless.

What matters stands first, with the links: a service cuts where its own limit is (SMS at 160 characters).
"""

from dataclasses import dataclass, replace

from daemon.alerts import plain
from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import for_anywhere, sentence, web_address

_LINE, _MOST = 700, 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a service is given."""

    title: str
    body: str


def layout(alert: Alert) -> Note:
    """The headline, and the message with its links behind the first lines; the picture is for fixed-width letters."""
    top, *rest = plain.text(replace(alert, links=(), answers=(), sparkline="")).rstrip().split("\n\n")
    first, *lines = top.split("\n")
    named = [*((link.label, link.url) for link in alert.links), *plain.answer(alert)]
    links = [f"{_said(label)}: {address}" for label, url in named if (address := web_address(url))]
    parts = [[*map(_said, lines), *links], *(map(_said, part.split("\n")) for part in rest)]
    body = "\n\n".join(filter(None, ("\n".join(part) for part in parts)))
    return Note(title=_said(first), body=body if len(body) <= _MOST else body[: _MOST - 1] + "…")


def headline(words: str) -> Note:
    """The least that can be said, for an alert that cannot be laid out."""
    return Note(title="", body=_said(words))


def _said(words: str) -> str:
    return for_anywhere(sentence(words, _LINE))
