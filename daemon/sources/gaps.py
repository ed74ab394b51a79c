"""Two sources of the same thing as a pair: the ratio of their totals, as series of the check of its denominator.

`kpis.NAME.across` names the checks. A gap is known where both totals are; where one of them has not come, it is waited for as for
any late value. How it fills up is worked out from how both did at the same ages.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from config.business import Kpi
from config.settings import Settings
from daemon.sources.snapshot import LeafTable, Snapshot
from detectors.panel import Bools, Floats, KpiType, Panel, SeriesKey
from detectors.series.development import Step

Other = Callable[[str], Snapshot | None]


def with_gaps(own: Snapshot, settings: Settings, other: Other) -> Snapshot:
    """A snapshot with the gaps of which its check holds the denominator. other: another check's snapshot; None: not known."""
    found = [
        gap
        for name, kpi in settings.kpis.items()
        if kpi.across is not None and kpi.across[1] == own.check
        if (gap := _gap(name, kpi, own, other(kpi.across[0]))) is not None
    ]
    if not found:
        return own
    values = np.array([g.values for g in found])
    unknown = np.isnan(values)
    panel, names = own.panel, {g.name for g in found}
    return replace(
        own,
        panel=Panel(
            axis=panel.axis,
            keys=(*panel.keys, *(SeriesKey(own.check, None, g.name) for g in found)),
            types=(*panel.types, *(KpiType.RATIO for _ in found)),
            values=np.concatenate([panel.values, values]),
            exposure=np.concatenate([panel.exposure, np.array([g.below for g in found])]),
            factor=np.r_[panel.factor, [g.factor for g in found]],
        ),
        roles=(*own.roles, *(settings.kpis[g.name].role or g.name for g in found)),
        untrusted=np.concatenate([own.untrusted, unknown]),
        reported=np.concatenate([own.reported, values]),
        development=partial(_development, own, found),
        leaf_table=partial(_leaves, own, names),
    )


@dataclass(frozen=True, kw_only=True)
class _Gap:
    """values, below: [periods of the own panel] the ratio, and what it is divided by. top, bottom: rows of the two panels."""

    name: str
    factor: float
    values: Floats
    below: Floats
    of: Snapshot
    top: int
    bottom: int


def _gap(name: str, kpi: Kpi, own: Snapshot, of: Snapshot | None) -> _Gap | None:
    bottom = _total(own.panel, kpi.denominator)
    top = None if of is None else _total(of.panel, kpi.numerator)
    if of is None or top is None or bottom is None:
        return None
    below = own.panel.values[bottom]
    values = _quotient(_aligned(of.panel, own.panel)[top], below, kpi.factor)
    # Without its numerator nothing is known of a gap, nor how much it would weigh.
    below = np.where(np.isnan(values), np.nan, below)
    return _Gap(name=name, factor=kpi.factor, values=values, below=below, of=of, top=top, bottom=bottom)


def _total(panel: Panel, kpi: str | None) -> int | None:
    """The row of a KPI's total: of the business, or of the one channel that has it."""
    rows = {key.channel: i for i, key in enumerate(panel.keys) if key.kpi == kpi and not key.segment}
    if None in rows:
        return rows[None]
    return next(iter(rows.values())) if len(rows) == 1 else None


def _aligned(of: Panel, like: Panel) -> Floats:
    """[series x periods of `like`] the values of the same periods; NaN where there is none."""
    values = np.full((len(of.keys), len(like.axis)), np.nan)
    _, there, here = np.intersect1d(of.axis.local, like.axis.local, return_indices=True)
    values[:, here] = of.values[:, there]
    return values


def _quotient(top: Floats, bottom: Floats, factor: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom > 0, factor * top / bottom, np.nan), dtype=np.float64)


def _development(own: Snapshot, gaps: list[_Gap]) -> Iterator[Step]:
    """The steps of the own series, with those of the gaps: of both parts at the same ages."""
    others: Mapping[str, Iterator[Step]] = {g.of.check: g.of.development() for g in gaps}
    last: dict[str, Step] = {}
    for step in own.development():
        for check, steps in others.items():
            later = next(steps, None)
            if later is not None:
                last[check] = later
            elif check in last:  # it changes no more at this age
                last[check] = Step(last[check].later, last[check].later)
        rows = [_step(g, step, last.get(g.of.check), own) for g in gaps]
        yield Step(
            np.concatenate([step.earlier, np.array([earlier for earlier, _ in rows])]),
            np.concatenate([step.later, np.array([later for _, later in rows])]),
        )


def _step(gap: _Gap, own: Step, of: Step | None, snapshot: Snapshot) -> tuple[Floats, Floats]:
    """What the newest periods' gap was at one look and at the next."""
    width = own.earlier.shape[1]
    unknown = np.full(width, np.nan)
    ends = [p.axis.local[-1:] for p in (snapshot.panel, gap.of.panel)]
    if of is None or not np.array_equal(ends[0], ends[1]):
        return unknown, unknown

    def at(top: Floats, bottom: Floats) -> Floats:
        newest = top[gap.top, -width:]
        return _quotient(np.r_[unknown[: width - len(newest)], newest], bottom[gap.bottom], gap.factor)

    return at(of.earlier, own.earlier), at(of.later, own.later)


def _leaves(own: Snapshot, gaps: set[str], kpi: str, channel: str | None) -> LeafTable:
    """A gap is one of totals: it has no segments."""
    if kpi not in gaps:
        return own.leaf_table(kpi, channel)
    nothing: Bools = np.zeros(0, dtype=np.bool_)
    return LeafTable(
        channels=nothing.astype(np.str_),
        dimensions=(),
        values=(),
        top=np.zeros((0, len(own.panel.axis))),
        bottom=np.zeros((0, len(own.panel.axis))),
    )
