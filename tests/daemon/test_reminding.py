"""Whoever muted an incident is reminded of it when the mute ends, once, if it still stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.model import Change, Incident, Said, Status
from daemon.reminding import reminded
from daemon.transition import Transition, Why
from tests.builders.troubles import day, off, opened

LOOKED, ENDS, NOW = day(3), day(3) + timedelta(hours=1), day(4)
MUTED = Said(muted_by="ana", muted_until=ENDS)


def stands(why: Why = Why.GOES_ON, said: Said = MUTED, **more: object) -> tuple[Incident, Transition]:
    incident: Incident = replace(opened(off("email", "orders", -0.3)), updated_at=LOOKED, said=said, **more)  # type: ignore[arg-type]
    return incident, Transition(incident=replace(incident, updated_at=NOW), change=Change.NOTHING, why=why)


@pytest.mark.parametrize("why", [Why.GOES_ON, Why.NO_NEWS])
def test_the_first_look_after_a_mute_tells_what_still_stands(why: Why) -> None:
    done = reminded(*stands(why), NOW)
    assert (done.change, done.why) == (Change.WORSE, Why.MUTE_OVER)

    later = replace(done, change=Change.NOTHING, why=Why.GOES_ON)
    assert reminded(done.incident, later, NOW + timedelta(days=1)) == later


def test_before_its_end_a_mute_holds() -> None:
    before, same = stands(said=replace(MUTED, muted_until=NOW + timedelta(hours=1)))
    assert reminded(before, same, NOW) == same


@pytest.mark.parametrize(
    "silent",
    [
        {"said": replace(MUTED, closed_by="ben", closed_at=LOOKED)},
        {"status": Status.RESOLVED},
        {"known_at_start": True},
        {"held_back": Change.OPENED},
        {"why": Why.NOT_YET_CALM},
        {"said": Said()},
    ],
)
def test_what_is_over_closed_unheard_or_nearly_calm_is_no_reminder(silent: dict[str, object]) -> None:
    before, same = stands(**silent)  # type: ignore[arg-type]
    assert reminded(before, same, NOW) == same


def test_a_silence_keeps_a_reminder_back() -> None:
    before, same = stands()
    assert reminded(before, same, NOW, silence="silenced by ben") == same


def test_other_news_needs_no_reminder() -> None:
    before, same = stands()
    better = replace(same, change=Change.BETTER, why=Why.SMALLER)
    assert reminded(before, better, NOW) == better
