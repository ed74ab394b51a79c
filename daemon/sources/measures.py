"""How a check's KPIs add up: which sums must be kept so that totals, ratios and weighted levels are all exact.

A ratio is the sum of its numerators over the sum of its denominators, both over the rows that have both; a level is a
weighted mean. So every KPI is one or two parts, and a part is a sum over rows.
"""

from dataclasses import dataclass

import numpy as np

from config.settings import Settings
from detectors.panel import Bools, Floats, KpiType


@dataclass(frozen=True, slots=True)
class Part:
    """A sum over rows of column `of` (None: 1) times column `times` (None: 1), over rows that have all columns in `needs`."""

    of: int | None
    times: int | None
    needs: tuple[int, ...]

    def evaluate(self, values: Floats) -> tuple[Floats, Bools]:
        """Each row's contribution (0 where it has none), and whether it has one. values: [rows x kpis]."""
        has: Bools = ~np.any(np.isnan(values[:, list(self.needs)]), axis=1)
        amount: Floats = np.ones(len(values)) if self.of is None else values[:, self.of]
        if self.times is not None:
            amount = amount * values[:, self.times]
        return np.where(has, amount, 0.0), has


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A KPI of a check: `top` over `bottom` (None: nothing below the line), as indices of parts; `columns`: what it reads."""

    kpi: str
    role: str
    type: KpiType
    top: int
    bottom: int | None
    factor: float
    columns: tuple[int, ...]


def measures_of(kpis: tuple[str, ...], settings: Settings) -> tuple[tuple[Measure, ...], tuple[Part, ...]]:
    """The measures that a table with these KPI columns yields: its own, then the ratios of them."""
    index = {name: k for k, name in enumerate(kpis)}
    parts: dict[Part, int] = {}
    measures: list[Measure] = []

    def add(name: str, top: Part, bottom: Part | None) -> None:
        kpi = settings.kpis[name]
        at = [parts.setdefault(part, len(parts)) for part in (top, bottom) if part is not None]
        columns = sorted({column for part in (top, bottom) if part is not None for column in part.needs})
        measures.append(
            Measure(
                kpi=name,
                role=kpi.role or name,
                type=kpi.type,
                top=at[0],
                bottom=at[1] if len(at) > 1 else None,
                factor=kpi.factor,
                columns=tuple(columns),
            )
        )

    for name, k in index.items():
        kpi = settings.kpis[name]
        if kpi.type is KpiType.LEVEL:
            weight = index.get(kpi.weight or "")
            needs: tuple[int, ...] = (k,) if weight is None else (k, weight)
            add(name, Part(k, weight, needs), Part(weight, None, needs))
        elif kpi.type is not KpiType.RATIO:
            add(name, Part(k, None, (k,)), None)
    for name, kpi in settings.kpis.items():
        if kpi.across is None and kpi.type is KpiType.RATIO and kpi.numerator in index and kpi.denominator in index:
            needs = tuple(sorted((index[kpi.numerator], index[kpi.denominator])))
            add(name, Part(index[kpi.numerator], None, needs), Part(index[kpi.denominator], None, needs))
    return tuple(measures), tuple(parts)
