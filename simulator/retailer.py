"""Hearth & Harbour, an invented Irish furniture and homeware retailer: web shop, app, eight stores, three call sites."""

from datetime import date, timedelta

from simulator.business import Basis, Business, CallSite, Campaign, Channel, Flight, Mailing, Occasion, Store
from simulator.occasions import flight_occasions, promotions, public_holidays, quarterly_budgets, seasonal_campaigns

EVEN = (1.0,) * 7
AT_DESK = (1.09, 1.07, 1.05, 1.02, 0.94, 0.86, 0.97)
AT_HOME = (0.97, 0.95, 0.96, 0.97, 0.95, 1.04, 1.16)
DEVICES = {"mobile": 0.66, "desktop": 0.34}

CHANNELS = (
    Channel(
        name="paid_search",
        basis=Basis.AUCTION,
        weekday=AT_DESK,
        noise=0.03,
        stages=(1.05, 1.05, 1.05, 1.0),
        conversion_days=1.6,
        overclaim=1.06,
        tv_lift=0.02,
        campaigns=(
            Campaign(name="brand", volume=8_600, ctr=0.31, price=0.21, converts=1.45),
            Campaign(name="shopping_furniture", volume=148_000, ctr=0.0155, price=0.36),
            Campaign(name="shopping_garden", volume=52_000, ctr=0.0145, price=0.31, weeks=(12, 33)),
            Campaign(name="sofas", volume=23_500, ctr=0.044, price=0.98, converts=0.8),
            Campaign(name="lighting", volume=12_500, ctr=0.049, price=0.63, converts=0.9),
            Campaign(name="competitors", volume=2_900, ctr=0.028, price=1.24, converts=0.5),
            Campaign(name="trade", volume=900, ctr=0.035, price=1.05, converts=0.7),
        ),
    ),
    Channel(
        name="paid_social",
        basis=Basis.BUDGET,
        weekday=AT_HOME,
        noise=0.045,
        demand=0.35,
        season=0.4,
        lands=0.78,
        conversion_days=3.4,
        stages=(0.84, 0.8, 0.9, 0.95),
        overclaim=1.34,
        campaigns=(
            Campaign(name="prospecting", volume=1_150, ctr=0.0108, price=6.3, converts=0.8),
            Campaign(name="retargeting", volume=430, ctr=0.0175, price=9.4, converts=1.7),
            Campaign(name="catalogue", volume=620, ctr=0.0130, price=7.2),
            Campaign(name="creators", volume=340, ctr=0.0082, price=5.1, converts=0.7),
            Campaign(name="autumn_living", volume=280, ctr=0.0118, price=6.8, weeks=(38, 46)),
            Campaign(name="gifts", volume=360, ctr=0.0125, price=7.9, weeks=(46, 51)),
        ),
    ),
    Channel(
        name="display",
        basis=Basis.BUDGET,
        weekday=EVEN,
        noise=0.05,
        demand=0.3,
        season=0.3,
        lands=0.7,
        conversion_days=4.5,
        stages=(0.74, 0.78, 0.88, 0.95),
        overclaim=1.6,
        campaigns=(
            Campaign(name="audiences", volume=390, ctr=0.0021, price=1.9, converts=0.7),
            Campaign(name="retargeting", volume=240, ctr=0.0041, price=2.7, converts=1.6),
            Campaign(name="native", volume=110, ctr=0.0030, price=2.2),
        ),
    ),
    Channel(
        name="affiliate",
        basis=Basis.PARTNER,
        weekday=(1.02, 1.0, 0.98, 1.0, 1.0, 0.96, 1.04),
        noise=0.05,
        commission=0.065,
        stages=(1.08, 1.1, 1.15, 1.1),
        conversion_days=2.4,
        value=0.94,
        campaigns=(
            Campaign(name="vouchers", volume=1_380),
            Campaign(name="cashback", volume=820, converts=1.15),
            Campaign(name="home_blogs", volume=540, converts=0.55),
            Campaign(name="deal_forum", volume=70, converts=0.6),
        ),
    ),
    Channel(
        name="email",
        basis=Basis.MAIL,
        noise=0.04,
        lands=0.88,
        stages=(1.06, 1.12, 1.08, 1.08),
        value=1.03,
        season=0.5,
        campaigns=(
            Campaign(name="newsletter", volume=0),
            Campaign(name="lifecycle", volume=0, converts=1.6),
            Campaign(name="offers", volume=0),
        ),
    ),
    Channel(
        name="sms",
        basis=Basis.MESSAGE,
        weekday=(0.04, 0.02, 0.02, 0.05, 3.4, 1.3, 0.25),
        noise=0.06,
        lands=0.85,
        season=0.5,
        stages=(0.95, 1.0, 1.05, 1.1),
        devices={"mobile": 0.97, "desktop": 0.03},
        campaigns=(Campaign(name="flash", volume=310),),
    ),
    Channel(
        name="organic_search",
        basis=Basis.SEARCH,
        weekday=AT_DESK,
        noise=0.025,
        lands=0.92,
        tv_lift=0.05,
        mail_lift=0.01,
        campaigns=(
            Campaign(name="brand", volume=13_500, ctr=0.41, converts=1.4),
            Campaign(name="nonbrand", volume=252_000, ctr=0.0265, converts=0.75),
        ),
    ),
    Channel(
        name="direct",
        basis=Basis.VISITS,
        weekday=AT_HOME,
        lands=1.0,
        stages=(1.04, 1.08, 1.05, 1.04),
        tv_lift=0.07,
        mail_lift=0.05,
        campaigns=(Campaign(name="direct", volume=8_100),),
    ),
    Channel(
        name="referral",
        basis=Basis.VISITS,
        lands=1.0,
        noise=0.06,
        stages=(0.95, 0.8, 0.95, 1.0),
        campaigns=(Campaign(name="press", volume=1_050), Campaign(name="architects", volume=230, converts=1.3)),
    ),
    Channel(
        name="app",
        basis=Basis.VISITS,
        weekday=AT_HOME,
        lands=1.0,
        noise=0.025,
        stages=(1.15, 1.2, 1.1, 1.08),
        value=0.91,
        tv_lift=0.02,
        devices={"ios_app": 0.57, "android_app": 0.43},
        campaigns=(Campaign(name="app", volume=6_300),),
    ),
)

