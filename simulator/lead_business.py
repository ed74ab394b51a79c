"""Brightroof, an invented installer of solar roofs: leads that ripen for weeks, two call sites, radio-loud offline weeks, no shop."""

from datetime import date, timedelta

from simulator.business import Basis, Business, CallSite, Campaign, Channel, Flight, Mailing, Occasion, SalesCycle
from simulator.occasions import flight_occasions, public_holidays, quarterly_budgets

OFFICE = (1.14, 1.12, 1.1, 1.06, 0.96, 0.72, 0.9)
CYCLE = SalesCycle(qualifies=0.52, meets=0.61, buys=0.27, days=26.0, contract=9_400.0)

CHANNELS = (
    Channel(
        name="paid_search",
        basis=Basis.AUCTION,
        weekday=OFFICE,
        noise=0.04,
        conversion_days=2.2,
        stages=(1.05, 1.1, 1.05),
        tv_lift=0.03,
        campaigns=(
            Campaign(name="brand", volume=1_500, ctr=0.27, price=0.62, converts=1.7),
            Campaign(name="solar_roof", volume=9_800, ctr=0.046, price=2.35),
            Campaign(name="battery", volume=3_600, ctr=0.038, price=1.92, converts=0.8),
            Campaign(name="grants", volume=5_200, ctr=0.052, price=0.88, converts=0.6),
        ),
    ),
    Channel(
        name="paid_social",
        basis=Basis.BUDGET,
        noise=0.06,
        demand=0.3,
        season=0.3,
        lands=0.74,
        conversion_days=4.0,
        overclaim=1.25,
        stages=(0.8, 0.9, 0.9),
        campaigns=(
            Campaign(name="homeowners", volume=520, ctr=0.0092, price=7.4),
            Campaign(name="neighbours", volume=260, ctr=0.0115, price=8.8, converts=1.2),
        ),
    ),
    Channel(
        name="affiliate",
        basis=Basis.PARTNER,
        weekday=OFFICE,
        noise=0.07,
        commission=0.09,
        conversion_days=1.0,
        stages=(1.0, 1.2, 1.1),
        campaigns=(Campaign(name="comparison", volume=340), Campaign(name="energy_advice", volume=120, converts=0.7)),
    ),
    Channel(
        name="email",
        basis=Basis.MAIL,
        lands=0.86,
        season=0.4,
        stages=(1.0, 1.1, 1.0),
        campaigns=(Campaign(name="advice", volume=0),),
    ),
    Channel(
        name="organic_search",
        basis=Basis.SEARCH,
        weekday=OFFICE,
        noise=0.035,
        tv_lift=0.06,
        campaigns=(
            Campaign(name="brand", volume=1_900, ctr=0.36, converts=1.6),
            Campaign(name="nonbrand", volume=36_000, ctr=0.021, converts=0.7),
        ),
    ),
    Channel(
        name="direct",
        basis=Basis.VISITS,
        weekday=OFFICE,
        lands=1.0,
        noise=0.04,
        stages=(1.05, 1.2, 1.05),
        tv_lift=0.1,
        mail_lift=0.08,
        campaigns=(Campaign(name="direct", volume=780),),
    ),
    Channel(
        name="referral", basis=Basis.VISITS, lands=1.0, noise=0.08, campaigns=(Campaign(name="press", volume=190),)
    ),
)
FLIGHTS = (
    Flight(channel="tv", campaign="free_sun", weeks=(8, 9, 10, 16, 17, 18, 36, 37, 38, 39), weight=64.0, spend=21_000),
    Flight(channel="direct_mail", campaign="roof_check", weeks=(7, 12, 17, 22, 35, 41), weight=38_000.0, spend=17_500),
)
SITES = (
    CallSite(name="athlone", region="east", calls=96, books=0.31, value=620.0),
    CallSite(name="tralee", region="west", calls=54, books=0.29, value=620.0),
)


def lead_business(start: date, days: int) -> Business:
    """Return the installer with the calendar of the simulated time."""
    calendar: list[Occasion] = []
    for year in range(start.year - 1, (start + timedelta(days=days)).year + 1):
        calendar += public_holidays(year)
        calendar += flight_occasions(year, FLIGHTS)
        calendar += quarterly_budgets(year, ("paid_social",))
    return Business(
        name="Brightroof",
        currency="EUR",
        country="IE",
        timezone="Europe/Dublin",
        funnel=("engaged_sessions", "form_starts", "leads"),
        rates=(0.57, 0.088, 0.47),
        basket=CYCLE.qualifies * CYCLE.meets * CYCLE.buys * CYCLE.contract,
        tail=0.4,
        regions={"east": 0.58, "west": 0.42},
        devices={"mobile": 0.58, "desktop": 0.42},
        device_converts={"mobile": 0.9, "desktop": 1.14},
        channels=CHANNELS,
        calendar=tuple(sorted(calendar, key=lambda o: (o.start, o.title, o.channel or ""))),
        yearly=(0.86, 0.94, 1.1, 1.14, 1.13, 1.08, 0.98, 0.93, 1.05, 1.0, 0.93, 0.72),
        growth=0.11,
        mailings=(Mailing(campaign="advice", size=41_000, weekdays=(2,), clicks=0.019),),
        providers={"gmail": 0.55, "outlook": 0.3, "other": 0.15},
        call_sites=SITES,
        flights=FLIGHTS,
        sales=CYCLE,
        recorded=0.92,
    )
