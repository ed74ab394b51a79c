"""From evidence to the causes of an incident."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.causes import CauseKind, shipped
from config.load import load
from config.outputs import Severity
from config.settings import Settings
from daemon.model import Incident, Status
from daemon.why import LEAST_PROBABILITY, explain
from detectors.causes.evidence import Evidence, Health
from detectors.finding import Shape
from tests.builders.movements import START, everywhere, evidence, finding_of, moved

CONFIG = """\
timezone: Europe/London
currency: GBP
channels:
  paid_search: {kind: paid}
kpis:
  orders: {type: count, good: up, title: Bookings}
  sessions: {type: count, good: up}
sources:
  web: {kind: files, path: .}
checks:
  web: {source: web, table: web.csv, period: date, channel: paid_search, columns: {orders: orders, sessions: sessions}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "channelwatch.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    return load(file, {})


def _incident(found: Evidence) -> Incident:
    assert found.lead is not None
    return Incident(
        id="i1",
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=START,
        started_at=START,
        ended_at=None,
        findings=(finding_of(found.lead),),
    )


def test_the_causes_sum_to_one_best_first_with_unknown_and_nothing_below_one_percent(settings: Settings) -> None:
    found = evidence([*everywhere("orders", -0.5), *everywhere("sessions", 0.0)])
    causes = explain(shipped(), found, _incident(found), settings).causes

    assert sum(c.probability for c in causes) == pytest.approx(1.0)
    assert [c.probability for c in causes] == sorted((c.probability for c in causes), reverse=True)
    assert "unknown" in [c.id for c in causes]
    assert all(c.probability >= LEAST_PROBABILITY or c.id == "unknown" for c in causes)
    assert all(c.verify and c.actions for c in causes)


def test_the_configurations_own_title_is_used(settings: Settings) -> None:
    found = evidence([*everywhere("orders", -0.5), *everywhere("sessions", 0.0)])
    told = [s for c in explain(shipped(), found, _incident(found), settings).causes for s in c.supporting]

    assert "Bookings -50 % in every channel." in told


@pytest.mark.parametrize(("shop", "loses"), [(0.0, "records"), (-0.5, "money")])
def test_a_lost_tag_loses_records_and_a_failing_checkout_money(settings: Settings, shop: float, loses: str) -> None:
    found = evidence(
        [
            *everywhere("orders", -0.5),
            *everywhere("sessions", 0.0),
            *everywhere("checkouts", 0.0),
            moved("backoffice_orders", shop, check="shop"),
        ]
    )

    assert explain(shipped(), found, _incident(found), settings).loses == loses


def test_missing_data_are_explained_by_the_data_whatever_else_is_wrong(settings: Settings) -> None:
    rows = [*everywhere("orders", -0.3), *everywhere("sessions", 0.0), *everywhere("checkouts", 0.0)]
    missing = replace(evidence(rows, health=[Health(kind="missing", check="web")]), lead_shape=Shape.MISSING)
    causes = explain(shipped(), missing, _incident(missing), settings).causes

    assert {shipped().causes[c.id].kind for c in causes if c.id != "unknown"} == {CauseKind.DATA}
    assert sum(c.probability for c in causes) == pytest.approx(1.0)


def test_values_that_stand_still_are_looked_for_in_the_source_and_never_in_the_weather(settings: Settings) -> None:
    found = evidence([*everywhere("orders", 0.2), *everywhere("sessions", 0.0)])
    incident = _incident(found)
    stuck = replace(incident, findings=(replace(incident.findings[0], shape=Shape.FLATLINE),))
    causes = explain(shipped(), found, stuck, settings).causes

    assert {shipped().causes[c.id].kind for c in causes if c.id != "unknown"} <= {CauseKind.DATA}
    assert next(c.verify[0] for c in causes if c.id == "unknown").startswith("The raw rows of those days")
