"""A sender that is killed 50 times, at every point of its work, loses nothing and hides nothing."""

import multiprocessing
import os
import random
import signal
import sqlite3
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from config.outputs import Severity
from daemon.model import Change
from daemon.outbox import Post, desk, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.store import Store, open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import put
from tests.daemon.outbox.dying import POLICY, deliver_until_killed, slack
from tests.receiver import OK, Answer, Receiver, Request

KILLS = 50
# Where, and how often a sender gets there in two deliveries.
POINTS = [("before commit", 5), ("after commit", 5), ("before sending", 2), ("after sending", 2), ("parent", 2)]
CHANGES = (Change.OPENED, Change.WORSE, Change.GROWN)
SEVERITIES = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
SECONDS = 20.0


def test_fifty_kills_lose_nothing_and_every_repeat_says_so(tmp_path: Path) -> None:
    """No message is lost or invented or overtaken; each kill costs at most one repeat, marked; what is parked is listed."""
    chance = random.Random(20260302)
    points = [(point, 1 + chance.randrange(times)) for point, times in POINTS * (KILLS // len(POINTS))]
    chance.shuffle(points)
    store = open_store("sqlite:///state.db", tmp_path)
    queued: dict[str, Severity] = {}

    with Receiver(answer=_hold) as receiver:
        for number, (point, nth) in enumerate(points):
            queued |= _queue(store, number)
            _kill(tmp_path, receiver, point, nth)
        _finish(store, receiver)

    received = _received(receiver)
    parked = {d.payload["headline"] for d in desk.overview(store, states=[State.AMBIGUOUS], limit=None).deliveries}
    states = Counter(d.state for d in desk.overview(store, states=State, limit=None).deliveries)
    assert set(states) <= {State.SENT, State.AMBIGUOUS}
    assert set(received) <= set(queued)
    assert set(queued) - set(received) <= parked
    assert {name for name, severity in queued.items() if severity is not Severity.INFO} <= set(received)
    assert all(queued[name] is Severity.INFO for name in parked)
    for name, copies in received.items():
        assert len(copies) == 1 or queued[name] is not Severity.INFO
        assert all("This may be a repeat" in copy.words for copy in copies[1:])
    assert sum(len(copies) - 1 for copies in received.values()) <= KILLS
    assert _order_held(receiver)
    assert sqlite3.connect(tmp_path / "state.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


_RELEASED = Event()
_HELD = Event()


def _hold(request: Request) -> Answer:
    """While a sender is to be killed from outside, its request stays unanswered."""
    if _HELD.is_set():
        _RELEASED.wait(SECONDS)
    return OK


def _queue(store: Store, number: int) -> dict[str, Severity]:
    """An incident with three messages."""
    severity, now = SEVERITIES[number % 3], datetime.now(UTC)
    for change in CHANGES:
        put(store, incident=f"i{number:02}", change=change, severity=severity, now=now)
    return {f"i{number:02} {change}": severity for change in CHANGES}


def _kill(folder: Path, receiver: Receiver, point: str, nth: int) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.daemon.outbox.dying"])
    held = point == "parent"
    if held:
        _RELEASED.clear()
        _HELD.set()
    already = len(receiver.requests)
    sender = processes.Process(target=deliver_until_killed, args=(str(folder), receiver.url, point, nth))
    sender.start()
    if held:
        receiver.wait_for(already + 1, SECONDS)
        os.kill(int(sender.pid or 0), signal.SIGKILL)
    sender.join(SECONDS)
    _HELD.clear()
    _RELEASED.set()
    assert sender.exitcode == -signal.SIGKILL


def _finish(store: Store, receiver: Receiver) -> None:
    """A last sender, which nobody kills, empties the queue."""
    now = [datetime.now(UTC)]
    post = Post(
        store=store, destinations={"slack": slack(receiver.url)}, boot=new_boot(), policy=POLICY, clock=lambda: now[0]
    )
    while desk.overview(store, states=[State.QUEUED, State.SENDING]).deliveries:
        deliver_to(post, "slack")
        now[0] += timedelta(seconds=1)


def _received(receiver: Receiver) -> dict[str, list[Request]]:
    received: dict[str, list[Request]] = defaultdict(list)
    for request in receiver.requests:
        received[_name(request)].append(request)
    return received


def _name(request: Request) -> str:
    header: str = request.body["blocks"][0]["text"]["text"]
    return header.partition(" ")[2].strip()


def _order_held(receiver: Receiver) -> bool:
    """Of one incident, no message follows a later one."""
    latest: dict[str, int] = {}
    for request in receiver.requests:
        incident, change = _name(request).split()
        rank = CHANGES.index(Change(change))
        if rank < latest.get(incident, 0):
            return False
        latest[incident] = rank
    return True
