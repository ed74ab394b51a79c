"""What we sign and what we take for signed: webhooks by the standard's own library, links, Slack's requests; and how long a click takes."""

import random
import string
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError
from structlog.testing import capture_logs

from benchmarks.results import headline
from daemon import listening
from daemon.answering.slack_signature import signed_by
from daemon.answering.tickets import Forged, issued, opened
from daemon.answering.tickets import signed as token_of
from daemon.answering.web import application
from daemon.destinations.signature import signed
from daemon.replies import Kind
from tests.daemon.answering.office import BOT, Office
from tests.daemon.answering.place import place
from tests.process.canaries import free_port
from tests.slack_people import headers
from tests.slack_server import Slack

_SEED, _MANY, _CLICKS = 15, 20_000, 200
_LATE = (-86_400, -301, 301, 86_400)
_KINDS = list(Kind)

Tally = tuple[int, int, int, int]
"""How many of ours passed, of how many; how many of the others were refused, of how many."""


def run() -> list[str]:
    """Everything, with one seed."""
    chance = random.Random(_SEED)
    rows = {
        "webhooks, by the library `standardwebhooks`": _webhooks(chance),
        "links of messages": _links(chance),
        "requests of Slack": _slack(chance),
    }
    with capture_logs():
        clicks = np.array(_clicks())
    passed, ours, refused, others = (sum(column) for column in zip(*rows.values(), strict=True))
    p50, p99 = np.percentile(clicks, [50, 99])
    return [
        "## Signatures",
        "",
        f"{_MANY:,} of each (seed {_SEED}): ours as they are; changed in one bit of the body, the id, the time or the signature, made with another key, or at another time "
        f"(from 301 seconds on); and for Slack headers of any characters. {_CLICKS} clicks over real HTTP, each kept in SQLite before it is answered.",
        "",
        headline("what we sign is verified", "100 %", f"{passed:,} of {ours:,}"),
        headline("what is changed, old or forged is refused", "100 %", f"{refused:,} of {others:,}"),
        headline("a click in Slack is kept and answered", "3 s", f"median {p50:.0f} ms, 99 of 100 within {p99:.0f} ms"),
        "",
        "| what | passed | changed, old or forged: refused |",
        "|---|---:|---:|",
        *(f"| {name} | {a:,} of {b:,} | {c:,} of {d:,} |" for name, (a, b, c, d) in rows.items()),
    ]


def _webhooks(chance: random.Random) -> Tally:
    passed = refused = tried = 0
    for _ in range(_MANY):
        key, other = chance.randbytes(chance.randint(24, 64)), chance.randbytes(32)
        body, name = b'{"n":' + str(chance.getrandbits(900)).encode() + b"}", f"msg-{chance.getrandbits(64):x}"
        now = datetime.now(UTC)
        given = signed([key], name, now, body)
        passed += _standard(key, body, given)
        wrong = [
            (key, _flipped(body, chance), given),
            (other, body, given),
            (key, body, {**given, "webhook-id": name + "x"}),
            (key, body, {**given, "webhook-timestamp": str(int(now.timestamp()) + 1)}),
            (key, body, signed([key], name, now + timedelta(seconds=_further(chance)), body)),
        ]
        refused += sum(not _standard(*each) for each in wrong)
        tried += len(wrong)
    return passed, _MANY, refused, tried


def _standard(key: bytes, body: bytes, given: dict[str, str]) -> bool:
    try:
        Standard(b64encode(key).decode()).verify(body, given)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _links(chance: random.Random) -> Tally:
    passed = refused = tried = 0
    for n in range(_MANY):
        key, other, at = (
            chance.randbytes(32),
            chance.randbytes(32),
            datetime.fromtimestamp(chance.randint(0, 2**31), UTC),
        )
        ticket = issued(chance.choice(_KINDS), f"i{n}", f"to {n % 7}", at, f"delivery {n}", key)
        token = token_of(ticket, key)
        passed += _opens(token, key) and opened(token, [key]) == ticket
        wrong = [
            (_flipped(token.encode(), chance).decode("latin-1"), key),
            (token[: chance.randrange(len(token))], key),
            (token_of(ticket, other), key),
            (token + chance.choice(string.ascii_letters + "=. "), key),
        ]
        refused += sum(not _opens(*each) for each in wrong)
        tried += len(wrong)
    return passed, _MANY, refused, tried


def _opens(token: str, key: bytes) -> bool:
    try:
        opened(token, [key])
    except Forged:
        return False
    return True


def _slack(chance: random.Random) -> Tally:
    now, passed, refused, tried = datetime.fromtimestamp(1_772_452_800, UTC), 0, 0, 0
    for _ in range(_MANY):
        secret, body = f"{chance.getrandbits(128):032x}", chance.randbytes(chance.randint(1, 200))
        at = str(int(now.timestamp()) + chance.randint(-300, 300))
        given = headers(body, at, secret)
        known = {"app": secret}
        passed += signed_by(given, body, known, now) == {"app"}
        mark = given["x-slack-signature"]
        wrong = [
            (given, _flipped(body, chance)),
            ({**given, "x-slack-signature": _flipped(mark.encode(), chance).decode("latin-1")}, body),
            ({**given, "x-slack-request-timestamp": str(int(at) + 1)}, body),
            (headers(body, str(int(now.timestamp()) + chance.choice(_LATE)), secret), body),
            ({name: _any_text(chance) for name in given}, body),
        ]
        refused += sum(not signed_by(*each, known, now) for each in wrong)
        tried += len(wrong)
    return passed, _MANY, refused, tried


def _flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _further(chance: random.Random) -> int:
    """Further than 300 s away, also when a second passes meanwhile."""
    return chance.choice([-1, 1]) * chance.randint(302, 10**6)


def _any_text(chance: random.Random) -> str:
    return "".join(
        chr(chance.choice([chance.randrange(128), chance.randrange(0x11000)])) for _ in range(chance.randint(0, 80))
    )


def _clicks() -> list[float]:
    """Milliseconds from each click to Slack's answer."""
    with _office() as office:
        return list(_timed(office.click, _CLICKS))


def _timed(click: Callable[..., int], count: int) -> Iterator[float]:
    for n in range(count):
        began = time.perf_counter()
        code = click("ack", at=float(n))
        yield (time.perf_counter() - began) * 1000
        assert code == 200, code


@contextmanager
def _office() -> Iterator[Office]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Slack() as slack,
        place(Path(folder), destinations={"growth": BOT}) as here,
    ):
        port = free_port()
        app = application(lambda: here, here.desk, lambda: here.now)
        stop = listening.start("127.0.0.1", port, app, name="answers", section="answering")
        office = Office(here, slack, port)
        office.deliver()
        yield office
        stop()
