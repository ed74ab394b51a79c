"""Asks databases and APIs, each in a thread of its own, so that a slow, hung or failing one delays nobody.

A cycle reads what was kept; it never waits for the network. A check whose source does not answer in time is judged on
what is known of it, and looked at again once the answer has come.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from daemon.errors import ChannelwatchError

log = structlog.get_logger(__name__)

# An answer that is no older is not asked for again.
_FRESH = timedelta(minutes=2)

Pull = Callable[[str, datetime], None]


@dataclass(kw_only=True)
class Asked:
    """A question, asked at `now`. `trouble` says why there is no answer, once it is `done`."""

    check: str
    now: datetime
    done: threading.Event = field(default_factory=threading.Event)
    trouble: str | None = None
    began: float = field(default_factory=time.monotonic)


class Gatherer:
    """Asks for checks. One question of a check is under way at a time; checks of one source wait for each other."""

    def __init__(self, pull: Pull, source_of: Mapping[str, str], redact: Callable[[str], str]) -> None:
        """`pull` asks for a check and keeps the answer; `source_of`: the source of each check that has to be asked for."""
        self._pull = pull
        self._redact = redact
        self._source_of = source_of
        self._asked: dict[str, Asked] = {}
        self._lock = threading.Lock()

    def ask(self, checks: Sequence[str], now: datetime, *, patience_seconds: float | None) -> dict[str, str]:
        """Ask for checks and wait for the answers, no longer than `patience_seconds` (None: until the last one).

        Returns why a check has no answer; one that is still under way says so.
        """
        wanted = [c for c in checks if c in self._source_of]
        ends = None if patience_seconds is None else time.monotonic() + patience_seconds
        asked = self._begin(wanted, now)
        while stale := [one for one in asked if self._waited(one, ends) and not self._is_of(one, now)]:
            renewed = {one.check: one for one in self._begin([one.check for one in stale], now)}
            asked = [renewed.get(one.check, one) for one in asked]
        return {one.check: reason for one in asked if (reason := _reason(one)) is not None}

    def _waited(self, one: Asked, ends: float | None) -> bool:
        """Whether an answer has come, waiting for it until `ends`."""
        return one.done.wait(None if ends is None else max(0.0, ends - time.monotonic()))

    def _is_of(self, one: Asked, now: datetime) -> bool:
        """Whether an answer is as good as one of `now`: it may have come late, to a look that had gone on."""
        return now - one.now <= _FRESH

    def _begin(self, checks: Sequence[str], now: datetime) -> list[Asked]:
        """Ask for those whose last question is answered and was asked long ago."""
        with self._lock:
            fresh = [c for c in checks if c not in self._asked or self._may_ask(self._asked[c], now)]
            self._asked.update({check: Asked(check=check, now=now) for check in fresh})
            for source in dict.fromkeys(self._source_of[c] for c in fresh):
                own = [self._asked[c] for c in fresh if self._source_of[c] == source]
                # Never waited for at the end: a source that hangs must not keep the program from ending.
                threading.Thread(target=self._ask_all, args=(own,), name=f"ask-{source}", daemon=True).start()
            return [self._asked[c] for c in checks]

    def _may_ask(self, last: Asked, now: datetime) -> bool:
        return last.done.is_set() and (last.trouble is not None or not self._is_of(last, now))

    def _ask_all(self, asked: Sequence[Asked]) -> None:
        for one in asked:
            one.began = time.monotonic()
            try:
                self._pull(one.check, one.now)
            except ChannelwatchError as error:
                one.trouble = self._redact(str(error))
            except Exception as error:  # the thread's other checks still have to be asked for
                log.exception("pull_crashed", check=one.check)
                one.trouble = (
                    f"its source failed unexpectedly ({type(error).__name__}): please report this with the log"
                )
            finally:
                one.done.set()


def _reason(one: Asked) -> str | None:
    if one.done.is_set():
        return one.trouble
    return f"its source has not answered for {time.monotonic() - one.began:.0f} s"
