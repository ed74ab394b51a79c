"""An incident in numbers, for machines that receive alerts: what `check --json` says of it, with the least important left out.

Names in it are cleaned as they are in sentences; numbers that are not known are null.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from daemon import answers
from daemon.alerts.untrusted import sentence
from daemon.model import Incident

MOST_FINDINGS, MOST_CAUSES, MOST_LINES, MOST_PLACES = 10, 3, 4, 10


def record(incident: Incident, zone: ZoneInfo) -> dict[str, Any]:
    """The incident as plain JSON values, at most some 12 KB."""
    told = answers.incident(incident, zone)
    del told["consequences"]
    return {
        **{name: _plain(value) for name, value in told.items()},
        "findings": [_plain(f) for f in told["findings"][:MOST_FINDINGS]],
        "causes": [_cause(c) for c in told["causes"][:MOST_CAUSES]],
        "where": [_plain(w) for w in told["where"][:MOST_PLACES]],
    }


def _cause(cause: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value[:MOST_LINES] if isinstance(value, list) else value) for name, value in cause.items()}


def _plain(value: Any) -> Any:
    match value:
        case str():
            return sentence(value)
        case float():
            return value if isfinite(value) else None
        case dict():
            return {sentence(str(name)): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value
