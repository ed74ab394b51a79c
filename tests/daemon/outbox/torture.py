"""Kills senders again and again while they have much to say, and counts what people saw of it.

A life: some incidents begin and get worse, later they end; senders are killed at every point of their work in turn until
everything has been said. The last one is left alone.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from config.outputs import Severity
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.model import Change
from daemon.outbox import announce, desk
from daemon.store import Store, open_store
from daemon.store.deliveries import Delivery, State
from tests import builders_alerts as stories
from tests.daemon.outbox.families import KINDS, Called, Sight
from tests.daemon.outbox.gate import Gate
from tests.daemon.outbox.mortal import POINTS, WINDOW, Nursery, Order

INCIDENTS = 3  # in a life: one of each severity
_RANK = {"opened": 0, "worse": 1, "resolved": 2}


@dataclass(kw_only=True)
class Toll:
    """What so many kills did to what was sent to one kind of destination.

    copies: requests beyond one a message; seen_twice: of those the ones that people saw; excess: more of them than kills
    that left it open whether a message had arrived. parked: information that may or may not have arrived, listed by
    `outbox`. stale, bare: living messages that show an old state, or lack their chart.
    """

    kills: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    lost: int = 0
    invented: int = 0
    out_of_order: int = 0
    copies: int = 0
    seen_twice: int = 0
    unmarked: int = 0
    excess: int = 0
    information_twice: int = 0
    parked: int = 0
    parked_news: int = 0
    stale: int = 0
    bare: int = 0
    damaged: int = 0

    @property
    def wrongs(self) -> dict[str, int]:
        """Whatever must not happen to any kind, as far as it did."""
        names = "lost invented out_of_order unmarked excess information_twice parked_news stale damaged"
        return {name: count for name in names.split() if (count := getattr(self, name))}


class Torturer:
    """Does it to one kind of destination. place: gives the URL of a state that nobody has used."""

    def __init__(self, kind: str, nursery: Nursery, place: Callable[[], str], chance: random.Random) -> None:
        self._kind, self._nursery, self._place, self._chance = kind, nursery, place, chance
        self._incidents = 0

    def live(self, toll: Toll) -> None:
        """One life, with a kill wherever a kind of it is rarest so far."""
        url = self._place()
        store, killed = open_store(url), Counter[str]()
        severities = {f"k{self._incidents + i}": list(Severity)[i % 3] for i in range(INCIDENTS)}
        self._incidents += INCIDENTS
        kind = KINDS[self._kind]
        with kind.serve() as server, Gate(server.port, kind.end) as gate:

            def send(point: str | None = None, nth: int = 1) -> bool:
                order = Order(store=url, kind=self._kind, port=gate.port, point=point, nth=nth)
                return self._nursery.live(order, gate)

            for changes in ((Change.OPENED, Change.WORSE), (Change.RESOLVED,)):
                self._queue(store, severities, changes)
                patience = self._chance.randrange(2, 4 * INCIDENTS)  # ends may come while beginnings still wait
                while patience and _unsent(store):
                    point = min(self._chance.sample(POINTS, len(POINTS)), key=lambda p: toll.kills[p] + killed[p])
                    killed[point] += send(point, 1 + self._chance.randrange(3))
                    patience -= 1
            send()
            seen = server.seen()
        rows = desk.overview(store, states=State, limit=None).deliveries
        store.close()
        toll.kills += killed
        toll.damaged += not _is_whole(url)
        toll.copies += seen.copies - len({sight.what for sight in seen.sights})
        toll.stale += seen.stale
        toll.bare += seen.bare
        _count(toll, rows, seen.sights, severities, sum(killed[point] for point in WINDOW))

    def _queue(self, store: Store, severities: dict[str, Severity], changes: tuple[Change, ...]) -> None:
        with store.transaction() as connection:
            for incident, severity in severities.items():
                for change in changes:
                    words = replace(
                        _story(),
                        incident_id=incident,
                        change=change,
                        severity=severity,
                        headline=f"{incident} {change}",
                    )
                    announce(connection, words, [self._kind], datetime.now(UTC))


@cache
def _story() -> Alert:
    return compose(stories.checkout_failing())


def _unsent(store: Store) -> bool:
    return bool(desk.overview(store, states=(State.QUEUED, State.SENDING), limit=1).deliveries)


def _is_whole(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return True
    with sqlite3.connect(Path(str(parsed.database))) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def _count(
    toll: Toll, rows: list[Delivery], sights: Sequence[Sight], severities: dict[str, Severity], window: int
) -> None:
    """Hold what was to be said against what people saw."""
    wanted: dict[Called, Delivery] = {(row.incident_id, row.change): row for row in rows}
    seen = Counter(sight.what for sight in sights)
    parked = {what for what, row in wanted.items() if row.state is State.AMBIGUOUS}
    settled = {what for what, row in wanted.items() if row.state in (State.AMBIGUOUS, State.COLLAPSED)}
    again = sum(count - 1 for count in seen.values())
    toll.messages += len(wanted)
    toll.lost += len(set(wanted) - set(seen) - settled)
    toll.invented += len(set(seen) - set(wanted))
    toll.seen_twice += again
    toll.excess += max(0, again - window)
    toll.information_twice += sum(count > 1 and severities[what[0]] is Severity.INFO for what, count in seen.items())
    toll.parked += len(parked)
    toll.parked_news += sum(severities[incident] is not Severity.INFO for incident, _ in parked)
    said: set[Called] = set()
    latest: dict[str, int] = {}
    for sight in sights:
        incident, change = sight.what
        toll.unmarked += sight.what in said and not sight.is_marked
        toll.out_of_order += _RANK[change] < latest.get(incident, 0)
        latest[incident] = max(_RANK[change], latest.get(incident, 0))
        said.add(sight.what)
