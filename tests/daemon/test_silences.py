"""Silences keep from people what fits them as a whole, and warn before they end while it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.outputs import Severity
from config.settings import Settings
from config.silences import PlannedSilence
from daemon.model import Change, Incident
from daemon.silences import Silence, planned, silencing
from daemon.silencing import known
from daemon.store import Store, deliveries, incidents, open_store, silences
from daemon.upkeep import silence_end
from daemon.upkeep.silence_end import is_soon, standing
from detectors.panel import SeriesKey
from tests.builders.troubles import off, opened
from tests.builders_alerts import checkout_failing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def silence(name: str = "1", until: datetime = NOON + DAY, **more: Any) -> Silence:
    given: dict[str, Any] = {"channel": "*", **more}
    return Silence(name=name, until=until, author="ana", reason="relaunch", **given)


def key(channel: str | None = "paid_search", kpi: str = "orders", **segment: str) -> SeriesKey:
    return SeriesKey("shop", channel, kpi, tuple(sorted(segment.items())))


@pytest.mark.parametrize(
    ("matchers", "fits"),
    [
        ({"channel": "paid_*"}, True),
        ({"channel": "email"}, False),
        ({"channel": "paid_search", "kpi": "orders"}, True),
        ({"channel": "paid_search", "kpi": "revenue"}, False),
        ({"channel": None, "kpi": "orders", "segment": {"campaign": "brand*"}}, True),
        ({"segment": {"campaign": "other"}}, False),
        ({"segment": {"device": "*"}}, False),
        ({"max_severity": Severity.WARNING}, True),
        ({"max_severity": Severity.INFO}, False),
    ],
)
def test_every_matcher_must_fit(matchers: dict[str, Any], fits: bool) -> None:
    assert silence(**matchers).fits(key(campaign="brand uk"), Severity.WARNING) is fits


def test_one_that_is_to_come_holds_from_its_beginning_to_its_end() -> None:
    planned_one = silence(until=NOON + 2 * DAY, begun=NOON + DAY)

    moments = [NOON, NOON + DAY, NOON + 2 * DAY - HOUR, NOON + 2 * DAY]
    assert [planned_one.holds(at) for at in moments] == [False, True, True, False]
    assert silence().holds(NOON)


def test_one_that_has_been_over_for_long_is_forgotten(tmp_path: Path) -> None:
    store = open_store("sqlite://", tmp_path)
    with store.transaction() as connection:
        for days in (1, 800):
            silences.add(connection, silence(until=NOON - days * DAY), NOON - 900 * DAY)
        assert silences.forget(connection, NOON - 730 * DAY) == 1
        assert len(silences.load_all(connection)) == 1


def test_an_incident_is_silent_only_where_every_channel_of_it_is_silenced() -> None:
    held = [silence("1", channel="email"), silence("2", channel="paid_*")]

    assert silencing(held, [key("email"), key("paid_search")], Severity.CRITICAL) == tuple(held)
    assert silencing(held, [key("email"), key("stores")], Severity.CRITICAL) == ()
    assert silencing(held, [], Severity.INFO) == ()


def test_the_business_follows_its_channels_and_stands_alone_where_no_channel_is_off() -> None:
    held = [silence(channel="paid_search")]

    assert silencing(held, [key(), key(None)], Severity.INFO) == tuple(held)
    assert silencing(held, [key(None)], Severity.INFO) == ()
    assert silencing([silence(channel="business")], [key(None)], Severity.INFO)


_KEYS = st.lists(st.builds(key, st.sampled_from(["email", "paid_search", None])), min_size=1, max_size=4)
_HELD = st.lists(
    st.builds(
        silence,
        st.sampled_from("abc"),
        channel=st.sampled_from(["email", "paid_*", "business", "*"]),
        max_severity=st.sampled_from(Severity),
    ),
    max_size=4,
    unique_by=lambda s: s.name,
)


@given(keys=_KEYS, held=_HELD, more=_HELD)
def test_more_silences_or_a_lesser_severity_never_make_an_incident_heard(
    keys: list[SeriesKey], held: list[Silence], more: list[Silence]
) -> None:
    others = [replace(s, name=f"more {s.name}") for s in more]
    for severity, lesser in ((Severity.CRITICAL, Severity.WARNING), (Severity.WARNING, Severity.INFO)):
        if silencing(held, keys, severity):
            assert silencing([*others, *held], keys, severity)
            assert silencing(held, keys, lesser)


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "email", "author": "ana", "reason": "x"},
        {"channel": "email", "until": "2027-01-07", "reason": "x"},
        {"channel": "email", "until": "2027-01-07", "author": "ana"},
        {"channel": "email", "until": "2027-01-07", "author": "ana", "reason": ""},
        {"channel": "email", "until": "soon", "author": "ana", "reason": "x"},
        {"until": "2027-01-07", "author": "ana", "reason": "x"},
    ],
)
def test_what_an_end_an_author_and_a_reason_are_asked_for(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        PlannedSilence(**wrong)


def test_an_end_without_a_zone_is_meant_where_people_are() -> None:
    (found,) = planned(
        [PlannedSilence(channel="email", until="2026-07-01", author="ana", reason="x")], ZoneInfo("Europe/London")
    )

    assert found.until == datetime(2026, 6, 30, 23, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://", Path())


def settings(*written: dict[str, Any]) -> Settings:
    check = {"source": "s", "period": "day", "scope": "business", "columns": {"orders": "orders"}}
    return Settings(
        kpis={"orders": {"type": "count"}},
        sources={"s": {"kind": "files", "path": "data"}},
        checks={"shop": check},
        destinations={"inbox": {"kind": "inbox"}},
        routes=[{"to": ["inbox"]}],
        silences=list(written),
    )


def test_what_is_ended_holds_no_more_and_is_remembered(store: Store) -> None:
    with store.transaction() as connection:
        made = silences.add(connection, silence(""), NOON)
        assert known(connection, settings(), NOON) == [made]
        assert silences.end(connection, made.name, "bob", NOON + HOUR)
        assert not silences.end(connection, made.name, "bob", NOON + HOUR)
        assert not silences.end(connection, "silences[0]", "bob", NOON)
        assert known(connection, settings(), NOON + HOUR) == []
        (kept,) = silences.load_all(connection)

    assert (kept.ended_by, kept.until, kept.begun) == ("bob", NOON + HOUR, NOON)


def test_it_is_time_to_warn_a_day_before_and_of_a_short_silence_in_its_last_quarter() -> None:
    week = silence(until=NOON + 7 * DAY, begun=NOON)
    hours = silence(until=NOON + 4 * HOUR, begun=NOON)

    assert [is_soon(week, NOON + 7 * DAY - d) for d in (DAY + HOUR, DAY, HOUR, 0 * HOUR)] == [False, True, True, False]
    assert [is_soon(hours, NOON + h * HOUR) for h in (0, 2, 3, 4)] == [False, False, True, False]


def stored(store: Store, incident: Incident) -> Incident:
    with store.transaction() as connection:
        incidents.record(connection, incident, at=NOON, change=Change.NOTHING, reason="")
    return incident


def told(store: Store) -> list[dict[str, Any]]:
    with store.reading() as connection:
        return [d.payload for d in reversed(deliveries.listing(connection))]


def test_a_warning_comes_once_while_the_trouble_stands_and_not_where_nothing_does(store: Store) -> None:
    with store.transaction() as connection:
        silences.add(connection, silence("", until=NOON + 8 * HOUR), NOON)
    for hour in (0, 5):
        silence_end.warn(settings(), store, NOON + hour * HOUR)
    assert told(store) == []
    incident = stored(store, checkout_failing().incident)
    for minutes in (361, 362, 400):
        silence_end.warn(settings(), store, NOON + timedelta(minutes=minutes))

    (warning,) = told(store)
    assert warning["headline"] == "A silence ends Mon 2 Mar, 20:00, and the trouble it hides still stands"
    assert warning["items"] == [incident.title]
    assert "ana" in warning["numbers"]


def test_two_planned_silences_of_one_author_with_one_end_are_warned_of_each_for_itself(store: Store) -> None:
    end = {"until": "2026-03-03", "author": "ana", "reason": "relaunch"}
    both = settings({"channel": "paid_*", **end}, {"channel": "email", **end})
    for minutes, incident in enumerate((checkout_failing().incident, opened(off("email", "orders", -0.4), name="e"))):
        stored(store, incident)
        silence_end.warn(both, store, NOON + timedelta(minutes=minutes))

    assert [warning["numbers"].partition(" silenced ")[2] for warning in told(store)] == [
        "paid_*: relaunch.",
        "email: relaunch.",
    ]


def test_what_another_silence_hides_for_longer_needs_no_warning() -> None:
    incident = checkout_failing().incident
    soon, later = silence("1"), silence("2", until=NOON + 9 * DAY)

    assert standing(soon, [soon], [incident]) == [incident]
    assert standing(soon, [soon, later], [incident]) == []
    assert standing(soon, [soon], [replace(incident, known_at_start=True)]) == []
