"""The card for Teams: what comes first, what is left out first, and that nothing in it comes alive."""

import os
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.outputs import Severity
from daemon.alerts import teams
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.model import Change
from tests import builders_alerts as stories
from tests.adaptive_card import card_of, live, shown, texts
from tests.daemon.alerts.strategies import HOSTILE, alerts
from tests.hostile import NAMES

LOTS = settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ALERT = compose(stories.checkout_failing())
BOLD = {"strong_open", "strong_close"}


def _card(alert: Alert) -> dict[str, Any]:
    return card_of(teams.layout(alert))


def _lines(card: dict[str, Any]) -> list[str]:
    return [shown(element["text"]).replace("\u2060", "") for element in card["body"]]


def test_the_first_lines_are_what_where_since_when_why_and_money() -> None:
    lines = _lines(_card(ALERT))

    assert lines[0] == f"🔴 {ALERT.headline}"
    assert [line.split(":")[0] for line in lines[2:4]] == ["Likely", "Money"]
    assert "71 %" in lines[2]
    assert lines.index("Why") < lines.index("Against") < lines.index("Verify first")
    assert lines[-1].startswith("Critical · Owner @ana · First seen")


def test_links_are_buttons() -> None:
    assert [(action["title"], action["url"]) for action in _card(ALERT)["actions"]] == [
        ("Open the incident", "https://watch.example.com/incidents/a1b2c3")
    ]


def test_the_marks_stand_below_what_is_off() -> None:
    bars, marks = ALERT.sparkline.split("\n")
    drawn = [e["text"] for e in _card(ALERT)["body"] if e.get("fontType") == "monospace"]

    assert drawn == [bars, marks.replace(" ", "\u00a0")]


def test_what_is_over_is_told_in_green_and_a_repeat_says_so_in_the_foot() -> None:
    card = _card(replace(ALERT, change=Change.RESOLVED, possible_repeat=True))

    assert card["body"][0]["color"] == "good"
    assert _lines(card)[-1].startswith("This may be a repeat")


def test_a_card_that_would_grow_too_large_loses_its_end_and_keeps_its_foot() -> None:
    long = tuple(f"{i} {'日本語 ' * 60}" for i in range(40))
    message = teams.layout(replace(ALERT, why=long))
    lines = _lines(card_of(message))

    assert teams.size(message) <= teams.MOST_BYTES
    assert lines[0] == f"🔴 {ALERT.headline}"
    assert lines[-2] == "…" and lines[-1].startswith("Critical")


@LOTS
@given(alerts)
def test_only_our_labels_are_bold_and_nothing_else_is_more_than_text(alert: Alert) -> None:
    for message in (teams.layout(alert), teams.plain(alert)):
        card = card_of(message)
        for text in texts(card):
            assert live(text) <= BOLD, text
            assert not re.search(r"[<>]|\{\{|\$\{", text)
        for action in card.get("actions", ()):
            assert action["url"].startswith(("https://watch.example.com/", "https://ads.example.com/"))


@pytest.mark.parametrize("name", [*HOSTILE, *NAMES])
def test_a_hostile_name_at_the_beginning_of_every_line_stays_text(name: str) -> None:
    alert = Alert(
        incident_id=name,
        change=Change.OPENED,
        severity=Severity.CRITICAL,
        headline=name,
        news=name,
        numbers=name,
        cause=name,
        impact=name,
        items=(name,) * 3,
        why=(name,) * 4,
        verify=(name,) * 3,
        action=name,
        owners=(name,),
        facts=(name,),
    )

    for message in (teams.layout(alert), teams.plain(alert)):
        assert [text for text in texts(card_of(message)) if not live(text) <= BOLD] == []


@given(st.text(max_size=40), st.sampled_from(["", "# ", "- ", "1. ", "> ", "[a]: ", "| ", "    ", "==", "\\", "&#"]))
def test_any_text_is_shown_as_text(text: str, start: str) -> None:
    from daemon.alerts.untrusted import for_card, sentence

    assert live(for_card(sentence(start + text))) == set()
