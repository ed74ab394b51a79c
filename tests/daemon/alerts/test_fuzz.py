"""Whatever the incident and the names in it: messages stay within limits, and nothing in them comes alive."""

import io
import json
import os
import re
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from config.outputs import Severity
from daemon.alerts import chart, plain, slack, terminal
from daemon.alerts.alert import Alert
from daemon.console.page import card, page
from daemon.model import Change
from tests.daemon.alerts.strategies import HOSTILE, alerts

LOTS = settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
MENTION = re.compile(r"<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel)>")
UTC_ZONE = ZoneInfo("UTC")


def _texts(body: dict[str, Any]) -> list[str]:
    holders = [
        holder
        for block in body.get("blocks", [])
        if block["type"] != "actions"
        for holder in [block.get("text"), *block.get("elements", [])]
        if holder
    ]
    pictures = [block["alt_text"] for block in body.get("blocks", []) if block["type"] == "image"]
    return [*(holder["text"] for holder in holders), *pictures]


@LOTS
@given(alerts)
def test_only_configured_people_and_links_are_live_in_slack(alert: Alert) -> None:
    body = slack.layout(alert)
    owners = {o for o in alert.owners if MENTION.fullmatch(o) and not alert.is_over}

    header, *texts = _texts(body)
    assert not re.search(r"[<>]", header)
    for text in texts:
        for live in re.findall(r"<[^>]*>?", text):
            assert live in owners or live.startswith(("<https://watch.example.com/", "<https://ads.example.com/")), live
        assert ">" not in re.sub(r"<[^>]*>", "", text)
    assert set(re.findall(r"<[^>]*>?", slack.reply(alert)["text"])) <= owners
    for text in (body["text"], slack.plain(alert)["text"]):
        assert not re.search(r"[<>]", text)
        assert not re.search(r"(?<!&)(?:&(?!amp;|lt;|gt;))", text)


@LOTS
@given(alerts)
def test_an_unknown_number_is_never_spoken_as_nan_or_none(alert: Alert) -> None:
    ours = " ".join([alert.size, alert.impact, alert.sparkline, *alert.facts])

    assert not re.search(r"\b(nan|inf|infinity|None)\b", ours)
    assert not re.search(
        r"nan|inf\b", json.dumps(chart.spec(alert.chart)["data"]) if alert.chart else "", re.IGNORECASE
    )


@LOTS
@given(alerts)
def test_every_line_is_one_line_without_unseen_characters(alert: Alert) -> None:
    for text in (alert.headline, alert.numbers, alert.cause, *alert.why, *alert.verify, alert.action):
        assert not re.search(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@LOTS
@given(alerts)
def test_the_page_holds_no_tag_attribute_or_address_of_a_stranger(alert: Alert) -> None:
    parser = _Tags()
    parser.feed(card(alert, UTC_ZONE))

    known = {
        "article",
        "p",
        "span",
        "time",
        "h2",
        "h3",
        "div",
        "strong",
        "ul",
        "ol",
        "li",
        "section",
        "figure",
        "figcaption",
        "pre",
        "a",
    }
    for tag, attributes in parser.seen:
        assert tag in known
        assert set(attributes) <= {"class", "aria-hidden", "datetime", "role", "aria-label", "href", "rel"}
        assert (attributes.get("href") or "https://").startswith("https://")


@LOTS
@given(alerts)
def test_the_terminal_shows_names_as_they_are(alert: Alert) -> None:
    out = io.StringIO()
    Console(file=out, width=100, force_terminal=False, emoji=True).print(terminal.layout(alert))

    assert "\x1b" not in out.getvalue()


@LOTS
@given(alerts)
def test_an_alert_survives_being_stored(alert: Alert) -> None:
    assert Alert.from_dict(json.loads(json.dumps(alert.to_dict()))) == alert


@pytest.mark.parametrize("name", HOSTILE)
@given(st.sampled_from(["<@U12345>", "@ana"]))
def test_a_hostile_name_in_every_field_stays_text(name: str, owner: str) -> None:
    alert = Alert(
        incident_id=name,
        change=Change.OPENED,
        severity=Severity.CRITICAL,
        headline=name,
        size=name,
        scope=name,
        news=name,
        numbers=name,
        cause=name,
        impact=name,
        items=(name,) * 3,
        why=(name,) * 4,
        against=(name,) * 2,
        verify=(name,) * 3,
        action=name,
        owners=(owner,),
        facts=(name,),
    )
    body = slack.layout(alert)

    live = [token for text in _texts(body) for token in re.findall(r"<[^>]*>", text)]
    assert live == ([owner] if owner.startswith("<") else [])
    assert sum(slack.length(text) for text in [*_texts(body), body["text"]]) <= slack.LIMITS.whole
    assert "<script" not in page([alert], UTC_ZONE) and "<img" not in page([alert], UTC_ZONE)
    assert plain.summary(alert)
