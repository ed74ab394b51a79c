"""The messages, word for word. The first three were written by hand before the code: it has to agree with them.

After a wording is changed on purpose: CHANNELWATCH_WRITE_GOLDEN=1 pytest tests/daemon/alerts/test_golden.py, and read the diff.
"""

import json
import os
from pathlib import Path

import pytest

from daemon.alerts import plain, slack
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.alerts.summary import known_at_start
from daemon.console.page import card
from daemon.model import Verdict
from tests import builders_alerts as build
from tests.builders import digests

GOLDEN = Path(__file__).parents[2] / "golden"

ALERTS = {
    "checkout_failing": lambda: compose(build.checkout_failing()),
    "tag_lost": lambda: compose(build.tag_lost()),
    "budget_cap": lambda: compose(build.budget_cap()),
    "checkout_worse": lambda: compose(build.checkout_worse()),
    "checkout_resolved": lambda: compose(build.checkout_resolved()),
    "checkout_retracted": lambda: compose(build.checkout_retracted()),
    "checkout_acknowledged": lambda: compose(build.checkout_acknowledged()),
    "checkout_closed": lambda: compose(build.checkout_closed()),
    "checkout_expected": lambda: compose(build.checkout_closed(Verdict.EXPECTED, "The app was switched off for a day")),
    "checkout_new_normal": lambda: compose(build.checkout_closed(Verdict.NEW_NORMAL)),
    "data_late": lambda: compose(build.data_late()),
    "known_at_start": lambda: known_at_start([build.checkout_failing(), build.budget_cap()]),
    "digest_week": digests.week,
    "digest_flood": digests.flood,
    "digest_quiet": digests.quiet,
}


def _compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CHANNELWATCH_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALERTS)
def test_the_plain_text_reads_as_written(name: str) -> None:
    _compare(f"{name}.txt", plain.text(ALERTS[name]()))


@pytest.mark.parametrize("name", ALERTS)
def test_the_slack_message_is_as_written(name: str) -> None:
    body = slack.layout(ALERTS[name]())

    path = GOLDEN / f"{name}.slack.json"
    if os.environ.get("CHANNELWATCH_WRITE_GOLDEN") and (
        not path.exists() or json.loads(path.read_text(encoding="utf-8")) != body
    ):
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert body == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ALERTS)
def test_the_card_on_the_page_is_as_written(name: str) -> None:
    _compare(f"{name}.card.html", card(ALERTS[name](), build.LONDON))


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_survives_being_stored(name: str) -> None:
    alert = ALERTS[name]()

    assert Alert.from_dict(json.loads(json.dumps(alert.to_dict()))) == alert


def test_an_alert_of_another_release_is_refused_with_a_reason() -> None:
    stored = {**ALERTS["tag_lost"]().to_dict(), "schema": 99}

    with pytest.raises(ValueError, match="schema 99"):
        Alert.from_dict(stored)
