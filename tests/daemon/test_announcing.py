"""Whoever hears of an incident for the first time reads it as a beginning, whatever it has become for others."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.causes import shipped
from daemon.alerts.alert import Alert
from daemon.announcing import addressed, alerts
from daemon.model import Change
from daemon.outbox import announce
from daemon.store import beginnings, open_store
from daemon.transition import Transition, Why
from daemon.waiting import MORE, Wait
from daemon.watch import Watch
from tests.daemon.test_hearing import BUDGET, DAY, NOW, trouble


@pytest.fixture
def watch() -> Watch:
    store = open_store("sqlite://")
    return Watch(settings=BUDGET, folder=Path(), store=store, answers=store, causes=shipped(), events=())


def said(watch: Watch, transition: Transition) -> dict[str, str]:
    return {name: alert.headline for alert, to in alerts(watch, [transition], NOW) for name in to}


def worse(**more: object) -> Transition:
    found = trouble("a", change=Change.WORSE, told_to=("growth",))
    return replace(found, why=Why.LARGER, to=("growth", "boss"), begins=("boss",), newcomers=("boss",), **more)  # type: ignore[arg-type]


def test_an_update_is_an_update_to_those_who_know_and_a_beginning_to_the_others(watch: Watch) -> None:
    headlines = said(watch, worse())

    assert headlines["growth"].startswith("Worse: Orders")
    assert headlines["boss"].startswith("Orders")


def test_where_the_first_notice_still_waits_its_place_is_taken_by_a_beginning(watch: Watch) -> None:
    first = Alert(incident_id="a", change=Change.OPENED, severity=worse().incident.severity, headline="Orders -20 %")
    with watch.store.transaction() as connection:
        announce(connection, first, ["growth"], NOW, {"growth": Wait(until=NOW + DAY, why=MORE)})

    assert said(watch, replace(worse(), to=("growth",), newcomers=()))["growth"].startswith("Orders")


def test_a_comeback_is_one_to_everybody(watch: Watch) -> None:
    again = replace(worse(), change=Change.REOPENED, why=Why.CAME_BACK)

    assert all(headline.startswith("Back again: ") for headline in said(watch, again).values())


def test_what_was_told_today_counts_for_the_next_cycle_of_the_day(watch: Watch) -> None:
    with watch.store.transaction() as connection:
        for name in ("x", "y"):
            beginnings.note(connection, name, Change.OPENED, told=["growth"], held={}, now=NOW)

    (today,) = addressed(watch, [trouble("a")], NOW)
    (tomorrow,) = addressed(watch, [trouble("a")], NOW + DAY)
    (replayed,) = addressed(replace(watch, is_replay=True), [trouble("a")], NOW)

    assert (today.to, tomorrow.to, replayed.to) == (("boss",), ("growth", "boss"), ("growth", "boss"))


def test_two_that_are_measured_by_the_same_money_say_that_it_is_lost_once(watch: Watch) -> None:
    transitions = addressed(watch, [trouble("a", lost=900), trouble("b", lost=900), trouble("c", lost=50)], NOW)

    words = {alert.incident_id: alert.impact for alert, _ in alerts(watch, transitions, NOW)}

    assert words["a"].endswith("The same money stands in 1 other open incident: it is lost once.")
    assert words["b"].endswith("The same money stands in 1 other open incident: it is lost once.")
    assert "same money" not in words["c"]


def test_the_last_beginning_that_a_budget_lets_through_says_how_many_it_did_not(watch: Watch) -> None:
    transitions = addressed(
        watch, [trouble(name, lost=lost) for name, lost in (("a", 9), ("b", 8), ("c", 7), ("d", 6))], NOW
    )
    more = "2 more began here and wait for the digest"

    words = {
        (alert.incident_id, name): more in alert.facts for alert, to in alerts(watch, transitions, NOW) for name in to
    }

    assert {key for key, says in words.items() if says} == {("b", "growth")}
    assert {name for name, _ in words} == {"a", "b", "c", "d"}
    assert words[("b", "boss")] is False
