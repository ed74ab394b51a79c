"""What KPIs that settle late tell of a trouble that has ended: it opens nothing of its own. Pure."""

from collections.abc import Sequence
from datetime import datetime

from config.settings import Settings
from daemon.grouping import belongs
from daemon.maturing import settle_periods
from daemon.model import Incident
from daemon.sighting import Sighting
from daemon.tracking import core
from detectors.pace import pace_for


def late_news(
    new: Sequence[Sighting], ended: Sequence[tuple[Incident, Sequence[Sighting]]], settings: Settings, now: datetime
) -> list[Sighting]:
    """Those of the new findings that only tell late of a trouble that has ended and been told: their KPI settles late."""

    def is_late(one: Sighting) -> bool:
        kpi = one.finding.key.kpi
        wait = settle_periods(kpi, settings.kpis) if kpi in settings.kpis else 0
        return wait > 0 and any(
            incident.ended_at is not None
            and one.finding.start < incident.ended_at
            and now - incident.ended_at <= (pace_for(one.period).comeback + 1 + wait) * one.period
            and belongs(one, core(old))
            for incident, old in ended
        )

    return [one for one in new if is_late(one)]
