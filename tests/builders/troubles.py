"""Findings, incidents and views without sources: what the pure rules of incidents are tested with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from config.outputs import Severity
from config.settings import Settings
from daemon.grouping import onset
from daemon.headline import worst_first
from daemon.judging import View
from daemon.model import Incident, Status
from daemon.news import told
from daemon.sighting import Sighting
from daemon.sources import timeline
from daemon.sources.health import DataProblem
from daemon.sources.snapshot import LeafTable, Snapshot
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding, Shape
from detectors.panel import Floats, KpiType, Panel, SeriesKey
from detectors.series.judge import Expectation

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
Series = tuple[str | None, str]  # channel and KPI
START = datetime(2025, 10, 14, tzinfo=UTC)


def day(number: float) -> datetime:
    """The start of a day of the test's time; 0 is START."""
    return START + number * DAY


def off(
    channel: str | None,
    kpi: str,
    change: float,
    *,
    start: float = 0,
    end: float | None = None,
    shape: Shape | None = None,
    expected: float = 100.0,
    p_value: float = 1e-9,
    check: str = "web",
    **segment: str,
) -> Finding:
    """A finding; `change` is relative: -0.4 is 40 % less."""
    return Finding(
        key=SeriesKey(check, channel, kpi, tuple(sorted(segment.items()))),
        start=day(start),
        end=None if end is None else day(end),
        observed=expected * (1 + change),
        expected=expected,
        shape=shape or (Shape.STEP_UP if change > 0 else Shape.STEP_DOWN),
        lower=expected * 0.9,
        upper=expected * 1.1,
        p_value=p_value,
    )


def sighted(*findings: Finding, period: timedelta = DAY) -> list[Sighting]:
    """Findings as grouping sees them: KPIs are named by their roles."""
    return [Sighting(finding=f, role=f.key.kpi, period=period) for f in findings]


def opened(*findings: Finding, name: str = "i", known_at_start: bool = False) -> Incident:
    """An incident as it stands right after people were told of it."""
    now = onset(findings) + timedelta(days=1, hours=8)
    return told(
        Incident(
            id=name,
            status=Status.OPEN,
            severity=Severity.WARNING,
            title="",
            first_detected_at=now,
            started_at=onset(findings),
            ended_at=None,
            findings=worst_first(findings),
            known_at_start=known_at_start,
            updated_at=now,
        )
    )


def settings() -> Settings:
    """A shop with a web table, a business table and an hourly one."""
    count = {"type": "count", "good": "up"}
    money = {"type": "amount", "good": "up"}
    columns = {name: name for name in ("spend", "clicks", "sessions", "orders", "revenue", "page_load")}
    return Settings.model_validate(
        {
            "kpis": {
                "spend": {"type": "amount"},
                "clicks": count,
                "sessions": count,
                "orders": count,
                "revenue": money,
                "backoffice_orders": count,
                "page_load": {"type": "level", "good": "down"},
                "cvr": {"type": "ratio", "good": "up", "numerator": "orders", "denominator": "sessions"},
            },
            "sources": {"files": {"kind": "files", "path": "data"}},
            "checks": {
                "web": {"source": "files", "period": "date", "channel_column": "channel", "columns": columns},
                "shop": {
                    "source": "files",
                    "period": "date",
                    "scope": "business",
                    "at": "09:30",
                    "columns": {"orders": "backoffice_orders"},
                },
                "hours": {
                    "source": "files",
                    "period": "hour",
                    "scope": "business",
                    "cadence": "hour",
                    "columns": {"orders": "orders"},
                },
                "off": {
                    "source": "files",
                    "period": "date",
                    "scope": "business",
                    "enabled": False,
                    "columns": {"orders": "orders"},
                },
            },
            "channels": {"paid_search": {"kind": "paid"}, "paid_social": {"kind": "paid"}, "email": {"kind": "owned"}},
            "destinations": {"growth": {"kind": "inbox"}, "desk": {"kind": "inbox"}, "boss": {"kind": "terminal"}},
        }
    )


def view(
    series: Mapping[Series, Sequence[float]],
    *,
    expected: float = 100.0,
    noise: float = 5.0,
    first: date = date(2025, 10, 14),
    check: str = "web",
    problems: Sequence[DataProblem] = (),
    reported: Floats | None = None,
    cells: LeafTable | None = None,
) -> View:
    """A check's days from `first` on; every day `expected` was expected, give or take `noise`."""
    values = np.array(list(series.values()), dtype=float)
    number = int(timeline.number(np.array([np.datetime64(first, "s")]), Cadence(Unit.DAY))[0])
    axis = timeline.axis(number, values.shape[1], Cadence(Unit.DAY), ZoneInfo("UTC"))
    keys = tuple(SeriesKey(check, channel, kpi) for channel, kpi in series)
    panel = Panel(
        axis=axis,
        keys=keys,
        types=(KpiType.COUNT,) * len(keys),
        values=values,
        exposure=np.full_like(values, np.nan),
        factor=np.ones(len(keys)),
    )
    centre = np.full_like(values, expected)
    z = np.abs(values - centre) / noise
    of = Expectation(
        expected=centre,
        lower=centre - 2 * noise,
        upper=centre + 2 * noise,
        p_value=np.where(np.isfinite(z), np.exp(-z), np.nan),
        error_scale=np.full_like(values, noise),
    )
    roles = tuple(k.kpi for k in keys)

    def leaf_table(kpi: str, channel: str | None) -> LeafTable:
        assert cells is not None, f"no cells of {kpi} in {channel}"
        return cells

    return View(
        check=check,
        panel=panel,
        roles=roles,
        expect=lambda: of,
        settle=np.zeros(len(keys), dtype=np.int64),
        snapshot=Snapshot(
            check=check,
            now=axis.start(len(axis)),
            zone=ZoneInfo("UTC"),
            panel=panel,
            roles=roles,
            problems=tuple(problems),
            untrusted=np.isnan(values),
            looks=0,
            development=lambda: iter(()),
            reported=values if reported is None else reported,
            leaf_table=leaf_table,
        ),
    )
