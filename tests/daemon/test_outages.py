"""A destination that is out is told once, by another that works, and so is its return."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from structlog.testing import capture_logs

from config.settings import Settings
from daemon import outages
from daemon.errors import DeliveryDelayed, DeliveryRefused
from daemon.outbox import Policy, deliver_due
from daemon.outbox import desk as desk_of_people
from daemon.store import Store, deliveries, open_store, outbox_totals
from daemon.store.deliveries import Delivery
from tests.daemon.outbox.builders import Clock, Recording, post, put, unheard


def settings(*routes: dict[str, Any], **kinds: str) -> Settings:
    names = kinds or {"slack": "terminal", "mail": "terminal"}
    secret = {"url": "https://hooks.example.com/x", "secret": "whsec_" + "A" * 32}
    return Settings(
        kpis={"orders": {"type": "count"}},
        sources={"s": {"kind": "files", "path": "data"}},
        checks={"shop": {"source": "s", "period": "day", "scope": "business", "columns": {"orders": "orders"}}},
        destinations={name: {"kind": kind, **(secret if kind == "webhook" else {})} for name, kind in names.items()},
        routes=list(routes) or [{"to": list(names)}],
    )


class Desk:
    """Destinations that work or do not, a clock, and looks at every minute."""

    def __init__(self, given: Settings, **failures: type[Exception]) -> None:
        self.settings, self.clock, self.store = given, Clock(), open_store("sqlite://", Path())
        self.failing = dict(failures)
        self.post = post(
            self.store,
            self.clock,
            Policy(longest_wait=timedelta(minutes=2)),
        )
        self.post = replace(self.post, destinations={name: Failing(self, name) for name in given.destinations})

    def minutes(self, count: int, *, sending: bool = True) -> None:
        for _ in range(count):
            self.clock.advance(minutes=1)
            if sending:
                deliver_due(self.post)
            outages.look(self.settings, self.store, self.clock.now)

    def put(self, name: str, incident: str = "i1") -> None:
        put(self.store, name, incident=incident, now=self.clock.now, headline=f"{incident} {self.clock.now}")

    @property
    def notices(self) -> list[Delivery]:
        return notices(self.store)


class Failing(Recording):
    """Fails as long as its desk says so."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.desk, self.name = desk, name

    def deliver(self, alert: Any, key: str, now: Any) -> Any:
        if (error := self.desk.failing.get(self.name)) is not None:
            raise unheard(error)  # type: ignore[arg-type]
        return super().deliver(alert, key, now)


def notices(store: Store) -> list[Delivery]:
    with store.reading() as connection:
        return [d for d in reversed(deliveries.listing(connection)) if d.incident_id.startswith("undelivered-")]


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(d.destination, d.payload["headline"]) for d in desk.notices]


@pytest.mark.parametrize("error", [DeliveryDelayed, DeliveryRefused])
def test_one_notice_goes_out_by_another_destination_after_a_quarter_of_an_hour(error: type[Exception]) -> None:
    desk = Desk(settings(), slack=error)
    desk.put("slack")

    desk.minutes(15)
    assert told(desk) == []
    desk.minutes(240)

    assert told(desk) == [("mail", "No message reaches slack since Mon 2 Mar, 12:01")]
    said = desk.notices[0].payload["numbers"]
    assert said.startswith("1 message " + ("waits" if error is DeliveryDelayed else "was refused"))
    assert "the destination said no" in said


def test_its_return_is_told_to_those_who_heard_of_it() -> None:
    desk = Desk(settings(), slack=DeliveryDelayed)
    desk.put("slack")
    desk.minutes(30)
    desk.failing.clear()
    desk.minutes(30)

    assert [name for name, _ in told(desk)] == ["mail", "mail"]
    assert told(desk)[1][1] == "Resolved: slack takes messages again"


def test_a_message_that_nobody_tries_to_send_is_told_too() -> None:
    desk = Desk(settings())
    desk.put("slack")
    desk.minutes(20, sending=False)

    assert [name for name, _ in told(desk)] == ["mail"]


def test_what_was_purged_is_no_return() -> None:
    desk = Desk(settings(), slack=DeliveryRefused)
    desk.put("slack")
    desk.minutes(20)
    with desk.store.transaction() as connection:
        outbox_totals.purge(connection, states=(deliveries.State.DEAD,), before=desk.clock.now + timedelta(days=1))
    desk.minutes(2)

    assert told(desk)[-1] == ("mail", "Nothing waits for slack any more")


def test_a_slow_destination_that_takes_some_is_not_out() -> None:
    desk = Desk(settings())
    for minute in range(60):
        desk.put("slack", f"a{minute}")
        desk.put("slack", f"b{minute}")
        if minute % 10 == 9:
            deliver_due(desk.post)
            desk.put("slack", f"c{minute}")
        desk.minutes(1, sending=False)

    assert told(desk) == []


def test_time_in_which_nobody_ran_does_not_count() -> None:
    desk = Desk(settings(), slack=DeliveryDelayed)
    desk.put("slack")
    desk.minutes(10)
    desk.clock.advance(hours=12)
    desk.minutes(10)

    assert told(desk) == []


