"""Asks a check of a configuration written as YAML, on a clock that only moves when somebody waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from config.load import load
from config.settings import Settings
from daemon.sources import ga4, google_ads, http
from daemon.sources.asking import Patience
from daemon.sources.google_key import Tokens
from daemon.sources.pulled import Cell, Notice, Window
from detectors.cadence import Cadence

BERLIN = ZoneInfo("Europe/Berlin")
KPIS = "timezone: Europe/Berlin\nkpis: {visits: {type: count}, orders: {type: count}, spend: {type: amount}, errors: {type: level}}\n"


@dataclass
class Clock:
    """Stands still until somebody waits."""

    waits: list[float] = field(default_factory=list)
    start: datetime = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)

    def patience(self, seconds: float = 900.0) -> Patience:
        return Patience(
            seconds=seconds,
            clock=lambda: sum(self.waits),
            sleep=self.waits.append,
            now=lambda: self.start + timedelta(seconds=sum(self.waits)),
            chance=lambda: 1.0,
        )


@dataclass(frozen=True)
class Read:
    """What a reader gave."""

    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    notices: list[Notice]


def window(first: str, until: str, cadence: str = "day", zone: ZoneInfo = BERLIN) -> Window:
    """From midnight to midnight, on the wall clock."""
    since, end = (datetime.fromisoformat(day).replace(tzinfo=zone) for day in (first, until))
    return Window(since=since, until=end, zone=zone, cadence=Cadence.parse(cadence))


THREE_DAYS = window("2026-11-19", "2026-11-22")


def settings_of(yaml: str, environ: Mapping[str, str] | None = None) -> Settings:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "channelwatch.yaml"
        file.write_text(yaml if "kpis:" in yaml else KPIS + yaml, encoding="utf-8")
        return load(file, environ or {})


def read(
    yaml: str,
    environ: Mapping[str, str] | None = None,
    *,
    of: Window = THREE_DAYS,
    clock: Clock | None = None,
    seconds: float = 900.0,
    check: str | None = None,
) -> Read:
    """What the first check's source answers."""
    settings = settings_of(yaml, environ)
    name = check or next(iter(settings.checks))
    patience, folder = (clock or Clock()).patience(seconds), Path()
    match settings.sources[settings.checks[name].source].kind:
        case "ga4":
            found = ga4.rows(name, settings, folder, of, patience, Tokens())
        case "google_ads":
            found = google_ads.rows(name, settings, folder, of, patience, Tokens())
        case _:
            found = http.rows(name, settings, folder, of, patience)
    return Read(found.columns, list(found.rows), found.notices)
