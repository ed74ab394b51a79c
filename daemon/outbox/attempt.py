"""One delivery from claim to result, and a round of everything that is due."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from daemon.destinations import Again
from daemon.errors import DeliveryError, DeliveryUnclear
from daemon.outbox.boot import is_gone
from daemon.outbox.later import Later
from daemon.outbox.policy import Outcome, Verdict, after_crash, after_failure
from daemon.outbox.post import Post, named
from daemon.store import claims, holds
from daemon.store.deliveries import Delivery, State

log = structlog.get_logger(__name__)

# Longer waits than this are told to the operator.
_LONG_HOLD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many attempts ended in which way. `dead` and `parked` are among `failed`; nobody tries those again."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    parked: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            sent=self.sent + other.sent,
            failed=self.failed + other.failed,
            dead=self.dead + other.dead,
            parked=self.parked + other.parked,
        )


def deliver_due(post: Post) -> Tally:
    """Send everything that is due now, to all destinations side by side, each alert tried once.

    Raises:
        StoreError: the state cannot be read or written.
    """
    if not post.destinations:
        return Tally()
    with ThreadPoolExecutor(max_workers=len(post.destinations), thread_name_prefix="deliver") as threads:
        return sum(threads.map(lambda name: deliver_to(post, name), post.destinations), Tally())


def deliver_to(post: Post, name: str, stopped: Callable[[], bool] = lambda: False) -> Tally:
    """Take up what a crash left behind, then send what is due to one destination until nothing is, or until `stopped`.

    What is due to one that wants to be left alone for longer than anything is tried is given up, and listed.

    Raises:
        StoreError: the state cannot be read or written.
    """
    tally, later = recover(post, name), Later(post, name)
    while not stopped():
        state = deliver_next(post, name, later)
        if state is not None:
            tally += _tally(state)
        elif not later.step():
            break
    return tally + give_up_behind_hold(post, name)


def recover(post: Post, name: str) -> Tally:
    """Decide about deliveries whose sender is gone, or has had more time than an attempt can take."""
    now, again, tally = post.clock(), post.destinations[name].again, Tally()
    with post.store.transaction() as connection:
        for orphan in claims.sending(connection, name):
            expired = orphan.lease_until is None or orphan.lease_until <= now
            if not expired and not is_gone(post.boot, orphan.lease_owner):
                continue
            verdict = after_crash(orphan, again=again, now=now, policy=post.policy, uniform=post.uniform)
            error = "the program ended while sending: it may have arrived"
            claims.settle(
                connection,
                orphan,
                verdict.state,
                now=now,
                outcome=verdict.outcome,
                error=error,
                not_before=verdict.not_before,
                payload=verdict.payload,
            )
            log.warning("delivery_orphaned", **named(orphan), state=str(verdict.state))
            tally += Tally(failed=1, parked=int(verdict.state is State.AMBIGUOUS))
    return tally


def give_up_behind_hold(post: Post, name: str) -> Tally:
    """Give up what would wait for a destination longer than anything is tried: it is listed, rather than late by days."""
    now = post.clock()
    with post.store.reading() as connection:
        hold = holds.load(connection, name)
    if hold.until is None or hold.until - now <= post.policy.give_up_after:
        return Tally()
    error = f"not before {hold.until:%Y-%m-%d %H:%M} UTC: {hold.reason}"
    with post.store.transaction() as connection:
        ids = claims.give_up_due(connection, name, now=now, outcome=Outcome.DELAYED, error=error)
    if ids:
        log.error("deliveries_given_up", destination=name, count=len(ids), reason=error, todo="channelwatch outbox")
    return Tally(failed=len(ids), dead=len(ids))


def deliver_next(post: Post, name: str, later: Later) -> State | None:
    """Send the oldest due alert of a destination; None where nothing is due. What may be missing in it goes to `later`.

    1. Claim it, with a lease, and commit: a crash from here on leaves a row that says so.
    2. Send.
    3. Commit the result, with the hold that the destination asked for.
    """
    with post.store.transaction() as connection:
        delivery = claims.claim(
            connection,
            name,
            now=post.clock(),
            owner=post.boot,
            lease=post.policy.lease,
            give_up_after=post.policy.give_up_after,
        )
    if delivery is None:
        return None

    began, error, receipt = time.monotonic(), None, None
    try:
        receipt = post.destinations[name].deliver(_as_sent(post, delivery), delivery.key, post.clock())
    except DeliveryError as failure:
        error = failure
    except Exception as failure:
        log.exception("delivery_crashed", **named(delivery))
        error = DeliveryUnclear(
            f'destination "{name}" failed unexpectedly ({type(failure).__name__}): please report this with the log'
        )
    seconds = round(time.monotonic() - began, 3)

    verdict, kept = _settle(post, delivery, error, None if receipt is None else receipt.external_id)
    _tell(post, delivery, verdict, error, seconds, kept)
    later.add(delivery, receipt)
    return verdict.state


def _as_sent(post: Post, delivery: Delivery) -> dict[str, Any]:
    """Who knows keys shows nothing twice, and needs no word on it."""
    if post.destinations[delivery.destination].again is Again.KEYED:
        return {**delivery.payload, "possible_repeat": False}
    return delivery.payload


def _settle(
    post: Post, delivery: Delivery, error: DeliveryError | None, external_id: str | None
) -> tuple[Verdict, bool]:
    now, name = post.clock(), delivery.destination
    with post.store.transaction() as connection:
        if error is None:
            holds.worked(connection, name, now)
            verdict = Verdict(state=State.SENT, outcome=Outcome.SENT)
            return verdict, claims.settle(
                connection, delivery, State.SENT, now=now, outcome=Outcome.SENT, external_id=external_id
            )
        hold, reason = holds.load(connection, name), post.redact(str(error))
        verdict = after_failure(
            delivery,
            error,
            again=post.destinations[name].again,
            failures=hold.failures + 1,
            now=now,
            policy=post.policy,
            uniform=post.uniform,
        )
        if verdict.outcome is not Outcome.REFUSED:  # a refusal says nothing about the next alert
            holds.extend(connection, name, verdict.hold_until, hold.failures + 1, reason)
        return verdict, claims.settle(
            connection,
            delivery,
            verdict.state,
            now=now,
            outcome=verdict.outcome,
            error=reason,
            not_before=verdict.not_before,
            payload=verdict.payload,
        )


def _tell(
    post: Post, delivery: Delivery, verdict: Verdict, error: DeliveryError | None, seconds: float, kept: bool
) -> None:
    """One line for each delivery."""
    facts: dict[str, object] = {
        **named(delivery),
        "outcome": str(verdict.outcome),
        "state": str(verdict.state),
        "seconds": seconds,
    }
    if error is not None:
        facts |= {
            "error": post.redact(str(error)),
            "next_attempt": verdict.not_before and verdict.not_before.isoformat(),
        }
    if not kept:
        log.warning("delivery", **facts, lease="lost: another run took the delivery up, so it may arrive twice")
    elif verdict.state in (State.DEAD, State.AMBIGUOUS):
        log.error("delivery", **facts, todo=f"channelwatch outbox show {delivery.id}")
    elif error is not None:
        log.warning("delivery", **facts)
    else:
        log.info("delivery", **facts)
    if verdict.hold_until is not None and verdict.hold_until - post.clock() > _LONG_HOLD:
        log.error("destination_held", destination=delivery.destination, until=verdict.hold_until.isoformat())


def _tally(state: State) -> Tally:
    if state is State.SENT:
        return Tally(sent=1)
    return Tally(failed=1, dead=int(state is State.DEAD), parked=int(state is State.AMBIGUOUS))
