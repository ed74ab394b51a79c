"""What KPIs that settle late tell of a trouble that has ended: it opens nothing of its own. Pure."""

from collections.abc import Sequence
from datetime import datetime

from config.settings import Settings
from daemon.grouping import belongs
from daemon.maturing import settle_periods
from daemon.model import Incident
from daemon.sighting import Sighting
from daemon.tracking import core
from detectors.finding import Finding
from detectors.pace import pace_for


def late_news(
    new: Sequence[Sighting], ended: Sequence[tuple[Incident, Sequence[Sighting]]], settings: Settings, now: datetime
) -> list[tuple[Sighting, Incident]]:
    """The new findings that only tell late of a trouble that has ended and been told, with it: their KPI settles late."""

    def told_by(one: Sighting) -> Incident | None:
        kpi = one.finding.key.kpi
        wait = settle_periods(kpi, settings.kpis) if kpi in settings.kpis else 0
        if not wait:
            return None
        return next(
            (
                incident
                for incident, old in ended
                if incident.ended_at is not None
                and one.finding.start < incident.ended_at
                and (
                    _lies_within(one.finding, incident.ended_at)
                    or now - incident.ended_at <= (pace_for(one.period).comeback + 1 + wait) * one.period
                )
                and belongs(one, core(old))
            ),
            None,
        )

    return [(one, incident) for one in new if (incident := told_by(one)) is not None]


def _lies_within(finding: Finding, over: datetime) -> bool:
    """Whether all of it is of the time before a trouble was over, however late it is seen."""
    return finding.end is not None and finding.end <= over
