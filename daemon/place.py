"""Where an incident sits: the segments that carry its change, from the finest cells of its worst KPI."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

import numpy as np

from config.settings import Settings
from daemon.cells import Window, window
from daemon.grouping import is_data_fault
from daemon.judging import View
from daemon.model import Incident, Where
from detectors.finding import Finding
from detectors.panel import Bools
from detectors.segments.localise import Localise
from detectors.segments.mix import MIX_SHARE

# The segments named must carry this part of the change together.
_ENOUGH = 0.7
# What moved by this part of what the worst of them did (in logs) moved like it.
_ALIKE = 0.5
# What moved like them is named as well if it carries this part.
_WORTH_NAMING = 0.05
# Sums below this are none.
_LEAST = 1e-6
Conditions = tuple[tuple[str, tuple[str, ...]], ...]
_LOCALISE = Localise(most_dimensions=3, most_segments=6)


def where(incident: Incident, views: Mapping[str, View], settings: Settings) -> tuple[Where, ...]:
    """The few segments that carry at least 70 % of the change; empty when everything moved alike."""
    worst = next((f for f in incident.findings if f.key.depth < 2), incident.findings[0])
    view = views.get(worst.key.check)
    if view is None or is_data_fault(worst):
        return _of_findings(incident.findings)
    channel = worst.key.channel if len(_channels(incident, worst)) <= 1 else None
    found = window(view, worst, channel)
    if found is not None and found.mix >= MIX_SHARE:
        # Rates are as before; who came is not: the place is where they now come from, or no longer do.
        found = window(view, _of_part(worst, settings.kpis[worst.key.kpi].denominator), channel)
    if found is None:
        return _of_findings([worst])
    segments = _LOCALISE.segments(found.dimensions, found.actual, found.of.expected, found.of.spread)
    chosen = _enough([s.conditions for s in segments], found, _change(worst, found))
    fixed = (("channel", (channel,)),) if channel else ()
    return tuple(Where(segment=(*fixed, *of), share=min(share, 1.0)) for of, share in chosen) or (
        (Where(segment=fixed, share=1.0),) if fixed else ()
    )


def _change(worst: Finding, of: Window) -> float:
    """The change whose place is asked for: that of all cells, or of the worst channel where others make up for it."""
    change = of.actual - of.of.expected
    whole, channels = float(change.sum()), of.dimensions.get("channel")
    own = whole if worst.key.channel is None or channels is None else float(change[channels == worst.key.channel].sum())
    return own if own * whole <= 0 or abs(own) > abs(whole) else whole


def _of_part(ratio: Finding, denominator: str | None) -> Finding:
    """The finding as if it were of what the ratio is divided by."""
    return replace(ratio, key=replace(ratio.key, kpi=denominator or ratio.key.kpi))


def _channels(incident: Incident, worst: Finding) -> set[str | None]:
    """Channels of the same check that are in the incident."""
    return {f.key.channel for f in incident.findings if f.key.check == worst.key.check}


def _enough(segments: Sequence[Conditions], of: Window, whole: float) -> list[tuple[Conditions, float]]:
    """The segments that together carry enough of the whole change, the largest first, and what else moved like them.

    Empty where they carry too little, or where all that is not named moved like them too: then it is no place.
    """
    change = of.actual - of.of.expected
    shares = [(s, float(change[_inside([s], of)].sum()) / whole if whole else 0.0) for s in segments]
    chosen: list[tuple[Conditions, float]] = []
    for segment, share in sorted(((s, share) for s, share in shares if share > 0), key=lambda found: -found[1]):
        named = _inside([s for s, _ in chosen], of)
        beside = share >= _WORTH_NAMING and _like(_inside([segment], of) & ~named, named, of)
        if beside or sum(share for _, share in chosen) < _ENOUGH:
            chosen.append((segment, share))
    inside = _inside([s for s, _ in chosen], of)
    too_little = sum(share for _, share in chosen) < _ENOUGH
    return [] if too_little or inside.all() or _like(~inside, inside, of) else chosen


def _inside(segments: Sequence[Conditions], of: Window) -> Bools:
    """[cells] whether they lie in one of the segments."""
    inside = np.zeros(len(of.actual), dtype=bool)
    for segment in segments:
        inside |= np.all([np.isin(of.dimensions[name], values) for name, values in segment], axis=0)
    return inside


def _like(some: Bools, others: Bools, of: Window) -> bool:
    """Whether some cells moved the way that others did, by at least half as much; nothing moves like anything."""
    own, their = (
        log(max(float(of.actual[m].sum()), _LEAST) / max(float(of.of.expected[m].sum()), _LEAST))
        for m in (some, others)
    )
    return their != 0 and own / their >= _ALIKE


def _of_findings(named: Sequence[Finding]) -> tuple[Where, ...]:
    """Without cells: the channel and segment of the findings themselves."""
    segments = {(("channel", (f.key.channel,)), *((d, (v,)) for d, v in f.key.segment)) for f in named if f.key.channel}
    return tuple(Where(segment=s, share=1.0 / len(segments)) for s in sorted(segments))
