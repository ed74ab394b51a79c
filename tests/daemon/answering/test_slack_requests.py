"""Clicks that Slack brings by signed requests, over real HTTP: each acts once, and whatever is not Slack's does nothing."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.destinations.slack import Slack as Settings
from daemon import controls, http_client, listening
from daemon.alerts.alert import Alert
from daemon.answering.slack_signature import signed_by
from daemon.answering.web import application
from daemon.model import Status, Verdict
from daemon.replies import Kind, Reply
from daemon.store import deliveries, undelivered
from tests.daemon.answering.office import AT, BOT, Office
from tests.daemon.answering.place import ANSWERING, NOW, place
from tests.process.canaries import free_port
from tests.slack_people import SIGNING_SECRET, headers, pressed, signed
from tests.slack_server import CHANNEL, TOKEN, Slack


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    port = free_port()
    with Slack() as slack, place(tmp_path, destinations={"growth": BOT}) as here:
        app = application(lambda: here, here.desk, lambda: here.now)
        stop = listening.start("127.0.0.1", port, app, name="answers", section="answering")
        made = Office(here, slack, port)
        made.deliver()
        yield made
        stop()


class Ear:
    """What only the one who clicked is told; Slack's own address cannot be asked from here."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self._news = threading.Event()

    def request(self, method: str, url: str, *, json: dict[str, Any], **_: Any) -> http_client.Reply:
        self.said.append({"url": url, **json})
        self._news.set()
        return http_client.Reply(status=200, headers={}, body=b"ok")

    def first(self) -> dict[str, Any]:
        assert self._news.wait(5)
        return self.said[0]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    monkeypatch.setattr("daemon.answering.slack_desk.http_client.request", ear.request)
    return ear


def test_a_message_has_a_row_of_buttons_and_no_link(office: Office) -> None:
    (row,) = (b for b in office.message["blocks"] if b["type"] == "actions")

    assert [e["action_id"] for e in row["elements"]] == ["ack", "mute", "feedback", "resolve"]
    assert ANSWERING["url"] not in json.dumps(office.message)


def test_a_click_acknowledges_and_the_message_says_who(office: Office) -> None:
    assert office.click("ack") == 200

    assert [(r.kind, r.who) for r in office.here.said] == [(Kind.ACK, "ana")]
    assert office.here.woken == 1
    office.deliver()
    assert "Acknowledged by ana, Thu 16 Oct" in office.shown
    assert len(office.slack.pings) == 1, "an edit notifies nobody"
    assert office.slack.replies == []


def test_menus_mute_and_judge(office: Office) -> None:
    office.click("mute", "3d", at=1)
    office.click("feedback", "data_fault", at=2, who="tom")
    office.deliver()

    mute, verdict = office.here.said
    assert mute.until is not None
    assert (mute.until - mute.at).days == 3
    assert (verdict.verdict, verdict.who) == (Verdict.DATA_FAULT, "tom")
    assert "Muted by ana until Sun 19 Oct" in office.shown
    assert "Called a data fault by tom" in office.shown


def test_closing_by_a_click_tells_the_end_in_the_thread(office: Office) -> None:
    office.click("resolve")
    office.deliver()

    assert office.here.incident.status is Status.RESOLVED
    assert "Closed by ana" in office.message["text"]
    assert len(office.slack.replies) == 1
    (row,) = (b for b in office.message["blocks"] if b["type"] == "actions")
    assert [e["action_id"] for e in row["elements"]] == ["feedback"]


def test_slack_may_bring_a_click_as_often_as_it_likes(office: Office) -> None:
    body, head = signed(pressed(office.message, "ack"), AT)

    codes = [office.send(body, {**head, "x-slack-retry-num": str(n)}) for n in range(4)]

    assert codes == [200] * 4
    assert len(office.here.said) == 1
    assert office.here.woken == 1


