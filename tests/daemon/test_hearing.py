"""Who hears of what, and what waits for the digest: nothing critical is held back, and nothing that is held back is lost."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import plain
from daemon.hearing import NO_ROUTE, UNHEARD, hearers
from daemon.model import Change, Impact, Incident, Status
from daemon.store import beginnings, deliveries, digests, open_store
from daemon.store import incidents as stored
from daemon.transition import NOT_TOLD, Transition, Why
from daemon.upkeep import digest
from tests.builders.troubles import off, opened, settings

NOW = datetime(2026, 3, 4, 8, 15, tzinfo=UTC)
DAY = timedelta(days=1)
PAGER = {"kind": "pagerduty", "routing_key": "0" * 32}


def routed(*routes: dict[str, Any], **more: Any) -> Settings:
    plain_settings = settings().model_dump(exclude_unset=True)
    names = {name for route in routes for name in route["to"]}
    return Settings.model_validate(
        {
            **plain_settings,
            "destinations": {n: PAGER if n == "on_call" else {"kind": "inbox"} for n in sorted(names)},
            "routes": list(routes),
            "digests": [{"to": ["growth"], "every": "day", "at": "09:00"}],
            **more,
        }
    )


BUDGET = routed({"to": ["growth"], "most_per_day": 2}, {"to": ["boss"]})


def trouble(
    name: str, severity: Severity = Severity.WARNING, lost: float = 100.0, change: Change = Change.OPENED, **more: Any
) -> Transition:
    money = Impact(kpi="revenue", unit="EUR", to=NOW, value=-lost, lower=-lost, upper=-lost)
    incident = replace(opened(off("email", "orders", -0.4), name=name), severity=severity, impact=money, **more)
    return Transition(incident=incident, change=change, why=Why.FIRST_SEEN)


def told(*transitions: Transition, before: list[tuple[str, datetime]] | None = None) -> dict[str, Transition]:
    return {t.incident.id: t for t in hearers(BUDGET, transitions, before or [], NOW)}


def test_the_most_urgent_go_first_and_the_others_wait_for_the_digest_with_a_reason() -> None:
    found = told(trouble("small", lost=1), trouble("large", lost=900), trouble("middle", lost=50))

    assert {name: t.to for name, t in found.items()} == {
        "small": ("boss",),
        "large": ("growth", "boss"),
        "middle": ("growth", "boss"),
    }
    assert found["small"].held == {"growth": "held for the digest: the budget of 2 a day is used up"}
    assert found["small"].incident.told_to == ("boss",)
    assert found["small"].reason == (
        "first seen; not told, held for the digest: the budget of 2 a day is used up, at growth"
    )
    assert list(found) == ["small", "large", "middle"], "the order of the cycle stays"


CALM = routed({"to": ["growth"]}, {"to": ["boss"], "min_severity": "critical"}, digests=[])


def many(count: int, critical: int = 0, **more: Any) -> list[Transition]:
    severities = [Severity.CRITICAL] * critical + [Severity.WARNING] * (count - critical)
    return [trouble(f"i{n:03}", severity, lost=1000.0 - n, **more) for n, severity in enumerate(severities)]


def test_in_a_storm_the_most_urgent_are_told_one_by_one_and_all_others_in_one_message() -> None:
    found = hearers(CALM, many(500, critical=7), [], NOW)

    assert [t.incident.id for t in found if "growth" in t.to] == ["i000", "i001", "i002", "i003"]
    assert [t.incident.id for t in found if "boss" in t.to] == ["i000", "i001", "i002", "i003"]
    assert [len([t for t in found if name in t.summed]) for name in ("growth", "boss")] == [496, 3]
    assert all(t.to or t.summed for t in found), "nothing is lost"
    assert found[4].reason == "first seen; told in one message with others, since many began at once, at growth, boss"
    assert found[4].incident.told_to == ()


def test_a_pager_gets_no_list_that_nobody_would_close() -> None:
    found = hearers(routed({"to": ["on_call"]}), many(9), [], NOW)

    assert [t.to for t in found] == [("on_call",)] * 9


def test_five_at_once_are_no_storm_and_neither_is_one_after_five() -> None:
    assert [t.to for t in hearers(CALM, many(5), [], NOW)] == [("growth",)] * 5
    earlier = [("growth", NOW - timedelta(minutes=20))] * 5

    assert [t.to for t in hearers(CALM, many(1), earlier, NOW)] == [("growth",)]
    assert [t.summed for t in hearers(CALM, many(2), earlier, NOW)] == [("growth",)] * 2
    assert [t.to for t in hearers(CALM, many(5), [("growth", NOW - timedelta(minutes=61))] * 9, NOW)] == [
        ("growth",)
    ] * 5


def test_what_was_only_listed_is_told_by_itself_when_it_gets_worse() -> None:
    listed = hearers(CALM, many(9), [], NOW)[-1]
    (worse,) = hearers(CALM, [replace(listed, change=Change.WORSE, summed=())], [], NOW + DAY)

    assert (worse.to, worse.newcomers) == (("growth",), ("growth",))


def test_a_replay_knows_no_storms() -> None:
    assert all(t.to for t in hearers(CALM, many(50), [], NOW, budgets=False))


def test_what_is_told_nowhere_begins_its_reason_as_a_silence_does() -> None:
    alone = routed({"to": ["growth"], "most_per_day": 1})
    _, second = hearers(alone, [trouble("a", lost=9), trouble("b", lost=1)], [], NOW)

    assert (second.change, second.to) == (Change.OPENED, ())
    assert second.reason == f"{NOT_TOLD}held for the digest: the budget of 1 a day is used up, at growth (first seen)"


def test_what_is_critical_is_told_whatever_was_told_before_and_counts() -> None:
    many = [("growth", NOW)] * 5
    found = told(trouble("fire", Severity.CRITICAL), trouble("smoke"), before=many)

    assert found["fire"].to == ("growth", "boss")
    assert found["smoke"].to == ("boss",)
    assert told(trouble("a", Severity.CRITICAL), trouble("b", Severity.CRITICAL), trouble("smoke"))["smoke"].held


@pytest.mark.parametrize(("hours", "fits"), [(-9, True), (-8, False), (0, False)])
def test_a_budget_is_that_of_a_day_on_the_routes_own_calendar(hours: int, fits: bool) -> None:
    before = [("growth", NOW + timedelta(hours=hours, minutes=-15))] * 2

    assert bool(told(trouble("a"), before=before)["a"].held) is not fits


def test_an_update_and_an_end_go_to_whoever_was_told_and_to_nobody_else() -> None:
    known = opened(off("email", "orders", -0.4)).told_to
    assert known == ()
    full = [("growth", NOW)] * 9
    worse = trouble("a", change=Change.WORSE, told_to=("growth",))
    over = replace(worse, change=Change.RESOLVED, incident=replace(worse.incident, status=Status.RESOLVED))

    assert told(worse, before=full)["a"].to == ("growth", "boss")
    assert told(worse, before=full)["a"].newcomers == ("boss",)
    assert told(over, before=full)["a"].to == ("growth",)


def test_what_gets_better_is_no_news_to_whoever_was_not_told() -> None:
    better = trouble("a", change=Change.BETTER, told_to=("boss",))

    assert told(better)["a"].to == ("boss",)


def test_a_comeback_that_is_held_has_no_end_at_that_destination() -> None:
    back = trouble("a", change=Change.REOPENED, told_to=("growth", "boss"))
    held = told(back, before=[("growth", NOW)] * 2)["a"]

    assert (held.to, held.incident.told_to) == (("boss",), ("boss",))


def test_a_comeback_begins_only_where_a_route_wants_it_now() -> None:
    settings = routed({"to": ["growth"]}, {"to": ["on_call"], "min_severity": "critical"})
    back = trouble("a", change=Change.REOPENED, told_to=("growth", "on_call"))
    (found,) = hearers(settings, [back], [], NOW)

    assert (found.to, found.incident.told_to) == (("growth",), ("growth",))


def test_a_destination_with_a_route_that_has_room_is_told() -> None:
    both = routed({"to": ["growth"], "most_per_day": 1}, {"to": ["growth"], "channels": ["email"]})
    (found,) = hearers(both, [trouble("a")], [("growth", NOW)] * 3, NOW)

    assert found.to == ("growth",)


def test_a_pager_has_no_budget() -> None:
    paged = routed({"to": ["on_call", "growth"], "most_per_day": 1})
    (found,) = hearers(paged, [trouble("a")], [("on_call", NOW), ("growth", NOW)], NOW)

    assert found.to == ("on_call",)


def test_what_was_off_at_the_start_is_told_in_a_summary_and_takes_nothing_from_the_budget() -> None:
    found = told(*(trouble(f"{n}", known_at_start=True) for n in range(9)))

    assert {t.to for t in found.values()} == {("growth", "boss")}
    assert not any(t.begins for t in found.values())


def test_a_change_that_nobody_hears_of_says_why() -> None:
    nobody = routed({"to": ["growth"], "channels": ["paid_search"]})
    (unwanted,) = hearers(nobody, [trouble("a")], [], NOW)
    over = replace(trouble("b").incident, status=Status.RESOLVED)
    (unheard,) = hearers(nobody, [Transition(incident=over, change=Change.RESOLVED, why=Why.CALM)], [], NOW)

    assert unwanted.reason == f"{NOT_TOLD}{NO_ROUTE} (first seen)"
    assert unheard.reason == f"{NOT_TOLD}{UNHEARD} (back in range)"


def test_a_replay_knows_no_budget() -> None:
    found = hearers(BUDGET, [trouble(f"{n}") for n in range(9)], [], NOW, budgets=False)

    assert all(t.to == ("growth", "boss") for t in found)


class Days(RuleBasedStateMachine):
    """Days of troubles that begin, grow, become critical, end and come back, with a digest every morning at nine."""

    running = Bundle("running")
    over = Bundle("over")

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.made = 0
        self.store = open_store("sqlite://")
        self.told_today: Counter[datetime] = Counter()
        self.knows: dict[str, set[str]] = {}
        with self.store.transaction() as connection:
            digests.done(connection, "growth", NOW - DAY + timedelta(hours=1))

    def _cycle(self, transitions: list[Transition]) -> None:
        with self.store.reading() as connection:
            before = beginnings.told_since(connection, self.now - 2 * DAY)
        done = hearers(BUDGET, transitions, before, self.now)
        if len(transitions) > 1:
            most = max(Counter(name for t in done for name in t.begins).values(), default=0)
            assert most <= 5, "what is more at once is a storm"
        today = sum(name == "growth" and at.date() == self.now.date() for name, at in before)
        for t in sorted(done, key=lambda t: t.incident.severity is not Severity.CRITICAL):
            name, knew = t.incident.id, self.knows.setdefault(t.incident.id, set())
            is_over = t.incident.status is not Status.OPEN
            if is_over:
                assert set(t.to) == knew, "an end goes to whoever knows of the trouble, and to nobody else"
            elif t.incident.severity is Severity.CRITICAL:
                assert "growth" in (*t.to, *t.summed), "what is critical is never held back"
            if "growth" in t.begins:
                assert t.incident.severity is Severity.CRITICAL or today < 2
                today += 1
            assert not set(t.to) & {*t.held, *t.summed}
            self.knows[name] = set() if is_over else set(t.to) | (knew - {*t.held, *t.summed})
            assert t.to or t.held or t.summed or t.reason.startswith(NOT_TOLD)
        with self.store.transaction() as connection:
            for t in done:
                stored.record(connection, t.incident, at=self.now, change=t.change, reason=t.reason)
                beginnings.note(connection, t.incident.id, t.change, told=t.begins, held=t.held, now=self.now)
        self.now += timedelta(minutes=1)

    def _load(self, name: str) -> Incident:
        with self.store.reading() as connection:
            found = stored.load_tracked(connection, name)
        assert found is not None
        return found

    @rule(target=running, severities=st.lists(st.sampled_from(Severity), min_size=1, max_size=1))
    def one_begins(self, severities: list[Severity]) -> str:
        self.made += 1
        name = f"trouble {self.made}"
        self._cycle([trouble(name, severities[0], self.made, title=name, updated_at=self.now)])
        return name

    @rule(severities=st.lists(st.sampled_from(Severity), min_size=3, max_size=25))
    def many_begin_at_once(self, severities: list[Severity]) -> None:
        names = [f"trouble {self.made + n}" for n in range(1, len(severities) + 1)]
        self.made += len(severities)
        self._cycle(
            [
                trouble(n, s, i, title=n, updated_at=self.now)
                for i, (n, s) in enumerate(zip(names, severities, strict=True))
            ]
        )

    @rule(
        name=running,
        change=st.sampled_from((Change.WORSE, Change.GROWN, Change.BETTER)),
        severity=st.sampled_from(Severity),
    )
    def one_changes(self, name: str, change: Change, severity: Severity) -> None:
        if self._load(name).status is Status.OPEN:
            incident = replace(self._load(name), severity=severity, updated_at=self.now)
            self._cycle([Transition(incident=incident, change=change, why=Why.LARGER)])

    @rule(target=over, name=consumes(running), change=st.sampled_from((Change.RESOLVED, Change.RETRACTED)))
    def one_ends(self, name: str, change: Change) -> str:
        status = Status.RESOLVED if change is Change.RESOLVED else Status.RETRACTED
        incident = replace(self._load(name), status=status, ended_at=self.now, updated_at=self.now)
        self._cycle([Transition(incident=incident, change=change, why=Why.CALM)])
        return name

    @rule(target=running, name=consumes(over), severity=st.sampled_from(Severity))
    def one_comes_back(self, name: str, severity: Severity) -> str:
        incident = replace(self._load(name), status=Status.OPEN, ended_at=None, severity=severity, updated_at=self.now)
        self._cycle([Transition(incident=incident, change=Change.REOPENED, why=Why.CAME_BACK)])
        return name

    @rule(restarts=st.integers(1, 3))
    def the_next_morning_comes(self, restarts: int) -> None:
        self.now = datetime.combine(self.now.date() + DAY, NOW.time(), UTC) + timedelta(minutes=50)
        with self.store.reading() as connection:
            held = beginnings.waiting(connection, destination="growth")
            before = len(deliveries.listing(connection))
        for _ in range(restarts):
            digest.queue_due(BUDGET, self.store, self.now)
        with self.store.reading() as connection:
            rows = deliveries.listing(connection)
            assert beginnings.waiting(connection) == [], "what was held back is in this digest, and in no other"
        assert len(rows) - before == 1, "once a slot, whatever restarts lie between"
        alert = rows[0].payload
        lines = [line for part in alert["parts"] for line in part["lines"]]
        named = {line.split(" · ")[0].rpartition(": ")[2] for line in lines}
        new = [part for part in alert["parts"] if part["heading"].startswith("New here")]
        shown = {h.incident_id for h in held} & named
        counted = sum(int(line.split()[1].replace(",", "")) for line in lines if line.startswith("and "))
        assert len({h.incident_id for h in held} - shown) <= counted, "all that was held is shown or counted"
        if any(self._load(h.incident_id).status is Status.OPEN for h in held):
            assert new
        self.now += timedelta(minutes=5)


Days.TestCase.settings = effort(max_examples=40, stateful_step_count=25, deadline=None)
TestDays = Days.TestCase


def test_a_digest_is_text_that_can_be_read_alone() -> None:
    """The words stand without blocks, colours or pictures."""
    store = open_store("sqlite://")
    with store.transaction() as connection:
        digests.done(connection, "growth", NOW - DAY)
        first = trouble("a", title="Orders -40 % in email since Tue 3 Mar (1 day)", updated_at=NOW)
        stored.record(connection, first.incident, at=NOW, change=Change.OPENED, reason="first seen")
        alert = digest.preview(connection, BUDGET, "growth", NOW + timedelta(hours=1))

    assert alert is not None
    assert "• Orders -40 % in email since Tue 3 Mar (1 day) · about -100 EUR so far" in plain.text(alert)
