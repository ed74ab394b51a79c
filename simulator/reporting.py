"""What each morning's pull sees: immature conversions, restated analytics, late, partial and doubled loads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulator.chance import Array, stream
from simulator.planted import LOADING
from simulator.simulation import Ledger
from simulator.tables import Table

SETTLED_DAYS = 29
"""Pulls after which nothing changes any more."""
WINDOW_DAYS = 45  # how far back a pull looks for changes: settling, a week's length and the longest fault
MENDED_DAYS = 2  # pulls from the last bad load until a planted fault is repaired
LATE_ODDS: Mapping[str, float] = {
    "stores": 0.02,
    "call_centre": 0.012,
    "organic": 0.015,
    "email": 0.006,
    "app": 0.006,
    "crm": 0.01,
}


class FaultKind(StrEnum):
    """What can go wrong with a load."""

    LATE = "late"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Days of a table that are not loaded as they should, until the pull of `mended`."""

    table: str
    kind: FaultKind
    first: date
    last: date
    mended: date
    share: float
    """Part of the cells concerned."""
    planted: bool


@dataclass(frozen=True, kw_only=True)
class View:
    """What a pull has to tell anew of one table."""

    rows: NDArray[np.intp]
    cells: NDArray[np.intp]
    columns: Mapping[str, Array]
    """One value per told row."""


def faults(ledger: Ledger) -> list[Fault]:
    """Return planted faults of loading, and the ordinary late loads of any business."""
    out = []
    for planted in ledger.incidents:
        if planted.kind in LOADING:
            kind = FaultKind.DUPLICATE if planted.kind == "duplicate_load" else FaultKind.LATE
            out += [
                Fault(
                    table=table.name,
                    kind=kind,
                    first=planted.start,
                    last=planted.end,
                    share=planted.severity,
                    planted=True,
                    mended=planted.end + timedelta(days=table.ready_days + MENDED_DAYS),
                )
                for table in ledger.outcome.tables
                if table.name in planted.scope.get("table", ())
            ]
    for table in ledger.outcome.tables:
        luck = stream(ledger.seed, f"late/{table.name}").random((len(table.periods), 3))
        for (happens, long, part), day in zip(luck, table.periods, strict=True):
            if happens < LATE_ODDS.get(table.name, 0.0) and not any(
                f.table == table.name and f.first <= day <= f.mended for f in out
            ):
                mended = day + timedelta(days=table.ready_days + (2 if long < 0.25 else 1))
                out.append(
                    Fault(
                        table=table.name,
                        kind=FaultKind.LATE,
                        first=day,
                        last=day,
                        mended=mended,
                        share=1.0 if part < 0.5 else 0.4,
                        planted=False,
                    )
                )
    return out


def pulls(
    ledger: Ledger, table: Table, known: Sequence[Fault], first_pull: date, last_pull: date
) -> Iterator[tuple[date, View]]:
    """Yield, for each morning, the rows that are new or changed since the morning before; copies appear twice."""
    told = {name: np.full_like(values, np.nan) for name, values in table.columns.items()}
    copies = np.zeros(table.present.shape)
    luck = stream(ledger.seed, f"pull/{table.name}").random((*table.present.shape, 2))
    mine = [fault for fault in known if fault.table == table.name]
    for day in range((last_pull - first_pull).days + 1):
        pull = first_pull + timedelta(days=day)
        begin = 0 if day == 0 else table.first_row(pull, WINDOW_DAYS)
        ages = np.array([table.age(row, pull) for row in range(begin, len(table.periods))])
        window = slice(begin, begin + int((ages > 0).sum()))
        ages = ages[ages > 0]
        values = seen(table, window, ages, luck[window, :, 0])
        number = table.present[window] * _copies(table, window, mine, pull, luck[window, :, 1])
        changed = number != copies[window]
        for name, column in values.items():
            changed |= (column != told[name][window]) & ~(np.isnan(column) & np.isnan(told[name][window]))
        rows, cells = np.nonzero(changed & (number > 0))
        twice = number[rows, cells].astype(int)
        rows, cells = np.repeat(rows, twice), np.repeat(cells, twice)
        yield (
            pull,
            View(
                rows=rows + begin, cells=cells, columns={name: column[rows, cells] for name, column in values.items()}
            ),
        )
        copies[window] = number
        for name, column in values.items():
            told[name][window] = np.where(number > 0, column, told[name][window])


def seen(table: Table, window: slice, ages: Array, luck: Array) -> dict[str, Array]:
    """Return a table's columns as they stand at the given ages (1 is the first pull)."""
    out = {name: values[window] for name, values in table.columns.items()}
    for name, delay in (table.maturing or {}).items():
        out[name] = _part(out[name], matured(ages[:, None], delay[None, :]), luck)
    if table.restated:
        share = np.array([[table.seen_at.get(int(age), 1.0)] for age in ages]).reshape(-1, 1)
        for name in table.restated - {"revenue"}:
            out[name] = _part(out[name], share, luck)
        sold = next((name for name in ("orders", "subscriptions") if name in out), None)
        if "revenue" in table.restated and sold is not None:
            final = table.columns[sold][window]
            out["revenue"] = np.round(
                out["revenue"] * np.divide(out[sold], final, out=np.ones_like(final), where=final > 0), 2
            )
    return out


def matured(age: Array, delay: Array) -> Array:
    """Return the share of conversions that a platform reports at an age in days; all of them once settled."""
    first = np.clip(0.72 - 0.06 * delay, 0.3, 1.0)
    share = 1 - (1 - first) * np.exp(-(age - 1) / np.maximum(delay, 0.1))
    return np.where(age >= SETTLED_DAYS, 1.0, share)


def _part(whole: Array, share: Array, luck: Array) -> Array:
    """Round a share of whole numbers, always with the same luck, so that it only ever grows."""
    return np.where(share >= 1, whole, np.minimum(np.floor(whole * share + luck), whole))


def _copies(table: Table, window: slice, known: Sequence[Fault], pull: date, luck: Array) -> Array:
    """Return how often each row is there: 0 late, 2 loaded twice."""
    out = np.ones_like(luck)
    for fault in known:
        if pull >= fault.mended:
            continue
        for row, day in enumerate(table.periods[window]):
            if fault.first <= day <= fault.last:
                out[row, luck[row] < fault.share] = 2.0 if fault.kind is FaultKind.DUPLICATE else 0.0
    return out
