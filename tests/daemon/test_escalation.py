"""What becomes critical without other news is told, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.outputs import Severity
from daemon.escalation import escalated
from daemon.model import Change, Incident, Said, Status
from daemon.news import told
from daemon.transition import Transition, Why
from tests.builders.troubles import day, off, opened

NOW = day(12)


def went_on(severity: Severity = Severity.CRITICAL, **more: object) -> Transition:
    warned = told(replace(opened(off("email", "orders", -0.3, start=2)), severity=Severity.WARNING))
    incident: Incident = replace(warned, severity=severity, **more)  # type: ignore[arg-type]
    return Transition(incident=incident, change=Change.NOTHING, why=Why.GOES_ON)


def test_a_warning_that_becomes_critical_is_news_once() -> None:
    first = escalated(went_on(), NOW)
    assert (first.change, first.why) == (Change.WORSE, Why.BECAME_CRITICAL)
    again = replace(first, change=Change.NOTHING, why=Why.GOES_ON)
    assert escalated(again, NOW) == again


@pytest.mark.parametrize(
    "silent",
    [
        {"severity": Severity.WARNING},
        {"known_at_start": True},
        {"status": Status.RESOLVED},
        {"held_back": Change.OPENED},
        {"said": Said(closed_by="ana", closed_at=NOW)},
        {"told_severity": Severity.CRITICAL},
    ],
)
def test_what_is_not_critical_known_or_open_is_no_news(silent: dict[str, object]) -> None:
    same = went_on(**silent)  # type: ignore[arg-type]
    assert escalated(same, NOW) == same


def test_an_acknowledged_warning_speaks_again_when_it_becomes_critical() -> None:
    assert escalated(went_on(said=Said(acknowledged_by="ana")), NOW).change is Change.WORSE


def test_a_mute_or_a_silence_keeps_it_back_with_a_reason_until_it_is_over() -> None:
    muted = went_on(said=Said(muted_by="ana", muted_until=NOW + timedelta(hours=1)))
    assert escalated(muted, NOW).reason == "not told, muted by ana (it has become critical)"
    assert escalated(muted, NOW + timedelta(hours=2)).change is Change.WORSE
    assert escalated(went_on(), NOW, silence="silenced by ben").change is Change.NOTHING
