"""Small tables of every kind, as text and as files."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from config.load import load
from config.settings import Settings
from daemon.initialise import Report, initialise


def write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def days(count: int, start: date = date(2025, 3, 3), step: int = 1) -> list[date]:
    """Dates, the first a Monday."""
    return [start + timedelta(days=step * i) for i in range(count)]


def times(count: int, minutes: int) -> list[datetime]:
    """Wall-clock times in even steps."""
    return [datetime(2025, 3, 3) + timedelta(minutes=minutes * i) for i in range(count)]  # noqa: DTZ001 - as a table writes them


def configured(*paths: Path, timezone: str | None = None, currency: str | None = None) -> tuple[Settings, Report]:
    """What `init` makes of these tables, as `load` reads it back."""
    output = paths[0].parent / "written" / "channelwatch.yaml"
    report = initialise(list(paths), output, timezone, currency)
    return load(output, {}), report
