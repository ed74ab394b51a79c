"""The JSON that other programs read. The shapes are a contract: see docs/architecture.md."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from daemon.foresight.model import Pace
from daemon.model import Cause, Impact, Incident, KnownChange, Tree, Where
from detectors.finding import Finding, NotJudged, Settling

# Findings shown per incident; the worst come first.
MOST_FINDINGS = 50


def incident(value: Incident, zone: ZoneInfo, *, causes_at_open: bool = False) -> dict[str, Any]:
    """INCIDENT: one incident as it stands."""
    answer: dict[str, Any] = {
        "id": value.id,
        "status": str(value.status),
        "severity": str(value.severity),
        "title": value.title,
        "known_at_start": value.known_at_start,
        "first_detected_at": _iso(value.first_detected_at, zone),
        "started_at": _iso(value.started_at, zone),
        "ended_at": _iso(value.ended_at, zone),
        "findings": [_finding(f, zone) for f in value.findings[:MOST_FINDINGS]],
        "causes": [_cause(c) for c in value.causes],
        "where": [_where(w) for w in value.where],
        "impact": _impact(value.impact, zone),
        "spend_at_risk_per_day": _number(value.impact.spend_at_risk_per_day) if value.impact else None,
        "consequences": [str(f.key) for f in value.consequences],
        "tree": _tree(value.tree),
        "shifts": [{"kind": str(s.kind), "kpi": s.kpi, "text": s.words} for s in value.shifts],
        "changes": [_change(c, zone) for c in value.changes],
    }
    if causes_at_open:
        answer["causes_at_open"] = [_cause(c) for c in value.causes_at_open]
    return answer


def not_judged(values: Sequence[NotJudged]) -> list[dict[str, Any]]:
    """Series about which nothing could be said, and why."""
    return [
        {
            "channel": v.key.channel,
            "kpi": v.key.kpi,
            "segment": dict(v.key.segment),
            "reason": f"{v.reason}: {v.detail}" if v.detail else str(v.reason),
        }
        for v in values
    ]


def pace(value: Pace) -> dict[str, Any]:
    """How one target stands."""
    days = {name: day.isoformat() if (day := getattr(value, name)) else None for name in ("on", "earliest", "latest")}
    return {
        "kpi": value.kpi,
        "channel": value.channel,
        "kind": str(value.kind),
        "month": f"{value.month:%Y-%m}" if value.month else None,
        "target" if value.month else "limit": value.number,
        "data_to": value.last.isoformat(),
        "so_far" if value.month else "now": _number(value.so_far),
        "expected": _number(value.expected),
        "lower": _number(value.lower),
        "upper": _number(value.upper),
        "probability_of_missing": round(value.missed, 4),
        **days,
        "reason": value.reason or None,
    }


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """In the configuration's zone, so that its first ten characters are the local day."""
    return None if instant is None else instant.astimezone(zone).isoformat()


def _number(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, 6)


def _finding(value: Finding, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "channel": value.key.channel,
        "kpi": value.key.kpi,
        "segment": dict(value.key.segment),
        "shape": str(value.shape),
        "start": _iso(value.start, zone),
        "end": _iso(value.end, zone),
        "observed": _number(value.observed),
        "expected": _number(value.expected),
        "lower": _number(value.lower),
        "upper": _number(value.upper),
        "relative_change": _number(value.relative_change),
        "p_value": value.p_value if isfinite(value.p_value) else None,
        **_settling(value.settling),
    }


def _settling(value: Settling | None) -> dict[str, Any]:
    """What periods that still fill up will show in the end; nothing where they are complete."""
    if value is None:
        return {}
    return {"settling": {name: _number(getattr(value, name)) for name in ("share", "final", "lower", "upper")}}


def _cause(value: Cause) -> dict[str, Any]:
    return {
        "id": value.id,
        "probability": round(value.probability, 4),
        "for": list(value.supporting),
        "against": list(value.against),
        "verify": list(value.verify),
        "actions": list(value.actions),
    }


def _change(value: KnownChange, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": _iso(value.at, zone),
        "kind": value.kind,
        "title": value.title,
        "channel": value.channel,
        "who": value.who or None,
        "link": value.link or None,
    }


def _where(value: Where) -> dict[str, Any]:
    return {"segment": {d: list(v) if len(v) > 1 else v[0] for d, v in value.segment}, "share": round(value.share, 3)}


def _tree(value: Tree | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "kpi": value.factors[0].kpi,
        "channels": list(value.channels),
        "segment": dict(value.segment),
        "path": list(value.path),
        "factors": [
            {
                "kpi": f.kpi,
                "depth": f.depth,
                "observed": _number(f.observed),
                "expected": _number(f.expected),
                "contribution": _number(f.contribution),
                "share": round(f.share, 3),
            }
            for f in value.factors
        ],
    }


def _impact(value: Impact | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if value is None or value.value is None:
        return None
    return {
        "kpi": value.kpi,
        "value": _number(value.value),
        "lower": _number(value.lower),
        "upper": _number(value.upper),
        "unit": value.unit,
        "to": _iso(value.to, zone),
        "recorded_value": _number(value.recorded_value),
        "per_day": _number(value.per_day),
        "month_end": None
        if value.month_end is None
        else {
            "to": _iso(value.month_end, zone),
            "value": _number(value.month_value),
            "lower": _number(value.month_lower),
            "upper": _number(value.month_upper),
        },
    }
