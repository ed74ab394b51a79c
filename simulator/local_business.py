"""Tidewater Plumbing, an invented local service: a few visitors a day, small counts everywhere, telephones, radio and leaflets by the week.

Its tables hold no rows of zeros: a campaign, device and suburb in which nothing happened has no row. Summer is in January.
"""

from datetime import date, timedelta

from simulator.business import Basis, Business, CallSite, Campaign, Channel, Flight, Occasion, SalesCycle
from simulator.occasions import flight_occasions, quarterly_budgets

TRADE = (1.3, 1.16, 1.08, 1.04, 1.02, 0.74, 0.66)
CYCLE = SalesCycle(qualifies=0.8, meets=0.75, buys=0.6, days=4.0, contract=640.0)

CHANNELS = (
    Channel(
        name="paid_search",
        basis=Basis.AUCTION,
        weekday=TRADE,
        noise=0.06,
        gusts=0.04,
        conversion_days=0.5,
        stages=(1.1, 1.2, 1.0),
        campaigns=(
            Campaign(name="emergency", volume=420, ctr=0.085, price=6.4, converts=1.6),
            Campaign(name="hot_water", volume=610, ctr=0.052, price=4.1),
            Campaign(name="bathrooms", volume=380, ctr=0.047, price=3.3, converts=0.6),
        ),
    ),
    Channel(
        name="paid_social",
        basis=Basis.BUDGET,
        noise=0.08,
        demand=0.2,
        lands=0.7,
        conversion_days=2.5,
        stages=(0.8, 0.8, 0.9),
        campaigns=(Campaign(name="before_after", volume=46, ctr=0.011, price=8.2),),
    ),
    Channel(
        name="affiliate",
        basis=Basis.PARTNER,
        weekday=TRADE,
        noise=0.1,
        gusts=0.08,
        commission=0.14,
        stages=(1.0, 1.5, 1.2),
        campaigns=(Campaign(name="trade_directory", volume=24),),
    ),
    Channel(
        name="organic_search",
        basis=Basis.SEARCH,
        weekday=TRADE,
        noise=0.05,
        campaigns=(
            Campaign(name="brand", volume=160, ctr=0.34, converts=1.5),
            Campaign(name="nonbrand", volume=2_600, ctr=0.024),
        ),
    ),
    Channel(
        name="direct",
        basis=Basis.VISITS,
        weekday=TRADE,
        lands=1.0,
        noise=0.06,
        tv_lift=0.12,
        mail_lift=0.1,
        campaigns=(Campaign(name="direct", volume=74),),
    ),
    Channel(
        name="referral",
        basis=Basis.VISITS,
        lands=1.0,
        noise=0.12,
        gusts=0.1,
        campaigns=(Campaign(name="suburbs", volume=22),),
    ),
)
FLIGHTS = (
    Flight(channel="radio", campaign="hot_water", weeks=tuple(range(18, 36)), weight=40.0, spend=3_100),
    Flight(channel="direct_mail", campaign="fridge_magnet", weeks=tuple(range(2, 51, 6)), weight=9_000.0, spend=2_700),
)
SITES = (
    CallSite(name="north_shore", region="north", calls=38, books=0.46, value=310.0),
    CallSite(name="parramatta", region="west", calls=27, books=0.42, value=290.0),
    CallSite(name="cronulla", region="south", calls=14, books=0.44, value=300.0),
)


def local_business(start: date, days: int) -> Business:
    """Return the plumber with the calendar of the simulated time."""
    calendar: list[Occasion] = []
    for year in range(start.year - 1, (start + timedelta(days=days)).year + 1):
        calendar += [
            Occasion(
                title=title,
                start=date(year, month, day),
                end=date(year, month, day),
                kind="holiday",
                visits=0.8,
                calls=0.6,
            )
            for month, day, title in (
                (1, 1, "New Year's Day"),
                (1, 26, "Australia Day"),
                (4, 25, "Anzac Day"),
                (12, 25, "Christmas Day"),
                (12, 26, "Boxing Day"),
            )
        ]
        calendar += flight_occasions(year, FLIGHTS)
        calendar += quarterly_budgets(year, ("paid_social",))
    return Business(
        name="Tidewater Plumbing",
        currency="AUD",
        country="AU",
        timezone="Australia/Sydney",
        funnel=("engaged_sessions", "form_starts", "leads"),
        rates=(0.66, 0.21, 0.52),
        basket=CYCLE.qualifies * CYCLE.meets * CYCLE.buys * CYCLE.contract,
        tail=0.9,
        regions={"north": 0.48, "west": 0.34, "south": 0.18},
        devices={"mobile": 0.74, "desktop": 0.26},
        device_converts={"mobile": 1.05, "desktop": 0.9},
        channels=CHANNELS,
        calendar=tuple(sorted(calendar, key=lambda o: (o.start, o.title, o.channel or ""))),
        yearly=(0.9, 0.92, 0.96, 1.0, 1.1, 1.18, 1.2, 1.1, 0.98, 0.94, 0.9, 0.88),
        growth=0.03,
        call_sites=SITES,
        flights=FLIGHTS,
        sales=CYCLE,
        recorded=0.97,
        zero_rows=False,
    )
