"""When it is tried again, and when it is given up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.outputs import Severity
from daemon.destinations import Again
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.outbox import Policy
from daemon.outbox.policy import Outcome, Verdict, after_crash, after_failure
from daemon.store.deliveries import Delivery, State
from tests.daemon.outbox.builders import NOON, alert, unheard

POLICY = Policy()


def _delivery(attempts: int = 1, severity: Severity = Severity.WARNING, repeat: bool = False) -> Delivery:
    return Delivery(
        id=1,
        incident_id="i1",
        change="opened",
        destination="slack",
        key="k",
        payload={**alert(severity=severity), "possible_repeat": repeat},
        state=State.SENDING,
        attempts=attempts,
        not_before=NOON,
        give_up_at=NOON + timedelta(hours=24),
        lease_owner="here:1:a",
        lease_until=NOON + timedelta(minutes=3),
        last_class=None,
        last_error=None,
        external_id=None,
        created=NOON,
        updated=NOON,
    )


def _after(
    error: DeliveryError,
    delivery: Delivery,
    *,
    again: Again = Again.BLIND,
    failures: int = 1,
    hours: float = 0,
    part: float = 1.0,
) -> Verdict:
    return after_failure(
        delivery,
        error,
        again=again,
        failures=failures,
        now=NOON + timedelta(hours=hours),
        policy=POLICY,
        uniform=lambda least, most: least + part * (most - least),
    )


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 900), (11, 900), (10_000, 900)]
)
def test_waits_double_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert POLICY.wait(attempts, lambda _, most: most) == timedelta(seconds=seconds)
    assert POLICY.wait(attempts, lambda least, _: least) == timedelta()


@given(st.floats(0, 1), st.integers(1, 400), st.integers(0, 86_400))
def test_nobody_is_asked_sooner_than_they_said(part: float, attempts: int, seconds: int) -> None:
    asked = NOON + timedelta(seconds=seconds)

    verdict = _after(DeliveryDelayed("wait", asked), _delivery(attempts), part=part)

    assert verdict.hold_until == asked
    assert verdict.state is State.DEAD or (verdict.not_before is not None and verdict.not_before >= asked)


def test_a_wait_beyond_a_day_is_given_up_and_the_destination_left_alone() -> None:
    asked = NOON + timedelta(days=400)

    verdict = _after(DeliveryDelayed("wait", asked), _delivery())

    assert (verdict.state, verdict.hold_until) == (State.DEAD, asked)


def test_what_failed_for_a_day_is_given_up() -> None:
    assert _after(unheard(DeliveryDelayed), _delivery(20), hours=23.7).state is State.QUEUED
    assert _after(unheard(DeliveryDelayed), _delivery(20), hours=23.8).state is State.DEAD


def test_what_may_have_arrived_is_given_up_as_such() -> None:
    assert _after(unheard(DeliveryDelayed), _delivery(20, repeat=True), hours=24).state is State.AMBIGUOUS


def test_a_refusal_is_final_for_the_alert_and_says_nothing_of_the_next() -> None:
    assert _after(unheard(DeliveryRefused), _delivery()) == Verdict(state=State.DEAD, outcome=Outcome.REFUSED)


def test_the_fifth_failure_in_a_row_holds_the_destination() -> None:
    assert _after(unheard(DeliveryDelayed), _delivery(), failures=4).hold_until is None
    assert _after(unheard(DeliveryDelayed), _delivery(), failures=5).hold_until == NOON + timedelta(seconds=2)


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING])
def test_an_unclear_alert_is_sent_again_and_says_that_it_may_be_a_repeat(severity: Severity) -> None:
    verdict = _after(unheard(DeliveryUnclear), _delivery(severity=severity))

    assert (verdict.state, verdict.outcome) == (State.QUEUED, Outcome.UNCLEAR)
    assert verdict.payload is not None
    assert verdict.payload["possible_repeat"] is True


def test_unclear_information_is_not_sent_again() -> None:
    assert _after(unheard(DeliveryUnclear), _delivery(severity=Severity.INFO)).state is State.AMBIGUOUS
    assert (
        after_crash(_delivery(severity=Severity.INFO), again=Again.BLIND, now=NOON, policy=POLICY, uniform=max).state
        is State.AMBIGUOUS
    )


def test_what_may_have_arrived_is_known_also_of_a_destination_that_knows_keys() -> None:
    for severity in Severity:
        again = _after(unheard(DeliveryUnclear), _delivery(severity=severity), again=Again.KEYED)
        crashed = after_crash(_delivery(severity=severity), again=Again.KEYED, now=NOON, policy=POLICY, uniform=max)
        assert again.state is crashed.state is State.QUEUED
        assert again.payload == crashed.payload == {**_delivery(severity=severity).payload, "possible_repeat": True}


def test_after_a_crash_it_is_sent_at_once_and_after_each_further_one_later() -> None:
    waits = [
        after_crash(_delivery(attempts), again=Again.BLIND, now=NOON, policy=POLICY, uniform=max).not_before
        for attempts in (1, 2, 3)
    ]

    assert waits == [NOON, NOON + timedelta(seconds=2), NOON + timedelta(seconds=4)]
