"""A made-up alert in the words of one's own configuration, to try a destination with. It says that it is a test, everywhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import cos, pi
from zoneinfo import ZoneInfo

from config.business import Kpi
from config.inputs import Check, Column
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.alerts.story import Series, Story, channel_faces, kpi_faces
from daemon.model import Cause, Change, Impact, Incident, Status
from detectors.cadence import Cadence
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey

INCIDENT_ID = "test"

_PERIODS, _OFF = 28, 2
_USUAL, _LEFT = 320.0, 0.59
# The kinds of KPI that make the plainest example, best first.
_PLAIN = (KpiType.COUNT, KpiType.AMOUNT, KpiType.LEVEL, KpiType.RATIO)
_TEST = "This is a test. The numbers are made up; nothing is wrong."


def sample(settings: Settings, now: datetime) -> Alert:
    """An alert about the configuration's first channel, a KPI of it, and its currency; nobody is mentioned."""
    zone = ZoneInfo(settings.timezone)
    check, channel, kpi = _told(settings)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    starts = tuple(_days_before(today, _PERIODS - i) for i in range(_PERIODS))
    usual = [_USUAL * (1 + 0.12 * cos(2 * pi * start.weekday() / 7)) for start in starts]
    seen = [value * (_LEFT if i >= _PERIODS - _OFF else 1 + 0.02 * (i % 3 - 1)) for i, value in enumerate(usual)]
    key = SeriesKey(check, channel, kpi, ())
    expected, observed = (sum(values[-_OFF:]) / _OFF for values in (usual, seen))
    incident = Incident(
        id=INCIDENT_ID,
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=now,
        started_at=starts[-_OFF],
        ended_at=None,
        findings=(
            Finding(
                key=key,
                shape=Shape.STEP_DOWN,
                start=starts[-_OFF],
                end=None,
                observed=observed,
                expected=expected,
                lower=expected * 0.9,
                upper=expected * 1.1,
                p_value=1e-6,
            ),
        ),
        causes=_causes(),
        impact=Impact(
            kpi="revenue",
            unit=settings.currency,
            to=today,
            value=-2140.0,
            lower=-2600.0,
            upper=-1700.0,
            per_day=-1070.0,
        ),
    )
    words = compose(
        Story(
            incident=incident,
            change=Change.OPENED,
            now=now,
            zone=zone,
            currency=settings.currency,
            data_to=today,
            cadence=Cadence.parse("day"),
            channels=channel_faces(settings),
            kpis=kpi_faces(settings),
            series={
                key: Series(
                    starts=starts,
                    observed=tuple(seen),
                    expected=tuple(usual),
                    lower=tuple(v * 0.9 for v in usual),
                    upper=tuple(v * 1.1 for v in usual),
                )
            },
        )
    )
    return replace(
        words,
        headline=f"Test: {words.headline}",
        subject=f"Test: {words.subject}",
        news=_TEST,
        owners=(),
        links=(),
        facts=(*words.facts, "Sent by channelwatch test-alert"),
    )


def _told(settings: Settings) -> tuple[str, str | None, str]:
    """Check, channel and KPI of the first column that makes a plain example."""
    for kind in _PLAIN:
        for name, check in settings.checks.items():
            for kpi, channel in _columns(check):
                if settings.kpis.get(kpi, Kpi(type=KpiType.LEVEL)).type is kind:
                    return name, channel or _channel(check, settings), kpi
    return "", next(iter(settings.channels), None), next(iter(settings.kpis), "orders")


def _columns(check: Check) -> list[tuple[str, str | None]]:
    return [(held.kpi, held.channel) if isinstance(held, Column) else (held, None) for held in check.columns.values()]


def _channel(check: Check, settings: Settings) -> str | None:
    if check.scope == "business":
        return None
    return check.channel or next(iter(settings.channels), None)


def _days_before(today: datetime, days: int) -> datetime:
    """Midnight, whatever the clocks did in between: zoned arithmetic is on the wall clock."""
    return today - timedelta(days=days)


def _causes() -> tuple[Cause, ...]:
    return (
        Cause(
            id="test",
            title="Example of a cause",
            probability=0.71,
            supporting=("here stands what speaks for the likeliest cause",),
            against=("here stands what speaks against it",),
            verify=("the quickest check comes first", "then the next one"),
            actions=("what to do once the check confirms the cause",),
        ),
        Cause(id="unknown", title="Unknown", probability=0.29),
    )
