"""Slack by bot token, against a real server that answers as Slack's Web API does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError
from structlog.testing import capture_logs

from config.destinations.slack import Slack as Settings
from config.outputs import Severity
from daemon.alerts import slack as words
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations.drawing import Draw
from daemon.destinations.pace import Pace
from daemon.destinations.slack import SlackDestination, connect
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.model import Change
from daemon.respite import until
from tests import builders_alerts as stories
from tests.slack_server import CHANNEL, SCOPES, TOKEN, Slack, no
from tests.vendor_server import Answer

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
ALERT = replace(compose(stories.checkout_failing()), owners=("<@U024BE7LH>",), at=NOW.isoformat())
PNG = b"\x89PNG of a chart"
ROOT = f"{CHANNEL}/1772452800.000100"


def _bot(slack: Slack, last: str | None = None, draw: Draw | None = None, channel: str = CHANNEL) -> SlackDestination:
    settings = Settings(kind="slack", token=SecretStr(TOKEN), channel=channel)
    return connect("growth", settings, draw, lambda _: last, Pace(0), slack.url)


def _is(alert: Alert, change: Change, headline: str, **more: Any) -> dict[str, Any]:
    return replace(alert, change=change, headline=headline, **more).to_dict()


def _failure(slack: Slack, *answers: Answer, method: str = "chat.postMessage") -> DeliveryError:
    slack.script[method] += answers
    with pytest.raises(DeliveryError) as failed:
        _bot(slack).deliver(ALERT.to_dict(), "key", NOW)
    said = f"{failed.value} {failed.value!r} {failed.value.__cause__!r}"
    assert "secretsecret" not in said
    assert 'Slack destination "growth"' in said
    return failed.value


def test_the_first_message_is_laid_out_and_carries_our_key() -> None:
    with Slack() as slack:
        receipt = _bot(slack).deliver(ALERT.to_dict(), "key", NOW)

    assert receipt.external_id == ROOT
    metadata = {"event_type": "channelwatch_alert", "event_payload": {"idem_key": "key"}}
    assert slack.asked("chat.postMessage") == [{"channel": CHANNEL, "metadata": metadata, **words.layout(ALERT)}]


def test_something_worse_edits_the_message_and_says_so_in_the_thread_and_the_channel() -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        worse = _is(ALERT, Change.WORSE, "Worse: orders -58 %", news="It was -41 %.")
        receipt = _bot(slack, ROOT).deliver(worse, "second", NOW)

    (root,), (reply,) = slack.roots, slack.replies
    assert receipt.external_id == ROOT
    assert "orders -58 %" in root["blocks"][0]["text"]["text"]
    assert reply["text"].splitlines()[:2] == ["*🔴 Worse: orders -58 %*", "It was -41 %."]
    assert "<@U024BE7LH>" in reply["text"]
    assert reply["reply_broadcast"] is True
    assert "blocks" not in reply


def test_something_better_is_an_edit_that_pings_nobody() -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        _bot(slack, ROOT).deliver(_is(ALERT, Change.BETTER, "Better: orders -20 %"), "second", NOW)

    assert "Better" in slack.roots[0]["text"]
    assert len(slack.pings) == 1


@pytest.mark.parametrize("change", [Change.RESOLVED, Change.RETRACTED])
def test_an_end_is_told_in_the_thread_alone_and_mentions_nobody(change: Change) -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        _bot(slack, ROOT).deliver(_is(ALERT, change, "Over: orders"), "second", NOW)

    (reply,) = slack.replies
    assert reply["reply_broadcast"] is False
    assert "<@" not in reply["text"] + str(slack.roots[0]["blocks"])


@pytest.mark.parametrize("last", [None, "12", "<mail@example.com>", "C0ANOTHER1/1772452800.000100"])
def test_news_of_what_this_channel_was_never_told_is_a_message_of_its_own(last: str | None) -> None:
    with Slack() as slack:
        receipt = _bot(slack, last).deliver(_is(ALERT, Change.WORSE, "Worse: orders"), "key", NOW)

    assert receipt.external_id == ROOT
    assert len(slack.roots) == 1
    assert "blocks" in slack.roots[0]


@pytest.mark.parametrize("word", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_where_the_message_cannot_be_edited_any_more_another_takes_its_place(word: str) -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        slack.script["chat.update"].append(no(word))
        receipt = _bot(slack, ROOT).deliver(_is(ALERT, Change.RESOLVED, "Resolved: orders"), "second", NOW)

    assert receipt.external_id == f"{CHANNEL}/1772452801.000100"
    assert len(slack.roots) == 2
    assert slack.replies == []


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long", "no_text"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_a_layout_that_slack_refuses_arrives_as_plain_text_in_the_same_attempt(word: str, method: str) -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW) if method == "chat.update" else None
        slack.script[method].append(no(word))
        change = Change.OPENED if method == "chat.postMessage" else Change.BETTER
        _bot(slack, ROOT).deliver(_is(ALERT, change, "Orders"), "key", NOW)

    (root,) = slack.roots
    assert "blocks" not in root
    assert root["text"] == words.plain(replace(ALERT, change=change, headline="Orders"))["text"]


def test_an_alert_that_cannot_be_laid_out_still_says_its_headline() -> None:
    with Slack() as slack, capture_logs() as logs:
        list(_bot(slack).deliver({**ALERT.to_dict(), "schema": 99}, "key", NOW).afterwards())

    assert slack.roots[0]["text"].startswith("Orders -41 %")
    assert [line["event"] for line in logs] == ["layout_failed"]


# --- errors, by the table of Slack's own words


@pytest.mark.parametrize(
    "word",
    [
        "channel_not_found", "not_in_channel", "is_archived", "invalid_auth", "token_revoked", "account_inactive",
        "ekm_access_denied", "something_new",
    ],
)  # fmt: skip
def test_what_will_never_be_taken_is_refused_in_slacks_words(word: str) -> None:
    with Slack() as slack:
        failure = _failure(slack, no(word))

    assert isinstance(failure, DeliveryRefused)
    assert f"(200 {word})" in str(failure)


def test_a_missing_scope_is_named() -> None:
    with Slack(scopes=frozenset()) as slack:
        failure = _failure(slack)

    assert isinstance(failure, DeliveryRefused)
    assert "the app lacks the scope chat:write: add it under OAuth & Permissions" in str(failure)


def test_a_scope_that_is_no_scope_is_not_repeated() -> None:
    with Slack() as slack:
        failure = _failure(slack, no("missing_scope", needed="<!channel> buy"))

    assert "buy" not in str(failure)


@pytest.mark.parametrize("answer", [no("service_unavailable"), no("request_timeout"), Answer(status=503, body="down")])
def test_a_slack_out_of_order_is_tried_again(answer: Answer) -> None:
    with Slack() as slack:
        failure = _failure(slack, answer)

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is None


@pytest.mark.parametrize(
    "answer",
    [
        no("internal_error"),
        no("fatal_error"),
        Answer(status=500, body={"ok": False, "error": "internal_error"}),
        Answer(lost=True),
        Answer(body="<html>welcome to the hotel</html>"),
        Answer(body={"ok": True}),
        Answer(body='{"ok": true, "ts": "17', cut=True),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_certain_is_unclear(answer: Answer) -> None:
    with Slack() as slack:
        assert isinstance(_failure(slack, answer), DeliveryUnclear)


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0),
        ({}, 30),
        ({"retry-after": "-5"}, 30),
        ({"retry-after": "soon"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 12:31:00 GMT"}, 60),
        ({"retry-after": "1000000000"}, 1_000_000_000),
    ],
)
def test_too_many_messages_wait_as_long_as_slack_says(status: int, said: dict[str, str], seconds: float) -> None:
    answer = Answer(status=status, body={"ok": False, "error": "ratelimited"}, headers=said)
    with Slack() as slack:
        failure = _failure(slack, answer)

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=seconds)


def test_an_edit_whose_answer_is_lost_may_simply_be_repeated() -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        slack.script["chat.update"].append(Answer(lost=True))
        with pytest.raises(DeliveryDelayed):
            _bot(slack, ROOT).deliver(_is(ALERT, Change.WORSE, "Worse"), "second", NOW)

    assert len(slack.pings) == 1


# --- what may have arrived


def _repeat(alert: dict[str, Any]) -> dict[str, Any]:
    return {**alert, "possible_repeat": True}


@pytest.mark.parametrize("page", [200, 1])
@pytest.mark.parametrize("change", [Change.OPENED, Change.WORSE])
def test_a_message_that_has_arrived_is_found_and_not_posted_again(change: Change, page: int) -> None:
    with Slack(page=page) as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        alert, key = (ALERT.to_dict(), "first") if change is Change.OPENED else (_is(ALERT, change, "Worse"), "second")
        _bot(slack, ROOT).deliver(alert, key, NOW) if change is Change.WORSE else None
        seen = len(slack.messages)
        receipt = _bot(slack, ROOT).deliver(_repeat(alert), key, NOW)

    assert receipt.external_id == ROOT
    assert len(slack.messages) == seen
    assert "may be a repeat" not in str(slack.messages)


def test_a_message_that_did_not_arrive_is_posted_without_a_warning() -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "other", NOW)
        _bot(slack).deliver(_repeat(ALERT.to_dict()), "key", NOW)

    assert len(slack.roots) == 2
    assert "may be a repeat" not in str(slack.messages)


def test_where_it_cannot_be_looked_the_message_comes_again_and_says_so() -> None:
    with Slack(scopes=SCOPES - {"channels:history"}) as slack:
        _bot(slack).deliver(_repeat(ALERT.to_dict()), "key", NOW)
        _bot(slack, ROOT).deliver(_repeat(_is(ALERT, Change.WORSE, "Worse")), "second", NOW)

    (root,), (reply,) = slack.roots, slack.replies
    assert "may be a repeat" in reply["text"]
    assert "may be a repeat" not in str(root), "an edit repeats nothing"


def test_a_look_that_fails_for_now_posts_nothing() -> None:
    with Slack() as slack:
        slack.script["conversations.history"].append(Answer(lost=True))
        with pytest.raises(DeliveryDelayed):
            _bot(slack).deliver(_repeat(ALERT.to_dict()), "key", NOW)

    assert slack.messages == {}


def test_every_message_and_edit_keeps_its_distance() -> None:
    slept: list[float] = []
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        pace = Pace(1.0, clock=lambda: 100.0 + sum(slept), sleep=slept.append)
        bot = replace(_bot(slack, ROOT), pace=pace)
        bot.deliver(_is(ALERT, Change.WORSE, "Worse"), "second", NOW)
        bot.deliver(_is(ALERT, Change.BETTER, "Better"), "third", NOW)

    assert slept == [0.0, 1.0, 1.0]


# --- the chart


def _chart(slack: Slack, draw: Callable[[Alert], bytes | None] = lambda _: PNG) -> None:
    list(_bot(slack, draw=draw).deliver(ALERT.to_dict(), "key", NOW).afterwards())


def test_the_chart_comes_after_the_words_by_an_edit_with_its_numbers_told() -> None:
    with Slack(file_delay=2) as slack:
        _chart(slack)

    (root,), (file,) = slack.roots, slack.files.values()
    (image,) = [block for block in root["blocks"] if block["type"] == "image"]
    assert ALERT.chart is not None
    assert (file.content, file.words, image["alt_text"]) == (PNG, ALERT.chart.caption, ALERT.chart.caption)
    assert "where 284 to 347 was expected" in file.words
    assert ALERT.sparkline not in str(root["blocks"])
    assert next(name for name, _ in slack.calls) == "chat.postMessage"
    assert len(slack.pings) == 1


def test_an_alert_whose_chart_cannot_be_drawn_has_its_bars() -> None:
    def broken(alert: Alert) -> bytes | None:
        raise RuntimeError("no fonts")

    with Slack() as slack:
        _chart(slack, broken)

    assert [name for name, _ in slack.calls] == ["chat.postMessage"]
    assert "```" in str(slack.roots[0]["blocks"])


@pytest.mark.parametrize(
    ("scopes", "delay", "said"),
    [(SCOPES - {"files:write"}, 0, "the app lacks the scope files:write"), (SCOPES, 99, "invalid_blocks")],
)
def test_a_chart_that_slack_does_not_take_leaves_the_message_as_it_is(
    scopes: frozenset[str], delay: int, said: str
) -> None:
    with Slack(scopes=scopes, file_delay=delay) as slack, pytest.raises(DeliveryRefused, match=said):
        _chart(slack)

    assert "```" in str(slack.roots[0]["blocks"])


# --- settings


@pytest.mark.parametrize(
    "token", ["xoxp-canary", "canary", "", "xoxb-", "xoxb-can ary", "https://hooks.slack.com/canary"]
)
def test_only_a_bots_token_is_taken_and_none_is_shown(token: str) -> None:
    settings = Settings(kind="slack", token=SecretStr(token), channel=CHANNEL)
    with pytest.raises(DeliveryRefused, match="begins with xoxb-") as refused:
        connect("growth", settings, None, lambda _: None, Pace(0))

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("channel", ["#growth", "growth", "U024BE7LH", "c0growth01", ""])
def test_a_channel_is_named_by_its_id(channel: str) -> None:
    with pytest.raises(ValidationError, match="Slack channel's id"):
        TypeAdapter(Settings).validate_python({"kind": "slack", "token": TOKEN, "channel": channel})


def test_the_token_is_not_in_its_representation() -> None:
    with Slack() as slack:
        assert "secretsecret" not in repr(_bot(slack))


def test_the_severity_that_people_see_is_that_of_now() -> None:
    with Slack() as slack:
        _bot(slack).deliver(ALERT.to_dict(), "first", NOW)
        _bot(slack, ROOT).deliver(_is(ALERT, Change.BETTER, "Better", severity=Severity.INFO), "second", NOW)

    assert slack.roots[0]["text"].startswith("ℹ️ Better")