def test_coming_and_going_is_told_at_most_once_in_six_hours() -> None:
    desk = Desk(settings(), slack=DeliveryDelayed)
    for number in range(24):
        desk.failing["slack"] = DeliveryDelayed
        desk.put("slack", f"i{number}")
        desk.minutes(20)
        desk.failing.clear()
        desk.minutes(10)

    assert 2 <= len([1 for _, words in told(desk) if words.startswith("No message")]) <= 3


def test_a_fallback_comes_first_and_what_only_this_machine_shows_last() -> None:
    given = settings({"to": ["slack", "page", "hook"]}, slack="webhook", page="inbox", hook="webhook")
    assert outages.stand_in(given, "slack", {"slack"}) == "hook"
    assert outages.stand_in(given, "slack", {"slack", "hook"}) == "page"
    backed = settings(
        {"to": ["slack", "hook"]}, {"to": ["boss"], "fallback": True}, slack="webhook", hook="webhook", boss="webhook"
    )
    assert outages.stand_in(backed, "slack", {"slack"}) == "boss"
    assert outages.stand_in(settings(slack="webhook"), "slack", {"slack"}) is None


def test_an_outage_of_the_only_destination_stands_once_in_the_log_and_so_does_its_end() -> None:
    desk = Desk(settings(slack="terminal"), slack=DeliveryDelayed)
    desk.put("slack")

    with capture_logs() as logs:
        desk.minutes(120)
        desk.failing.clear()
        desk.minutes(30)

    said = [(line["event"], line["destination"]) for line in logs if line["event"].startswith("destination_")]
    assert said == [("destination_out", "slack"), ("destination_back", "slack")]


def test_a_pause_of_the_service_is_no_end_of_an_outage() -> None:
    desk = Desk(settings(slack="terminal"), slack=DeliveryDelayed)
    desk.put("slack")
    desk.minutes(30)

    with capture_logs() as logs:
        desk.clock.advance(hours=12)
        desk.minutes(10)

    assert [line for line in logs if line["event"] == "destination_back"] == []


def test_a_purge_does_not_make_it_come_twice() -> None:
    desk = Desk(settings(), slack=DeliveryDelayed)
    desk.put("slack")
    desk.minutes(30)
    desk_of_people.purge(desk.store, before=desk.clock.now)
    desk.failing.clear()
    desk.minutes(10)
    desk.failing["slack"] = DeliveryDelayed
    desk.put("slack", "i2")
    desk.minutes(30)

    assert [words for _, words in told(desk)] == [
        "No message reaches slack since Mon 2 Mar, 12:01",
        "Resolved: slack takes messages again",
    ]


def test_long_names_that_begin_alike_are_told_apart() -> None:
    one, two = ("a" * 60 + end for end in ("1", "2"))
    desk = Desk(
        settings(**{one: "terminal", two: "terminal", "mail": "terminal"}),
        **{one: DeliveryDelayed, two: DeliveryDelayed},
    )
    desk.put(one)
    desk.put(two)
    desk.minutes(20)

    assert len({d.incident_id for d in desk.notices}) == 2
    assert all(len(d.incident_id) <= 64 for d in desk.notices)


class Outages(RuleBasedStateMachine):
    """Three destinations that come and go, messages to all of them, a service that pauses."""

    names = ("slack", "mail", "hook")

    @initialize()
    def begin(self) -> None:
        self.desk = Desk(settings(**dict.fromkeys(self.names, "terminal")))
        self.count = 0

    @rule(name=st.sampled_from(names), error=st.sampled_from([DeliveryDelayed, DeliveryRefused]))
    def breaks(self, name: str, error: type[Exception]) -> None:
        self.desk.failing[name] = error

    @rule(name=st.sampled_from(names))
    def works(self, name: str) -> None:
        self.desk.failing.pop(name, None)

    @rule(name=st.sampled_from(names))
    def message(self, name: str) -> None:
        self.count += 1
        self.desk.put(name, f"i{self.count}")

    @rule(minutes=st.sampled_from([1, 7, 16, 40]))
    def time_passes(self, minutes: int) -> None:
        self.desk.minutes(minutes)

    @rule(hours=st.sampled_from([1, 7]))
    def nobody_runs(self, hours: int) -> None:
        self.desk.clock.advance(hours=hours)

    @invariant()
    def beginnings_and_ends_take_turns_and_nobody_tells_of_itself(self) -> None:
        if not hasattr(self, "desk"):
            return
        for name in self.names:
            own = [d for d in self.desk.notices if d.incident_id == f"undelivered-{name}"]
            assert [d.change for d in own] == ["opened", "resolved"] * (len(own) // 2) + ["opened"] * (len(own) % 2)
            assert all(d.destination != name for d in own)
            assert [d.destination for d in own[1::2]] == [d.destination for d in own[::2]][: len(own) // 2]
            begun = [d.created for d in own[::2]]
            assert all(b - a >= timedelta(hours=6) for a, b in pairwise(begun))

    @invariant()
    def no_notice_is_about_notices_alone(self) -> None:
        """Were nothing said to anyone, nobody would be told of anything."""
        if hasattr(self, "desk") and not self.count:
            assert self.desk.notices == []


TestOutages = Outages.TestCase
TestOutages.settings = hypothesis_settings(max_examples=25, stateful_step_count=20, deadline=None)
