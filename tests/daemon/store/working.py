"""A state that is worked on as the program does: incidents begin, get worse and end, and every message is delivered."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.model import Change
from daemon.outbox import announce, desk
from daemon.outbox.attempt import deliver_to
from daemon.store import Store, open_store
from daemon.store import incidents as stored
from daemon.store.deliveries import State
from tests import builders_alerts as stories
from tests.daemon.outbox.builders import NOON, Clock, Recording, post
from tests.daemon.store.power import Acknowledged, Witness, Work
from tests.daemon.store.recorder import recording

_CHANGES = (Change.OPENED, Change.WORSE, Change.RESOLVED)


def work(folder: Path, incidents: int) -> Work:
    """What was asked of the disk, and what the callers were told, while so many incidents lived; with a restart half-way."""
    acknowledged: list[Acknowledged] = []
    with recording(folder) as steps:
        for half in range(2):
            store = Witness(open_store("sqlite:///state.db", folder), steps, acknowledged)
            _live(store, [f"i{half}-{number}" for number in range(incidents // 2)])
            store.close()
    return Work(steps=steps, acknowledged=acknowledged)


def _live(store: Store, names: list[str]) -> None:
    clock = Clock()
    sending = post(store, clock, slack=Recording(), mail=Recording())
    for name in names:
        for change in _CHANGES:
            clock.advance(hours=1)
            with store.transaction() as connection:
                incident = replace(stories.checkout_failing().incident, id=name)
                stored.record(connection, incident, at=clock(), change=change, reason="first seen")
                announce(connection, replace(_words(), incident_id=name, change=change), ["slack", "mail"], clock())
            for to in sending.destinations:  # one after the other: what a transaction left must be known
                deliver_to(sending, to)
    desk.purge(store, before=NOON + timedelta(hours=1.5), states=(State.SENT,))


@cache
def _words() -> Alert:
    return compose(stories.checkout_failing())
