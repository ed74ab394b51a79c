"""An alert as a card for Microsoft Teams (Adaptive Card 1.4). Everything is escaped once, here; nobody is mentioned.

Teams shows no card that grows beyond 28 KB with what it adds itself, and tells nobody: a request of 24.5 KB was such a one
(MicrosoftDocs/msteams-docs#11274). What is least important is left out long before.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, takewhile
from typing import Any

from config.outputs import Severity
from daemon.alerts import plain as plain_text
from daemon.alerts.alert import Alert, Link
from daemon.alerts.untrusted import clean, for_card, person, sentence, unlinked, web_address

MOST_BYTES = 20_000

_LINE, _FOOTER, _LABEL = 700, 1_000, 80
_FALLBACK, _MOST_FALLBACK = 240, 8
_MOST_LINKS = 6  # Teams shows no more buttons
_COLOURS = {Severity.CRITICAL: "attention", Severity.WARNING: "warning", Severity.INFO: "accent"}
# Spaces in a row are drawn as one, and the marks below the picture stand in columns.
_UNBREAKABLE = str.maketrans(" ", "\u00a0")

Element = dict[str, Any]


def layout(alert: Alert) -> dict[str, Any]:
    """The body of a post: a card in the order in which people need it."""
    card = {
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": _fallback(alert),
        "actions": _actions(alert),
    }
    return _fitted(card, [*_lead(alert), *_evidence(alert), *_steps(alert), *_picture(alert)], [_footer(alert)])


def _fallback(alert: Alert) -> str:
    """What a client that shows no cards shows: the first ten seconds."""
    lines = plain_text.summary(alert).split("\n")[:_MOST_FALLBACK]
    return "\n\n".join(for_card(sentence(line, _FALLBACK)) for line in lines)


def plain(alert: Alert) -> dict[str, Any]:
    """The same as nothing but lines of text, for when the card is refused: a Workflow takes no message without a card."""
    return _fitted(
        {"version": "1.0"},
        [_text(_said(line)) for line in plain_text.text(replace(alert, answers=())).split("\n") if line],
        [],
    )


def headline(words: str) -> dict[str, Any]:
    """The least that can be said, for an alert that cannot be laid out."""
    return _fitted({"version": "1.0"}, [_text(_said(words))], [])


def size(message: dict[str, Any]) -> int:
    """Bytes, with every character beyond ASCII written out: nobody says how Teams counts, and none counts more."""
    return _bytes(message)


def _bytes(written: dict[str, Any]) -> int:
    return len(json.dumps(written))


def _fitted(card: dict[str, Any], body: list[Element], foot: list[Element]) -> dict[str, Any]:
    """As many whole elements as fit, in order, and the foot; a `…` says that some are left out, and nothing is empty."""
    body = [element for element in body if element["text"].strip()]
    whole = _message(card, [*body, *foot])
    if size(whole) <= MOST_BYTES:
        return whole
    end = [_text("…"), *foot]
    left = MOST_BYTES - size(_message(card, end))
    kept = list(takewhile(lambda taken: taken <= left, accumulate(_bytes(element) + len(", ") for element in body)))
    return _message(card, [*body[: len(kept)], *end])


def _message(card: dict[str, Any], body: list[Element]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        **card,
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _lead(alert: Alert) -> Iterator[Element]:
    colour = "good" if alert.is_over else _COLOURS[alert.severity]
    yield _text(_said(f"{alert.icon} {alert.headline}"), weight="bolder", size="medium", color=colour)
    yield from (_text(_said(line)) for line in (alert.news, alert.numbers) if line)
    labelled = [(alert.cause_label, alert.cause), ("Money", alert.impact)]
    yield from (_text(f"**{_said(label)}:** {_said(words)}") for label, words in labelled if words)
    yield from _listed(f"• {_said(item)}" for item in alert.items)


def _evidence(alert: Alert) -> Iterator[Element]:
    for heading, said in (("Why", alert.why), ("Against", alert.against), *((p.heading, p.lines) for p in alert.parts)):
        if said:
            yield _heading(_said(heading))
            yield from _listed(f"• {_said(line)}" for line in said)


def _steps(alert: Alert) -> Iterator[Element]:
    """Numbers without a dot: some clients begin each list of their own with 1."""
    if alert.verify:
        yield _heading("Verify first")
        yield from _listed(f"{i} · {_said(step)}" for i, step in enumerate(alert.verify, 1))
    if alert.action:
        yield _text(f"**Then:** {_said(alert.action)}")


def _picture(alert: Alert) -> Iterator[Element]:
    if not alert.sparkline:
        return
    yield _text(_said(plain_text.picture_title(alert)), size="small", separator=True)
    for line in alert.sparkline.split("\n"):
        drawn = for_card(line).translate(_UNBREAKABLE)
        yield {"type": "TextBlock", "text": drawn, "fontType": "monospace", "size": "small", "spacing": "none"}


def _footer(alert: Alert) -> Element:
    owners = [f"Owner {', '.join(clean(person(owner)) for owner in alert.owners)}"] if alert.owners else []
    repeat = [plain_text.REPEAT] if alert.possible_repeat else []
    words = sentence(" · ".join([*repeat, alert.word, *owners, *alert.foot]), _FOOTER)
    return _text(for_card(words), size="small", isSubtle=True, separator=True)


def _actions(alert: Alert) -> list[Element]:
    """Where to look, then how to answer; of links, as many as leave room for the answers."""
    answers = [Link(label=answer.label, url=answer.url) for answer in alert.answers]
    shown = [*alert.links[: max(_MOST_LINKS - len(answers), 0)], *answers]
    return [action for link in shown[:_MOST_LINKS] if (action := _action(link))]


def _action(link: Link) -> Element | None:
    address = web_address(link.url)
    label = unlinked(sentence(link.label, _LABEL))
    return {"type": "Action.OpenUrl", "title": label or "Open", "url": address} if address else None


def _heading(words: str) -> Element:
    return _text(words, weight="bolder", separator=True)


def _listed(lines: Iterable[str]) -> Iterator[Element]:
    return (_text(line, spacing="small") for line in lines)


def _text(words: str, **looks: str | bool) -> Element:
    return {"type": "TextBlock", "text": words, "wrap": True, **looks}


def _said(words: str) -> str:
    return for_card(sentence(words, _LINE))
