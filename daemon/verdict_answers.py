"""The JSON of `why-not`."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from daemon import why_not_words
from daemon.model import Incident
from daemon.store.verdicts import Kept
from daemon.why_not import Answer


def why_not(answer: Answer, channel: str | None, kpi: str, zone: ZoneInfo) -> dict[str, Any]:
    """What kept a total silent, with the numbers of the cycle that judged it."""
    return {
        "channel": channel,
        "kpi": kpi,
        "verdict": None if answer.kept is None else verdict(answer.kept, zone),
        "others": [verdict(k, zone) for k in answer.others],
        "incidents": [_incident(i) for i in answer.own],
        "consequence_of": [i.id for i in answer.follows],
        "near": [_incident(i) for i in answer.near],
        "messages": [
            {
                "incident": d.incident_id,
                "destination": d.destination,
                "change": str(d.change),
                "state": str(d.state),
                "not_before": d.not_before.astimezone(zone).isoformat(),
                "waits_for": d.waits_for,
            }
            for d in answer.messages
        ],
        "not_told": [
            *({"incident": i, "destination": None, "reason": reason} for i, reason in answer.silenced.items()),
            *(
                {"incident": h.incident_id, "destination": h.destination, "reason": h.reason}
                for h in answer.held
                if h.incident_id not in answer.silenced
            ),
        ],
        "judged_to": {check: until.astimezone(zone).isoformat() for check, until in answer.judged_to.items()},
    }


def verdict(kept: Kept, zone: ZoneInfo) -> dict[str, Any]:
    """One verdict, with its check and cycle, in numbers and words."""
    of = kept.verdict
    numbers = {name: value for name, value in asdict(of).items() if name not in ("channel", "kpi", "segment", "start")}
    return {
        "period": of.start.astimezone(zone).isoformat(),
        "check": kept.check,
        "cycle": kept.at.astimezone(zone).isoformat(),
        **numbers,
        "standing": str(of.standing),
        "why": why_not_words.reasons(of),
        "would_have_told": why_not_words.would_have_told(of),
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {"id": incident.id, "status": str(incident.status), "title": incident.title}
