"""From the commit of a decision to a destination that has taken it: by the service's own threads, over real HTTP on this machine.

Each round queues one alert for five destinations in one transaction and wakes the deliverer, as a cycle does. Three
answer at once; one never answers; one refuses connections. Beside it the same without the two: they must change nothing.
"""

import random
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from structlog.testing import capture_logs

from benchmarks.results import headline
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import Again, Destination, Receipt
from daemon.outbox import Deliverer, Post, announce, new_boot
from daemon.store import Store, open_store
from tests import builders_alerts as stories
from tests.daemon.outbox.vendors import KINDS
from tests.receiver import Receiver

ROUNDS = 200
_HEALTHY = ("slack_webhook", "webhook", "pagerduty")
_APART = 0.15  # seconds between two alerts, on average: faster than any storm's pace
_ALERT = compose(stories.checkout_failing())


class Timed:
    """A destination that notes when each alert was taken."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self.taken: dict[str, float] = {}

    @property
    def again(self) -> Again:
        """As of the destination."""
        return self._destination.again

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Deliver, and look at the clock."""
        receipt = self._destination.deliver(alert, key, now)
        self.taken[str(alert["incident_id"])] = time.perf_counter()
        return receipt


def run(rounds: int = ROUNDS) -> list[str]:
    """Measure with and without the broken ones."""
    with capture_logs():
        alone, among = _measured(rounds, broken=False), _measured(rounds, broken=True)
    everything = [seconds for times in among.values() for seconds in times]
    p50, p99 = _quantile(everything, 0.5), _quantile(everything, 0.99)
    return [
        "## From the decision to the destination",
        "",
        f"{rounds} alerts to each of {len(_HEALTHY)} destinations that work, by the service's own threads over HTTP on this machine; beside them "
        "one destination that never answers and one that refuses connections.",
        "",
        headline("from commit to accepted, median", "<= 1 s", f"{p50 * 1000:.0f} ms"),
        headline("the same, 99th percentile", "<= 5 s", f"{p99 * 1000:.0f} ms"),
        "",
        "| destination | median alone | 99th alone | median beside broken ones | 99th beside broken ones |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {_ms(alone[name], 0.5)} | {_ms(alone[name], 0.99)} | {_ms(among[name], 0.5)} | {_ms(among[name], 0.99)} |"
            for name in _HEALTHY
        ),
    ]


def _measured(rounds: int, *, broken: bool) -> dict[str, list[float]]:
    with (
        TemporaryDirectory(prefix="channelwatch-latency-") as folder,
        socket.create_server(("127.0.0.1", 0), backlog=64) as silent,
        socket.create_server(("127.0.0.1", 0)) as gone,
    ):
        ports = {"silent": silent.getsockname()[1], "gone": gone.getsockname()[1]}
        gone.close()
        store = open_store("sqlite:///state.db", Path(folder))
        receivers = {name: _receiver(name) for name in _HEALTHY}
        try:
            timed = {n: Timed(KINDS[n].connect(receivers[n].url, store, None)) for n in _HEALTHY}
            dead: dict[str, Destination] = {
                n: KINDS["slack_webhook"].connect(f"http://127.0.0.1:{port}/", store, None) for n, port in ports.items()
            }
            destinations = {**timed, **(dead if broken else {})}
            deliverer = Deliverer(Post(store=store, destinations=destinations, boot=new_boot()))
            deliverer.start()
            committed = _announced(store, destinations, deliverer, rounds)
            _until_all(timed, rounds)
            deliverer.stop()
        finally:
            for receiver in receivers.values():
                receiver.__exit__(None, None, None)
            store.close()
        return {name: [at - committed[i] for i, at in one.taken.items()] for name, one in timed.items()}


def _receiver(name: str) -> Receiver:
    return Receiver(answer=lambda _: KINDS[name].taken).__enter__()


def _announced(store: Store, to: Mapping[str, Destination], deliverer: Deliverer, rounds: int) -> dict[str, float]:
    chance, committed, pause = random.Random(3), dict[str, float](), Event()
    for number in range(rounds):
        pause.wait(chance.expovariate(1 / _APART))
        alert: Alert = replace(_ALERT, incident_id=f"i{number}")
        with store.transaction() as connection:
            announce(connection, alert, to, datetime.now(UTC))
        committed[alert.incident_id] = time.perf_counter()
        deliverer.wake()
    return committed


def _until_all(timed: Mapping[str, Timed], rounds: int) -> None:
    pause, ends = Event(), time.monotonic() + 30
    while any(len(one.taken) < rounds for one in timed.values()):
        if time.monotonic() > ends:
            raise TimeoutError("not everything was delivered")
        pause.wait(0.01)


def _ms(times: list[float], share: float) -> str:
    return f"{_quantile(times, share) * 1000:.0f} ms"


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
