"""News comes before looks: a form that is refused ends as plain text in the same attempt, and no picture is waited for."""

from dataclasses import replace
from functools import partial

import pytest
from pydantic import SecretStr

from config.destinations.slack import Slack as Settings
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import Context, slack_chart
from daemon.destinations.pace import Pace
from daemon.destinations.slack import SlackDestination, connect
from daemon.http_client import Timeouts
from daemon.model import Change
from daemon.outbox import Tally, announce, deliver_due
from daemon.store import Store
from tests import builders_alerts as stories
from tests.daemon.outbox.builders import NOON, Clock, post
from tests.daemon.outbox.vendors import KINDS
from tests.receiver import Answer, Receiver, Request
from tests.slack_server import CHANNEL, TOKEN, Slack
from tests.vendor_server import Answer as Slow

ALERT = compose(stories.checkout_failing())
RICH = ("<html", '"blocks"', '"version": "1.4"', '"version":"1.4"', "custom_details", '"verify"', "iVBOR", "PNG")
REFUSALS = {
    "slack": [Answer(text=f'{{"ok": false, "error": "{word}"}}') for word in ("invalid_blocks", "msg_blocks_too_long")]
    + [Answer(status=413, text="<html>too large</html>")],
    "slack_webhook": [Answer(status=400, text=word) for word in ("invalid_blocks", "invalid_payload")]
    + [Answer(status=413, text="")],
    "teams": [Answer(status=400, text=""), Answer(status=413, text="")],
    "teams, in the body": [KINDS["teams, in the body"].refuse(413, {})],
    "pagerduty": [Answer(status=400, text='{"status": "invalid event"}'), Answer(status=413, text="")],
    "webhook": [Answer(status=status, text="") for status in (400, 413, 422)],
    **{
        f"email_{name}": [Answer(status=status, text="{}") for status in (400, 413, 422)]
        for name in ("sendgrid", "mailgun", "postmark", "resend")
    },
}


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def _put(store: Store, alert: Alert, destination: str) -> None:
    with store.transaction() as connection:
        announce(connection, alert, [destination], NOON)


def _bot(slack: Slack, store: Store) -> SlackDestination:
    settings = Settings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL)
    last = partial(Context(store=store).last_message, "slack")
    return connect("slack", settings, lambda _: b"PNG", last, Pace(0), slack.url)


@pytest.mark.parametrize(("kind", "refusal"), [(kind, one) for kind, some in REFUSALS.items() for one in some])
def test_a_refused_form_ends_as_plain_text_in_the_same_attempt(store: Store, kind: str, refusal: Answer) -> None:
    accepts = KINDS[kind].taken

    def answer(request: Request) -> Answer:
        is_rich = any(form in request.content.decode(errors="replace") for form in RICH)
        return refusal if is_rich else accepts

    with Receiver(answer=answer) as receiver:
        it = KINDS[kind].connect(receiver.url, store, lambda _: b"PNG")
        _put(store, ALERT, "it")
        assert deliver_due(post(store, Clock(), it=it)) == Tally(sent=1)

    sent = [
        request.content.decode()
        for request in receiver.requests
        if "filename=chart.png" not in request.content.decode()
    ]
    assert 2 <= len(sent) <= 3
    assert "Orders -41 %" in sent[-1]


def test_charts_that_hang_delay_no_other_alert_and_are_left_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's own picture service hangs: all alerts come first, then each picture is given up."""
    monkeypatch.setattr(slack_chart, "_TIMEOUTS", Timeouts(connect=1.0, write=1.0, read=0.05, body=0.05))
    with Slack() as slack:
        slack.script["files.getUploadURLExternal"] += [Slow(body="x" * 500, drip=True)] * 3
        for number in range(3):
            _put(store, replace(ALERT, incident_id=f"i{number}"), "slack")
        assert deliver_due(post(store, Clock(), slack=_bot(slack, store))) == Tally(sent=3)

    said = [method for method, _ in slack.calls]
    assert said == ["chat.postMessage"] * 3 + ["files.getUploadURLExternal"] * 3


def test_further_news_of_an_incident_leaves_the_picture_of_what_was_before(store: Store) -> None:
    with Slack() as slack:
        _put(store, ALERT, "slack")
        _put(store, replace(ALERT, change=Change.WORSE, headline="Worse"), "slack")
        deliver_due(post(store, Clock(), slack=_bot(slack, store)))

    methods = [method for method, _ in slack.calls]
    assert methods.count("files.completeUploadExternal") == 1
    (root,) = (m for m in slack.roots if "image" in str(m["blocks"]))
    assert "Worse" in str(root)
