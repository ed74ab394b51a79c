"""What waits for a destination that was renamed or removed: nobody sends it, ends included, and that is said once in the log."""

from datetime import datetime

import structlog

from config.settings import Settings
from daemon.store import Store, troubles, undelivered

log = structlog.get_logger(__name__)

_REMOVED = "removed."  # in the state, before the name of such a destination


def look(settings: Settings, store: Store, now: datetime) -> None:
    """Say what has not been said yet; where the name is there again, or nothing waits any more, it would be said anew.

    Raises:
        StoreError: the state cannot be read or written.
    """
    with store.reading() as connection:
        left = undelivered.left_behind(connection, settings.destinations)
        said = {t.check.removeprefix(_REMOVED) for t in troubles.load_all(connection) if t.check.startswith(_REMOVED)}
    if said == left.keys():
        return
    with store.transaction() as connection:
        for name in said - left.keys():
            troubles.over(connection, f"{_REMOVED}{name}")
        for name in left.keys() - said:
            troubles.note(connection, f"{_REMOVED}{name}", "it was renamed or removed", now)
    for name in sorted(left.keys() - said):
        log.warning(
            "destination_removed",
            destination=name,
            waiting=left[name].waiting,
            ends=left[name].ends,
            todo=f"nobody sends it: call a destination {name} again until it has arrived",
        )
