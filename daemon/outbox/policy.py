"""When to try again, when to give up, and what to do when nobody knows whether an alert arrived. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from config.outputs import Severity
from daemon.destinations import Again
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryParked, DeliveryRefused
from daemon.respite import Wait, until
from daemon.store.deliveries import Delivery, State

Uniform = Callable[[float, float], float]  # random.uniform


class Outcome(StrEnum):
    """How one attempt ended."""

    SENT = "sent"
    DELAYED = "delayed"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Waits grow with full jitter: a random time up to `first_wait` doubled with each attempt, at most `longest_wait`.

    `lease` is longer than the longest attempt; `failures_to_hold`: so many in a row, and the whole destination waits.
    """

    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(hours=24)
    lease: timedelta = timedelta(minutes=3)
    failures_to_hold: int = 5

    def wait(self, attempts: int, uniform: Uniform) -> timedelta:
        """How long to wait after so many attempts."""
        doublings = min(attempts - 1, 30)  # more would only overflow
        longest = min(self.longest_wait.total_seconds(), self.first_wait.total_seconds() * 2**doublings)
        return timedelta(seconds=uniform(0, longest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a delivery. `hold_until`: nothing at all is sent to its destination before then."""

    state: State
    outcome: Outcome
    not_before: datetime | None = None
    payload: dict[str, Any] | None = None
    hold_until: datetime | None = None


def after_failure(
    delivery: Delivery,
    error: DeliveryError,
    *,
    again: Again,
    failures: int,
    now: datetime,
    policy: Policy,
    uniform: Uniform,
) -> Verdict:
    """What becomes of a delivery that failed; `failures` counts those of its destination in a row, this one included.

    now: after the answer, since that is when a wait that was asked for begins.
    """
    match error:
        case DeliveryRefused():
            return Verdict(state=State.DEAD, outcome=Outcome.REFUSED)
        case DeliveryParked():
            return _parked(error.wait, now)
        case DeliveryDelayed():
            return _again(delivery, delivery.payload, error.wait, failures, now, policy, uniform)
        case _:
            return _unclear(delivery, error.wait, again, failures, now, policy, uniform)


def after_crash(delivery: Delivery, *, again: Again, now: datetime, policy: Policy, uniform: Uniform) -> Verdict:
    """What becomes of a delivery whose sender vanished while sending: at once the first time, then with growing waits."""
    if again is Again.BLIND and _is_information(delivery):
        return Verdict(state=State.AMBIGUOUS, outcome=Outcome.UNCLEAR)
    wait = policy.wait(delivery.attempts - 1, uniform) if delivery.attempts > 1 else timedelta()
    return Verdict(
        state=State.QUEUED,
        outcome=Outcome.UNCLEAR,
        not_before=now + wait,
        payload=_marked(delivery),
    )


def _unclear(
    delivery: Delivery, wait: Wait | None, again: Again, failures: int, now: datetime, policy: Policy, uniform: Uniform
) -> Verdict:
    if again is Again.BLIND and _is_information(delivery):
        return _parked(wait, now)
    return _again(delivery, _marked(delivery), wait, failures, now, policy, uniform)


def _parked(wait: Wait | None, now: datetime) -> Verdict:
    hold_until = None if wait is None else until(wait, now)
    return Verdict(state=State.AMBIGUOUS, outcome=Outcome.UNCLEAR, hold_until=hold_until)


def _again(
    delivery: Delivery,
    payload: dict[str, Any],
    wait: Wait | None,
    failures: int,
    now: datetime,
    policy: Policy,
    uniform: Uniform,
) -> Verdict:
    """Later, or never: what was asked for is kept to the second, with the random part on top."""
    retry_at = None if wait is None else until(wait, now)
    repeats = bool(payload.get("possible_repeat"))
    outcome = Outcome.UNCLEAR if payload is not delivery.payload else Outcome.DELAYED
    at = now + policy.wait(delivery.attempts, uniform)
    if retry_at is not None:
        at = max(at, retry_at + timedelta(seconds=uniform(0, policy.first_wait.total_seconds())))
    hold_until = retry_at if retry_at is not None else at if failures >= policy.failures_to_hold else None
    if delivery.give_up_at is not None and at > delivery.give_up_at:
        return Verdict(
            state=State.AMBIGUOUS if repeats else State.DEAD, outcome=outcome, payload=payload, hold_until=hold_until
        )
    return Verdict(state=State.QUEUED, outcome=outcome, not_before=at, payload=payload, hold_until=hold_until)


def _is_information(delivery: Delivery) -> bool:
    return bool(delivery.payload.get("severity") == Severity.INFO)


def _marked(delivery: Delivery) -> dict[str, Any]:
    """Known of every row, so that no older word is sent after it by hand; only who knows no keys is told so."""
    return {**delivery.payload, "possible_repeat": True}
