"""A sender that is killed, for real, at a chosen point of its work."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from daemon.destinations import Again, Receipt
from daemon.destinations.pace import Pace
from daemon.destinations.slack_webhook import SlackWebhookDestination, connect
from daemon.outbox import Policy, Post, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.store import Connection, Store, open_store

POLICY = Policy(first_wait=timedelta(milliseconds=1), longest_wait=timedelta(milliseconds=2))


@dataclass
class Death:
    """Kills this process when `point` has been reached for the `nth` time; never for the point "parent"."""

    point: str
    nth: int
    seen: dict[str, int] = field(default_factory=dict)

    def at(self, point: str) -> None:
        self.seen[point] = self.seen.get(point, 0) + 1
        if point == self.point and self.seen[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, kw_only=True)
class Mortal:
    """A destination that may die just before or just after sending."""

    inner: SlackWebhookDestination
    death: Death
    again: Again = Again.BLIND

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        self.death.at("before sending")
        receipt = self.inner.deliver(alert, key, now)
        self.death.at("after sending")
        return receipt


class MortalStore(Store):
    """A state whose writer may die just before or just after a commit."""

    def __init__(self, inner: Store, death: Death) -> None:
        self.inner, self.death = inner, death

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.inner.transaction() as connection:
            yield connection
            self.death.at("before commit")
        self.death.at("after commit")


def slack(url: str) -> SlackWebhookDestination:
    return connect("slack", SecretStr(url), Pace(0))


def deliver_until_killed(folder: str, url: str, point: str, nth: int) -> None:
    """Deliver whatever is due, again and again."""
    death = Death(point, nth)
    store = MortalStore(open_store("sqlite:///state.db", Path(folder)), death)
    post = Post(
        store=store, destinations={"slack": Mortal(inner=slack(url), death=death)}, boot=new_boot(), policy=POLICY
    )
    while True:
        deliver_to(post, "slack")
