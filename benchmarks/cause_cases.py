"""Generated incidents with a known cause: a business of some size, one problem in it, and what its team knows by chance.

`case_of` draws one from its seed alone; `write_case` writes the tables that the team would have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cause_plans import PAID, PLAIN, PLANS, UNITS, Rng, loaded_table, paid_channel
from simulator.app_business import app_business
from simulator.business import Business, Occasion
from simulator.lead_business import lead_business
from simulator.local_business import local_business
from simulator.plain import FAULTS, write_plain
from simulator.planted import Planted
from simulator.retailer import retailer
from simulator.simulation import Ledger, simulate
from simulator.write import write

# Days of history before the problem: half a year, and as many weeks of pulls as show how figures fill up.
HISTORY, PULLS = 190, 28
LOOKS = (1, 3, 7)  # a problem is judged at the end of one of these days

BUSINESSES: Mapping[str, Callable[[date, int], Business]] = {
    "retailer": retailer,
    "leads": lead_business,
    "app": app_business,
    "local": local_business,
    # Known by one table of channels and days alone, as somebody exports it:
    "shop": retailer,
    "shop_backoffice": retailer,  # ... and the shop's own orders
    "leads_table": lead_business,
    "app_table": app_business,
}
# What a team may write into its change log for a problem that somebody made: the cause, the kind of entry.
_LOGGED = {
    "budget_increase": "budget_change",
    "budget_cut_or_pause": "budget_change",
    "release_bug": "deploy",
    "tracking_break_site": "deploy",
    "tracking_conversion_only": "deploy",
    "landing_page_broken": "deploy",
    "checkout_failure": "deploy",
}
LOGGED_SHARE, STRAY_SHARE = 0.35, 0.35  # how often it is logged; how often something else is known nearby


@dataclass(frozen=True, kw_only=True)
class Case:
    """One business with one problem (or none), judged at the end of its day `look`."""

    business: str
    seed: int
    planted: Planted | None
    look: int
    days: int
    start: date

    @property
    def name(self) -> str:
        """A short name."""
        return f"{self.business} {self.planted.kind if self.planted else 'null'} {self.seed}"


def kinds_of(business: str) -> list[str]:
    """Kinds of problems that such a business can have."""
    return [kind for kind, plan in PLANS.items() if plan.only is None or business in plan.only]


def case_of(business: str, kind: str | None, seed: int) -> Case:
    """Draw one case; the same arguments draw the same. `kind` None: nothing happens."""
    rng = np.random.default_rng([seed, 41])
    start = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 420)))
    if kind is None:
        return Case(business=business, seed=seed, planted=None, look=21, days=HISTORY + 21, start=start)
    plan = PLANS[kind]
    built = BUSINESSES[business](start, HISTORY)
    if business in PLAIN:
        built = _online_only(built)
    scope = plan.scope(built, rng)
    severity = float(rng.uniform(*plan.severity))
    if kind == "unit_or_currency":
        severity = float(rng.choice(UNITS))
    if business not in PLAIN:
        if kind in ("data_late", "duplicate_load"):
            scope, severity = loaded_table(built, rng), 1.0
        if kind == "unit_or_currency":
            scope, severity = paid_channel(built, rng), severity - 1
    if kind == "bid_strategy_change" and rng.random() < 0.3:
        severity = -min(severity, 0.5)
    days = int(rng.integers(plan.days[0], plan.days[1] + 1))
    look = 7 if plan.slow else int(rng.choice([day for day in LOOKS if day <= days]))
    planted = Planted(kind=kind, start=start + timedelta(days=HISTORY), days=days, severity=severity, scope=scope)
    return Case(business=business, seed=seed, planted=planted, look=look, days=HISTORY + look, start=start)


def business_of(case: Case) -> Business:
    """The business of a case, as it is but for its problem."""
    rng = np.random.default_rng([case.seed, 42])
    business = BUSINESSES[case.business](case.start, case.days)
    if case.business in PLAIN:
        business = _online_only(business)
    business = _resized(business, rng)
    known = _known(case, business, rng)
    return replace(business, calendar=tuple(sorted([*business.calendar, *known], key=lambda o: o.start)))


def ledger_of(case: Case) -> Ledger:
    """Simulate the case. Faults that befall a finished table are not in it."""
    planted = [case.planted] if case.planted and _fault(case) is None else []
    return simulate(business_of(case), planted, case.seed, case.days, case.start)


def write_case(case: Case, folder: Path) -> str:
    """Write the case's tables; returns the zone of its days."""
    ledger = ledger_of(case)
    if case.business in PLAIN:
        write_plain(ledger, folder, _fault(case), backoffice=case.business == "shop_backoffice")
    else:
        write(ledger, folder, case.start + timedelta(days=HISTORY - PULLS))
        (folder / "truth.json").unlink()
    return ledger.business.timezone


