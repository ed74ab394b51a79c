"""Generator B, the record: what advertising, analytics, the shop and the mailing tool hold, and what each morning could see."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.mishaps import NAMES, Happened
from benchmarks.worlds.people import World
from benchmarks.worlds.problem import Array
from benchmarks.worlds.tickets import BIDDING, DEVICES, REGIONS

Numbers = NDArray[Any]

ZONE = "Europe/Lisbon"
WINDOW = 7
"""Days for which an advertisement claims an order after its click."""
PULL = time(6, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One table: `keys` of its rows a day, `columns` as they stand at each age, [ages x days x keys]; the last age is final."""

    name: str
    dimensions: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Array]
    rows: Array
    """Which rows exist, [days x keys]."""


def ledgers(world: World, happened: Happened) -> tuple[Ledger, ...]:
    """All tables."""
    return _ads(world, happened), _analytics(world, happened), _shop(world, happened), _newsletter(world, happened)


def _ads(world: World, happened: Happened) -> Ledger:
    people = world.people
    paid = people.campaign >= 0
    shape = (world.days, len(BIDDING), len(DEVICES))
    where = people.day, people.campaign, people.device
    clicks = _sum(shape, where, happened.clicked * paid, paid)
    spend = _sum(shape, where, happened.clicked * people.cost, paid)
    each = np.array([b.impressions_per_click for b in BIDDING])[None, :, None]
    luck = np.random.default_rng([world.seed, 8]).normal(1.0, 0.05, shape)
    wait = people.bought_on - people.day
    claimed = [
        _sum(shape, where, happened.clicked, paid & happened.bought & (wait <= min(age, WINDOW)))
        for age in range(WINDOW + 1)
    ]
    keys = tuple((b.source, b.name, device) for b in BIDDING for device in DEVICES)
    still = {
        "cost": np.round(spend, 2),
        "impressions": np.round(clicks * each * np.maximum(luck, 0.5)),
        "clicks": clicks,
    }
    ages = WINDOW + 1
    return Ledger(
        name="ads_daily",
        dimensions=("channel", "campaign", "device"),
        keys=keys,
        columns={
            **{name: np.repeat(_flat(v)[None], ages, axis=0) for name, v in still.items()},
            "platform_purchases": np.stack([_flat(v) for v in claimed]),
        },
        rows=np.repeat(_flat(clicks).reshape(world.days, len(BIDDING), -1).sum(axis=2) > 0, len(DEVICES), axis=1),
    )


def _analytics(world: World, happened: Happened) -> Ledger:
    people = world.people
    shape = (world.days, len(NAMES), len(DEVICES))
    seen = people.consents & people.lands
    bought = seen & happened.bought & (people.bought_on < world.days)
    columns = {}
    for name, day, weight, who in (
        ("visits", people.day, happened.clicked, seen),
        ("purchases", people.bought_on, happened.clicked * happened.counted, bought),
        ("revenue", people.bought_on, happened.clicked * happened.counted * happened.unit * people.value, bought),
    ):
        where = day, happened.booked, people.device
        columns[name] = np.stack(
            [_flat(_sum(shape, where, weight, who & (~people.tardy | (age > 0)))) for age in (0, 1)]
        )
    return Ledger(
        name="analytics",
        dimensions=("channel", "device"),
        keys=tuple((name, device) for name in NAMES for device in DEVICES),
        columns={**columns, "revenue": np.round(columns["revenue"], 2)},
        rows=columns["visits"][-1] + columns["purchases"][-1] > 0,
    )


def _shop(world: World, happened: Happened) -> Ledger:
    people = world.people
    shape = (world.days, len(REGIONS))
    bought = happened.bought & (people.bought_on < world.days)
    where = people.bought_on, people.region
    orders = _sum(shape, where, happened.clicked, bought)
    money = _sum(shape, where, happened.clicked * people.value, bought)
    return Ledger(
        name="shop_daily",
        dimensions=("region",),
        keys=tuple((region,) for region in REGIONS),
        columns={"shop_orders": orders[None], "shop_revenue": np.round(money, 2)[None]},
        rows=np.ones(shape),
    )


def _newsletter(world: World, happened: Happened) -> Ledger:
    people = world.people
    mail = people.source == NAMES.index("email")
    readers = np.bincount(people.day[mail], weights=happened.clicked[mail], minlength=world.days)
    rng = np.random.default_rng([world.seed, 9])
    thursdays = np.array([(world.start + timedelta(days=d)).weekday() == 3 for d in range(world.days)])
    sent = np.where(thursdays, np.round(18_000 + 25 * np.arange(world.days) / 7 + rng.normal(0, 60, world.days)), 0.0)
    delivered = rng.binomial(sent.astype(int), 0.985).astype(float)
    opens = rng.binomial(delivered.astype(int), rng.beta(300, 700, world.days)).astype(float)
    clicks = np.where(thursdays, np.round(readers * 1.08), 0.0)
    columns = {"sent": sent, "delivered": delivered, "opens": np.maximum(opens, clicks), "clicks": clicks}
    return Ledger(
        name="newsletter_daily",
        dimensions=(),
        keys=((),),
        columns={name: values[None, :, None] for name, values in columns.items()},
        rows=thursdays[:, None].astype(float),
    )


def _sum(shape: tuple[int, ...], where: tuple[Numbers, ...], weights: Numbers, chosen: Numbers) -> Array:
    chosen = chosen & (where[0] < shape[0])
    flat = np.ravel_multi_index(tuple(w[chosen].astype(int) for w in where), shape)
    return np.asarray(np.bincount(flat, weights=weights[chosen], minlength=int(np.prod(shape))), dtype=float).reshape(
        shape
    )


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)


def write(world: World, tables: Sequence[Ledger], folder: Path, first_pull: date) -> None:
    """Write one CSV file a table, each row with the morning at which it was seen first, and the calendar."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["day", *table.dimensions, *table.columns, "observed_at"])
            writer.writerows(_rows(world, table, first_pull))
    with (folder / "known_dates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["event", "start", "end", "kind", "channel"])
        writer.writerows([k.title, k.start, k.end, k.kind, k.channel or ""] for k in world.known)


def _rows(world: World, table: Ledger, first_pull: date) -> list[list[object]]:
    out: list[list[object]] = []
    ages = len(next(iter(table.columns.values())))
    start = (first_pull - world.start).days
    for day in range(world.days):
        # A day is pulled on the mornings after it; what was there before the first pull is told by that pull.
        seen = [max(day + 1, start), *(p for p in range(day + 2, day + ages + 1) if p > start)]
        for key, name in enumerate(table.keys):
            if not table.rows[day, key]:
                continue
            before = None
            for pull in seen:
                age = min(pull - day - 1, ages - 1)
                values = [_number(column[age, day, key]) for column in table.columns.values()]
                if values != before:
                    at = datetime.combine(world.start + timedelta(days=pull), PULL, ZoneInfo(ZONE)).isoformat()
                    out.append([world.start + timedelta(days=day), *name, *values, at])
                before = values
    return out


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else round(float(value), 2)
