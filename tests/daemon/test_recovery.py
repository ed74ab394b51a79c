from dataclasses import replace

import pytest

from daemon.model import Incident, Status
from daemon.recovery import ending, recovery_of
from detectors.finding import Finding, Shape
from tests.builders.troubles import day, off, opened, sighted

DECLINE = off("paid_social", "ctr", -0.4)
OVER = replace(opened(DECLINE), status=Status.RESOLVED, ended_at=day(14))


def recovers(*new: Finding, of: Incident = OVER) -> bool:
    over = ending(of, sighted(*of.findings), day(15))
    found = recovery_of(sighted(*new), [over] if over else [])
    assert found in (None, of)
    return found is not None


def test_what_rises_in_the_channel_on_the_day_its_decline_ends_is_the_recovery() -> None:
    assert recovers(off("paid_social", "clicks", 1.1, start=14), off(None, "clicks", 0.2, start=14))
    assert recovers(off("paid_social", "cpc", -0.4, start=14))


def test_what_rises_later_elsewhere_or_falls_on_is_none() -> None:
    assert not recovers(off("paid_social", "clicks", 1.1, start=17))
    assert not recovers(off("paid_search", "clicks", 1.1, start=14))
    assert not recovers(off("paid_social", "clicks", -0.5, start=14))


def test_the_first_calm_day_tells_the_end_before_the_incident_is_closed() -> None:
    calm = replace(opened(DECLINE), calm_periods=1)

    assert recovers(off("paid_social", "clicks", 1.1, start=14), of=calm)
    assert not recovers(off("paid_social", "clicks", 1.1, start=14), of=replace(calm, calm_periods=0))


def test_what_never_happened_leaves_nothing_behind() -> None:
    assert not recovers(off("paid_social", "clicks", 1.1, start=14), of=replace(OVER, status=Status.RETRACTED))


def test_what_falls_when_good_news_ends_is_news() -> None:
    surge = replace(opened(off("paid_social", "clicks", 1.2)), status=Status.RESOLVED, ended_at=day(14))

    assert not recovers(off("paid_social", "clicks", -0.4, start=14), of=surge)


@pytest.mark.parametrize("shape", [Shape.MISSING, Shape.DUPLICATE, Shape.RESTATED])
def test_the_end_of_a_data_fault_swallows_nothing_and_no_data_fault_is_swallowed(shape: Shape) -> None:
    fault = replace(opened(off("paid_social", "clicks", -0.9, shape=shape)), status=Status.RESOLVED, ended_at=day(14))

    assert not recovers(off("paid_social", "clicks", 1.2, start=14), of=fault)
    assert not recovers(off("paid_social", "clicks", 1.0, start=14, shape=shape))
