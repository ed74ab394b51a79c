"""An incident's life in a Slack channel, from the outbox over real HTTP: one message edited in place, its thread, and no copy after a crash."""

from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.destinations.slack import Slack as Settings
from config.outputs import Severity
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import Context
from daemon.destinations.pace import Pace
from daemon.destinations.slack import SlackDestination, connect
from daemon.model import Change
from daemon.outbox import Tally, announce, deliver_due
from daemon.store import Store, claims, deliveries, holds, open_store
from daemon.store.deliveries import State
from tests import builders_alerts as stories
from tests.daemon.outbox.builders import NOON, Clock, post, put
from tests.slack_server import CHANNEL, SCOPES, TOKEN, Slack, no
from tests.vendor_server import Answer

ROOT = f"{CHANNEL}/1772452800.000100"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("sqlite:///state.db", tmp_path)


def _bot(slack: Slack, store: Store, pace: float = 0) -> SlackDestination:
    def draw(alert: Alert) -> bytes | None:
        return b"PNG" if alert.chart else None

    settings = Settings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL)
    last = partial(Context(store=store).last_message, "slack")
    return connect("slack", settings, draw, last, Pace(pace), slack.url)


def _states(store: Store) -> list[tuple[State, str | None]]:
    with store.reading() as connection:
        return [(d.state, d.external_id) for d in reversed(deliveries.listing(connection))]


def test_five_messages_are_one_message_edited_in_place_and_a_thread(store: Store) -> None:
    changes = (Change.OPENED, Change.WORSE, Change.BETTER, Change.RESOLVED, Change.REOPENED)
    clock = Clock()
    with Slack() as slack:
        for change in changes:
            put(store, incident="i1", change=change)
            clock.advance(hours=1)
            assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=1)

    (root,) = slack.roots
    assert root["blocks"][0]["text"]["text"] == "⚠️ i1 reopened"
    assert [r["text"] for r in slack.replies] == ["*⚠️ i1 worse*", "*✅ i1 resolved*", "*⚠️ i1 reopened*"]
    assert [r["reply_broadcast"] for r in slack.replies] == [True, False, True]
    assert {r["thread_ts"] for r in slack.replies} == {"1772452800.000100"}
    assert len(slack.pings) == 4, "to be better is an edit"
    assert _states(store) == [(State.SENT, ROOT)] * 5


def test_two_incidents_keep_their_own_messages(store: Store) -> None:
    with Slack() as slack:
        for incident, change in (("i1", Change.OPENED), ("i2", Change.OPENED), ("i1", Change.RESOLVED)):
            put(store, incident=incident, change=change)
            deliver_due(post(store, Clock(), slack=_bot(slack, store)))

    assert [m["blocks"][0]["text"]["text"] for m in slack.roots] == ["✅ i1 resolved", "⚠️ i2 opened"]


@pytest.mark.parametrize("change", [Change.OPENED, Change.WORSE])
def test_a_crash_between_posting_and_marking_finds_its_message_again(store: Store, change: Change) -> None:
    clock = Clock()
    with Slack() as slack:
        if change is Change.WORSE:
            put(store)
            deliver_due(post(store, clock, slack=_bot(slack, store)))
        put(store, change=change)
        with store.transaction() as connection:
            first = post(store, clock)
            claimed = claims.claim(
                connection,
                "slack",
                now=clock(),
                owner="here:1:first",
                lease=first.policy.lease,
                give_up_after=first.policy.give_up_after,
            )
        assert claimed is not None
        _bot(slack, store).deliver(claimed.payload, claimed.key, clock())  # and the program ends here
        seen = len(slack.messages)

        tally = deliver_due(post(store, clock, boot="here:1:second", slack=_bot(slack, store)))

    assert tally == Tally(sent=1, failed=1)
    assert len(slack.messages) == seen
    assert _states(store)[-1] == (State.SENT, ROOT)
    assert "may be a repeat" not in str(slack.messages)


def test_an_answer_that_was_lost_is_looked_for_where_that_is_permitted(store: Store) -> None:
    clock = Clock()
    with Slack() as slack:
        put(store)
        slack.swallow = True
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(failed=1)
        slack.swallow = False
        clock.advance(minutes=1)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=1)

    assert len(slack.roots) == 1
    assert _states(store) == [(State.SENT, ROOT)]


@pytest.mark.parametrize("end", [Change.RESOLVED, Change.RETRACTED])
def test_an_end_is_written_into_a_first_message_whose_answer_was_lost(store: Store, end: Change) -> None:
    clock = Clock()
    with Slack() as slack:
        put(store)
        slack.swallow = True
        deliver_due(post(store, clock, slack=_bot(slack, store)))
        slack.swallow = False
        put(store, change=end)
        clock.advance(minutes=1)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=1)

    (root,) = slack.roots
    assert root["blocks"][0]["text"]["text"] == f"{'✅' if end is Change.RESOLVED else '↩️'} i1 {end}"
    assert _states(store) == [(State.COLLAPSED, None), (State.SENT, ROOT)]


