"""How channelwatch stands: what was judged, what is open, what waits."""

from typing import Any

from daemon.app import App
from daemon.model import Status
from daemon.replies import verdicts
from daemon.store import holds, incidents, judged, outbox_totals, replies


def status_of(app: App) -> dict[str, Any]:
    """Plain values for the `status` command."""
    zone = app.watch.zone
    with app.store.reading() as connection:
        until, last = judged.last_of_all(connection), judged.last_now(connection)
        said = [reply for of_one in replies.load_all(connection).values() for reply in of_one]
        counts: dict[str, dict[str, int]] = {}
        for (destination, state), count in outbox_totals.counts(connection).items():
            counts.setdefault(destination, {})[str(state)] = count
        return {
            "checks": {
                name: until[name].astimezone(zone).isoformat() if name in until else None for name in app.watch.enabled
            },
            "last_cycle": last.astimezone(zone).isoformat() if last else None,
            "open_incidents": len(incidents.recent(connection, status=Status.OPEN)),
            "feedback": {str(v): count for v, count in verdicts(said).items()},
            "deliveries": counts,
            "holds": [
                {"destination": h.destination, "until": h.until.astimezone(zone).isoformat(), "reason": h.reason}
                for h in holds.load_all(connection)
                if h.until is not None
            ],
        }
