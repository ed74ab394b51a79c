"""Kills senders at six points of a delivery, and the whole program at six points of its work, and counts what people saw.

Delivery: at least 1,000 kills a family of destinations: those that know a key, Slack by bot, which looks for its own
messages, and those that cannot tell a repeat; and some with the state in PostgreSQL. Nothing may be wrong but what a blind
destination shows twice, at most once a kill that left it open whether a message had arrived, and marked.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import headline
from tests import postgres
from tests.daemon.outbox import mortal
from tests.daemon.outbox import torture as delivery
from tests.daemon.outbox.families import KINDS
from tests.process.mortal import POINTS
from tests.process.torture import Toll, Torturer
from tests.process.warm import Warm

KILLS, ON_SERVER, WHOLE = 1_000, 100, 200
SEED = 20260302
# One of each family.
_ON_SERVER = ("webhook", "slack", "email_smtp")


def run(kills: int = KILLS, on_server: int = ON_SERVER, whole: int = WHOLE, seed: int = SEED) -> list[str]:
    """At least so many kills a family, of each of some kinds with PostgreSQL, and of the whole program."""
    tolls = _deliveries(kills, on_server, seed)
    of_program = _whole(whole, seed)
    wrong = sum(sum(toll.wrongs.values()) for toll in tolls.values())
    total, messages = sum(t.kills.total() for t in tolls.values()), sum(t.messages for t in tolls.values())
    lost = sum(t.lost for t in tolls.values())
    return [
        "## Killed at every point",
        "",
        headline(
            "alerts lost, invented, overtaken or repeated without saying so, by kills of what delivers",
            "0",
            f"{wrong} (lost {lost}) of {messages:,}, in {total:,} kills",
        ),
        headline(
            "the same, by kills of the whole program",
            "0",
            f"{0 if of_program.is_clean else 'some'} of {of_program.messages}, in {of_program.kills.total()} kills",
        ),
        "",
        *_of_deliveries(tolls),
        "",
        *_of_program(of_program),
        "",
        f"Seed {seed}.",
    ]


def _deliveries(kills: int, on_server: int, seed: int) -> dict[str, delivery.Toll]:
    families = [kind.family for kind in KINDS.values()]
    with _nursery() as nursery, ExitStack() as stack:
        folder, numbers = Path(stack.enter_context(TemporaryDirectory(prefix="channelwatch-torture-"))), count(1)
        tolls = {
            name: _live(
                name,
                nursery,
                lambda: f"sqlite:///{folder}/{next(numbers)}.db",
                seed,
                -(-kills // families.count(kind.family)),
            )
            for name, kind in KINDS.items()
        }
        if on_server and postgres.programs() is not None:
            server = stack.enter_context(postgres.running(stack.enter_context(postgres.temporary_folder())))
            tolls |= {
                f"{name}, state in PostgreSQL": _live(name, nursery, server.new_database, seed, on_server)
                for name in _ON_SERVER
            }
    return tolls


def _live(kind: str, nursery: mortal.Nursery, place: Callable[[], str], seed: int, kills: int) -> delivery.Toll:
    toll, torturer = delivery.Toll(), delivery.Torturer(kind, nursery, place, random.Random(seed))
    while toll.kills.total() < kills:
        torturer.live(toll)
    return toll


@contextmanager
def _nursery() -> Iterator[mortal.Nursery]:
    nursery = mortal.Nursery()
    try:
        yield nursery
    finally:
        nursery.close()


def _whole(kills: int, seed: int) -> Toll:
    toll, warm = Toll(), Warm()
    try:
        with TemporaryDirectory(prefix="channelwatch-torture-") as folder:
            torturer = Torturer(warm, Path(folder), random.Random(seed))
            while toll.kills.total() < kills:
                torturer.kill(POINTS, toll)
    finally:
        warm.close()
    return toll


def _of_deliveries(tolls: dict[str, delivery.Toll]) -> list[str]:
    points = " / ".join(mortal.POINTS)
    return [
        f"Kills of a sender: {points}. Twice: shown twice to people; of those, unsaid; and beyond one a kill after which nobody",
        "can tell. Parked: information that may have arrived, listed instead of repeated. Without chart: living messages whose",
        "sender was killed while it brought the chart.",
        "",
        "| destination | family | kills | messages | lost | invented | overtaken | state damaged | copies sent | seen twice | unsaid | beyond | parked | without chart |",
        "|---|---|---|" + "---:|" * 11,
        *(
            f"| {name} | {KINDS[name.partition(',')[0]].family} | {toll.kills.total()}: {' / '.join(str(toll.kills[p]) for p in mortal.POINTS)} "
            f"| {toll.messages} | {toll.lost} | {toll.invented} | {toll.out_of_order} | {toll.damaged} | {toll.copies} | {toll.seen_twice} "
            f"| {toll.unmarked} | {toll.excess} | {toll.parked} | {toll.bare} |"
            for name, toll in tolls.items()
        ),
        "",
        f"Information shown twice: {sum(t.information_twice for t in tolls.values())}. Parked news: {sum(t.parked_news for t in tolls.values())}. "
        f"Living messages that show an old state: {sum(t.stale for t in tolls.values())}.",
    ]


def _of_program(toll: Toll) -> list[str]:
    return [
        "Kills of the whole program, two days with an incident each, to one destination that knows keys and one that does not:",
        "",
        "| | |",
        "|---|---:|",
        *(f"| killed {point} | {toll.kills[point]} |" for point in POINTS),
        f"| kills | {toll.kills.total()} |",
        f"| messages that should arrive | {toll.messages} |",
        f"| lost | {toll.lost} |",
        f"| invented | {toll.invented} |",
        f"| repeated | {toll.repeats} |",
        f"| repeated without a mark or the same key | {toll.unmarked_repeats} |",
        f"| an end before its beginning | {toll.out_of_order} |",
        f"| state damaged (integrity_check) | {toll.damaged} |",
        f"| judged, found or waiting otherwise than without kills | {toll.judged_otherwise} |",
        f"| observed otherwise than without kills | {toll.observed_otherwise} |",
    ]
