"""Where an incident sits: the segments that carry its change, from the finest cells of its worst KPI."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from daemon.grouping import is_data_fault
from daemon.judging import View
from daemon.model import Incident, Where
from daemon.sources.snapshot import LeafTable
from detectors.finding import Finding
from detectors.panel import Floats
from detectors.segments.localise import Localise, Segment

# The segments named must carry this part of the change together.
_ENOUGH = 0.7
# Earlier windows, each one season back, whose mean says how the expectation spreads over the cells.
_EARLIER = 4
_LOCALISE = Localise(most_dimensions=3, most_segments=6)


def where(incident: Incident, views: Mapping[str, View], settings: Settings) -> tuple[Where, ...]:
    """The few segments that carry at least 70 % of the change; empty when everything moved alike."""
    worst = next((f for f in incident.findings if f.key.depth < 2), incident.findings[0])
    view = views.get(worst.key.check)
    if view is None or is_data_fault(worst):
        return _of_findings(incident.findings)
    kpi = _additive(worst.key.kpi, settings)
    channel = worst.key.channel if len(_channels(incident, worst)) <= 1 else None
    cells = _cells(view, kpi, channel, worst)
    if cells is None:
        return _of_findings([worst])
    table, actual, expected = cells
    dimensions: dict[str, NDArray[np.str_]] = dict(zip(table.dimensions, table.values, strict=True))
    if channel is None and len(set(table.channels)) > 1:
        dimensions = {"channel": table.channels, **dimensions}
    chosen = _enough(_LOCALISE.segments(dimensions, actual, expected))
    fixed = (("channel", (channel,)),) if channel else ()
    return tuple(Where(segment=(*fixed, *s.conditions), share=min(s.share, 1.0)) for s in chosen) or (
        (Where(segment=fixed, share=1.0),) if fixed else ()
    )


def _additive(kpi: str, settings: Settings) -> str:
    """The KPI whose cells are looked at: a ratio's numerator, since cells of counts add up."""
    of = settings.kpis[kpi]
    return of.numerator or kpi


def _channels(incident: Incident, worst: Finding) -> set[str | None]:
    """Channels of the same check that are in the incident."""
    return {f.key.channel for f in incident.findings if f.key.check == worst.key.check}


def _cells(view: View, kpi: str, channel: str | None, worst: Finding) -> tuple[LeafTable, Floats, Floats] | None:
    """Observed and expected sums of each cell over the incident's periods; None where cells tell nothing.

    The expectation of a cell is its mean over earlier windows, scaled so that all cells add up to what the total should
    have been: the level comes from the model, only its spread over cells from the recent past.
    """
    axis = view.panel.axis
    start = max(axis.position(worst.start), 0)
    end = max(min(axis.position(worst.end), len(axis)), start + 1) if worst.end else len(axis)
    step = max(axis.cadence.season if axis.cadence.season <= 7 else 1, end - start)
    step = -(-step // 7) * 7 if axis.cadence.season == 7 else step
    table = view.snapshot.leaves(kpi, channel, start, end)
    if table.bottom is not None or (not table.dimensions and len(set(table.channels)) < 2):
        return None
    earlier = [
        view.snapshot.leaves(kpi, channel, start - k * step, end - k * step).top
        for k in range(1, _EARLIER + 1)
        if start - k * step >= 0
    ]
    if not earlier:
        return None
    with np.errstate(invalid="ignore"):
        known = np.isfinite(np.stack(earlier))
        base = np.where(known, np.stack(earlier), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    actual = np.nan_to_num(table.top)
    rows = [i for i, k in enumerate(view.panel.keys) if k.kpi == kpi and k.channel == channel and not k.segment]
    if rows and base.sum() > 0:
        window = view.periods(view.expectation.expected[rows[0]], start, end)
        # Cells leave out what is unknown, so nothing may be expected of it.
        usable = np.isfinite(window) & np.isfinite(view.panel.values[rows[0], start:end])
        if usable.any():
            base = base * float(window[usable].sum()) / base.sum()
    return table, actual, base


def _enough(segments: Sequence[Segment]) -> list[Segment]:
    """The largest segments, until together they carry enough; none if all of them carry too little."""
    chosen: list[Segment] = []
    for segment in sorted((s for s in segments if s.share > 0), key=lambda s: -s.share):
        chosen.append(segment)
        if sum(s.share for s in chosen) >= _ENOUGH:
            return chosen
    return []


def _of_findings(named: Sequence[Finding]) -> tuple[Where, ...]:
    """Without cells: the channel and segment of the findings themselves."""
    segments = {(("channel", (f.key.channel,)), *((d, (v,)) for d, v in f.key.segment)) for f in named if f.key.channel}
    return tuple(Where(segment=s, share=1.0 / len(segments)) for s in sorted(segments))
