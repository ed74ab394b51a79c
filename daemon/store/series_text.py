"""A series key as text, for columns that are searched by series."""

import json

from detectors.panel import SeriesKey


def to_text(key: SeriesKey) -> str:
    """[check, channel, kpi, segment] as JSON."""
    return json.dumps([key.check, key.channel, key.kpi, key.segment], separators=(",", ":"))


def from_text(text: str) -> SeriesKey:
    """The series key that `to_text` wrote."""
    check, channel, kpi, segment = json.loads(text)
    return SeriesKey(check, channel, kpi, tuple((dimension, value) for dimension, value in segment))
