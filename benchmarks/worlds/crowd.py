"""Generator B, the whole of it: a world of single people with problems of known size in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.worlds.mishaps import DIRECT, NAMES, happened
from benchmarks.worlds.people import World, world
from benchmarks.worlds.problem import LASTS, Array, Problem, Shape, gained, lost, scatter
from benchmarks.worlds.records import ZONE, ledgers, write

MOST = 0.97  # share of anything that can go
ADDS = frozenset({Shape.SPIKE, Shape.DUPLICATE, Shape.UNIT})
# Sources with a steady day: mailings and paid social come in bursts.
PAID = ("paid_search",)
STEADY = ("paid_search", "organic_search", "direct", "referral", "affiliate")


Series = dict[tuple[str | None, str], Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A time of the ticket shop in which nothing went wrong, to plant problems in."""

    calm: World
    timezone: str = ZONE
    currency: str = "EUR"

    def problem(
        self, shape: Shape, snr: float, start: date, avoid: frozenset[str | None], rng: np.random.Generator
    ) -> Problem | None:
        """Choose a place for a shape, and its size there; None where no place can show it so clearly."""
        return _problem(shape, snr, start, _series(self.calm), avoid, rng)

    def write(self, problems: Sequence[Problem], folder: Path, first_pull: date) -> None:
        """Write the tables of the world with its problems."""
        write(self.calm, ledgers(self.calm, happened(self.calm, problems)), folder, first_pull)

    def late(self) -> frozenset[date]:
        """No load comes late by itself here."""
        return frozenset()


def tickets(seed: int, start: date, days: int) -> Crowd:
    """Let the time of the ticket shop pass."""
    return Crowd(calm=world(seed, start, days))


def _problem(
    shape: Shape, snr: float, start: date, series: Series, avoid: frozenset[str | None], rng: np.random.Generator
) -> Problem | None:
    channels: frozenset[str | None] = frozenset({*NAMES, None})
    match shape:
        case Shape.OUTAGE:
            shows, size = "visits of the business", lost(snr, scatter(series[None, "visits"]))
        case Shape.CHECKOUT | Shape.TAG_LOSS:
            shows, size = "purchases of the business", lost(snr, scatter(series[None, "purchases"]))
        case Shape.DUPLICATE:
            shows, size = "purchases of the business", gained(snr, scatter(series[None, "purchases"]))
        case Shape.UNIT:
            shows, size = "revenue of the business", gained(snr, scatter(series[None, "revenue"]))
        case Shape.CAP:
            channel = _choose(PAID, avoid, rng)
            channels = frozenset({channel})
            shows, size = f"clicks of {channel}", lost(snr, scatter(series[channel, "clicks"]))
        case Shape.ATTRIBUTION:
            channel = _choose([n for n in STEADY if n != NAMES[DIRECT]], avoid, rng)
            channels = frozenset({channel, NAMES[DIRECT]})
            gives, takes = series[channel, "visits"], series[NAMES[DIRECT], "visits"]
            taken = gained(snr, scatter(takes)) * np.median(takes) / np.median(gives)
            shows, size = f"visits of {channel}, booked as direct", min(lost(snr, scatter(gives)), float(taken))
        case _:
            channel = _choose(STEADY, avoid, rng)
            channels = frozenset({channel})
            size = (gained if shape is Shape.SPIKE else lost)(snr, scatter(series[channel, "visits"]))
            shows = f"visits of {channel}"
    if size > (20.0 if shape in ADDS else MOST):
        return None
    return Problem(shape=shape, snr=snr, start=start, days=LASTS[shape], channels=channels, size=size, shows=shows)


def _choose(names: Sequence[str], avoid: frozenset[str | None], rng: np.random.Generator) -> str:
    return str(rng.choice([n for n in names if n not in avoid] or list(names)))


def _series(healthy: World) -> Series:
    """Daily totals of channels and of the business."""
    ads, analytics, *_ = ledgers(healthy, happened(healthy, ()))
    out: Series = {}
    for table in (ads, analytics):
        for kpi, values in table.columns.items():
            out[None, kpi] = values[-1].sum(axis=1)
            for name in NAMES:
                out[name, kpi] = values[-1][:, [key[0] == name for key in table.keys]].sum(axis=1)
    return out
