"""What is critical goes another way while its destination is out, once, with its end, and comes late to the first one."""

from dataclasses import replace
from typing import Any

import pytest

from config.outputs import Severity
from daemon import detours, outages
from daemon.errors import DeliveryDelayed
from daemon.model import Change, Status
from daemon.outbox import enqueue
from daemon.store import incidents
from tests.builders_alerts import checkout_failing
from tests.daemon.outbox.builders import alert
from tests.daemon.test_outages import Desk, settings

NAMES = {"slack": "terminal", "phone": "terminal", "mail": "terminal"}
ROUTES: tuple[dict[str, Any], ...] = ({"to": ["slack"], "if_broken": ["phone"]}, {"to": ["mail"]})


class Watched(Desk):
    """A desk whose looks also send around what is out."""

    def minutes(self, count: int, *, sending: bool = True) -> None:
        for _ in range(count):
            super().minutes(1, sending=sending)
            with self.store.reading() as connection:
                out = outages.broken(connection, self.settings, self.clock.now)
            detours.take(self.settings, self.store, out, self.clock.now)

    def happens(
        self, change: Change = Change.OPENED, severity: Severity = Severity.CRITICAL, incident: str = "i1"
    ) -> None:
        """As a cycle keeps it: the incident, and a message to everyone who is to hear."""
        with self.store.transaction() as connection:
            known = incidents.load_tracked(connection, incident)
            told_to = known.told_to if known else ("slack",)
            status = Status.RESOLVED if change is Change.RESOLVED else Status.OPEN
            now = replace(checkout_failing().incident, id=incident, status=status, severity=severity, told_to=told_to)
            incidents.record(connection, now, at=self.clock.now, change=change, reason="test")
            enqueue(
                connection,
                alert(incident, change, severity),
                incident_id=incident,
                change=change,
                destinations=told_to,
                now=self.clock.now,
            )

    def heard(self, name: str) -> list[str]:
        """What arrived there about incidents."""
        return [h for h in self.post.destinations[name].headlines if not h.startswith(("No ", "Resolved: "))]  # type: ignore[attr-defined]


def desk(*routes: dict[str, Any], **failures: type[Exception]) -> Watched:
    return Watched(settings(*(routes or ROUTES), **NAMES), **failures)


def test_what_is_critical_reaches_the_stand_in_after_a_quarter_of_an_hour_once() -> None:
    at = desk(slack=DeliveryDelayed)
    at.happens()

    at.minutes(15)
    assert at.heard("phone") == []
    at.minutes(60)

    assert at.heard("phone") == ["i1 opened"]
    said = at.post.destinations["phone"].taken[0]["facts"]  # type: ignore[attr-defined]
    assert said[-1] == "Sent here because no message reaches slack since Mon 2 Mar, 12:01."
    with at.store.reading() as connection:
        reasons = [e.reason for e in incidents.history(connection, "i1")]
    assert reasons[-1] == "told phone as well: no message reaches slack"


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_what_is_not_critical_waits(severity: Severity) -> None:
    at = desk(slack=DeliveryDelayed)
    at.happens(severity=severity)
    at.minutes(60)

    assert at.heard("phone") == []


def test_whoever_heard_of_it_that_way_hears_of_its_end_and_the_first_one_gets_one_message() -> None:
    at = desk(slack=DeliveryDelayed)
    at.happens()
    at.minutes(30)
    at.happens(Change.RESOLVED)
    at.minutes(5)
    at.failing.clear()
    at.minutes(30)

    assert at.heard("phone") == ["i1 opened", "i1 resolved"]
    assert at.heard("slack") == ["i1 resolved"]


def test_the_first_one_learns_that_it_comes_late() -> None:
    at = desk(slack=DeliveryDelayed)
    at.happens()
    at.minutes(30)
    at.failing.clear()
    at.minutes(30)

    assert at.heard("slack") == ["i1 opened"]
    late = at.post.destinations["slack"].taken[0]["facts"][-1]  # type: ignore[attr-defined]
    assert late == "Told phone Mon 2 Mar, 12:16, while nothing could be sent here."


def test_a_stand_in_that_is_out_itself_is_asked_when_it_is_back() -> None:
    at = desk(slack=DeliveryDelayed, phone=DeliveryDelayed)
    at.happens()
    at.put("phone", "i2")
    at.minutes(40)
    at.failing.pop("phone")
    at.minutes(40)

    assert min(at.heard("phone")) == "i1 opened"


def test_without_a_stand_in_only_the_notice_goes_out() -> None:
    at = desk({"to": ["slack"]}, {"to": ["mail"]}, slack=DeliveryDelayed)
    at.happens()
    at.minutes(60)

    assert (at.heard("phone"), at.heard("mail"), len(at.notices)) == ([], [], 1)


def test_what_ended_while_nobody_could_be_told_is_no_news_for_the_stand_in() -> None:
    at = desk(slack=DeliveryDelayed)
    at.happens()
    at.minutes(5)
    at.happens(Change.RESOLVED)
    at.minutes(60)

    assert at.heard("phone") == []
    at.failing.clear()
    at.minutes(30)
    assert at.heard("slack") == ["i1 resolved"]
