"""Whoever heard of a storm in one list hears of its end in as few messages: when the last that was critical is over, and the last of all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.causes import shipped
from config.outputs import Severity
from daemon.alerts.alert import Alert
from daemon.announcing import addressed, alerts
from daemon.keeping import keep
from daemon.model import Change, Status
from daemon.store import incidents as stored
from daemon.store import open_store
from daemon.transition import Transition, Why
from daemon.watch import Watch
from tests.builders.reports import report
from tests.daemon.test_hearing import NOW, many, routed

DAY = timedelta(days=1)
SLACK = {"kind": "slack", "token": "xoxb-canary", "channel": "C0GROWTH01"}
PLAIN = routed({"to": ["growth"]}, digests=[])
IN_PLACE = PLAIN.model_validate({**PLAIN.model_dump(exclude_unset=True), "destinations": {"growth": SLACK}})


def watching(of: object = PLAIN) -> Watch:
    store = open_store("sqlite://")
    return Watch(settings=of, folder=Path(), store=store, answers=store, causes=shipped(), events=())  # type: ignore[arg-type]


def cycle(watch: Watch, transitions: Sequence[Transition], now: datetime) -> list[Alert]:
    """One cycle as it is kept; what is told of lists."""
    transitions = addressed(watch, transitions, now)
    told = alerts(watch, transitions, now)
    found = report(now, transitions, told)
    with watch.store.transaction() as connection:
        keep(connection, watch, found, [], {})
    return [alert for alert, to in told if alert.incident_id.startswith("at-once") and to]


def over(watch: Watch, names: Sequence[str], now: datetime) -> list[Transition]:
    with watch.store.reading() as connection:
        known = [stored.load_tracked(connection, name) for name in names]
    ended = [replace(i, status=Status.RESOLVED, ended_at=now) for i in known if i is not None]
    return [Transition(incident=i, change=Change.RESOLVED, why=Why.CALM) for i in ended]


def names(first: int, end: int) -> list[str]:
    return [f"i{n:03}" for n in range(first, end)]


def test_a_storm_of_500_has_two_messages_about_its_lists_end_however_many_cycles_that_takes() -> None:
    watch = watching()
    (began,) = cycle(watch, many(500, critical=50), NOW)

    said = [
        cycle(watch, over(watch, names(n, n + 50), NOW + (1 + n / 50) * DAY), NOW + (1 + n / 50) * DAY)
        for n in range(0, 500, 50)
    ]

    critical, *between, last = said
    assert [a.headline for a in critical] == [
        "Better: all 46 critical things of the list of Wed 4 Mar, 08:15 are over, 46 of 496 in all"
    ]
    assert not any(between)
    assert [a.headline for a in last] == [
        "Resolved: all 496 things of the list of Wed 4 Mar, 08:15 are over, 46 critical among them"
    ]
    assert {a.incident_id for a in (*critical, *last)} == {began.incident_id}
    assert (critical[0].change, last[0].change) == (Change.BETTER, Change.RESOLVED)
    assert not critical[0].items[0].startswith("Over"), "what lasts stands first"


def test_a_message_that_can_be_changed_shows_meanwhile_how_many_are_over() -> None:
    watch = watching(IN_PLACE)
    cycle(watch, many(8), NOW)

    (shown,) = cycle(watch, over(watch, ["i005"], NOW + DAY), NOW + DAY)

    assert shown.headline == "Better: 1 of 4 things of the list of Wed 4 Mar, 08:15 is over"
    assert shown.items[-1].startswith("Over: ")
    assert shown.numbers == "3 things still last."


def test_what_comes_back_and_ends_again_does_not_end_its_list_twice() -> None:
    watch = watching()
    cycle(watch, many(8), NOW)
    assert len(cycle(watch, over(watch, names(0, 8), NOW + DAY), NOW + DAY)) == 1
    with watch.store.reading() as connection:
        again = stored.load_tracked(connection, "i006")
    assert again is not None
    back = replace(again, status=Status.OPEN, ended_at=None)
    assert cycle(watch, [Transition(incident=back, change=Change.REOPENED, why=Why.CAME_BACK)], NOW + 2 * DAY) == []

    assert cycle(watch, over(watch, ["i006"], NOW + 3 * DAY), NOW + 3 * DAY) == []


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING])
def test_the_history_says_that_its_list_tells_the_end(severity: Severity) -> None:
    watch = watching()
    cycle(watch, many(8, critical=8 if severity is Severity.CRITICAL else 0), NOW)
    cycle(watch, over(watch, ["i006"], NOW + DAY), NOW + DAY)

    with watch.store.reading() as connection:
        *_, last = stored.history(connection, "i006")

    assert last.reason == f"{Why.CALM}; told with its list, once all of that is over, at growth"
