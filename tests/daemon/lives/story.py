"""Any story of incidents, people, destinations and crashes, and what must hold at its every moment and at its end."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.outputs import Severity
from daemon.destinations import Again
from daemon.incidents import Seen
from daemon.model import Change, Incident, Status, Verdict
from daemon.replies import Kind, Reply, as_told, is_muted
from daemon.silences import silencing
from daemon.silencing import in_force
from detectors.finding import Finding, Shape
from tests.builders.troubles import DAY, day, off
from tests.daemon.lives.sink import Message, Mood
from tests.daemon.lives.world import DESTINATIONS, ROUTES, World

CHANNELS = ("email", "paid_search", "paid_social")
_BEGINS, _ENDS = (Change.OPENED, Change.REOPENED), (Change.RESOLVED, Change.RETRACTED)
_SIZES = (-0.2, -0.35, -0.5, -0.9)
# What a cycle may see of an incident: sizes are those of its trouble.
_SIGHTS = st.sampled_from((*_SIZES, "first calm", "calm", "restated", "absorbed", "arrived", "spreads"))
_SEVERITY = st.sampled_from(Severity)
_NAME = st.sampled_from(tuple(DESTINATIONS))


class Story(RuleBasedStateMachine):
    """Three channels, three destinations. A day is a cycle; delivery goes on all the time. `told`: what all stories came to."""

    told: ClassVar[Counter[str]] = Counter()

    @initialize(
        routes=st.integers(0, len(ROUTES) - 1), severity=_SEVERITY, old=st.sampled_from((False, False, False, True))
    )
    def begin(self, routes: int, severity: Severity, old: bool) -> None:
        self.world = World(day(12) + timedelta(hours=8))
        self.world.reload(routes)
        self.opened = 0
        self.listed: set[str] = set()
        self.something_begins(CHANNELS[0], _SIZES[1], severity, old, False)

    # --- the world

    @rule(
        channel=st.sampled_from(CHANNELS),
        size=st.sampled_from(_SIZES),
        severity=_SEVERITY,
        old=st.sampled_from((False, False, False, True)),
        fault=st.sampled_from((False, False, True)),
    )
    def something_begins(self, channel: str, size: float, severity: Severity, old: bool, fault: bool) -> None:
        if any(i.status is Status.OPEN and i.id.startswith(channel) for i in self.world.tracked()):
            return
        self.opened += 1
        shape = Shape.MISSING if fault else None
        finding = self._off(channel, size, shape)
        name = f"{channel}-{self.opened}"
        self.listed |= {name} if old else set()
        self._cycle({}, [(name, finding, severity, old)])

    @rule(sights=st.lists(st.tuples(_SIGHTS, _SEVERITY), min_size=1, max_size=3))
    def a_day_goes_by(self, sights: list[tuple[float | str, Severity]]) -> None:
        self.world.pass_time(24)
        known = self._newest()
        self._cycle(
            {i.id: (self._sight(i, what), severity) for i, (what, severity) in zip(known, sights, strict=False)}, []
        )

    def _newest(self) -> list[Incident]:
        """The newest of each channel, the newest of all first."""
        newest = {i.id.rpartition("-")[0]: i for i in sorted(self.world.tracked(), key=lambda i: _number(i.id))}
        return sorted(newest.values(), key=lambda i: -_number(i.id))

    def _cycle(self, sights: dict[str, tuple[Seen, Severity]], new: list[tuple[str, Finding, Severity, bool]]) -> None:
        world = self.world
        before = {row.id for row in world.rows()}
        muted = {i.id for i in world.tracked() if is_muted(i, world.now)}
        held = in_force(world.watch, world.now)
        for t in world.look(sights, new):
            keys = [f.key for f in t.incident.findings]
            if t.incident.id in muted or silencing(held, keys, t.incident.severity):
                assert t.change in (Change.NOTHING, *_ENDS), "told while it is silenced"
                added = [r for r in world.rows() if r.id not in before and r.incident_id == t.incident.id]
                assert all(Change(r.change) in _ENDS for r in added), "told while it is silenced"
        world.deliver()

    @rule(sights=st.lists(st.tuples(_SIGHTS, _SEVERITY), min_size=2, max_size=6))
    def days_go_by(self, sights: list[tuple[float | str, Severity]]) -> None:
        """A longer piece of the newest incident's life."""
        for sight in sights:
            self.a_day_goes_by([sight])

    @rule(hours=st.sampled_from((1, 5, 13)))
    def hours_pass(self, hours: int) -> None:
        self.world.pass_time(hours)

    @rule(hours=st.sampled_from((2, 30)))
    def nobody_runs(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    # --- destinations

    @rule(name=_NAME, moods=st.lists(st.sampled_from(Mood), min_size=1, max_size=3))
    def stumbles(self, name: str, moods: list[Mood]) -> None:
        self.world.sinks[name].next += moods

    @rule(name=_NAME, mood=st.sampled_from((Mood.DOWN, Mood.REFUSES, Mood.WELL, Mood.WELL)))
    def is_from_now_on(self, name: str, mood: Mood) -> None:
        self.world.sinks[name].stays = mood

    # --- people

    @rule(kind=st.sampled_from(Kind), verdict=st.sampled_from(Verdict), days=st.integers(1, 5), which=st.integers(0, 2))
    def somebody_answers(self, kind: Kind, verdict: Verdict, days: int, which: int) -> None:
        known = self._newest()
        if not known:
            return
        until = self.world.now + days * DAY if kind is Kind.MUTE else None
        self.world.say(
            Reply(
                incident_id=known[which % len(known)].id,
                at=self.world.now,
                kind=kind,
                who="ana",
                verdict=verdict if kind is Kind.FEEDBACK else None,
                until=until,
            )
        )
        self.world.deliver()

    @rule(channel=st.sampled_from((*CHANNELS, "paid_*")), most=_SEVERITY, days=st.integers(1, 4))
    def somebody_silences(self, channel: str, most: Severity, days: int) -> None:
        self.world.silence(channel, most, days)

    @rule()
    def silences_end(self) -> None:
        self.world.speak_again()

    @rule(routes=st.integers(0, len(ROUTES) - 1))
    def somebody_changes_the_routes(self, routes: int) -> None:
        self.world.reload(routes)

    @rule()
    def somebody_sends_again(self) -> None:
        self.world.redrive()
        self.world.deliver()

    # --- what must hold

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def what_people_see_makes_sense(self) -> None:
        order = {row.key: row.id for row in self.world.rows()}
        for name, sink in self.world.sinks.items():
            copies: dict[str, list[Message]] = defaultdict(list)
            for message in sink.seen:
                copies[message.key].append(message)
            for key, same in copies.items():
                assert len(same) == 1 or sink.again is Again.BLIND, "seen twice"
                assert all(message.is_marked for message in same[1:]), "a repeat that does not say so"
                is_wanted = key in self.world.asked_again
                assert len(same) == 1 or is_wanted or same[0].severity != Severity.INFO, "information twice"
            for incident, told in self._seen(name).items():
                _assert_makes_sense(told, incident, is_known=incident in self.listed)
                # What knows keys is not told that it may have had the newer one: an older that a person sends again may follow.
                again = self.world.asked_again if sink.again is Again.KEYED else ()
                ids = [order[m.key] for m in told if m.key not in again]
                assert ids == sorted(ids), "overtaken"

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def whatever_happened_has_a_reason(self) -> None:
        assert all(self.world.reasons())

    def teardown(self) -> None:
        """In the end everything works, and all is sent: then everybody knows how each incident stands."""
        if not hasattr(self, "world"):
            return
        world = self.world
        for sink in world.sinks.values():
            sink.stays, sink.next = Mood.WELL, []
        world.redrive()
        world.pass_time(12 * 24)
        world.redrive()  # what was parked because nobody could tell
        world.deliver()
        assert not world.is_waiting()
        self.what_people_see_makes_sense()
        incidents = world.tracked()
        self.told.update(["stories", *["incidents"] * len(incidents), *["starts after a crash"] * world.crashes])
        self.told.update(f"messages: {m.change}" for sink in world.sinks.values() for m in sink.seen)
        for incident in incidents:
            is_open = as_told(incident).status is Status.OPEN
            for name in world.sinks:
                told = self._seen(name).get(incident.id, [])
                if not told:
                    continue
                if not is_open:
                    assert told[-1].change in _ENDS, f"{name} waits for the end of {incident.id}"
                elif name in incident.told_to and not incident.is_unheard:
                    assert told[-1].change not in _ENDS, f"{name} believes {incident.id} over"

    def _seen(self, name: str) -> dict[str, list[Message]]:
        """Of each incident what people saw at a destination, without repeats."""
        found: dict[str, list[Message]] = defaultdict(list)
        known: set[str] = set()
        for message in self.world.sinks[name].seen:
            if message.key not in known and message.incident != "known-at-start":  # a summary, with no end
                found[message.incident].append(message)
            known.add(message.key)
        return found

    @staticmethod
    def _off(channel: str, size: float, shape: Shape | None, start: float = 11) -> Finding:
        return off(channel, "orders", size, start=start, shape=shape)

    def _sight(self, incident: Incident, what: float | str) -> Seen:
        worst, world = incident.findings[0], self.world
        channel = worst.key.channel or "email"
        today = (world.now - day(0)).days - 1
        ended = day(today - 1)
        match what:
            case "first calm":
                return Seen(findings=(), calm=1)
            case "calm":
                return Seen(findings=(), calm=2, last_bad_end=max(ended, worst.start + DAY))
            case "restated":
                return Seen(findings=(), calm=2, restated=True)
            case "absorbed":
                return Seen(findings=(), calm=0, absorbed=True)
            case "arrived":
                return Seen(findings=(), data_arrived=True)
            case "spreads":
                other = CHANNELS[(CHANNELS.index(channel) + 1) % 3]
                return Seen(findings=(worst, off(other, "orders", -0.4, start=today)), calm=0, spreads=True)
        start = (worst.start - day(0)) / DAY if incident.status is Status.OPEN else today
        return Seen(findings=(off(channel, "orders", float(what), start=start, shape=worst.shape),), calm=0)


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _assert_makes_sense(told: list[Message], incident: str, *, is_known: bool) -> None:
    """Beginnings and ends take turns, with news between them. is_known: it stood in the summary of what was off at the start."""
    is_open, last = False, None
    words = [str(message.change) for message in told]
    for message in told:
        change, before, last = message.change, last, message.change
        if change in _ENDS:
            is_correction = change is Change.RETRACTED and before is Change.RESOLVED  # what was over is taken back
            late = any("The first notice of this" in fact for fact in message.facts)  # one message says both
            assert is_open or is_correction or late or is_known, f"{incident}: an end of what never began: {words}"
            is_open = False
        elif change is Change.OPENED:
            assert not is_open, f"{incident}: begins twice: {words}"
            is_open = True
        else:
            is_open = True
