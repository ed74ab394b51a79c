"""Webhooks that are down or refuse: nothing is lost, nothing fails, and people can see and mend it."""

import socket
import time
from pathlib import Path

from tests.process.business import FELL
from tests.process.command import Done, channelwatch, slack
from tests.process.story import morning_after
from tests.receiver import Answer, Receiver

_SECONDS = 40.0


def test_what_cannot_be_delivered_waits_is_listed_and_arrives_once_later(fallen: Path) -> None:
    with Receiver(Answer(status=404, text="no_service")) as revoked, Receiver() as up:
        env = slack(down=_nobody(), revoked=revoked.url)
        checked = _check(fallen, env)
        listed = channelwatch(fallen, "outbox", "--json", env=env)
        redriven = channelwatch(fallen, "outbox", "redrive", env=env)
        mended = slack(down=up.url, revoked=revoked.url)
        ends = time.monotonic() + _SECONDS
        while (len(up.requests), len(revoked.requests)) != (1, 2) and time.monotonic() < ends:
            _check(fallen, mended)  # the first wait takes up to 2 seconds, so the first of them may come too early
        empty = channelwatch(fallen, "outbox", env=mended)

        assert (len(up.requests), len(revoked.requests)) == (1, 2)
        assert up.requests[0].body["text"] == revoked.requests[1].body["text"]
    assert (checked.code, len(checked.json["incidents"])) == (0, 1)
    states = {d["destination"]: (d["state"], d["attempts"]) for d in listed.json}
    assert states == {"down": ("queued", 1), "revoked": ("dead", 1)}
    assert "was it revoked" in next(d["last_error"] for d in listed.json if d["state"] == "dead")
    assert redriven.out == "Queued 1 message again: what is queued goes out with the next run.\n"
    assert empty.out == "Everything has been delivered.\n"


def _check(folder: Path, env: dict[str, str]) -> Done:
    done = channelwatch(folder, "check", "--now", morning_after(FELL), "--json", env=env)
    assert done.code == 0
    return done


def _nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/services/T0CANARY/B0CANARY/canarysecretcanarysecret"
