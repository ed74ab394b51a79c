"""A channelwatch that is killed, for real, at a chosen point of its work; and that waits for nothing.

The program knows nothing of it: its functions are replaced in the process that is to die.
"""

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

POINTS = (
    "between pull and cycle",
    "in the cycle's transaction",
    "before the claim",
    "after the claim",
    "sent, not marked",
    "marked",
)


def arm(point: str | None, nth: int) -> None:
    """Let this process die when it gets to the point for the `nth` time; None: it only waits for nothing."""
    from daemon import app, checking, cycle
    from daemon.destinations.contract import Context
    from daemon.destinations.slack_webhook import SlackWebhookDestination
    from daemon.destinations.webhook import WebhookDestination
    from daemon.outbox import Policy, Post, attempt
    from daemon.store import claims

    impatient: Any = app
    impatient.Post = partial(
        Post, policy=Policy(first_wait=timedelta(milliseconds=1), longest_wait=timedelta(milliseconds=2))
    )
    impatient.Context = partial(Context, seconds_between_posts=0)
    death = _Death(point, nth)
    death.before(checking, "run_cycle", "between pull and cycle")
    death.after(cycle, "keep", "in the cycle's transaction")
    death.before(claims, "claim", "before the claim")
    for destination in (SlackWebhookDestination, WebhookDestination):
        death.before(destination, "deliver", "after the claim")
        death.after(destination, "deliver", "sent, not marked")
    death.before(attempt, "_tell", "marked")


class _Death:
    """Counts how often each point is reached, and kills."""

    def __init__(self, point: str | None, nth: int) -> None:
        self._point, self._left = point, nth
        self._turn = threading.Lock()

    def before(self, owner: Any, name: str, point: str) -> None:
        """The point lies just before a function."""
        self._wrap(owner, name, point, first=True)

    def after(self, owner: Any, name: str, point: str) -> None:
        """The point lies just after a function."""
        self._wrap(owner, name, point, first=False)

    def _wrap(self, owner: Any, name: str, point: str, *, first: bool) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        def wrapped(*arguments: Any, **options: Any) -> Any:
            if first:
                self._at(point)
            answer = inner(*arguments, **options)
            if not first:
                self._at(point)
            return answer

        setattr(owner, name, wrapped)

    def _at(self, point: str) -> None:
        if point == self._point:
            with self._turn:
                self._left -= 1
                if not self._left:
                    os.kill(os.getpid(), signal.SIGKILL)
