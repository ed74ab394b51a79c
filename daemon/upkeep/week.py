"""What is known of the time before a moment: what was judged, how far the data reaches, what is late, how targets stand."""

from collections.abc import Callable
from datetime import datetime, timedelta

from config.settings import Settings
from daemon.alerts.story import channel_faces, kpi_faces
from daemon.foresight.words import line
from daemon.model import Status
from daemon.periods import next_due
from daemon.sources.timeline import zone_of
from daemon.store import Connection, activity, incidents, judged, outbox_totals, paces, troubles
from daemon.upkeep.quiet_week import DAYS, NOTE, Week
from daemon.upkeep.slots import DIGEST

# A period that is due for longer than this is told as late: sources need their time.
_LATE_AFTER = timedelta(hours=24)


def week_of(
    connection: Connection,
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None = None,
    concerns: Callable[[str | None, str], bool] = lambda channel, kpi: True,  # noqa: ARG005 - everything does
) -> Week:
    """What is known of the time from `since` (default: seven days ago) to `now`. concerns: whose targets are named, by channel and KPI."""
    began = since or now - timedelta(days=DAYS)
    done, judged_to = activity.since(connection, began), judged.last_of_all(connection)
    enabled = [name for name, check in settings.checks.items() if check.enabled]
    failing = {trouble.check for trouble in troubles.load_all(connection)}
    return Week(
        began=activity.first(connection),
        cycles=done.cycles,
        alerts=max(done.alerts, outbox_totals.count_since(connection, began, (DIGEST, NOTE))),
        series={check: count for check, count in done.series.items() if check in enabled},
        fresh={check: judged_to.get(check) for check in enabled},
        late=[c for c in enabled if c in failing or _is_late(settings, c, judged_to.get(c), now)],
        open_incidents=len(incidents.recent(connection, status=Status.OPEN)),
        targets=[
            line(p, kpi_faces(settings), channel_faces(settings))
            for p in paces.newest(connection).values()
            if not p.reason and concerns(p.channel, p.kpi)
        ],
    )


def _is_late(settings: Settings, name: str, until: datetime | None, now: datetime) -> bool:
    check = settings.checks[name]
    return until is None or next_due(until, check, zone_of(check, settings)) + _LATE_AFTER <= now
