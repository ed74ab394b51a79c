"""An Incident as a JSON document, and back without loss.

Driven by the types of daemon/model.py: a field that is added there with a default needs no change here, and documents
written before it was added are still read.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pydantic import TypeAdapter, ValidationError

from daemon.errors import StoreError
from daemon.model import Incident

_INCIDENT = TypeAdapter(Incident)


def from_incident(incident: Incident) -> dict[str, Any]:
    """The incident as a JSON document; instants in UTC."""
    document: dict[str, Any] = _in_json(_INCIDENT.dump_python(incident))
    return document


def to_incident(document: dict[str, Any]) -> Incident:
    """The incident that a document was made from.

    Raises:
        StoreError: another release wrote it, in a form that this one cannot read.
    """
    try:
        return _INCIDENT.validate_python(document)
    except ValidationError as error:
        fields = ", ".join(
            sorted(
                {
                    ".".join(map(str, problem["loc"][:2]))
                    for problem in error.errors(include_input=False, include_url=False)
                }
            )
        )
        raise StoreError(
            f"incident {document.get('id')} cannot be read from the state ({fields}): run the release that wrote it"
        ) from None


def _in_json(value: Any) -> Any:
    match value:
        case dict():
            return {name: _in_json(item) for name, item in value.items()}
        case list() | tuple():
            return [_in_json(item) for item in value]
        case float() if not isfinite(value):
            return str(value)  # JSON has no word for them; "inf", "-inf" and "nan" are read back as numbers
        case datetime() if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value
