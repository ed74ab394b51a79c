"""An alert as an event of PagerDuty's Events API v2 (PagerDuty/api-schema, reference/events-v2).

Its pages show text as text, but make links of addresses: those in names are broken by an unseen character.
"""

import json
from typing import Any

from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import clean, for_mail, person, web_address
from daemon.model import Change

MOST_BYTES = 512 * 1024
MOST_SUMMARY = 1_024

# Nobody says whether an emoji counts as one character or two.
_SUMMARY = MOST_SUMMARY // 2
_LINE, _MOST_LINES, _MOST_LINKS, _SOURCE = 700, 21, 10, 255
# Whoever resolved it in PagerDuty is not paged again because it got better.
_SILENT = (Change.BETTER, Change.NOTHING)


def layout(alert: Alert, dedup_key: str) -> dict[str, Any] | None:
    """The event, without the key that says to which service; None where this change is nothing to page for."""
    if alert.change in _SILENT:
        return None
    if alert.is_over:
        return {"event_action": "resolve", "dedup_key": dedup_key}
    named = [*((link.label, link.url) for link in alert.links), *((a.label, a.url) for a in alert.answers)]
    links = [{"href": address, "text": _said(label)} for label, url in named if (address := web_address(url))]
    payload = {
        "summary": for_mail(alert.headline, _SUMMARY) or "An incident",
        "source": for_mail(alert.scope or alert.subject, _SOURCE) or "channelwatch",
        "severity": str(alert.severity),  # critical, warning and info are PagerDuty's words, too
        **({"timestamp": alert.at} if alert.at else {}),
        "class": str(alert.change),
        "custom_details": _details(alert),
    }
    event: dict[str, Any] = {
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "client": "channelwatch",
        "payload": payload,
    }
    if links:
        event |= {"client_url": links[0]["href"], "links": links[:_MOST_LINKS]}
    return (
        event
        if len(json.dumps(event).encode()) <= MOST_BYTES
        else least(alert.headline, str(alert.severity), dedup_key)
    )


def least(headline: str, severity: str, dedup_key: str) -> dict[str, Any]:
    """The least that pages: what an alert says that cannot be laid out, or is refused."""
    payload = {
        "summary": for_mail(headline, _SUMMARY) or "An incident",
        "source": "channelwatch",
        "severity": severity,
    }
    return {"event_action": "trigger", "dedup_key": dedup_key, "payload": payload}


def _details(alert: Alert) -> dict[str, str | list[str]]:
    """What a responder reads, in the order of the message, under its own words."""
    said: dict[str, str | list[str]] = {
        "News": _said(alert.news),
        "Numbers": _said(alert.numbers),
        alert.cause_label or "Likely": _said(alert.cause),
        "Money": _said(alert.impact),
        "Also": _lines(alert.items),
        "Why": _lines(alert.why),
        "Against": _lines(alert.against),
        "Verify first": _lines(alert.verify),
        "Then": _said(alert.action),
        "Owner": ", ".join(clean(person(owner)) for owner in alert.owners[:_MOST_LINES]),
        "Data": _said(" · ".join(alert.foot)),
    }
    return {name: words for name, words in said.items() if words}


def _lines(lines: tuple[str, ...]) -> list[str]:
    return [_said(line) for line in lines[:_MOST_LINES]]


def _said(words: str) -> str:
    return for_mail(words, _LINE)
