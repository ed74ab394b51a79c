"""What a planted problem truly did: the difference of two expectations."""

from dataclasses import dataclass

import numpy as np

from simulator.chance import Array
from simulator.outcome import Outcome
from simulator.planted import LOADING, Planted
from simulator.tables import DECIMALS, Table
from simulator.world import Mask

LEVELS = frozenset(DECIMALS) - {"spend", "revenue", "grps"}
WORTH_TELLING = 0.01  # smallest relative change of a KPI that counts as affected


@dataclass(frozen=True, kw_only=True)
class Affected:
    """A KPI of a channel (its table, where a table has no channels) that moved."""

    table: str
    channel: str | None
    kpi: str
    relative_change: float
    in_scope: float | None
    """Change inside the problem's scope; None where the table cannot show the scope."""


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """Money and KPIs, from expectations with this problem alone and without it. Losses are negative."""

    planted: Planted
    web: float
    call_centre: float
    stores: float
    recorded_web: float
    """What web analytics shows as gained or lost; None of it is real when only records failed."""
    media_spend: float
    affected: tuple[Affected, ...]

    @property
    def money(self) -> float:
        """All real money gained or lost."""
        return self.web + self.call_centre + self.stores


def consequence(planted: Planted, ideal: Outcome, hurt: Outcome) -> Consequence:
    """Compare two expected outcomes."""
    recorded = [
        float(np.nansum(o.table("marketing").columns["revenue"])) if "revenue" in o.table("marketing").columns else 0.0
        for o in (ideal, hurt)
    ]
    moved = [
        entry
        for before, after in zip(ideal.tables, hurt.tables, strict=True)
        for entry in (_misloaded(planted, before) if planted.kind in LOADING else _affected(planted, before, after))
    ]
    return Consequence(
        planted=planted,
        web=_difference(hurt.revenue, ideal.revenue),
        call_centre=_difference(hurt.call_revenue, ideal.call_revenue),
        stores=_difference(hurt.store_revenue, ideal.store_revenue),
        recorded_web=round(recorded[1] - recorded[0], 2),
        media_spend=round(hurt.media_spend - ideal.media_spend, 2),
        affected=tuple(moved),
    )


def _difference(after: Array, before: Array) -> float:
    return round(float(after.sum() - before.sum()), 2)


def _misloaded(planted: Planted, table: Table) -> list[Affected]:
    """List what a fault of loading does to sums: doubled, or lacking."""
    if table.name not in planted.scope.get("table", ()):
        return []
    change = planted.severity if planted.kind == "duplicate_load" else -planted.severity
    return [
        Affected(table=table.name, channel=None, kpi=kpi, relative_change=change, in_scope=change)
        for kpi in table.columns
        if kpi not in LEVELS
    ]


def _affected(planted: Planted, before: Table, after: Table) -> list[Affected]:
    """List the KPIs of one table that moved by at least one per cent while the problem lasted."""
    rows = np.array([planted.start <= day <= planted.end for day in before.periods], dtype=bool)
    if not rows.any():
        return []
    named = "channel" in before.cells.dimensions
    channels = sorted({key[0] for key in before.cells.keys}) if named else [None]
    shows_scope = any(name in before.cells.dimensions for name in planted.scope)
    scope = before.cells.matching(planted.scope)
    out = []
    for channel in channels:
        cells = np.array([not named or key[0] == channel for key in before.cells.keys])
        for kpi in before.columns:
            change = _change(before.columns[kpi], after.columns[kpi], rows, cells, kpi)
            if abs(change) >= WORTH_TELLING:
                inside = (
                    _change(before.columns[kpi], after.columns[kpi], rows, cells & scope, kpi)
                    if shows_scope and (cells & scope).any()
                    else None
                )
                out.append(
                    Affected(table=before.name, channel=channel, kpi=kpi, relative_change=change, in_scope=inside)
                )
    return out


def _change(before: Array, after: Array, rows: Mask, cells: Mask, kpi: str) -> float:
    """Return the relative change of a sum, or of a plain mean for levels."""
    was, now = (values[rows][:, cells] for values in (before, after))
    if np.isnan(was).all():
        return 0.0
    combine = np.nanmean if kpi in LEVELS else np.nansum
    base = float(combine(was))
    return round(float(combine(now)) / base - 1, 4) if base else 0.0
