"""What happens and what is recorded of it: true rates and chance in, tables out."""

from dataclasses import dataclass

import numpy as np

from simulator import funnel
from simulator.business import SalesCycle
from simulator.chance import Array, Chance
from simulator.tables import Table
from simulator.world import Cells, Mask, World


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The tables, and what truly happened behind them."""

    tables: tuple[Table, ...]
    orders: Array
    """True orders (or leads), days x web cells."""
    revenue: Array
    """True money of the web cells."""
    call_revenue: Array
    store_revenue: Array
    media_spend: float

    def table(self, name: str) -> Table:
        """Return a table by its name."""
        return next(table for table in self.tables if table.name == name)


def outcome(world: World, chance: Chance) -> Outcome:
    """Let one simulated time happen."""
    mailed = _mail(world, chance)
    visits = funnel.visits(world, chance, mailed.columns["clicks"] if mailed else None)
    phoned, sold = _calls(world, chance), _stores(world, chance)
    weekly = _offline(world, chance)
    tables = [
        funnel.marketing(world, chance, visits),
        _backoffice(world, chance, visits),
        mailed,
        _organic(world, visits),
        phoned,
        sold,
        *_health(world, chance),
        weekly,
    ]
    media = funnel.media_spend(visits) + (float(weekly.columns["spend"].sum()) if weekly else 0.0)
    nothing = np.zeros((world.days, 1))
    return Outcome(
        tables=tuple(table for table in tables if table is not None),
        orders=visits.orders,
        revenue=visits.revenue,
        call_revenue=phoned.columns["revenue"] if phoned else nothing,
        store_revenue=sold.columns["revenue"] if sold else nothing,
        media_spend=media,
    )


def _backoffice(world: World, chance: Chance, visits: funnel.Visits) -> Table:
    """Count orders, or leads and what became of them, without any tag."""
    business = world.business
    cells = Cells(dimensions=("region",), keys=tuple((region,) for region in business.regions))
    at = world.web.cells.dimensions.index("region")
    member = np.array([[float(key[at] == region) for region in business.regions] for key in world.web.cells.keys])
    orders, revenue = visits.orders @ member, visits.revenue @ member
    if business.sales is None:
        return _daily(world, "backoffice", cells, {"orders": orders, "revenue": np.round(revenue, 2)})
    return _daily(world, "crm", cells, _sales(business.sales, orders, chance))


def _sales(cycle: SalesCycle, leads: Array, chance: Chance) -> dict[str, Array]:
    """Let leads ripen into qualified leads, demos and contracts, each after its share of the cycle."""
    qualified = chance.count("mqls", _later(leads, cycle.days * 0.1) * cycle.qualifies)
    demos = chance.count("demos", _later(qualified, cycle.days * 0.3) * cycle.meets)
    contracts = chance.count("contracts", _later(demos, cycle.days * 0.6) * cycle.buys)
    return {
        "leads": leads,
        "mqls": qualified,
        "demos": demos,
        "subscriptions": contracts,
        "revenue": chance.money("contract", contracts, np.full_like(contracts, cycle.contract), 0.6),
    }


def _later(events: Array, mean_days: float) -> Array:
    """Delay events by a geometric time; what came before the first day is like its first four weeks."""
    keep = mean_days / (1 + mean_days)
    pending = events[:28].mean(axis=0) * mean_days
    out = np.empty_like(events)
    for day, arriving in enumerate(events):
        pending = pending + arriving
        out[day] = pending * (1 - keep)
        pending = pending * keep
    return out


def _mail(world: World, chance: Chance) -> Table | None:
    rates = world.mail
    if not rates.cells.keys:
        return None
    sent = np.round(rates.sent)
    delivered = chance.thin("mail/delivered", sent, rates.delivered)
    columns = {
        "sent": sent,
        "delivered": delivered,
        "bounces": sent - delivered,
        "opens": chance.thin("mail/opens", delivered, rates.opened),
        "clicks": chance.thin("mail/clicks", delivered, rates.clicked),
        "unsubscribes": chance.thin("mail/left", delivered, rates.left),
    }
    return _daily(world, "email", rates.cells, columns, present=sent > 0)


def _organic(world: World, visits: funnel.Visits) -> Table | None:
    """Report unpaid search as the search engine does: no regions, no tags."""
    keys = world.health.search.keys
    if not keys:
        return None
    member = np.array(
        [
            [float((channel, campaign, device) == ("organic_search", kind, screen)) for kind, screen in keys]
            for channel, campaign, device, _ in world.web.cells.keys
        ]
    )
    columns = {
        "impressions": visits.volume @ member,
        "clicks": visits.clicks @ member,
        "avg_position": np.round(world.health.position, 2),
    }
    return _daily(world, "organic", world.health.search, columns)


def _calls(world: World, chance: Chance) -> Table | None:
    rates = world.calls
    if not rates.cells.keys:
        return None
    offered = chance.count("calls", rates.calls, 0.05)
    answered = chance.thin("calls/answered", offered, rates.answered)
    bookings = chance.thin("calls/bookings", answered, rates.books)
    columns = {
        "calls": offered,
        "answered": answered,
        "avg_wait_s": chance.level("calls/wait", rates.wait_seconds, 0.08),
        "bookings": bookings,
        "revenue": chance.money("calls/value", bookings, rates.value, 0.7),
    }
    return _daily(world, "call_centre", rates.cells, columns)


def _stores(world: World, chance: Chance) -> Table | None:
    rates = world.shops
    if not rates.cells.keys:
        return None
    footfall = chance.count("stores/footfall", rates.footfall, 0.04)
    sold = chance.thin("stores/sold", footfall, rates.converts)
    return _daily(
        world,
        "stores",
        rates.cells,
        {"footfall": footfall, "transactions": sold, "revenue": chance.money("stores/basket", sold, rates.basket, 0.8)},
    )


def _health(world: World, chance: Chance) -> list[Table]:
    rates = world.health
    site = {
        "p75_load_ms": chance.level("site/load", rates.load_milliseconds, 0.02),
        "error_rate": chance.level("site/errors", rates.errors, 0.08),
    }
    if world.business.sales is None:
        site["payment_success_rate"] = np.minimum(chance.level("site/payments", rates.payments, 0.004), 1.0)
    tables = [_daily(world, "site", rates.site, site)]
    if rates.app.keys:
        app = {
            "active_users": chance.count("app/users", rates.users, 0.02),
            "crash_rate": chance.level("app/crashes", rates.crashes, 0.08),
        }
        tables.append(_daily(world, "app", rates.app, app))
    return tables


def _offline(world: World, chance: Chance) -> Table | None:
    rates = world.offline
    if not rates.cells.keys or not rates.weeks:
        return None
    post = np.array([channel == "direct_mail" for channel, *_ in rates.cells.keys])
    columns = {
        "spend": np.round(rates.spend, 2),
        "grps": np.where(post, np.nan, chance.level("tv", rates.grps, 0.05)),
        "pieces": np.where(post, np.round(rates.pieces), np.nan),
        "responses": np.where(post, chance.count("mailing/responses", rates.responses, 0.06), np.nan),
    }
    return Table(
        name="offline",
        period="week_start",
        periods=rates.weeks,
        cells=rates.cells,
        columns=columns,
        present=np.ones((len(rates.weeks), len(rates.cells.keys)), dtype=bool),
        ready_days=8,
    )


def _daily(world: World, name: str, cells: Cells, columns: dict[str, Array], present: Mask | None = None) -> Table:
    shape = (world.days, len(cells.keys))
    return Table(
        name=name,
        period="date",
        periods=world.dates,
        cells=cells,
        columns=columns,
        present=np.ones(shape, dtype=bool) if present is None else present,
    )
