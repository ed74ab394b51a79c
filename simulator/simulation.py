"""The story: a business and its planted problems become a ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from simulator import offline
from simulator.business import Business
from simulator.chance import Expected, Seeded
from simulator.incidents import plant
from simulator.outcome import Outcome, outcome
from simulator.planted import Planted
from simulator.truth import Consequence, consequence
from simulator.web import web
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One simulated time as it stands when everything has arrived, and the truth about it."""

    business: Business
    start: date
    days: int
    seed: int
    outcome: Outcome
    incidents: tuple[Planted, ...]
    truth: tuple[Consequence, ...]
    """What each incident alone did, from expectations."""


def simulate(business: Business, incidents: Sequence[Planted], seed: int, days: int, start: date) -> Ledger:
    """Simulate `days` days from `start`; the same arguments give the same ledger."""
    healthy = rates(business, seed, days, start)
    ideal = outcome(healthy, Expected())
    truth = tuple(consequence(planted, ideal, outcome(plant(healthy, [planted]), Expected())) for planted in incidents)
    happened = outcome(plant(healthy, incidents), Seeded(seed))
    return Ledger(
        business=business, start=start, days=days, seed=seed, outcome=happened, incidents=tuple(incidents), truth=truth
    )


def rates(business: Business, seed: int, days: int, start: date) -> World:
    """Return the true rates of a business without problems."""
    dates = tuple(start + timedelta(days=day) for day in range(days))
    return World(
        business=business,
        start=start,
        days=days,
        web=web(business, dates, seed),
        mail=offline.mail(business, dates, seed),
        calls=offline.calls(business, dates, seed),
        shops=offline.shops(business, dates, seed),
        health=offline.health(business, dates, seed),
        offline=offline.offline(business, dates),
    )
