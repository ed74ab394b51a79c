"""How people answer in Slack: a row of buttons that Slack brings back to us, or of links where it cannot.

Links are words, not buttons: a button warns whoever presses it where the app hears no clicks (slackapi/node-slack-sdk#869).
Reference: https://docs.slack.dev/reference/block-kit/blocks/actions-block.
"""

from hashlib import blake2s
from typing import Any

from daemon.alerts.alert import Alert, Answer
from daemon.alerts.untrusted import for_slack, web_address

# What the row's id begins with, before the incident's; Slack sends it along with a click.
ROW = "answer:"
# Slack takes ids of 255 UTF-16 units, what stands around it included.
LONGEST_ID = 200
MUTES = {"1d": "1 day", "3d": "3 days", "1w": "1 week"}
VERDICTS = {
    "real": "A real problem",
    "expected": "Expected, we knew",
    "data_fault": "A fault in the data",
    "new_normal": "The new normal",
}

Element = dict[str, Any]


def buttons(alert: Alert) -> Element | None:
    """The row, for an app that hears clicks; None where there is nothing to press, or a click could not say on what."""
    elements = [_element(alert, answer) for answer in alert.answers if not answer.url]
    if not elements or len(alert.incident_id.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_ID:
        return None
    # Slack wants another id after an edit.
    mark = blake2s(repr((alert.headline, alert.at, alert.said)).encode("utf-8", "surrogatepass"), digest_size=6)
    return {
        "type": "actions",
        "block_id": f"{ROW}{alert.incident_id}:{mark.hexdigest()}",
        "elements": elements,
    }


def links(alert: Alert) -> list[str]:
    """The row as links."""
    return [
        f"<{address.replace('&', '&amp;')}|{for_slack(answer.label)}>"
        for answer in alert.answers
        if (address := web_address(answer.url))
    ]


def _element(alert: Alert, answer: Answer) -> Element:
    match answer.kind:
        case "ack":
            return {**_button(answer), "style": "primary"}
        case "mute":
            return _menu(answer, MUTES)
        case "feedback":
            over = {verdict: words for verdict, words in VERDICTS.items() if verdict != "new_normal"}
            return _menu(answer, over if alert.is_over else VERDICTS)
        case _:
            return {**_button(answer), "confirm": _CONFIRM}


def _button(answer: Answer) -> Element:
    return {"type": "button", "action_id": answer.kind, "text": _text(answer.label), "value": answer.kind}


def _menu(answer: Answer, options: dict[str, str]) -> Element:
    return {
        "type": "static_select",
        "action_id": answer.kind,
        "placeholder": _text(answer.label),
        "options": [{"text": _text(words), "value": value} for value, words in options.items()],
    }


def _text(words: str) -> Element:
    return {"type": "plain_text", "text": words}


_CONFIRM = {
    "title": _text("Close it?"),
    "text": _text(
        "Everybody who heard of it hears that it is closed. It is told again only when it gets clearly worse."
    ),
    "confirm": _text("Close"),
    "deny": _text("Not now"),
}
