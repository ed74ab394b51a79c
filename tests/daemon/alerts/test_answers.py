"""Every layout offers the ways to answer in its own form, only where there are any, and within its limits."""

import json
from dataclasses import replace
from typing import Any

import pytest
from slackblocks import ActionsBlock, Button, ConfirmationDialogue, Option, StaticSelectMenu, Text, TextType

from daemon.alerts import apprise, document, email, pagerduty, plain, slack, slack_buttons, teams
from daemon.alerts.alert import Answer
from daemon.alerts.compose import compose
from daemon.alerts.slack_buttons import MUTES, VERDICTS
from daemon.answering.desk import SPANS
from daemon.answering.page import SPAN_WORDS
from daemon.model import Verdict
from daemon.replies import Kind
from tests import builders_alerts as build
from tests.adaptive_card import card_of, mistakes

LABELS = {"ack": "Acknowledge", "mute": "Mute", "feedback": "Was it real?", "resolve": "Close"}
URL = "https://answers.example.com/a/"
PLAIN = compose(build.checkout_failing())
LINKS = replace(
    PLAIN, answers=tuple(Answer(kind=k, label=label, url=f"{URL}{k}-{'x' * 180}") for k, label in LABELS.items())
)
BUTTONS = replace(PLAIN, answers=tuple(Answer(kind=k, label=label) for k, label in LABELS.items()))
LAYOUTS: dict[str, Any] = {
    "slack": slack.layout,
    "teams": teams.layout,
    "pagerduty": lambda alert: pagerduty.layout(alert, "key"),
    "email": email.html,
    "document": lambda alert: document.layout(alert).decode(),
}


def _urls(said: Any) -> list[str]:
    written = json.dumps(said) if not isinstance(said, str) else said
    return [kind for kind in LABELS if f"{URL}{kind}-" in written]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_has_a_link_for_each_way_with_its_name(name: str) -> None:
    said = LAYOUTS[name](LINKS)

    assert _urls(said) == list(LABELS)
    assert all(label in (said if isinstance(said, str) else json.dumps(said)) for label in LABELS.values())


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_message_without_answers_is_as_it_was(name: str) -> None:
    assert _urls(LAYOUTS[name](PLAIN)) == []
    assert "Acknowledge" not in json.dumps(LAYOUTS[name](PLAIN))


def test_plain_text_has_one_link_that_leads_to_all() -> None:
    for text in (plain.text(LINKS), email.text(LINKS), apprise.layout(LINKS).body):
        assert _urls(text) == ["ack"]
        assert "Answer (Acknowledge, Mute, Was it real?, Close): https://answers" in text


def test_a_link_is_whole_wherever_it_stands() -> None:
    whole = LINKS.answers[0].url
    said = (
        email.text(LINKS),
        apprise.layout(LINKS).body,
        json.dumps(slack.layout(LINKS)),
        json.dumps(teams.layout(LINKS)),
    )

    assert all(whole in text for text in said)


def test_what_replaces_a_refused_form_has_no_broken_link() -> None:
    assert "answers.example" not in json.dumps([slack.plain(LINKS), teams.plain(LINKS)])


def test_teams_shows_six_buttons_at_most_and_the_answers_among_them() -> None:
    many = replace(LINKS, links=LINKS.links * 8)

    actions = card_of(teams.layout(many))["actions"]

    assert [a["title"] for a in actions][-4:] == list(LABELS.values())
    assert len(actions) == 6
    assert mistakes(card_of(teams.layout(many))) == []


def test_four_long_links_fit_into_a_slack_message() -> None:
    long = replace(LINKS, answers=tuple(replace(a, url=a.url + "y" * 60) for a in LINKS.answers))

    assert _urls(slack.layout(long)) == list(LABELS)


def _asking(title: Text, words: Text, yes: Text, no: Text) -> ConfirmationDialogue:
    return ConfirmationDialogue(title=title, text=words, confirm=yes, deny=no)


def _by_slackblocks(row: dict[str, Any]) -> dict[str, Any]:
    """The same row, made by a library that knows Slack's limits."""

    def text(given: dict[str, Any]) -> Text:
        return Text(given["text"], type_=TextType.PLAINTEXT)

    def element(of: dict[str, Any]) -> Any:
        if of["type"] == "static_select":
            options = [Option(text=text(o["text"]), value=o["value"]) for o in of["options"]]
            return StaticSelectMenu(action_id=of["action_id"], options=options, placeholder=text(of["placeholder"]))
        asks = (
            _asking(*(text(of["confirm"][n]) for n in ("title", "text", "confirm", "deny")))
            if "confirm" in of
            else None
        )
        return Button(
            text=text(of["text"]), action_id=of["action_id"], value=of["value"], style=of.get("style"), confirm=asks
        )

    made: dict[str, Any] = json.loads(
        repr(ActionsBlock(elements=[element(e) for e in row["elements"]], block_id=row["block_id"]))
    )
    return made


@pytest.mark.parametrize("over", [False, True])
def test_a_second_opinion_makes_the_same_row_of_buttons(over: bool) -> None:
    alert = replace(compose(build.checkout_resolved()), answers=BUTTONS.answers[2:3]) if over else BUTTONS

    row = slack_buttons.buttons(alert)

    assert row is not None
    assert _by_slackblocks(row) == row
    assert len({e["action_id"] for e in row["elements"]}) == len(row["elements"])


def test_an_end_offers_no_new_normal_and_the_row_has_another_id_after_an_edit() -> None:
    ended = slack_buttons.buttons(replace(compose(build.checkout_resolved()), answers=BUTTONS.answers[2:3]))
    rows = [slack_buttons.buttons(replace(BUTTONS, said=said)) for said in ((), ("Acknowledged by ana",))]

    assert ended is not None
    assert [o["value"] for o in ended["elements"][0]["options"]] == ["real", "expected", "data_fault"]
    assert len({row["block_id"] for row in rows if row}) == 2


def test_forms_menus_and_replies_know_the_same_words() -> None:
    assert set(MUTES) == set(SPANS) == set(SPAN_WORDS)
    assert MUTES == SPAN_WORDS
    assert set(VERDICTS) == set(Verdict)
    assert set(LABELS) == set(Kind)


def test_an_incident_whose_name_slack_cannot_hold_has_no_buttons() -> None:
    assert slack_buttons.buttons(replace(BUTTONS, incident_id="i" * 200)) is not None
    assert slack_buttons.buttons(replace(BUTTONS, incident_id="i" * 201)) is None
    assert slack_buttons.buttons(replace(BUTTONS, incident_id="🔥" * 101)) is None
