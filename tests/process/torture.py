"""Kills channelwatch again and again on two days on which it has much to tell, and looks what became of it.

On the first day orders fall at the website and visitors stay away from the stores; five days later both are back. Each day
is begun, killed at some point, begun again, and so on, until a last run ends it. A twin is never killed.
"""

import base64
import csv
import gzip
import io
import json
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from signal import SIGKILL
from typing import Any

from tests.process import watched
from tests.process.command import Done
from tests.process.database import is_intact, state
from tests.process.mortal import POINTS
from tests.process.story import morning_after
from tests.process.warm import Warm
from tests.process.watched import BAD, BEFORE
from tests.receiver import Receiver, Request

HEALED = BAD + timedelta(days=5)
DAYS = (BAD, HEALED)
# What is told: of two incidents, that they began and that they are over.
MESSAGES = 4
_SECRET = "whsec_" + base64.b64encode(b"canarysecret-to-sign-alerts-with").decode()
_KEPT = ("incidents", "history", "judged", "pending")
_REPEAT = "This may be a repeat"
_MOST_RUNS = 20


@dataclass(kw_only=True)
class Toll:
    """What so many kills did. kills: by point; messages: all that should arrive, at both destinations together."""

    kills: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    lost: int = 0
    repeats: int = 0
    unmarked_repeats: int = 0
    invented: int = 0
    out_of_order: int = 0
    damaged: int = 0
    judged_otherwise: int = 0
    observed_otherwise: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, hidden, invented, overtaken or damaged."""
        wrong = (
            self.lost,
            self.unmarked_repeats,
            self.invented,
            self.out_of_order,
            self.damaged,
            self.judged_otherwise,
            self.observed_otherwise,
        )
        return not any(wrong) and self.repeats <= 2 * self.kills.total()


class Torturer:
    """Does it, in a folder."""

    def __init__(self, warm: Warm, folder: Path, chance: random.Random) -> None:
        self._warm, self._folder, self._chance = warm, folder, chance
        self._prepared, self._number = folder / "prepared", 0
        watched.configure(self._prepared, *watched.SQL)
        self._tables(self._prepared, BEFORE)
        nowhere = {"WEB_URL": "sqlite:///web.db"}
        assert self._check(self._prepared, BEFORE, nowhere, (None, 0)).code == 0
        _, self._twin, _ = self._live([], [])

    def kill(self, rounds: Sequence[str], toll: Toll) -> None:
        """Two days with a kill at each of these points on each."""
        deaths = [
            [(point, 1 + self._chance.randrange(3 if point in POINTS[2:] else 1)) for point in self._mixed(rounds)]
            for _ in DAYS
        ]
        folder, found, received = self._live(*deaths, toll=toll)
        toll.damaged += not is_intact(folder)
        toll.judged_otherwise += any(found[name] != self._twin[name] for name in _KEPT)
        toll.observed_otherwise += found["observations"] != self._twin["observations"]
        for keyed, requests in zip((False, True), received, strict=True):
            _count(requests, toll, keyed=keyed)
        shutil.rmtree(folder)

    def _mixed(self, rounds: Sequence[str]) -> list[str]:
        mixed = list(rounds)
        self._chance.shuffle(mixed)
        return mixed

    def _live(
        self, *deaths: Sequence[tuple[str, int]], toll: Toll | None = None
    ) -> tuple[Path, dict[str, Any], tuple[list[Request], list[Request]]]:
        self._number += 1
        folder = shutil.copytree(self._prepared, self._folder / f"life{self._number}")
        with Receiver() as slack, Receiver() as program:
            env = {"WEB_URL": "sqlite:///web.db"} | _destinations(slack.url, program.url)
            for day, of_day in zip(DAYS, deaths, strict=True):
                self._tables(folder, day)
                for death in of_day:
                    done = self._check(folder, day, env, death)
                    assert done.code in (0, -SIGKILL), done
                    if toll is not None and done.code:
                        toll.kills[death[0]] += 1
                for _ in range(_MOST_RUNS):
                    assert self._check(folder, day, env, (None, 0)).code == 0
                    if not _unsent(folder):
                        break
            received = (list(slack.requests), list(program.requests))
        return folder, _found(folder), received

    def _check(self, folder: Path, day: date, env: dict[str, str], death: tuple[str | None, int]) -> Done:
        first = ("tests.process.mortal.arm", death)
        return self._warm.channelwatch(folder, "check", "--now", morning_after(day), "--json", env=env, first=first)

    def _tables(self, folder: Path, through: date) -> None:
        watched.stores(folder, through)
        watched.write_database(folder / "web.db", watched.rows(through))


def _destinations(slack: str, program: str) -> dict[str, str]:
    """One destination that cannot tell a repeat, and one that can."""
    destinations = {
        "slack": {"kind": "slack_webhook", "url": slack},
        "program": {"kind": "webhook", "url": program, "secret": _SECRET, "allow_private": True},
    }
    return {
        "CHANNELWATCH_DESTINATIONS": json.dumps(destinations),
        "CHANNELWATCH_ROUTES": json.dumps([{"to": list(destinations)}]),
    }


def _unsent(folder: Path) -> bool:
    return any("queued" in row or "sending" in row for row in state(folder)["outbox"])


def _unpacked(content: bytes) -> list[list[str]]:
    """The rows of a kept answer, without its header."""
    return list(csv.reader(io.StringIO(gzip.decompress(content).decode(), newline="")))[1:]


def _found(folder: Path) -> dict[str, Any]:
    """What was judged and found, and every observation with the instant at which it was made."""
    rows = state(folder)
    contents = [cell for row in rows["pulls"] for cell in row if isinstance(cell, bytes) and cell]
    observed = sorted(tuple(row) for content in contents for row in _unpacked(content))
    # A run that comes to what is known already leaves a line that nothing changed.
    history = sorted((row[1:] for row in rows["history"] if "nothing" not in row), key=repr)
    return {name: rows[name] for name in _KEPT} | {"history": history, "observations": observed}


def _count(requests: Sequence[Request], toll: Toll, *, keyed: bool) -> None:
    copies: dict[tuple[str, str], list[Request]] = defaultdict(list)
    for request in requests:
        copies[_name(request)].append(request)
    expected = {(what, change) for what in ("orders", "footfall") for change in ("opened", "resolved")}
    toll.messages += len(expected)
    toll.lost += len(expected - set(copies))
    toll.invented += len(set(copies) - expected)
    for same in copies.values():
        toll.repeats += len(same) - 1
        for copy in same[1:]:
            if keyed:
                is_marked = {name.lower(): v for name, v in copy.headers.items()}["webhook-id"] == _key(same[0])
            else:
                is_marked = _REPEAT in copy.words
            toll.unmarked_repeats += not is_marked
    ends: set[str] = set()
    for request in requests:
        what, change = _name(request)
        toll.out_of_order += change == "opened" and what in ends
        ends |= {what} if change == "resolved" else set()


def _key(request: Request) -> str:
    return {name.lower(): value for name, value in request.headers.items()}["webhook-id"]


def _name(request: Request) -> tuple[str, str]:
    """What a message is about, and what it says of it."""
    if "data" in request.body:
        alert = request.body["data"]["alert"]
        return alert["incident_id"].split("-")[1], str(alert["change"])
    first = request.body["text"].partition("\n")[0].lower()
    return "orders" if "orders" in first else "footfall", "resolved" if "resolved" in first else "opened"
