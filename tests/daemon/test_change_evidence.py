"""Which changes lie near an incident, and what that is worth."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daemon.alerts.change_words import change_sentence
from daemon.change_evidence import flags, near
from daemon.model import KnownChange

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STARTED = datetime(2026, 10, 14, tzinfo=UTC)


def change(before: timedelta, kind: str = "deploy", channel: str | None = None, title: str = "v2") -> KnownChange:
    return KnownChange(feed="edits", at=STARTED - before, kind=kind, title=title, channel=channel)


def test_what_was_done_long_before_or_after_the_first_period_did_not_begin_it() -> None:
    told = [change(3 * DAY), change(DAY), change(-HOUR), change(-2 * DAY)]

    assert near(told, STARTED, DAY, frozenset()) == (told[2], told[1])


def test_a_change_of_another_channel_alone_did_not_begin_it() -> None:
    told = [change(HOUR, channel="email"), change(HOUR, channel="paid_search"), change(2 * HOUR)]

    assert near(told, STARTED, DAY, frozenset({"email"})) == (told[0], told[2])


def test_where_something_is_done_every_day_that_it_was_done_that_day_tells_nothing() -> None:
    daily = [change(n * DAY) for n in range(60)]
    rare = [change(HOUR), change(59 * DAY)]

    often, seldom = (
        flags(told, near(told, STARTED, DAY, frozenset()), (), STARTED, DAY)[0].by_chance for told in (daily, rare)
    )

    assert often is not None and often > 0.6
    assert seldom is not None and seldom < 0.1


def test_a_kind_that_is_kept_but_not_near_is_absent_and_a_kind_that_nobody_keeps_is_unknown() -> None:
    told = [change(30 * DAY)]

    (flag,) = flags(told, (), (), STARTED, DAY)

    assert (flag.role, flag.present) == ("deploy", False)


@pytest.mark.parametrize(
    ("before", "period", "whole_day", "said"),
    [
        (timedelta(minutes=40), HOUR, False, "40 minutes before it began"),
        (timedelta(minutes=-20), HOUR, False, "at 00:20, in the hour it began"),
        (5 * HOUR, HOUR, False, "5 hours before it began"),
        (2 * DAY, HOUR, True, "2 days before it began"),
        (-9 * HOUR, DAY, False, "on the day it began, at 09:00"),
        (HOUR, DAY, False, "the day before it began, at 23:00"),
        (timedelta(), DAY, True, "on the day it began"),
        (-3 * DAY, 7 * DAY, False, "on Sat 17 Oct, at 00:00, in the period it began"),
    ],
)
def test_when_it_was_done_is_told_from_the_incidents_start(
    before: timedelta, period: timedelta, whole_day: bool, said: str
) -> None:
    sentence = change_sentence(
        kind="deploy",
        title="checkout v2.3",
        who="Anna",
        at=STARTED - before,
        whole_day=whole_day,
        started=STARTED,
        period=period,
        zone=ZoneInfo("UTC"),
    )

    assert sentence == f"A deploy {said}: “checkout v2.3”, by Anna."
