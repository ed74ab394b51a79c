"""A million delivered messages: how long a claim takes, how large the files are, and what the nightly work holds up.

Four destinations, five messages an incident, spread over the 90 days that delivered messages are kept: a business with
some 550 incidents a day. Rows are written past the outbox, by the same tables, and then worked with through it.
"""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from benchmarks.results import headline
from config.upkeep import Retention
from daemon.alerts.compose import compose
from daemon.model import Change
from daemon.store import Store, claims, deliveries, open_store, outbox_totals
from daemon.upkeep.retention import prune
from tests import builders_alerts as stories

ROWS, DAYS, SECONDS_A_CLAIM = 1_000_000, 90, 0.005
MOST_FILE, MOST_WAL = 1024**3, 64 * 1024**2
_DESTINATIONS = ("slack", "teams", "mail", "pager")
_CHANGES = ("opened", "grown", "worse", "better", "resolved")
_WHOLE_DAYS = 2  # as in daemon/upkeep/retention.py: older ones were made light by the nights since
_CLAIMS = 2_000
_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LEASE = timedelta(minutes=3)
_ALERT = compose(stories.checkout_failing()).to_dict()


def run(rows: int = ROWS) -> list[str]:
    """Fill, measure, prune, measure."""
    with TemporaryDirectory(prefix="channelwatch-storage-") as folder:
        file = Path(folder) / "state.db"
        open_store(f"sqlite:///{file}").close()
        _fill(file, rows)
        store = open_store(f"sqlite:///{file}")
        size, before, wal = file.stat().st_size, _claims(store), _wal(file)
        night = _night(store)
        after = _claims(store)
        wal = max(wal, _wal(file), round(night["wal"]))
        store.close()
    return [
        "## A million delivered messages",
        "",
        f"{rows:,} rows, {len(_CHANGES) * len(_DESTINATIONS)} an incident, over {DAYS} days; {_CLAIMS:,} claims of a message among them, "
        "then the same during and after a night in which a third of them grows too old.",
        "",
        headline(
            "claim of the next message, 99th percentile",
            "<= 5 ms",
            f"{_ms(before.work, 0.99)} of work, {_ms(before.clock, 0.99)} by the clock of a busy machine",
        ),
        headline("file of the state", "<= 1,024 MiB", f"{size / 1024**2:,.0f} MiB"),
        headline("its write-ahead log at most", "<= 64 MiB", f"{wal / 1024**2:.0f} MiB"),
        "",
        "| | |",
        "|---|---:|",
        f"| claim by the clock, median | {_ms(before.clock, 0.5)} |",
        f"| claim after the night, 99th percentile, work; by the clock | {_ms(after.work, 0.99)}; {_ms(after.clock, 0.99)} |",
        f"| a message queued, claimed and settled while the night is worked off, median | {night['p50'] * 1000:.1f} ms |",
        f"| the same, 99th percentile | {night['p99'] * 1000:.1f} ms |",
        f"| the longest of them | {night['longest'] * 1000:.0f} ms |",
        f"| messages dropped that night | {night['dropped']:,.0f} |",
        f"| the night's work | {night['seconds']:.0f} s |",
        f"| counting all by destination and state, for /metrics | {night['counting'] * 1000:.0f} ms |",
    ]


def _fill(file: Path, rows: int) -> None:
    light = {n: _ALERT[n] for n in ("severity", "headline")}
    forms = {
        "whole": _written(_ALERT),
        "newest": _written({**_ALERT, "record": None}),
        "light": _written(light),
    }
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        names = "incident_id, change, destination, idem_key, payload, state, attempts, not_before, give_up_at, last_class, external_id, created, updated"
        connection.executemany(
            f"INSERT INTO outbox ({names}) VALUES ({', '.join('?' * len(names.split(',')))})", _rows(forms, rows)
        )
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(forms: dict[str, str], rows: int) -> Iterator[tuple[Any, ...]]:
    chance, each = random.Random(1), len(_CHANGES) * len(_DESTINATIONS)
    for number in range(rows):
        incident, part = divmod(number, each)
        age = timedelta(days=DAYS) * (1 - number / rows)
        change, destination = _CHANGES[part // len(_DESTINATIONS)], _DESTINATIONS[part % len(_DESTINATIONS)]
        form = "whole" if age.days < _WHOLE_DAYS else "newest" if part == each - 1 else "light"
        at = (_NOW - age).isoformat(timespec="microseconds")
        yield (
            f"20260302-orders-{incident:06x}",
            change,
            destination,
            f"{chance.getrandbits(160):040x}",
            forms[form],
            "sent",
            1,
            "1970-01-01T00:00:00.000000+00:00",
            at if form == "whole" else None,
            "sent",
            f"C0GROWTH01/{1772452800 + number}.000100",
            at,
            at,
        )


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Seconds of each claim, by the clock and of work."""

    clock: list[float]
    work: list[float]


def _claims(store: Store) -> Claims:
    times, work = [], []
    for number in range(_CLAIMS):
        _queue(store, f"claim-{number}-{time.monotonic_ns()}", _DESTINATIONS[number % len(_DESTINATIONS)])
    for number in range(_CLAIMS):
        name = _DESTINATIONS[number % len(_DESTINATIONS)]
        began, worked = time.perf_counter(), time.thread_time()
        with store.transaction() as connection:
            row = claims.claim(connection, name, now=_NOW, owner="b", lease=_LEASE, give_up_after=_LEASE)
        times.append(time.perf_counter() - began)
        work.append(time.thread_time() - worked)
        assert row is not None
        with store.transaction() as connection:
            claims.settle(connection, row, deliveries.State.SENT, now=_NOW, outcome="sent")
    return Claims(clock=times, work=work)


def _queue(store: Store, incident: str, destination: str) -> None:
    with store.transaction() as connection:
        deliveries.add(
            connection,
            incident_id=incident,
            change=str(Change.OPENED),
            destination=destination,
            key=incident,
            payload=_ALERT,
            now=_NOW,
        )


def _night(store: Store) -> dict[str, float]:
    """Retention at work while messages come and go: how long those wait."""
    done, times, wal = Event(), list[float](), [0]
    file = Path(str(store.beside("x"))).with_suffix("")

    def messages() -> None:
        number = 0
        while not done.is_set():
            began = time.perf_counter()
            _queue(store, f"night-{number}", "slack")
            with store.transaction() as connection:
                row = claims.claim(connection, "slack", now=_NOW, owner="b", lease=_LEASE, give_up_after=_LEASE)
            assert row is not None
            with store.transaction() as connection:
                claims.settle(connection, row, deliveries.State.SENT, now=_NOW, outcome="sent")
            times.append(time.perf_counter() - began)
            wal[0] = max(wal[0], _wal(file))
            number += 1
            done.wait(0.05)

    thread = Thread(target=messages)
    thread.start()
    began = time.perf_counter()
    try:
        dropped = prune(store, Retention(delivered_days=2 * DAYS // 3), _NOW)
    finally:
        done.set()
        thread.join()
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    with store.reading() as connection:
        outbox_totals.counts(connection)
    return {
        "counting": time.perf_counter() - began,
        "seconds": seconds,
        "dropped": dropped.deliveries,
        "p50": _quantile(times, 0.5),
        "p99": _quantile(times, 0.99),
        "longest": max(times),
        "wal": wal[0],
    }


def _wal(file: Path) -> int:
    wal = file.with_name(f"{file.name}-wal")
    return wal.stat().st_size if wal.exists() else 0


def _ms(times: list[float], share: float) -> str:
    return f"{_quantile(times, share) * 1000:.1f} ms"


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
