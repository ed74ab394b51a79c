"""Generator A: the project's simulator, with problems planted at a wanted size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.worlds.problem import LASTS, Array, Problem, Shape, scatter
from simulator.business import Basis, Business
from simulator.chance import Expected, Seeded
from simulator.incidents import plant
from simulator.outcome import Outcome, outcome
from simulator.planted import Planted
from simulator.reporting import faults
from simulator.simulation import Ledger, rates, simulate
from simulator.truth import LEVELS
from simulator.world import World
from simulator.write import write

# What a problem can be at most, and at least for a search.
MOST, LEAST = 0.97, 1e-3
# Kinds that add rather than take away may be larger than everything there was.
ADDS = frozenset({"news_or_viral", "bot_traffic", "tracking_double_fire", "unit_or_currency", "auction_competition"})
PULSE_DAYS = 4
# Standard deviations from which on a problem counts as touching a channel.
TOUCHED = 0.25

Series = dict[tuple[str, str | None, str], Array]
Choices = list[tuple[str, dict[str, tuple[str, ...]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized(Problem):
    """A problem with the mechanism that makes it."""

    planted: Planted


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """A business in which nothing goes wrong."""

    business: Business
    seed: int
    start: date
    days: int
    world: World
    ideal: Outcome
    scatter: dict[tuple[str, str | None, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """A simulated business, to plant problems in."""

    calm: Healthy

    @property
    def timezone(self) -> str:
        """Of the business."""
        return self.calm.business.timezone

    @property
    def currency(self) -> str:
        """Of the business."""
        return self.calm.business.currency

    def problem(
        self, shape: Shape, snr: float, start: date, avoid: frozenset[str | None], rng: np.random.Generator
    ) -> Problem | None:
        """Choose a mechanism and a place for a shape, and its size there; None where this business has none of this size."""
        choices = [c for c in _choices(shape, self.calm.business) if not set(c[1].get("channel", ())) & avoid]
        for at in rng.permutation(len(choices)):
            kind, scope = choices[at]
            days = PULSE_DAYS if kind == "news_or_viral" else LASTS[shape]
            found = _sized(Planted(kind=kind, start=start, days=days, severity=1.0, scope=scope), snr, self.calm)
            if found is not None:
                planted, (table, channel, kpi) = found
                return Sized(
                    shape=shape,
                    snr=snr,
                    start=start,
                    days=days,
                    channels=_channels(planted, self.calm, snr / 2),
                    touched=_channels(planted, self.calm, TOUCHED),
                    size=planted.severity,
                    shows=f"{kpi} of {channel or table} ({kind})",
                    planted=planted,
                )
        return None

    def write(self, problems: Sequence[Problem], folder: Path, first_pull: date) -> None:
        """Write the tables of the business with its problems."""
        write(self._ledger(problems), folder, first_pull)
        (folder / "truth.json").unlink()

    def late(self) -> frozenset[date]:
        """Days whose load of some table came late by itself: who tells of them tells the truth."""
        return frozenset(
            fault.first + timedelta(days=day)
            for fault in faults(self._ledger(()))
            for day in range((fault.last - fault.first).days + 1)
        )

    def _ledger(self, problems: Sequence[Problem]) -> Ledger:
        calm = self.calm
        planted = [p.planted for p in problems if isinstance(p, Sized)]
        return simulate(calm.business, planted, calm.seed, calm.days, calm.start)


def factors(build: Callable[[date, int], Business], seed: int, start: date, days: int) -> Factors:
    """Simulate a business, and measure how its series scatter."""
    business = build(start, days)
    world = rates(business, seed, days, start)
    happened = _series(outcome(world, Seeded(seed)))
    return Factors(
        calm=Healthy(
            business=business,
            seed=seed,
            start=start,
            days=days,
            world=world,
            ideal=outcome(world, Expected()),
            scatter={key: scatter(values) for key, values in happened.items()},
        )
    )


def _choices(shape: Shape, business: Business) -> Choices:
    """Mechanisms of a shape with the places where they can act."""
    by_basis: dict[Basis, list[str]] = {}
    for channel in business.channels:
        by_basis.setdefault(channel.basis, []).append(channel.name)
    paid = [c for basis in (Basis.AUCTION, Basis.BUDGET, Basis.PARTNER) for c in by_basis.get(basis, [])]
    visited = [c.name for c in business.channels if c.basis not in (Basis.MAIL, Basis.MESSAGE)]
    bought = by_basis.get(Basis.AUCTION, []) + by_basis.get(Basis.BUDGET, [])
    sites: Choices = [("call_line_outage", {"site": (site.name,)}) for site in business.call_sites]
    stores: Choices = [("store_closed", {"store": (store.name,)}) for store in business.stores]
    everywhere: dict[str, tuple[str, ...]] = {}

    def over(kind: str, names: Sequence[str]) -> Choices:
        return [(kind, {"channel": (name,)}) for name in names]

    match shape:
        case Shape.SPIKE:
            return over("news_or_viral", ["referral", "direct"]) + over("bot_traffic", ["direct"])
        case Shape.DIP:
            return [*over("landing_page_broken", visited), *over("budget_exhausted", bought), *sites, *stores]
        case Shape.STEP:
            return [
                *over("landing_page_broken", visited),
                *over("budget_cut_or_pause", paid),
                *over("auction_competition", by_basis.get(Basis.AUCTION, [])),
                ("seo_algorithm", everywhere),
                ("email_deliverability", {"provider": (next(iter(business.providers), ""),)}),
            ]
        case Shape.DRIFT:
            return [*over("creative_fatigue", bought), ("demand_decline", everywhere)]
        case Shape.ATTRIBUTION:
            return over("utm_misattribution", [c for c in paid if c != "direct"] + by_basis.get(Basis.SEARCH, []))
        case Shape.TAG_LOSS:
            return [("tracking_conversion_only", everywhere), ("tracking_break_site", everywhere)]
        case Shape.OUTAGE:
            return [("site_outage", everywhere)]
        case Shape.CHECKOUT:
            devices: Choices = [("checkout_failure", {"device": (device,)}) for device in business.devices]
            return [*devices, ("checkout_failure", everywhere)]
        case Shape.CAP:
            return over("budget_exhausted", bought)
        case Shape.DUPLICATE:
            return [("tracking_double_fire", everywhere)]
        case Shape.UNIT:
            return over("unit_or_currency", paid)


def _sized(planted: Planted, snr: float, calm: Healthy) -> tuple[Planted, tuple[str, str | None, str]] | None:
    """Give a problem the severity at which the series that shows it best shows it so clearly."""
    low, high = LEAST, 20.0 if planted.kind in ADDS else MOST
    if _clearest(replace(planted, severity=high), calm)[0] < snr:
        return None
    for _ in range(12):
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if _clearest(replace(planted, severity=middle), calm)[0] >= snr else (middle, high)
    final = replace(planted, severity=high)
    return final, _clearest(final, calm)[1]


def _clearest(planted: Planted, calm: Healthy) -> tuple[float, tuple[str, str | None, str]]:
    shown = _shown(planted, calm)
    key = max(shown, key=lambda k: shown[k])
    return shown[key], key


def _shown(planted: Planted, calm: Healthy) -> dict[tuple[str, str | None, str], float]:
    """How clearly each daily series shows a problem on its worst day, in standard deviations."""
    before, after = _series(calm.ideal), _series(outcome(plant(calm.world, [planted]), Expected()))
    first = (planted.start - calm.start).days
    window = slice(first, first + planted.days)
    out = {}
    for key, deviation in calm.scatter.items():
        was, now = before[key][window], after[key][window]
        if was.min() > 0:
            out[key] = float(np.abs(np.log(np.maximum(now, 0.5) / np.maximum(was, 0.5))).max()) / deviation
    return out


def _channels(planted: Planted, calm: Healthy, least: float) -> frozenset[str | None]:
    """The channels that show so much of it; None, the business, where its total or a table of the business does."""
    shown = _shown(planted, calm)
    return frozenset(_alias(key) for key, clear in shown.items() if clear >= least)


def _alias(key: tuple[str, str | None, str]) -> str | None:
    table, channel, _ = key
    named = {
        "email": "email",
        "organic": "organic_search",
        "call_centre": "call_centre",
        "stores": "stores",
        "app": "app",
    }
    return channel or named.get(table)


def _series(happened: Outcome) -> Series:
    """Daily totals of channels, and of the business where a table has several."""
    out: Series = {}
    for table in happened.tables:
        if table.period != "date":
            continue
        names = [key[0] for key in table.cells.keys] if "channel" in table.cells.dimensions else []
        for kpi, values in table.columns.items():
            if kpi in LEVELS:
                continue
            out[table.name, None, kpi] = np.nansum(values, axis=1)
            for name in set(names):
                mine = np.nansum(values[:, [n == name for n in names]], axis=1)
                if mine.any():
                    out[table.name, name, kpi] = mine
    return out
