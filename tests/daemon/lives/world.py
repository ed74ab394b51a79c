"""One channelwatch without sources: cycles are told what they see, everything after that is the program itself.

Incidents advance, are answered, silenced and routed, announced, kept and delivered by its own functions on its own store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from config.causes import shipped
from config.outputs import Severity
from config.settings import Settings
from daemon import announcing, controls, cycle
from daemon.destinations import Again
from daemon.escalation import escalated
from daemon.headline import worst_first
from daemon.incidents import Seen, advance
from daemon.keeping import keep
from daemon.model import Change, Incident, Status
from daemon.outbox import Policy, Post, desk, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.reminding import reminded
from daemon.replies import Reply, accept, begun, filtered, is_accepted
from daemon.silences import Silence
from daemon.silencing import in_force, why_silent
from daemon.store import Store, claims, open_store, replies, silences, tables
from daemon.store import incidents as stored
from daemon.store.deliveries import State
from daemon.transition import Transition, Why
from daemon.watch import Watch
from detectors.finding import Finding
from tests.builders.reports import report
from tests.builders.troubles import settings as shop
from tests.daemon.lives.sink import Killed, Sink

# In turn: knows keys, looks for its own messages, cannot tell a repeat.
DESTINATIONS = {"growth": Again.KEYED, "desk": Again.LOOKS, "boss": Again.BLIND}

# Each may be reloaded for another at any moment.
ROUTES: tuple[list[dict[str, object]], ...] = (
    [{"to": ["growth", "desk", "boss"]}],
    [{"to": ["growth"]}, {"to": ["desk"], "min_severity": "critical"}, {"to": ["boss"], "min_severity": "warning"}],
    [
        {"to": ["growth", "boss"], "quiet": {"after": "19:00", "until": "09:00"}},
        {"to": ["desk"], "at_once": "never", "quiet": {"days": ["sat", "sun"]}},
    ],
    [
        {"to": ["growth"], "most_per_day": 1},
        {"to": ["desk"], "wait": "3h"},
        {"to": ["boss"], "update_every": "2d", "send_at": "09:00"},
    ],
    [{"to": ["growth", "desk"], "channels": ["paid_*"]}, {"to": ["boss"], "fallback": True}],
)
# Tried for as long as a story lasts, and not four times an hour for days.
_POLICY = Policy(give_up_after=timedelta(days=10), longest_wait=timedelta(hours=6))


class Row(NamedTuple):
    """What is asked of a delivery here."""

    id: int
    incident_id: str
    destination: str
    change: str
    key: str
    state: str

    @property
    def is_waiting(self) -> bool:
        return self.state in (State.QUEUED, State.SENDING)


class World:
    """The state, the configuration, the destinations and the clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.store = _emptied()
        self.sinks = {name: Sink(again=again) for name, again in DESTINATIONS.items()}
        self.watch = Watch(
            settings=configured(0), folder=Path(), store=self.store, answers=self.store, causes=shipped(), events=()
        )
        self.boot, self.crashes = new_boot(), 0
        self.asked_again: set[str] = set()  # what was given up or parked, and somebody wanted to be sent again

    def reload(self, routes: int) -> None:
        """Go on with other routes."""
        self.watch.settings = configured(routes)

    def look(
        self, sights: Mapping[str, tuple[Seen, Severity]], new: Sequence[tuple[str, Finding, Severity, bool]] = ()
    ) -> list[Transition]:
        """One cycle: what it sees of incidents that are known, and what is new: (id, finding, severity, known at start)."""
        watch, now = self.watch, self.now
        held, transitions = in_force(watch, now), []
        for incident in self.tracked():
            if is_accepted(incident):
                transitions.append(cycle._explained(watch, accept(incident, now), now))
            elif incident.id in sights and (t := self._followed(incident, *sights[incident.id], held)) is not None:
                transitions.append(t)
        transitions += [self._opened(*one, held) for one in new]
        transitions = announcing.addressed(watch, transitions, now)
        found = report(now, transitions, announcing.alerts(watch, transitions, now))
        with self.store.transaction() as connection:
            replies.take_turns(connection)
            keep(connection, watch, found, [], {})
        return transitions

    def _followed(
        self, incident: Incident, seen: Seen, severity: Severity, held: Sequence[Silence]
    ) -> Transition | None:
        moved = advance(incident, seen, self.now)
        moved = replace(moved, incident=replace(moved.incident, severity=severity))
        silence = why_silent(self.watch, held, moved.incident, self.now)
        done = filtered(incident, moved, self.now, silence=silence)
        if (
            incident.status is not Status.OPEN
            and done.change is Change.NOTHING
            and done.incident.status is incident.status
        ):
            return None
        critical = escalated(cycle._explained(self.watch, done, self.now), self.now, silence=silence)
        return reminded(incident, critical, self.now, silence=silence)

    def _opened(
        self, name: str, finding: Finding, severity: Severity, known_at_start: bool, held: Sequence[Silence]
    ) -> Transition:
        incident = Incident(
            id=name,
            status=Status.OPEN,
            severity=severity,
            title="",
            first_detected_at=self.now,
            started_at=finding.start,
            ended_at=None,
            findings=worst_first([finding]),
            known_at_start=known_at_start,
            updated_at=self.now,
        )
        why = Why.BEFORE_START if known_at_start else Why.FIRST_SEEN
        first = Transition(incident=incident, change=Change.OPENED, why=why)
        silence = why_silent(self.watch, held, incident, self.now)
        return cycle._explained(self.watch, begun(first, silence=silence), self.now)

    def say(self, reply: Reply) -> bool:
        """Answer; False where it does not fit."""
        try:
            controls.say(self.watch, [reply], self.now)
        except controls.NothingToSay:
            return False
        return True

    def silence(self, channel: str, most: Severity, days: int) -> None:
        """Silence a channel."""
        with self.store.transaction() as connection:
            made = Silence(
                name="",
                channel=channel,
                max_severity=most,
                until=self.now + timedelta(days=days),
                author="ana",
                reason="sale",
            )
            silences.add(connection, made, self.now)

    def speak_again(self) -> None:
        """End every silence."""
        with self.store.transaction() as connection:
            for held in silences.load_all(connection, after=self.now):
                silences.end(connection, held.name, "ana", self.now)

    def pass_time(self, hours: float) -> None:
        """Go on through the hours, and deliver whatever comes due in them at its time."""
        until = self.now + timedelta(hours=hours)
        self.deliver()
        while (due := self._next_due()) is not None and due <= until:
            self.now = max(due, self.now + timedelta(minutes=1))
            self.deliver()
        self.now = until

    def deliver(self) -> None:
        """Send what is due, and start again whenever the program ends meanwhile."""
        for name in {row.destination for row in self.rows() if row.is_waiting}:
            while True:
                post = Post(
                    store=self.store,
                    destinations=self.sinks,
                    boot=self.boot,
                    policy=_POLICY,
                    clock=lambda: self.now,
                    uniform=lambda _, most: most,
                )
                try:
                    deliver_to(post, name)
                    break
                except Killed:
                    self.boot = new_boot()
                    self.crashes += 1

    def _next_due(self) -> datetime | None:
        waiting = {row.destination for row in self.rows() if row.is_waiting}
        with self.store.reading() as connection:
            due = [claims.next_due(connection, name) for name in waiting]
        return min((instant for instant in due if instant is not None), default=None)

    def redrive(self) -> None:
        """Send again whatever was given up or parked."""
        self.asked_again |= {row.key for row in self.rows() if row.state in (State.AMBIGUOUS, State.DEAD)}
        desk.redrive(self.store, now=self.now)

    def tracked(self) -> list[Incident]:
        with self.store.reading() as connection:
            return stored.tracked(connection)

    def rows(self) -> list[Row]:
        """The outbox, oldest first."""
        of = tables.outbox.c
        query = select(of.id, of.incident_id, of.destination, of.change, of.idem_key, of.state).order_by(of.id)
        with self.store.reading() as connection:
            return [Row(*row) for row in connection.execute(query)]

    def is_waiting(self) -> bool:
        return any(row.is_waiting for row in self.rows())

    def reasons(self) -> list[str]:
        with self.store.reading() as connection:
            return [
                reason
                for (reason,) in connection.execute(tables.history.select().with_only_columns(tables.history.c.reason))
            ]


@cache
def configured(routes: int) -> Settings:
    """The shop with one of the sets of routes."""
    return Settings.model_validate({**shop().model_dump(exclude_unset=True), "routes": ROUTES[routes]})


@cache
def _store() -> Store:
    return open_store("sqlite://")


def _emptied() -> Store:
    """One state for all stories: to make its tables takes longer than a story."""
    with _store().transaction() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    return _store()