def test_without_the_right_to_look_a_repeat_says_so(store: Store) -> None:
    clock = Clock()
    with Slack(scopes=SCOPES - {"channels:history"}) as slack, capture_logs():
        put(store, severity=Severity.CRITICAL)
        slack.swallow = True
        deliver_due(post(store, clock, slack=_bot(slack, store)))
        slack.swallow = False
        clock.advance(minutes=1)
        deliver_due(post(store, clock, slack=_bot(slack, store)))

    first, second = slack.roots
    assert "may be a repeat" not in str(first)
    assert "may be a repeat" in str(second)


def test_information_after_a_lost_answer_is_looked_for_and_posted_only_if_it_is_absent(store: Store) -> None:
    clock = Clock()
    with Slack() as slack:
        put(store, incident="i1", severity=Severity.INFO)
        put(store, incident="i2", severity=Severity.INFO)
        slack.swallow = True
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(failed=2)
        slack.swallow = False
        del slack.messages[max(slack.messages)]  # this one never arrived
        clock.advance(minutes=1)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=2)

    assert [m["blocks"][0]["text"]["text"].split()[1] for m in slack.roots] == ["i1", "i2"]
    assert "may be a repeat" not in str(slack.roots)


def test_information_that_may_not_be_looked_for_is_parked_and_holds_up_nothing(store: Store) -> None:
    clock = Clock()
    with Slack(scopes=SCOPES - {"channels:history"}) as slack:
        put(store, severity=Severity.INFO)
        put(store, change=Change.WORSE, severity=Severity.INFO)
        slack.swallow = True
        deliver_due(post(store, clock, slack=_bot(slack, store)))
        slack.swallow = False
        clock.advance(minutes=1)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=1, failed=1, parked=1)

    assert [state for state, _ in _states(store)] == [State.AMBIGUOUS, State.SENT]
    assert len(slack.roots) == 2


@pytest.mark.parametrize("status", [200, 429])
def test_a_wish_to_wait_holds_the_whole_channel(store: Store, status: int) -> None:
    clock = Clock()
    with Slack() as slack:
        put(store, incident="i1")
        put(store, incident="i2")
        busy = Answer(status=status, body={"ok": False, "error": "ratelimited"}, headers={"retry-after": "60"})
        slack.script["chat.postMessage"].append(busy)
        deliver_due(post(store, clock, slack=_bot(slack, store)))
        clock.advance(seconds=59.9)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally()
        asked = len(slack.calls)
        clock.advance(seconds=10)
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=2)

    assert asked == 1


def test_a_chart_is_shown_once_its_alert_is_marked_and_its_failure_repeats_nothing(store: Store) -> None:
    clock, alert = Clock(), compose(stories.checkout_failing())
    with store.transaction() as connection:
        announce(connection, alert, ["slack"], NOON)
    with Slack() as slack, capture_logs() as logs:
        busy = Answer(status=429, body={"ok": False, "error": "ratelimited"}, headers={"retry-after": "60"})
        slack.script["files.completeUploadExternal"] += [busy]
        assert deliver_due(post(store, clock, slack=_bot(slack, store))) == Tally(sent=1)

    assert _states(store) == [(State.SENT, ROOT)]
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["delivery_incomplete"]
    with store.reading() as connection:
        until = holds.load(connection, "slack").until
    assert until is not None
    assert (until - NOON).total_seconds() >= 60
    assert len(slack.roots) == 1


def test_a_missing_scope_leaves_the_alert_with_the_reason(store: Store) -> None:
    with Slack(scopes=frozenset()) as slack:
        put(store)
        deliver_due(post(store, Clock(), slack=_bot(slack, store)))

    with store.reading() as connection:
        (dead,) = deliveries.listing(connection)
    assert dead.state is State.DEAD
    assert "the app lacks the scope chat:write" in str(dead.last_error)


def test_what_slack_never_took_begins_with_a_message_of_its_own(store: Store) -> None:
    with Slack() as slack:
        slack.script["chat.postMessage"].append(no("channel_not_found"))
        put(store)
        deliver_due(post(store, Clock(), slack=_bot(slack, store)))
        put(store, change=Change.WORSE)
        deliver_due(post(store, Clock(), slack=_bot(slack, store)))

    (root,) = slack.roots
    assert root["blocks"][0]["text"]["text"] == "⚠️ i1 worse"
