"""Senders that are killed, for real, at a chosen point of their work: hundreds a minute, forked from a process that is warm.

`python -m tests.daemon.outbox.mortal` is that process: it reads a JSON line for each sender, and answers with its pid,
then with its exit code.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

from daemon.destinations import Again, Destination, Receipt
from daemon.http_client import NotSent, post_json
from daemon.outbox import Policy, Post, desk, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.store import Connection, Store, open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.families import KINDS
from tests.daemon.outbox.gate import CONNECTING, SENT, Gate

CLAIMED = "claimed"
ANSWERED = "answered, before the mark"
COMMITTING = "in a transaction, before its commit"
MARKED = "marked, before afterwards"
POINTS = (CLAIMED, CONNECTING, SENT, ANSWERED, COMMITTING, MARKED)
# After a kill at one of these nobody can tell whether the message arrived.
WINDOW = (SENT, ANSWERED, COMMITTING)

# Long enough that a later message would overtake one that waits, if it could.
POLICY = Policy(first_wait=timedelta(milliseconds=10), longest_wait=timedelta(milliseconds=20))
_REPO = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, kw_only=True)
class Order:
    """A sender: the URL of its state, the kind of its destination and the port it is at, and where it dies."""

    store: str
    kind: str
    port: int
    point: str | None = None
    nth: int = 1


class Nursery:
    """The process that senders are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.daemon.outbox.mortal"],
            cwd=_REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, order: Order, gate: Gate) -> bool:
        """Whether a sender was killed; otherwise it sent all there was to send."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        gate.arm(order.point, order.nth)
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        gate.sender.set_result(int(self._process.stdout.readline()))
        code = int(self._process.stdout.readline())
        gate.over.set()
        assert code in (0, -signal.SIGKILL), f"a sender ended with {code}: its traceback is on standard error"
        return code != 0

    def close(self) -> None:
        """End it."""
        with self._process as process:
            process.stdin.close()  # type: ignore[union-attr]


@dataclass
class Death:
    """Kills this process when a point has been reached for the `nth` time."""

    point: str | None
    left: int

    def at(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, kw_only=True)
class MortalDestination:
    """May die just before sending, just after, and when all is marked."""

    inner: Destination
    death: Death

    @property
    def again(self) -> Again:
        return self.inner.again

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        self.death.at(CLAIMED)
        receipt = self.inner.deliver(alert, key, now)
        self.death.at(ANSWERED)

        def afterwards() -> Iterable[None]:
            self.death.at(MARKED)
            return receipt.afterwards()

        return replace(receipt, afterwards=afterwards)


class MortalStore(Store):
    """A state whose writer may die when all is written and nothing committed."""

    def __init__(self, inner: Store, death: Death) -> None:
        self.inner, self.death = inner, death

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.inner.transaction() as connection:
            yield connection
            self.death.at(COMMITTING)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.inner.reading() as connection:
            yield connection


def deliver_until_killed(order: Order) -> None:
    """Deliver until nothing is left, or death comes."""
    death = Death(order.point, order.nth)
    store = MortalStore(open_store(order.store), death)
    inner = KINDS[order.kind].connect(order.port, store)
    post = Post(
        store=store,
        destinations={order.kind: MortalDestination(inner=inner, death=death)},
        boot=new_boot(),
        policy=POLICY,
    )
    while desk.overview(store, states=(State.QUEUED, State.SENDING), limit=1).deliveries:
        deliver_to(post, order.kind)
        Event().wait(0.004)


def _serve() -> None:
    """Fork a sender for every line. What senders print of themselves goes nowhere; their errors are seen."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    open_store("sqlite://").close()  # whatever is imported late is imported here
    with suppress(NotSent):
        post_json("http://127.0.0.1:9/", {})
    while line := sys.stdin.readline():
        pid = os.fork()
        if not pid:
            _be(Order(**json.loads(line)))
        print(pid, file=answers, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _be(order: Order) -> NoReturn:
    """Live as this sender; nothing of the process it comes from is tidied up."""
    code = 1
    try:
        deliver_until_killed(order)
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


if __name__ == "__main__":
    _serve()
