"""The days a team knows beforehand: Irish public holidays, promotions, flights and quarterly budgets."""

from collections.abc import Iterator
from datetime import date, timedelta

from simulator.business import Channel, Flight, Occasion

DAY = timedelta(days=1)


def public_holidays(year: int) -> Iterator[Occasion]:
    """Yield Ireland's public holidays; people shop online instead of ringing or driving to town."""
    first_of_february = date(year, 2, 1)
    saint_brigid = first_of_february if first_of_february.weekday() == 4 else _nth(year, 2, 0)
    after_august = date(year, 11, 1) - DAY
    days = [
        (date(year, 1, 1), "New Year's Day", 0.35),
        (saint_brigid, "Saint Brigid's Day", 0.9),
        (date(year, 3, 17), "Saint Patrick's Day", 0.7),
        (easter(year) + DAY, "Easter Monday", 0.7),
        (_nth(year, 5, 0), "May bank holiday", 0.9),
        (_nth(year, 6, 0), "June bank holiday", 0.9),
        (_nth(year, 8, 0), "August bank holiday", 0.9),
        (after_august - DAY * after_august.weekday(), "October bank holiday", 0.88),
        (date(year, 12, 25), "Christmas Day", 0.02),
        (date(year, 12, 26), "Saint Stephen's Day", 0.6),
    ]
    for day, title, stores in days:
        yield Occasion(
            title=title,
            start=day,
            end=day,
            kind="holiday",
            visits=1.05,
            stores=stores,
            calls=0.05 if stores < 0.1 else 0.45,
        )


def promotions(year: int) -> Iterator[Occasion]:
    """Yield the retailer's promotions of a year."""
    black_friday = _nth(year, 11, 3, 4) + DAY
    plan = [
        ("Winter sale", date(year, 1, 2), 12, 1.14, 1.10, 0.93),
        ("Spring refresh", _nth(year, 3, 3, 2), 4, 1.12, 1.15, 0.94),
        ("Garden weekend", _nth(year, 5, 3, 3), 4, 1.15, 1.12, 0.95),
        ("Summer sale", _nth(year, 7, 3), 11, 1.12, 1.10, 0.93),
        ("Autumn days", _nth(year, 9, 3, 3), 4, 1.16, 1.18, 0.94),
        ("Black Friday", black_friday, 4, 1.55, 1.35, 0.92),
        ("Stephen's Day sale", date(year, 12, 26), 5, 1.25, 1.15, 0.92),
    ]
    for title, start, days, visits, converts, basket in plan:
        yield Occasion(
            title=title,
            start=start,
            end=start + (days - 1) * DAY,
            kind="promo",
            visits=visits,
            converts=converts,
            basket=basket,
            stores=1 + (visits - 1) * 0.8,
            calls=1.06,
        )


def flight_occasions(year: int, flights: tuple[Flight, ...]) -> Iterator[Occasion]:
    """Yield one entry for each unbroken run of flight weeks; the effect itself is simulated week by week."""
    for flight in flights:
        runs: list[list[int]] = []
        for week in flight.weeks:
            if runs and runs[-1][-1] == week - 1:
                runs[-1].append(week)
            else:
                runs.append([week])
        for run in runs:
            yield Occasion(
                title=f"{flight.campaign.replace('_', ' ')} ({flight.channel})",
                kind="offline_flight",
                channel=flight.channel,
                start=date.fromisocalendar(year, run[0], 1),
                end=date.fromisocalendar(year, run[-1], 7),
            )


def seasonal_campaigns(year: int, channels: tuple[Channel, ...]) -> Iterator[Occasion]:
    """Yield start and end of campaigns that run a part of the year."""
    for channel in channels:
        for campaign in channel.campaigns:
            if campaign.weeks:
                begin, end = (
                    date.fromisocalendar(year, week, day) for week, day in zip(campaign.weeks, (1, 7), strict=True)
                )
                for kind, day in (("campaign_start", begin), ("campaign_end", end)):
                    yield Occasion(
                        title=f"{campaign.name} {kind[9:]}s", start=day, end=day, kind=kind, channel=channel.name
                    )


def quarterly_budgets(year: int, channels: tuple[str, ...]) -> Iterator[Occasion]:
    """Yield the days on which a new quarter's media budget begins."""
    for channel in channels:
        for month in (1, 4, 7, 10):
            yield Occasion(
                title=f"Q{month // 3 + 1} budget",
                start=date(year, month, 1),
                end=date(year, month, 1),
                kind="budget_change",
                channel=channel,
            )


def easter(year: int) -> date:
    """Return Easter Sunday (anonymous Gregorian algorithm).

    >>> easter(2025)
    datetime.date(2025, 4, 20)
    """
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _nth(year: int, month: int, weekday: int, nth: int = 1) -> date:
    """Return the nth weekday of a month (Monday is 0)."""
    first = date(year, month, 1)
    return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))