def _fault(case: Case) -> Planted | None:
    """The problem, where it befalls the finished table."""
    return case.planted if case.planted and case.business in PLAIN and case.planted.kind in FAULTS else None


def _online_only(business: Business) -> Business:
    """The shop: no app, no stores, no telephones."""
    gone = ("app", "sms")
    return replace(
        business,
        channels=tuple(c for c in business.channels if c.name not in gone),
        stores=(),
        call_sites=(),
        flights=(),
        platforms={},
    )


def _resized(business: Business, rng: Rng) -> Business:
    """Another business of the kind: each channel larger or smaller, and all of it."""
    whole = float(np.exp(rng.normal(0.0, 0.5)))

    def other(**of: Any) -> Any:
        return replace(of["campaign"], volume=of["campaign"].volume * of["factor"])

    channels = []
    for channel in business.channels:
        factor = whole * float(np.exp(rng.normal(0.0, 0.35)))
        channels.append(replace(channel, campaigns=tuple(other(campaign=c, factor=factor) for c in channel.campaigns)))
    mailings = tuple(replace(m, size=m.size * whole) for m in business.mailings)
    return replace(business, channels=tuple(channels), mailings=mailings)


def _known(case: Case, business: Business, rng: Rng) -> list[Occasion]:
    """What stands in the team's calendar near the problem: its own reason, or something else by chance."""
    begins = case.start + timedelta(days=HISTORY)
    planted = case.planted
    found: list[Occasion] = []
    if planted and planted.kind in _LOGGED and rng.random() < LOGGED_SHARE:
        kind = _LOGGED[planted.kind]
        sign = "+" if planted.kind == "budget_increase" else "-"
        title = f"Budget {sign}{planted.severity:.0%}" if kind == "budget_change" else "Release"
        found.append(_entry(kind, title, begins, planted.scope.get("channel", (None,))[0]))
    if planted and planted.kind == "promo_end":
        last = begins - timedelta(days=1)
        found.append(
            Occasion(
                title="Sale",
                start=last - timedelta(days=6),
                end=last,
                kind="promo",
                visits=1.15,
                converts=1.2,
                basket=0.94,
            )
        )
    elif rng.random() < STRAY_SHARE:
        day = begins + timedelta(days=int(rng.integers(-8, 2)))
        kind = str(rng.choice(["promo", "budget_change", "deploy", "holiday"]))
        if kind == "promo":
            day = begins - timedelta(days=int(rng.integers(6, 13)))
            found.append(
                Occasion(
                    title="Sale",
                    start=day,
                    end=day + timedelta(days=3),
                    kind="promo",
                    visits=1.12,
                    converts=1.12,
                    basket=0.95,
                )
            )
        elif kind == "holiday":
            found.append(Occasion(title="Bank holiday", start=day, end=day, kind="holiday", visits=1.03))
        else:
            channel = (
                str(rng.choice([c.name for c in business.channels if c.basis in PAID]))
                if kind == "budget_change"
                else None
            )
            found.append(_entry(kind, "Budget +5 %" if kind == "budget_change" else "Release", day, channel))
    return found


def _entry(kind: str, title: str, day: date, channel: str | None) -> Occasion:
    return Occasion(title=title, start=day, end=day, kind=kind, channel=channel)
