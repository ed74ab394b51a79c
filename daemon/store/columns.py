"""How instants and documents are written, the same on every database."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant as UTC text of one width, so that text order is order in time and people can read it."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        """Write an instant; a time without a zone is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        """Read an instant back."""
        return None if value is None else datetime.fromisoformat(value)


class Document(TypeDecorator[Any]):
    """A JSON document as text: byte for byte what was written, so that a retry sends what the first attempt sent.

    ASCII only: NUL and other odd characters, which strangers put into campaign names, survive every database.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Write a document."""
        return None if value is None else json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Read a document back."""
        return None if value is None else json.loads(value)
