"""Incidents come back from the state exactly as they went in."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.outputs import Severity
from daemon.model import Cause, Change, Impact, Incident, Status, Where
from daemon.store import Store, incidents, open_store
from daemon.store.document import from_incident, to_incident
from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey

START = datetime(2026, 3, 2, tzinfo=UTC)

_NUMBERS = st.floats(allow_nan=False)
_TEXTS = st.text(max_size=12)
_INSTANTS = st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=30)))), min_value=datetime(1990, 1, 1))  # noqa: DTZ001
_PAIRS = st.lists(st.tuples(_TEXTS, _TEXTS), max_size=2).map(tuple)


def _any(of: Any, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every field, also those that are added later, by its type."""
    return st.builds(of, **{f.name: known.get(f.name, ...) for f in fields(of)})


_KEYS = st.builds(SeriesKey, check=_TEXTS, channel=st.none() | _TEXTS, kpi=_TEXTS, segment=_PAIRS)
_FINDINGS = _any(Finding, key=_KEYS, start=_INSTANTS, end=st.none() | _INSTANTS, observed=_NUMBERS, expected=_NUMBERS, lower=_NUMBERS,
                 upper=_NUMBERS, p_value=_NUMBERS)
_CAUSES = _any(Cause, probability=_NUMBERS)
_WHERE = _any(Where, share=_NUMBERS)
_IMPACTS = _any(Impact, to=_INSTANTS, **{name: st.none() | _NUMBERS for name in (
    "value", "lower", "upper", "recorded_value", "per_day", "spend_at_risk_per_day")})
_INCIDENTS = _any(
    Incident, first_detected_at=_INSTANTS, started_at=_INSTANTS, ended_at=st.none() | _INSTANTS, updated_at=st.none() | _INSTANTS,
    findings=st.lists(_FINDINGS, max_size=2).map(tuple), causes=st.lists(_CAUSES, max_size=2).map(tuple),
    causes_at_open=st.lists(_CAUSES, max_size=1).map(tuple), where=st.lists(_WHERE, max_size=2).map(tuple),
    impact=st.none() | _IMPACTS, told_size=_NUMBERS)


def _incident(name: str = "i1", **changes: Any) -> Incident:
    finding = Finding(key=SeriesKey("daily", "email", "orders", (("device", "mobile"),)), shape=Shape.STEP_DOWN, start=START, end=None,
                      observed=184, expected=318, lower=285, upper=352, p_value=1e-6)
    plain = Incident(id=name, status=Status.OPEN, severity=Severity.WARNING, title="Orders fell", first_detected_at=START + timedelta(days=1),
                     started_at=START, ended_at=None, findings=(finding,), updated_at=START + timedelta(days=1))
    return replace(plain, **changes)


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://")


@given(_INCIDENTS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_incident_comes_back_as_it_went_in(incident: Incident) -> None:
    assert to_incident(json.loads(json.dumps(from_incident(incident), allow_nan=False))) == incident


def test_a_number_that_is_none_comes_back_as_none_rather_than_as_a_failure() -> None:
    finding = replace(_incident().findings[0], lower=float("nan"), upper=float("inf"))

    back = to_incident(from_incident(_incident(findings=(finding,)))).findings[0]

    assert str(back.lower) == "nan"
    assert back.upper == float("inf")


def test_a_document_from_before_a_field_was_added_is_still_read() -> None:
    document = from_incident(_incident())
    del document["steady"], document["calm_periods"]

    assert to_incident(document) == _incident()


def test_an_incident_is_found_by_its_id_and_a_stranger_is_not(store: Store) -> None:
    with store.transaction() as connection:
        incidents.save(connection, _incident())

        assert incidents.load(connection, "i1") == _incident()
        assert incidents.load(connection, "i2") is None


def test_saving_again_replaces(store: Store) -> None:
    with store.transaction() as connection:
        incidents.save(connection, _incident())
        incidents.save(connection, _incident(title="Orders fell further"))

        assert [i.title for i in incidents.recent(connection)] == ["Orders fell further"]


def test_open_incidents_come_longest_standing_first(store: Store) -> None:
    with store.transaction() as connection:
        for name, started, status in (("new", START + timedelta(days=1), Status.OPEN), ("over", START, Status.RESOLVED), ("old", START, Status.OPEN)):
            incidents.save(connection, _incident(name, started_at=started, status=status))

        assert [i.id for i in incidents.load_open(connection)] == ["old", "new"]


def test_recent_incidents_come_latest_change_first_and_can_be_narrowed(store: Store) -> None:
    with store.transaction() as connection:
        for day in range(4):
            status = Status.RESOLVED if day % 2 else Status.OPEN
            incidents.save(connection, _incident(f"day {day}", updated_at=START + timedelta(days=day), status=status))

        assert [i.id for i in incidents.recent(connection, limit=2)] == ["day 3", "day 2"]
        assert [i.id for i in incidents.recent(connection, status=Status.OPEN)] == ["day 2", "day 0"]
        assert [i.id for i in incidents.recent(connection, since=START + timedelta(days=2))] == ["day 3", "day 2"]


def test_every_change_and_every_silence_is_kept_with_its_reason(store: Store) -> None:
    worse = _incident(severity=Severity.CRITICAL)
    with store.transaction() as connection:
        incidents.record(connection, _incident(), at=START, change=Change.OPENED, reason="first seen")
        incidents.record(connection, _incident(), at=START + timedelta(days=1), change=Change.NOTHING, reason="goes on unchanged")
        incidents.record(connection, worse, at=START + timedelta(days=2), change=Change.WORSE, reason="the change grew")

        entries = incidents.history(connection, "i1")
        now = incidents.load(connection, "i1")

    assert [(e.change, e.reason) for e in entries] == [
        (Change.OPENED, "first seen"), (Change.NOTHING, "goes on unchanged"), (Change.WORSE, "the change grew")]
    assert [e.snapshot for e in entries] == [_incident(), None, worse]
    assert now == worse
