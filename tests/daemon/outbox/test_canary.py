"""A canary in the webhook's address: after every kind of failure it is in no log, no error and not in the state."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from config.outputs import SlackWebhook
from daemon import logs
from daemon.destinations import Context
from daemon.destinations.build import build
from daemon.outbox import Policy, Post, deliver_due, desk, new_boot
from daemon.redact import Redactor, secrets_of
from daemon.store import open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import Clock, put
from tests.receiver import Answer, Receiver


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_the_address_of_a_webhook_never_leaves_the_program(tmp_path: Path, written: io.StringIO) -> None:
    answers = [Answer(status=status, text="canarysecretcanarysecret") for status in (429, 500, 302, 400, 400, 403)] + [
        Answer(lost=True),
        Answer(text="canarysecretcanarysecret"),
    ]
    with Receiver(*answers) as receiver:
        settings = {"slack": SlackWebhook(kind="slack_webhook", url=SecretStr(receiver.url))}
        logs.set_up(Redactor(secrets_of(settings)), level="DEBUG", stream=written)
        store, clock = open_store("sqlite:///state.db", tmp_path), Clock()
        context = Context(store=store, seconds_between_posts=0)
        destinations = {name: build(name, of, context) for name, of in settings.items()}
        post = Post(
            store=store,
            destinations=destinations,
            boot=new_boot(),
            clock=clock,
            policy=Policy(longest_wait=timedelta(minutes=1)),
        )
        for number in range(8):
            put(store, incident=f"i{number}")
        for _ in range(40):
            deliver_due(post)
            clock.advance(minutes=1)
    deliver_due(post)
    seen = desk.overview(store, states=State)
    store.close()

    said = f"{written.getvalue()} {seen} {destinations} {settings}".lower()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert {d.state for d in seen.deliveries} == {State.SENT, State.DEAD}
    assert said.count("delivery") > 8
    assert "canary" not in said
    assert b"canary" not in kept
