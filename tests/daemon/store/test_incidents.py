"""Incidents come back from the state exactly as they went in."""

import json
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.outputs import Severity
from daemon.errors import StoreError
from daemon.model import Change, Incident, Status
from daemon.store import Store, incidents
from daemon.store.document import from_incident, to_incident
from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey

START = datetime(2026, 3, 2, tzinfo=UTC)

_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    float: st.floats(allow_nan=False),
    str: st.text(max_size=12),
    datetime: st.datetimes(
        timezones=st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=30)))),
        min_value=datetime.fromisoformat("1990-01-01"),
    ),
}


def _any(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, with every field of a dataclass, also those that are added later."""
    if hint in _LEAVES:
        return _LEAVES[hint]
    if is_dataclass(hint):
        fields = {name: _any(of) for name, of in get_type_hints(hint).items()}
        return st.builds(cast("type[Any]", hint), **fields)
    inner = get_args(hint)
    if get_origin(hint) is tuple and inner[-1] is ...:
        return st.lists(_any(inner[0]), max_size=2).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(_any, inner))
    return st.one_of(*map(_any, inner)) if inner else st.from_type(hint)


def _incident(name: str = "i1", **changes: Any) -> Incident:
    finding = Finding(
        key=SeriesKey("daily", "email", "orders", (("device", "mobile"),)),
        shape=Shape.STEP_DOWN,
        start=START,
        end=None,
        observed=184,
        expected=318,
        lower=285,
        upper=352,
        p_value=1e-6,
    )
    plain = Incident(
        id=name,
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="Orders fell",
        first_detected_at=START + timedelta(days=1),
        started_at=START,
        ended_at=None,
        findings=(finding,),
        updated_at=START + timedelta(days=1),
    )
    return replace(plain, **changes)


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


@given(_any(Incident))
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


def test_a_document_in_another_form_is_refused_by_its_incident_and_field() -> None:
    document = {**from_incident(_incident()), "status": "sleeping", "findings": "none"}

    with pytest.raises(StoreError, match=r"incident i1 cannot be read from the state \(findings, status\)"):
        to_incident(document)


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


def test_open_incidents_are_listed_without_those_that_are_over(store: Store) -> None:
    with store.transaction() as connection:
        for name, started, status in (
            ("new", START + timedelta(days=1), Status.OPEN),
            ("over", START, Status.RESOLVED),
            ("old", START, Status.OPEN),
        ):
            incidents.save(connection, _incident(name, started_at=started, status=status))

        assert {i.id for i in incidents.recent(connection, status=Status.OPEN)} == {"old", "new"}


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
        incidents.record(
            connection, _incident(), at=START + timedelta(days=1), change=Change.NOTHING, reason="goes on unchanged"
        )
        incidents.record(connection, worse, at=START + timedelta(days=2), change=Change.WORSE, reason="the change grew")

        entries = incidents.history(connection, "i1")
        now = incidents.load(connection, "i1")

    assert [(e.change, e.reason) for e in entries] == [
        (Change.OPENED, "first seen"),
        (Change.NOTHING, "goes on unchanged"),
        (Change.WORSE, "the change grew"),
    ]
    assert [e.snapshot for e in entries] == [_incident(), None, worse]
    assert now == worse