STORES = (
    Store(name="grafton", region="dublin", footfall=1_180, converts=0.19, basket=54.0),
    Store(name="dundrum", region="dublin", footfall=940, converts=0.22, basket=63.0),
    Store(name="swords", region="dublin", footfall=520, converts=0.27, basket=78.0),
    Store(name="cork", region="south", footfall=760, converts=0.23, basket=66.0),
    Store(name="limerick", region="south", footfall=480, converts=0.25, basket=70.0),
    Store(name="waterford", region="south", footfall=290, converts=0.26, basket=61.0),
    Store(name="galway", region="west", footfall=610, converts=0.22, basket=64.0),
    Store(name="sligo", region="west", footfall=210, converts=0.28, basket=59.0),
)
CALL_SITES = (
    CallSite(name="dublin", region="dublin", calls=330, books=0.21, value=176.0),
    CallSite(name="cork", region="south", calls=205, books=0.23, value=168.0),
    CallSite(name="galway", region="west", calls=125, books=0.22, value=171.0),
)
FLIGHTS = (
    Flight(
        channel="tv",
        campaign="a_home_for_life",
        weeks=(2, 3, 10, 11, 12, 19, 20, 36, 37, 38, 47, 48),
        weight=92.0,
        spend=38_000,
    ),
    Flight(channel="direct_mail", campaign="catalogue", weeks=(4, 11, 18, 26, 37, 46), weight=74_000.0, spend=29_500),
)
MAILINGS = (
    Mailing(campaign="newsletter", size=172_000, weekdays=(1, 3), clicks=0.0165),
    Mailing(campaign="lifecycle", size=8_800, weekdays=(0, 1, 2, 3, 4, 5, 6), clicks=0.058),
    Mailing(campaign="offers", size=196_000, weekdays=(0, 1, 2, 3, 4, 5, 6), clicks=0.021, promo_only=True),
)


def retailer(start: date, days: int) -> Business:
    """Return the retailer with the calendar of the simulated time."""
    years = range(start.year - 1, (start + timedelta(days=days)).year + 1)
    calendar: list[Occasion] = []
    for year in years:
        calendar += public_holidays(year)
        calendar += promotions(year)
        calendar += flight_occasions(year, FLIGHTS)
        calendar += seasonal_campaigns(year, CHANNELS)
        calendar += quarterly_budgets(year, ("paid_social", "display"))
    return Business(
        name="Hearth & Harbour",
        currency="EUR",
        country="IE",
        timezone="Europe/Dublin",
        funnel=("engaged_sessions", "add_to_carts", "checkouts", "orders"),
        rates=(0.61, 0.148, 0.43, 0.59),
        basket=91.0,
        tail=0.95,
        regions={"dublin": 0.46, "south": 0.31, "west": 0.23},
        devices=DEVICES,
        device_converts={"mobile": 0.92, "desktop": 1.16, "ios_app": 1.0, "android_app": 0.95},
        channels=CHANNELS,
        calendar=tuple(sorted(calendar, key=lambda o: (o.start, o.title, o.channel or ""))),
        yearly=(1.02, 0.95, 0.97, 0.99, 1.01, 0.96, 0.93, 0.94, 0.99, 1.02, 1.14, 1.12),
        growth=0.06,
        mailings=MAILINGS,
        providers={"gmail": 0.52, "outlook": 0.29, "icloud": 0.13, "other": 0.06},
        stores=STORES,
        call_sites=CALL_SITES,
        flights=FLIGHTS,
        platforms={"ios_app": 4_300, "android_app": 3_250},
    )
