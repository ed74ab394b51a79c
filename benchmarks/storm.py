"""Five hundred incidents that begin in one cycle: what each destination hears without any setting, and at which pace vendors are asked.

Pace is measured where it arrives, on real HTTP servers by the real clock, with two destinations on one Slack channel, webhook and
workflow each; Teams' hour by a clock that is set forward. Nothing waits for a summary there: all messages are sent one by one.
"""

import itertools
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from structlog.testing import capture_logs

from benchmarks.results import headline
from config.outputs import Destination as Settings
from config.outputs import Severity
from daemon import listing
from daemon.alerts.compose import compose
from daemon.destinations import Context, Destination, slack, slack_webhook, teams
from daemon.destinations.pace import Pace
from daemon.hearing import hearers
from daemon.model import Change, Impact, Incident, Status
from daemon.outbox import Post, announce, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.store import Store, open_store
from daemon.transition import Transition, Why
from tests import builders_alerts as stories
from tests.builders.troubles import off, opened, settings
from tests.daemon.outbox.builders import NOON, Clock
from tests.daemon.outbox.vendors import KINDS
from tests.receiver import Answer, Receiver, Request

INCIDENTS, PACED = 500, 30
_CYCLES = 20  # in which the incidents of a storm end
_NOW = datetime(2026, 3, 4, 8, 15, tzinfo=UTC)
_ALERT = compose(stories.checkout_failing())


def run(incidents: int = INCIDENTS, paced: int = PACED) -> list[str]:
    """What is told, and how quickly."""
    own, listed, lost, ends = _told(incidents)
    stores = {kind: open_store("sqlite://") for kind in _PACED}  # one after the other: their tables are made
    with capture_logs():
        with ThreadPoolExecutor() as threads:
            arrivals = dict(
                zip(_PACED, threads.map(lambda kind: _paced(kind, stores[kind], paced), _PACED), strict=True)
            )
        hours = _teams_hours(incidents)
    windows = {kind: _most_within(times, 1.0) for kind, times in arrivals.items()}
    messages = own + (1 if listed else 0)
    return [
        "## A storm",
        "",
        f"{incidents} incidents begin in one cycle, a tenth of them critical, with no setting for it. Then {paced} messages by each of two destinations that lead "
        f"to the same place; and {incidents} messages by two destinations to one Teams workflow.",
        "",
        headline(
            "messages to a destination in the hour of the storm",
            "<= 5",
            f"{messages}: {own} of their own, one with the other {listed}",
        ),
        headline("incidents of a storm that nobody is told of", "0", str(lost)),
        headline(f"messages about the ends of the list, which take {_CYCLES} cycles", "<= 2", str(ends)),
        headline(
            "most requests to one Slack channel within any second", "<= 1, bursts of 3", str(max(windows.values()))
        ),
        headline("most messages to one Teams workflow within any hour", "<= 100", str(hours)),
        "",
        "| two destinations of one | messages | most within a second | least distance |",
        "|---|---:|---:|---:|",
        *(
            f"| {kind} | {len(times)} | {windows[kind]} | {min(b - a for a, b in itertools.pairwise(times)):.3f} s |"
            for kind, times in arrivals.items()
        ),
    ]


def _told(count: int) -> tuple[int, int, int, int]:
    """Own messages and listed incidents at one destination, those told nowhere, and messages about the ends of the list."""
    plain = settings().model_dump(exclude_unset=True)
    given = type(settings()).model_validate(
        {**plain, "destinations": {"growth": {"kind": "inbox"}}, "routes": [{"to": ["growth"]}]}
    )
    begun = [_begun(n, Severity.CRITICAL if n % 10 == 0 else Severity.WARNING) for n in range(count)]
    found = listing.entered(hearers(given, begun, [], _NOW), _NOW)
    own, listed = sum(bool(t.to) for t in found), sum(bool(t.summed) for t in found)
    return own, listed, count - own - listed, _ends([t.incident for t in found])


def _ends(incidents: list[Incident]) -> int:
    """Messages about the ends of a storm's list, in as many cycles as they take here."""
    said = 0
    for cycle in range(_CYCLES):
        over = [
            Transition(incident=replace(i, status=Status.RESOLVED, ended_at=_NOW), change=Change.RESOLVED, why=Why.CALM)
            for i in incidents[cycle::_CYCLES]
        ]
        said += sum(p.is_milestone for p in listing.progress(over, incidents))
        incidents = list(({i.id: i for i in incidents} | {t.incident.id: t.incident for t in over}).values())
    return said


def _begun(number: int, severity: Severity) -> Transition:
    money = Impact(kpi="revenue", unit="EUR", to=_NOW, value=-number, lower=-number, upper=-number)
    incident: Incident = replace(
        opened(off("email", "orders", -0.4), name=f"i{number}"), severity=severity, impact=money
    )
    return Transition(incident=incident, change=Change.OPENED, why=Why.FIRST_SEEN)


_PACED = ("slack", "slack_webhook", "teams")


def _paced(kind: str, store: Store, count: int) -> list[float]:
    """When the messages of two destinations of one place arrived there."""
    arrived = list[float]()

    def answer(_: Request) -> Answer:
        arrived.append(time.perf_counter())
        return KINDS[kind].taken

    with Receiver(answer=answer) as receiver:
        url = receiver.url
        context = Context(store=store)
        target = context.target("one", url)
        context.target("two", url)
        both: dict[str, Destination] = {}
        for name in ("one", "two"):
            own: dict[str, Any] = {
                "slack": {"token": "xoxb-canary", "channel": "C0GROWTH01"},
                "slack_webhook": {"url": url},
                "teams": {"url": url},
            }[kind]
            given = TypeAdapter[Any](Settings).validate_python({"kind": kind, **own})
            match kind:
                case "slack":
                    both[name] = slack.connect(name, given, None, lambda _: None, target.pace, url)
                case "slack_webhook":
                    both[name] = slack_webhook.connect(name, given.url, target.pace)
                case _:
                    both[name] = teams.connect(name, given, target.pace, store, target.names)
        _queue(store, count, *both)
        post = Post(store=store, destinations=both, boot=new_boot())
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda name: deliver_to(post, name), both))
    store.close()
    return sorted(arrived)


def _teams_hours(count: int) -> int:
    """The most that one workflow got within an hour, by two destinations, minute by minute until all is sent."""
    clock, store, arrived = Clock(), open_store("sqlite://"), list[float]()

    def answer(_: Request) -> Answer:
        arrived.append((clock.now - NOON).total_seconds())
        return KINDS["teams"].taken

    with Receiver(answer=answer) as receiver:
        given = TypeAdapter[Any](Settings).validate_python({"kind": "teams", "url": receiver.url})
        both = {n: teams.connect(n, given, Pace(0), store, ("one", "two")) for n in ("one", "two")}
        _queue(store, count // 2, *both)
        post = Post(store=store, destinations=both, boot=new_boot(), clock=clock, uniform=lambda least, _: least)
        for _ in range(10 * 60):
            for name in both:
                deliver_to(post, name)
            clock.advance(minutes=1)
    store.close()
    assert len(arrived) == 2 * (count // 2), Counter(arrived)
    return _most_within(arrived, timedelta(hours=1).total_seconds())


def _queue(store: Store, count: int, *names: str) -> None:
    with store.transaction() as connection:
        for number in range(count):
            announce(connection, replace(_ALERT, incident_id=f"i{number}"), names, NOON)


def _most_within(times: list[float], seconds: float) -> int:
    return max(sum(begun <= at < begun + seconds for at in times) for begun in times)