def test_what_cannot_be_done_is_told_to_the_one_who_clicked(office: Office, told: Ear) -> None:
    message = dict(office.message)
    office.here.resolve()

    body, head = signed(pressed(message, "ack"), AT)
    assert office.send(body, head) == 200

    assert told.first()["response_type"] == "ephemeral"
    assert "nothing is left to acknowledge" in told.first()["text"]
    assert told.first()["url"].startswith("https://hooks.slack.com/")
    assert office.here.said == []


def test_words_go_to_slack_and_nowhere_else(office: Office, told: Ear) -> None:
    payload = pressed(office.message, "ack", channel="C0ELSEWHERE")
    for url in (
        "http://169.254.169.254/",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
    ):
        body, head = signed({**payload, "response_url": url}, AT)
        assert office.send(body, head) == 200
    office.here.desk.stop()

    assert told.said == []
    assert office.here.said == []


def test_a_click_from_another_channel_does_nothing(office: Office, told: Ear) -> None:
    office.click("ack", channel="C0ELSEWHERE")

    assert "another channel" in told.first()["text"]
    assert office.here.said == []


@pytest.mark.parametrize(
    ("late", "code"),
    [(-301, 401), (-300, 200), (-299, 200), (0, 200), (299, 200), (300, 200), (301, 401), (-86_400, 401)],
)
def test_only_requests_of_the_last_five_minutes_count(office: Office, late: float, code: int) -> None:
    assert office.click("ack", late=late) == code
    assert len(office.here.said) == (code == 200)


def test_a_request_that_was_recorded_is_worth_nothing_later(office: Office) -> None:
    body, head = signed(pressed(office.message, "ack"), AT)
    office.send(body, head)

    office.here.later(seconds=301)
    assert office.send(body, head) == 401
    office.here.later(seconds=-301)
    assert office.send(body, head) == 200
    assert len(office.here.said) == 1


def test_nothing_but_what_was_signed_counts(office: Office) -> None:
    body, head = signed(pressed(office.message, "ack"), AT)
    other, _ = signed(pressed(office.message, "resolve"), AT)
    at, mark = "x-slack-request-timestamp", "x-slack-signature"
    forged = [
        (other, head),
        (body + b" ", head),
        (body, {**head, at: str(int(AT) + 1)}),
        (body, {**head, at: f"+{int(AT)}"}),
        (body, {**head, at: f"{int(AT)}.0"}),
        (body, {**head, at: f"{int(AT)} x"}),
        (body, {k: v for k, v in head.items() if k != at}),
        (body, {k: v for k, v in head.items() if k != mark}),
        (body, {**head, mark: head[mark].upper()}),
        (body, {**head, mark: head[mark].removeprefix("v0=")}),
        (body, {**head, mark: head[mark].replace("v0=", "v1=")}),
        (body, {**head, mark: ""}),
        (body, headers(body, str(int(AT)), "another secret")),
        (body, headers(body, str(int(AT)), "")),
    ]

    with capture_logs() as logs:
        assert [office.send(*each) for each in forged] == [401] * len(forged)
    assert office.here.said == []
    assert {entry["event"] for entry in logs} == {"slack_request_refused"}
    assert SIGNING_SECRET not in str(logs)


def test_a_header_that_comes_twice_says_nothing(office: Office) -> None:
    body, head = signed(pressed(office.message, "ack"), AT)
    twice = [*head.items(), ("x-slack-signature", head["x-slack-signature"])]

    assert httpx.post(office.url, content=body, headers=twice, trust_env=False).status_code == 401
    assert office.here.said == []


def test_a_body_that_is_too_large_is_refused(office: Office) -> None:
    body = b"payload=" + b"a" * 300_000

    assert office.send(body, headers(body, str(int(AT)))) == 413


_garbage = st.one_of(st.text(max_size=60), st.integers(-(10**20), 10**20).map(str), st.just(str(int(AT))))


