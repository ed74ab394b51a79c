"""Stillwater, an invented meditation app: installs that become subscriptions, one price, three countries, no shop, no telephone.

Unlike a retailer it grows fast, evenings and Sundays are strong, single days scatter widely (an influencer, a push message,
a feature in a store), and analytics hears of a tenth of its visits two days late.
"""

from datetime import date, timedelta

from simulator.business import Basis, Business, Campaign, Channel, Mailing, Occasion
from simulator.occasions import DAY, quarterly_budgets, seasonal_campaigns

EVENINGS = (1.08, 1.02, 0.98, 0.96, 0.86, 0.94, 1.16)
PHONES = {"ios": 0.62, "android": 0.38}

CHANNELS = (
    Channel(
        name="apple_search_ads",
        basis=Basis.AUCTION,
        weekday=EVENINGS,
        noise=0.06,
        gusts=0.05,
        conversion_days=0.8,
        lands=0.82,
        stages=(1.25, 1.0, 1.1),
        campaigns=(
            Campaign(name="brand", volume=5_200, ctr=0.12, price=0.48, converts=1.5),
            Campaign(name="sleep", volume=11_000, ctr=0.062, price=1.05),
            Campaign(name="anxiety", volume=8_400, ctr=0.058, price=1.22, converts=0.9),
        ),
        devices={"ios": 1.0},
    ),
    Channel(
        name="paid_social",
        basis=Basis.BUDGET,
        weekday=EVENINGS,
        noise=0.09,
        gusts=0.06,
        demand=0.2,
        season=0.3,
        lands=0.7,
        conversion_days=3.0,
        overclaim=1.3,
        stages=(0.7, 0.9, 0.8),
        campaigns=(
            Campaign(name="breathe", volume=780, ctr=0.0122, price=6.6),
            Campaign(name="trial", volume=410, ctr=0.0141, price=7.9, converts=1.2),
            Campaign(name="january", volume=520, ctr=0.0131, price=7.1, weeks=(1, 5)),
        ),
    ),
    Channel(
        name="influencer",
        basis=Basis.PARTNER,
        noise=0.18,
        gusts=0.16,
        demand=0.3,
        commission=0.22,
        conversion_days=1.5,
        stages=(0.8, 1.0, 0.9),
        campaigns=(Campaign(name="podcasts", volume=340), Campaign(name="clips", volume=210, converts=0.7)),
    ),
    Channel(
        name="push",
        basis=Basis.MESSAGE,
        noise=0.1,
        gusts=0.05,
        stages=(0.5, 1.2, 1.2),
        campaigns=(Campaign(name="streaks", volume=420),),
    ),
    Channel(
        name="email",
        basis=Basis.MAIL,
        lands=0.8,
        stages=(0.6, 1.1, 1.3),
        campaigns=(Campaign(name="digest", volume=0),),
    ),
    Channel(
        name="organic_search",
        basis=Basis.SEARCH,
        weekday=EVENINGS,
        noise=0.04,
        campaigns=(
            Campaign(name="brand", volume=3_800, ctr=0.33, converts=1.4),
            Campaign(name="nonbrand", volume=64_000, ctr=0.019, converts=0.6),
        ),
    ),
    Channel(
        name="direct",
        basis=Basis.VISITS,
        weekday=EVENINGS,
        lands=1.0,
        noise=0.05,
        gusts=0.02,
        stages=(1.1, 1.0, 1.3),
        campaigns=(Campaign(name="direct", volume=1_650),),
    ),
    Channel(
        name="referral",
        basis=Basis.VISITS,
        lands=1.0,
        noise=0.16,
        gusts=0.12,
        campaigns=(Campaign(name="press", volume=120), Campaign(name="friends", volume=90, converts=1.4)),
    ),
)
HOLIDAYS = ((1, 1, "New Year"), (7, 4, "Independence Day"), (11, 11, "Veterans Day"), (12, 25, "Christmas"))


def app_business(start: date, days: int) -> Business:
    """Return the app with the calendar of the simulated time."""
    calendar: list[Occasion] = []
    for year in range(start.year - 1, (start + timedelta(days=days)).year + 1):
        calendar += [
            Occasion(title=title, start=date(year, month, day), end=date(year, month, day), kind="holiday", visits=0.9)
            for month, day, title in HOLIDAYS
        ]
        calendar += [
            Occasion(
                title=title,
                start=first,
                end=first + (lasts - 1) * DAY,
                kind="promo",
                visits=1.2,
                converts=1.35,
                basket=0.8,
            )
            for title, first, lasts in (
                ("New year, calm year", date(year, 1, 2), 10),
                ("Spring of sleep", date(year, 5, 8), 5),
                ("Back to calm", date(year, 9, 18), 4),
                ("Last call", date(year, 11, 20), 6),
            )
        ]
        calendar += quarterly_budgets(year, ("paid_social",))
        calendar += seasonal_campaigns(year, CHANNELS)
    return Business(
        name="Stillwater",
        currency="USD",
        country="US",
        timezone="America/New_York",
        funnel=("installs", "signups", "subscriptions"),
        rates=(0.24, 0.52, 0.11),
        basket=59.99,
        tail=0.12,
        regions={"us": 0.58, "canada": 0.14, "uk": 0.28},
        devices=PHONES,
        device_converts={"ios": 1.2, "android": 0.75},
        channels=CHANNELS,
        calendar=tuple(sorted(calendar, key=lambda o: (o.start, o.title, o.channel or ""))),
        yearly=(1.32, 1.12, 1.02, 0.96, 0.94, 0.9, 0.88, 0.92, 1.04, 1.0, 0.96, 0.94),
        growth=0.45,
        mailings=(Mailing(campaign="digest", size=96_000, weekdays=(0, 3), clicks=0.012),),
        providers={"gmail": 0.7, "icloud": 0.22, "other": 0.08},
        platforms={"ios": 21_500, "android": 11_200},
        recorded=0.81,
        seen_at={1: 0.9, 2: 0.985},
    )
