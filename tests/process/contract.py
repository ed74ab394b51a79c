"""The answers that other programs read, as JSON Schema: these keys, these types, and nothing else."""

from typing import Any

import jsonschema

_INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$"}
_NUMBER = {"type": "number"}
_TEXT = {"type": "string", "minLength": 1}
_SHAPES = "spike dip step_up step_down drift_up drift_down flatline missing duplicate restated variance missing_lift"


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _exactly(**keys: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


_SEGMENT = {"type": "object", "additionalProperties": {"type": "string"}}
_SERIES: dict[str, dict[str, Any]] = {"channel": _or_null(_TEXT), "kpi": _TEXT, "segment": _SEGMENT}
_FINDING = _exactly(
    **_SERIES,
    shape={"enum": _SHAPES.split()},
    start=_INSTANT,
    end=_or_null(_INSTANT),
    observed=_NUMBER,
    expected=_NUMBER,
    lower=_NUMBER,
    upper=_NUMBER,
    relative_change=_NUMBER,
    p_value=_NUMBER,
)
_WORDS = _list(_TEXT)
_CAUSE = _exactly(
    id=_TEXT,
    probability={"type": "number", "minimum": 0, "maximum": 1},
    **dict.fromkeys(("for", "against", "verify", "actions"), _WORDS),
)
_VALUES = {"anyOf": [_TEXT, _list(_TEXT)]}
_WHERE = _exactly(
    segment={"type": "object", "minProperties": 1, "additionalProperties": _VALUES},
    share={"type": "number", "exclusiveMinimum": 0, "maximum": 1.5},
)
_IMPACT = _exactly(
    kpi=_TEXT,
    value=_NUMBER,
    lower=_NUMBER,
    upper=_NUMBER,
    unit=_TEXT,
    to=_INSTANT,
    recorded_value=_NUMBER,
    per_day=_or_null(_NUMBER),
    month_end=_or_null(_exactly(to=_INSTANT, value=_NUMBER, lower=_NUMBER, upper=_NUMBER)),
)
_FACTOR = _exactly(
    kpi=_TEXT,
    depth={"type": "integer", "minimum": 0},
    observed=_NUMBER,
    expected=_NUMBER,
    contribution=_NUMBER,
    share=_NUMBER,
)
_TREE = _exactly(kpi=_TEXT, channels=_WORDS, segment=_SEGMENT, path=_WORDS, factors=_list(_FACTOR))
_INCIDENT: dict[str, dict[str, Any]] = {
    "id": _TEXT,
    "status": {"enum": ["open", "resolved", "retracted"]},
    "severity": {"enum": ["critical", "warning", "info"]},
    "title": _TEXT,
    "first_detected_at": _INSTANT,
    "started_at": _INSTANT,
    "ended_at": _or_null(_INSTANT),
    "findings": {**_list(_FINDING), "minItems": 1, "maxItems": 50},
    "causes": {**_list(_CAUSE), "minItems": 1},
    "where": _list(_WHERE),
    "impact": _or_null(_IMPACT),
    # Beside the contract, for those who want to know: see docs/architecture.md.
    "known_at_start": {"type": "boolean"},
    "spend_at_risk_per_day": _or_null(_NUMBER),
    "consequences": _WORDS,
    "tree": _or_null(_TREE),
    "shifts": _list(_exactly(kind={"enum": ["substitution", "mix"]}, kpi=_TEXT, text=_TEXT)),
    "changes": _list(
        _exactly(at=_INSTANT, kind=_TEXT, title=_TEXT, **dict.fromkeys(("channel", "who", "link"), _or_null(_TEXT)))
    ),
}
_PROBLEM = _exactly(
    check=_TEXT,
    channel=_or_null(_TEXT),
    kind={"enum": ["late", "missing", "duplicate", "partial", "frozen", "restated"]},
    periods=_WORDS,
    detail=_TEXT,
)
_COUNT = {"type": "integer", "minimum": 0}
_INCIDENT_OF_BACKTEST = _exactly(**_INCIDENT, causes_at_open=_list(_CAUSE))

CHECK = _exactly(
    now=_INSTANT,
    incidents=_list(_exactly(**_INCIDENT)),
    not_judged=_list(_exactly(**_SERIES, reason=_TEXT)),
    data_problems=_list(_PROBLEM),
    pacing=_list({"type": "object"}),
)
BACKTEST = _exactly(
    cycles=_COUNT,
    series=_COUNT,
    channel_series=_COUNT,
    incidents=_list(_INCIDENT_OF_BACKTEST),
    known_at_start=_list(_INCIDENT_OF_BACKTEST),
)


def assert_fits(answer: Any, schema: dict[str, Any]) -> None:
    """An answer has the contract's shape, and the probabilities of each incident's causes sum to 1."""
    jsonschema.validate(answer, schema)
    for incident in answer["incidents"]:
        assert abs(sum(cause["probability"] for cause in incident["causes"]) - 1) < 0.01
        assert "unknown" in {cause["id"] for cause in incident["causes"]}