@given(_garbage, _garbage, st.binary(max_size=80))
@example(str(int(AT)), "v0=", b"")
@example("9" * 400, "v0=" + "0" * 64, b"")
@example("\u0661\u0662", "v0=\u00e9\ud800", b"")
@example("nan", "inf", b"\xff\xfe")
def test_no_header_breaks_the_verifier_or_passes_it(at: str, mark: str, body: bytes) -> None:
    given_headers = {"x-slack-request-timestamp": at, "x-slack-signature": mark}

    assert signed_by(given_headers, body, {"growth": SIGNING_SECRET}, NOW) == frozenset()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.floats()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["type", "actions", "user", "channel", "block_id", "action_id", "id", "value"]), inner
            ),
        ),
        max_leaves=12,
    )
)
def test_whatever_slack_signs_the_service_goes_on(office: Office, payload: Any) -> None:
    for broken in (payload, {**pressed(office.message, "mute", "1d"), "actions": payload}):
        body, head = signed(broken, AT)
        assert office.send(body, head) == 200
    assert office.here.said == []


def test_who_answered_last_stands_in_the_message(office: Office) -> None:
    office.click("ack", at=1)
    office.deliver()
    office.click("ack", at=2, who="tom")
    office.deliver()

    assert "Acknowledged by tom" in office.shown
    assert "ana" not in office.shown
    with office.here.app.store.reading() as connection:
        rows = deliveries.listing(connection)
    assert [r.change for r in rows] == ["said", "said", "opened"]
    assert all(r.external_id for r in rows)
    assert Alert.from_dict(rows[0].payload).said[0].startswith("Acknowledged by tom")


def test_an_answer_by_command_shows_in_the_message_and_mentions_nobody(office: Office) -> None:
    incident = office.here.incident.id
    reply = Reply(incident_id=incident, at=NOW, kind=Kind.ACK, who="<!channel> @here *eva*", comment="<https://x|y>")

    (outcome,) = controls.say(office.here.app.watch, [reply], NOW)
    office.deliver()

    assert outcome.shown == ("growth",)
    assert "Acknowledged by &lt;!channel&gt; @here ∗eva∗" in office.shown
    assert "<!channel>" not in json.dumps(office.message)


def test_an_edit_that_waits_takes_no_other_way_and_is_no_news(office: Office) -> None:
    office.click("ack")
    store = office.here.app.store

    with store.reading() as connection:
        waiting = undelivered.of(connection, "growth", NOW)
        assert waiting.waiting == 1
        assert undelivered.critical(connection, "growth", NOW) == []
        told = deliveries.last_told(connection, office.here.incident.id)
    office.deliver()
    with store.reading() as connection:
        assert deliveries.last_told(connection, office.here.incident.id) == told


def test_two_answers_before_the_edit_are_one_edit(office: Office) -> None:
    office.click("ack", at=1)
    office.click("mute", "1d", at=2)
    office.deliver()

    assert len(office.slack.asked("chat.update")) == 1
    assert "Acknowledged by ana" in office.shown
    assert "Muted by ana" in office.shown


def test_a_message_that_was_never_sent_is_not_sent_for_an_acknowledgement(tmp_path: Path) -> None:
    with Slack() as slack, place(tmp_path, destinations={"growth": BOT}) as here:
        office = Office(here, slack, 1)
        with here.app.store.transaction() as connection:
            row = deliveries.listing(connection)[0]
            deliveries.collapse(connection, [row.id], into="nothing", now=NOW)
        reply = Reply(incident_id=here.incident.id, at=NOW, kind=Kind.ACK, who="ana")
        (outcome,) = controls.say(here.app.watch, [reply], NOW)
        office.deliver()

    assert outcome.shown == ()
    assert slack.roots == []


def test_a_bad_app_token_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="app_token") as error:
        Settings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL, app_token=SecretStr("xoxb-canary"))
    assert "canary" not in str(error.value)


def test_an_empty_signing_secret_is_refused_since_anybody_could_sign_with_it() -> None:
    with pytest.raises(ValueError, match="Signing Secret"):
        Settings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL, signing_secret=SecretStr("  "))
