"""What people get on a day on which 500 incidents begin: by the budget of their route, with a digest the next morning.

Most begin in one cycle in the morning, the rest by the hour; one in fifty is critical. A fifth grow during the day, a third
are over by the evening. Everything is decided, kept and queued as a cycle does; nothing is sent.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from structlog.testing import capture_logs

from benchmarks.results import headline
from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import plain
from daemon.alerts.alert import Alert
from daemon.hearing import hearers
from daemon.model import Change, Incident, Status
from daemon.outbox import announce
from daemon.store import Store, beginnings, deliveries, digests, incidents, open_store
from daemon.transition import Transition, Why
from daemon.upkeep import digest
from tests.builders import digests as build

INCIDENTS = 500
_AT_ONCE = 0.8  # of them in the morning's cycle
_CRITICAL, _GROWS, _ENDS = 0.02, 0.2, 1 / 3
_HOURS = 10
_BUDGETS = (None, 20, 5, 1)
_MORNING = build.NOW - timedelta(days=1) + timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Day:
    """What one destination got, and how long it took to decide and queue."""

    messages: Counter[str]
    critical: int
    held: int
    named: int
    told_of: int
    lines: int
    seconds: float
    digest_seconds: float


def run(count: int = INCIDENTS) -> list[str]:
    """One day for each budget."""
    with capture_logs():
        days = {budget: _day(budget, count) for budget in _BUDGETS}
    lines = [
        "| budget a day | messages | begin | critical among them | grow | end | held for the digest | named there | counted there in all "
        "| lines of the digest | s to decide and queue | s for the digest |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for budget, d in days.items():
        begun, grown = d.messages[str(Change.OPENED)], d.messages[str(Change.WORSE)]
        lines.append(
            f"| {budget or 'none'} | {d.messages.total()} | {begun} | {d.critical} | {grown} | {d.messages[str(Change.RESOLVED)]} "
            f"| {d.held} | {d.named} | {d.told_of} | {d.lines} | {d.seconds:.1f} | {d.digest_seconds:.2f} |"
        )
    five = days[5]
    lost = sum(abs(d.held - d.told_of) for d in days.values())
    return [
        "## A busy day",
        "",
        *(__doc__ or "").strip().split("\n"),
        "",
        headline(
            f"Messages of a day on which {count} incidents begin",
            "a budget of 5 and what is critical; nothing lost",
            f"{five.messages.total()} with a budget of 5 a day ({five.critical} of them begin critical), "
            f"{days[None].messages.total()} without; {lost} of what was held back missing in the digest",
        ),
        "",
        *lines,
    ]


def _settings(budget: int | None) -> Settings:
    plain_settings = build.settings().model_dump(exclude_unset=True)
    route = {"to": ["growth"], **({"most_per_day": budget} if budget else {})}
    return Settings.model_validate(
        {**plain_settings, "routes": [route], "digests": [{"to": ["growth"], "every": "day"}]}
    )


def _cycles(count: int) -> Iterator[list[tuple[Change, str, Severity, float]]]:
    """What is news in each cycle: (change, incident, severity, money a day)."""
    chance = random.Random(1)
    known = [
        (f"i{n}", Severity.CRITICAL if chance.random() < _CRITICAL else Severity.WARNING, chance.lognormvariate(6, 1.2))
        for n in range(count)
    ]
    first = round(count * _AT_ONCE)
    yield [(Change.OPENED, *of) for of in known[:first]]
    later = (count - first) // _HOURS
    for hour in range(_HOURS):
        begun = known[: first + hour * later]
        new = known[first + hour * later : first + (hour + 1) * later]
        news = [(Change.WORSE, *of) for of in begun if chance.random() < _GROWS / _HOURS]
        yield [(Change.OPENED, *of) for of in new] + news
    yield [(Change.RESOLVED, *of) for of in known if chance.random() < _ENDS]


def _day(budget: int | None, count: int) -> Day:
    settings, store = _settings(budget), open_store("sqlite://")
    with store.transaction() as connection:
        digests.done(connection, "growth", _MORNING - timedelta(hours=1))
    began, critical, unsaid = time.perf_counter(), 0, set()
    for hour, news in enumerate(_cycles(count)):
        done = _cycle(settings, store, news, hour)
        critical += sum(t.incident.severity is Severity.CRITICAL for t in done if t.begins)
        unsaid |= {t.incident.id for t in done if t.change is Change.RESOLVED and not t.to}
    seconds = time.perf_counter() - began
    with store.reading() as connection:
        messages = Counter(d.change for d in deliveries.listing(connection))
        held = beginnings.waiting(connection)
    began = time.perf_counter()
    digest.queue_due(settings, store, build.NOW + timedelta(seconds=20))
    digest_seconds = time.perf_counter() - began
    with store.reading() as connection:
        alert = Alert.from_dict(deliveries.listing(connection, limit=1)[0].payload)
    named = {line.split(" · ")[0].rpartition(": ")[2] for part in alert.parts for line in part.lines}
    counted = {part.heading.split()[0]: _count(part.heading) for part in alert.parts if part.heading.endswith(")")}
    return Day(
        messages=messages,
        critical=critical,
        held=len(held),
        named=len({h.incident_id for h in held} & named),
        # Of what a storm's list told the end has no message either, and stands among what closed.
        told_of=counted.get("New", 0)
        + counted["Closed"]
        - messages[str(Change.RESOLVED)]
        - len(unsaid - {h.incident_id for h in held}),
        lines=plain.text(alert).count("\n"),
        seconds=seconds,
        digest_seconds=digest_seconds,
    )


def _count(heading: str) -> int:
    return int(heading.rpartition("(")[2].rstrip(")").replace(",", ""))


def _cycle(
    settings: Settings, store: Store, news: Sequence[tuple[Change, str, Severity, float]], hour: int
) -> list[Transition]:
    """Decide and queue, as a cycle does."""
    now = _MORNING + timedelta(hours=hour)
    with store.reading() as connection:
        before = beginnings.told_since(connection, now - timedelta(days=2))
        found = [_transition(incidents.load_tracked(connection, of[1]), *of) for of in news]
    done = hearers(settings, found, before, now)
    with store.transaction() as connection:
        for t in done:
            incident = replace(t.incident, updated_at=now)
            incidents.record(connection, incident, at=now, change=t.change, reason=t.reason)
            beginnings.note(connection, incident.id, t.change, told=t.begins, held=t.held, now=now)
            words = Alert(
                incident_id=incident.id, change=t.change, severity=incident.severity, headline=f"{incident.id} {hour}"
            )
            announce(connection, words, t.to, now)
    return done


def _transition(known: Incident | None, change: Change, name: str, severity: Severity, lost: float) -> Transition:
    incident = known or build.incident(name, name, lost, severity)
    if change is Change.RESOLVED:
        incident = replace(incident, status=Status.RESOLVED, ended_at=build.NOW)
    why = {Change.OPENED: Why.FIRST_SEEN, Change.WORSE: Why.LARGER, Change.RESOLVED: Why.CALM}
    return Transition(incident=incident, change=change, why=why[change])
