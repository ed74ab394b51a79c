"""The site by the hour: the days of the marketing table, split over the hours of the shop's clock.

Every day's sessions, orders and revenue are those that the table by day tells, so the two agree to the visit and the
cent. Troubles of a few hours are planted by day, as the part of the day that they take, and placed here.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from simulator.chance import Array, stream
from simulator.planted import Planted
from simulator.simulation import Ledger

HOUR = timedelta(hours=1)
SHOWN_DAYS = 150
"""How much history the table has."""
SEEN_AFTER = timedelta(minutes=6)
"""Rows of an hour are there so long after it has ended."""
SITE, APPS = ("mobile", "desktop"), ("ios_app", "android_app")
WEEKDAY: Mapping[str, Sequence[float]] = {
    "mobile": (9, 5, 3, 2, 2, 4, 14, 30, 38, 40, 44, 47, 56, 52, 46, 45, 49, 57, 68, 84, 97, 98, 70, 31),
    "desktop": (3, 2, 1, 1, 1, 2, 7, 24, 56, 78, 86, 88, 80, 84, 86, 82, 76, 62, 50, 56, 62, 54, 32, 11),
}
WEEKEND: Mapping[str, Sequence[float]] = {
    "mobile": (14, 8, 5, 3, 2, 3, 8, 20, 40, 58, 70, 74, 72, 70, 70, 72, 76, 80, 86, 94, 100, 98, 74, 38),
    "desktop": (5, 3, 2, 1, 1, 1, 4, 12, 32, 52, 64, 66, 62, 62, 64, 64, 62, 56, 54, 62, 68, 60, 36, 14),
}
BUYS = (
    0.5,
    0.4,
    0.35,
    0.3,
    0.3,
    0.4,
    0.6,
    0.75,
    0.9,
    1,
    1.05,
    1.05,
    1.1,
    1.05,
    1,
    1,
    1,
    1,
    1.05,
    1.15,
    1.25,
    1.2,
    1,
    0.7,
)
"""Orders per visit by the hour, relative to the day's."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A trouble of the hours [start, end) of one day: `severity` of the devices' orders, or records, are lost."""

    kind: str
    day: date
    start: int
    end: int
    severity: float
    devices: tuple[str, ...]

    def planted(self) -> list[Planted]:
        """The same by day, for each device: the part of its orders or visits that these hours hold."""
        return [
            Planted(
                kind=self.kind,
                start=self.day,
                days=1,
                severity=self.severity * self._part(device),
                scope={"device": (device,)},
            )
            for device in self.devices
        ]

    def _part(self, device: str) -> float:
        weight = np.array(_shape(self.day, device)) * (np.array(BUYS) if self.kind == "checkout_failure" else 1.0)
        return float(weight[self.start : self.end].sum() / weight.sum())


def _shape(day: date, device: str) -> Sequence[float]:
    return (WEEKEND if day.weekday() >= 5 else WEEKDAY)["desktop" if device == "desktop" else "mobile"]


@dataclass(frozen=True, kw_only=True)
class LateNight:
    """The load of a night that comes in the morning: rows of the hours from `start` on, seen when `end` has come."""

    day: date
    start: int = 23
    lasts: int = 9


def hours_planted(start: date, days: int) -> tuple[Hours, ...]:
    """Troubles of a few hours in the last weeks, apart from those of days."""
    end = start + timedelta(days=days)
    return (
        Hours(
            kind="checkout_failure",
            day=end - timedelta(days=45),
            start=14,
            end=17,
            severity=0.97,
            devices=(*SITE, *APPS),
        ),
        Hours(kind="tracking_break_site", day=end - timedelta(days=34), start=10, end=20, severity=0.9, devices=SITE),
    )


def late_nights(start: date, days: int) -> tuple[LateNight, ...]:
    """Loads of a night that came in the morning."""
    return (LateNight(day=start + timedelta(days=days - 27)),)


def write_hours(ledger: Ledger, path: Path, troubles: Sequence[Hours] = (), nights: Sequence[LateNight] = ()) -> None:
    """Write `site_hourly.csv`: sessions, orders and revenue of the newest SHOWN_DAYS days by hour and device."""
    zone = ZoneInfo(ledger.business.timezone)
    table = ledger.outcome.table("marketing")
    devices = sorted({key[table.cells.dimensions.index("device")] for key in table.cells.keys})
    names = [name for name in ("sessions", ledger.business.funnel[-1], "revenue") if name in table.columns]
    first = max(ledger.days - SHOWN_DAYS, 0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["hour", "device", *names, "observed_at"])
        for device in devices:
            own = table.cells.matching({"device": (device,)})
            luck = stream(ledger.seed, f"hours/{device}")
            for at in range(first, ledger.days):
                day = ledger.start + timedelta(days=at)
                instants = _instants(day, zone)
                totals = {
                    name: float(np.nansum(np.where(table.present[at], table.columns[name][at], 0.0)[own]))
                    for name in names
                }
                split = _split(totals, day, device, instants, zone, troubles, luck)
                for row, instant in enumerate(instants):
                    seen = _seen(instant, zone, nights)
                    cells = [f"{split[n][row]:.2f}" if n == "revenue" else f"{split[n][row]:.0f}" for n in names]
                    writer.writerow([instant.astimezone(zone).isoformat(), device, *cells, seen.isoformat()])


def _instants(day: date, zone: ZoneInfo) -> list[datetime]:
    """The hours of a local day: 23 or 25 when the clock changes."""
    begin, end = (datetime.combine(day + timedelta(days=d), time(), zone).astimezone(UTC) for d in (0, 1))
    return [begin + i * HOUR for i in range(round((end - begin) / HOUR))]


def _split(
    totals: Mapping[str, float],
    day: date,
    device: str,
    instants: Sequence[datetime],
    zone: ZoneInfo,
    troubles: Sequence[Hours],
    luck: np.random.Generator,
) -> dict[str, Array]:
    shape = _shape(day, device)
    clock = [instant.astimezone(zone).hour for instant in instants]
    visits = np.array([shape[h] for h in clock]) * np.exp(luck.normal(0, 0.05, len(clock)))
    buys = np.array([BUYS[h] for h in clock])
    for trouble in troubles:
        if trouble.day == day and device in trouble.devices:
            inside = np.array([trouble.start <= h < trouble.end for h in clock])
            left = np.where(inside, 1.0 - trouble.severity, 1.0)
            buys = buys * left if trouble.kind == "checkout_failure" else buys
            visits = visits if trouble.kind == "checkout_failure" else visits * left
    out: dict[str, Array] = {}
    for name, total in totals.items():
        if name == "revenue":
            orders = next(out[n] for n in out if n != "sessions")
            weight = orders * np.exp(0.5 * luck.normal(0, 1, len(clock)) / np.sqrt(np.maximum(orders, 1.0)))
            cents = np.floor(100 * total * weight / max(weight.sum(), 1e-9))
            cents[int(weight.argmax())] += round(100 * total) - cents.sum()
            out[name] = cents / 100 if weight.sum() else np.where(visits == visits.max(), total, 0.0)
        else:
            weight = visits if name == "sessions" else visits * buys
            out[name] = luck.multinomial(round(total), weight / weight.sum()).astype(float)
    return out


def _seen(instant: datetime, zone: ZoneInfo, nights: Sequence[LateNight]) -> datetime:
    """When an hour's row was there."""
    seen = instant + HOUR + SEEN_AFTER
    for night in nights:
        begin = datetime.combine(night.day, time(night.start), zone).astimezone(UTC)
        end = begin + night.lasts * HOUR
        if begin <= instant < end:
            seen = max(seen, end + SEEN_AFTER)
    return seen.astimezone(zone)
