"""An alert as JSON for other programs: a versioned shape, described in docs/alerts.md. Keys are added, never changed, within a version."""

import json
from datetime import datetime
from typing import Any

from daemon.alerts import plain
from daemon.alerts.alert import Alert
from daemon.alerts.untrusted import for_machines, person, sentence, web_address

VERSION = 1
# Standard Webhooks advises less than 20 KB.
MOST_BYTES = 20_000

_LINE, _TEXT, _MOST_ITEMS, _MOST_LINES = 700, 3_500, 21, 6


def layout(alert: Alert) -> bytes:
    """The document; the incident's numbers are left out before it grows too large, then the text."""
    whole = for_machines(_document(alert))
    for lighter in ("", "incident", "text", "parts"):
        if lighter == "parts":
            whole["data"]["alert"]["parts"] = []
        elif lighter:
            whole["data"][lighter] = None if lighter == "incident" else ""
        written = _written(whole)
        if len(written) <= MOST_BYTES:
            return written
    return headline(alert.incident_id, alert.headline)


def headline(incident_id: str, words: str) -> bytes:
    """The least that can be said, for an alert that cannot be laid out."""
    data = {"alert": {"incident_id": sentence(incident_id), "headline": sentence(words, _LINE)}, "incident": None}
    return _written({"version": VERSION, "type": "incident", "timestamp": None, "data": data})


def _document(alert: Alert) -> dict[str, Any]:
    return {
        "version": VERSION,
        "type": "digest" if alert.parts else f"incident.{alert.change}",
        "timestamp": _instant(alert.at),
        "data": {
            "alert": {
                "incident_id": sentence(alert.incident_id),
                "change": str(alert.change),
                "severity": str(alert.severity),
                "is_over": alert.is_over,
                **{name: sentence(getattr(alert, name), _LINE) for name in _SENTENCES},
                **{name: [sentence(line, _LINE) for line in getattr(alert, name)[:most]] for name, most in _LISTS},
                "parts": [
                    {"heading": sentence(p.heading), "lines": [sentence(line, _LINE) for line in p.lines[:_MOST_ITEMS]]}
                    for p in alert.parts[:_MOST_LINES]
                ],
                "owners": [person(owner) for owner in alert.owners[:_MOST_LINES]],
                "links": [
                    {"label": sentence(link.label), "url": address}
                    for link in alert.links[:_MOST_LINES]
                    if (address := web_address(link.url))
                ],
                "answers": [
                    {"kind": answer.kind, "label": sentence(answer.label), "url": address}
                    for answer in alert.answers
                    if (address := web_address(answer.url))
                ],
            },
            "incident": alert.record,
            "text": _cut(plain.text(alert)),
        },
    }


_SENTENCES = ("subject", "headline", "size", "scope", "news", "numbers", "cause_label", "cause", "impact", "action")
_LISTS = (
    ("items", _MOST_ITEMS),
    ("why", _MOST_LINES),
    ("against", _MOST_LINES),
    ("verify", _MOST_LINES),
    ("facts", _MOST_LINES),
    ("said", _MOST_LINES),
)


def _instant(at: str) -> str | None:
    return datetime.fromisoformat(at).isoformat() if at else None


def _cut(words: str) -> str:
    return words if len(words) <= _TEXT else words[: _TEXT - 1] + "…"


def _written(document: dict[str, Any]) -> bytes:
    """ASCII, and no character that opens a tag, so that the body is harmless wherever it is pasted."""
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()
