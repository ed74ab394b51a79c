"""What an incident's KPI is made of: its change split over its factors, where the incident is, down to the factor that moved.

The KPI at the top is the outermost one that moved with what raised the alarm: money where money moved. Factors are
taken from the incident's own channels together, or from the whole business; a factor that not all of these channels
report is not known there.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, log, sqrt

from config.identities import Identities
from daemon.grouping import is_data_fault
from daemon.model import Factor, Incident, Tree
from detectors.causes.combine import SHARED_NOISE, total
from detectors.causes.evidence import MOVING, Evidence
from detectors.finding import Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.kpi_tree import Pair, Part, deepest, tree, with_rates
from detectors.segments.movement import Movement, immaterial

Segment = tuple[tuple[str, str], ...]
_SUMS = frozenset({KpiType.COUNT, KpiType.AMOUNT})
# What moved nothing, or only scatters, has no change to split.
_WITHOUT_SIZE = frozenset({Shape.VARIANCE, Shape.MISSING_LIFT})


def tree_of(incident: Incident, evidence: Evidence, alike: frozenset[str], identities: Identities) -> Tree | None:
    """The tree of an incident; None where its KPI is made of nothing that is known.

    alike: the checks whose periods are as long as those of the check that raised the alarm.
    """
    worst = incident.findings[0]
    if is_data_fault(worst) or worst.shape in _WITHOUT_SIZE or evidence.lead is None:
        return None
    rows = [
        m
        for m in evidence.movements
        if m.key.check in alike and m.periods and isfinite(m.observed) and isfinite(m.expected)
    ]
    rows.sort(key=lambda m: m.key.check != worst.key.check)
    for channels, segment in _scopes(incident):
        here = _here(rows, channels, segment, evidence.limit)
        if not _is_there(evidence.lead, here.get(evidence.lead.role), segment):
            continue
        for top in _tops(evidence.lead.role, here, identities):
            known = _like(here, top, rows, channels)
            found = _split(top, known, identities, immaterial(here[top].change))
            if found is not None and _touches(evidence.lead.role, found[1], identities):
                return Tree(channels=channels, segment=segment, factors=found[0], path=found[1])
    return None


def _is_there(lead: Movement, here: Movement | None, segment: Segment) -> bool:
    """Whether what raised the alarm moved the same way in a place; elsewhere the tree would tell of something else."""
    own = segment in ((), lead.key.segment)
    if here is None:
        return own
    return here.change * lead.change > 0 and (own or here.state in MOVING)


def _scopes(incident: Incident) -> Iterator[tuple[tuple[str, ...], Segment]]:
    """Where to look: the one place that carries the change, the segment of what raised the alarm, its channels, the whole business."""
    worst = incident.findings[0].key
    own = [f.key for f in incident.findings if f.key.kpi == worst.kpi]
    if len(incident.where) == 1 and not worst.segment:
        place = dict(incident.where[0].segment)
        within = tuple(sorted(place.pop("channel", ()))) or _channels([key for key in own if not key.segment])
        if (within or place) and len(place) <= 1 and all(len(values) == 1 for values in place.values()):
            yield within, tuple((dimension, values[0]) for dimension, values in place.items())
    if worst.segment and all(key.segment == worst.segment for key in own):
        yield _channels(own), worst.segment
    totals = [key for key in own if not key.segment] or own
    yield _channels(totals), ()
    if _channels(totals):
        yield (), ()


def _channels(keys: Sequence[SeriesKey]) -> tuple[str, ...]:
    """The channels of some series; none where the whole business is among them."""
    named = {key.channel for key in keys}
    return () if None in named else tuple(sorted(c for c in named if c is not None))


def _here(rows: Sequence[Movement], channels: tuple[str, ...], segment: Segment, limit: float) -> dict[str, Movement]:
    """Role -> its movement in all of the channels together, or in the whole business."""
    places: dict[str, dict[str | None, Movement]] = {}
    for m in rows:
        if m.key.segment == segment and (m.key.channel in channels if channels else m.key.channel is None):
            places.setdefault(m.role, {}).setdefault(m.key.channel, m)
    return {
        role: total(list(at.values()), limit)
        for role, at in places.items()
        if len(at) == max(len(channels), 1) and (len(at) == 1 or all(m.type in _SUMS for m in at.values()))
    }


def _like(
    here: Mapping[str, Movement], top: str, rows: Sequence[Movement], channels: tuple[str, ...]
) -> dict[str, Movement]:
    """Those that the same channels report as the KPI at the top: visits of all channels are not made of the clicks of a few."""
    if channels:
        return dict(here)
    reporting: dict[str, set[str]] = {}
    for m in rows:
        if m.key.channel is not None and not m.key.segment:
            reporting.setdefault(m.role, set()).add(m.key.channel)
    own = reporting.get(top) or max((reporting.get(role, set()) for role in here), key=len)
    return {role: m for role, m in here.items() if reporting.get(role, own) == own}


def _tops(lead: str, here: Mapping[str, Movement], identities: Identities) -> list[str]:
    """The KPIs that may stand at the top, the best first: what moved and is made of what raised the alarm, else that itself."""
    made_of: dict[str, set[str]] = {}
    for line in identities.lines:
        made_of.setdefault(line.whole, set()).update(line.factors)
    below = {whole: _all_below(whole, made_of, identities) for whole in made_of}
    moved = [
        w
        for w in made_of
        if w != lead and lead in below[w] and w in here and here[w].type in _SUMS and here[w].state in MOVING
    ]
    # Money earned first; of the others the outermost. What is spent is decided, and explains the least.
    moved.sort(key=lambda w: (w == "spend", here[w].type is not KpiType.AMOUNT, any(w in below[o] for o in moved)))
    return [*moved, *([lead] if lead in here and lead in made_of else [])]


def _all_below(whole: str, made_of: Mapping[str, set[str]], identities: Identities) -> set[str]:
    """What a KPI is made of, the factors of its factors and the parts of its rates included."""
    found: set[str] = set()
    waiting = [whole]
    while waiting:
        for role in made_of.get(waiting.pop(), ()):
            if role not in found:
                found.add(role)
                waiting.append(role)
    return found | {part for role in found for part in identities.rates.get(role, ())}


def _split(
    top: str, here: Mapping[str, Movement], identities: Identities, limit: float
) -> tuple[tuple[Factor, ...], tuple[str, ...]] | None:
    """The lines and the path; None where the KPI did not change or is made of nothing that is known."""
    known = with_rates({role: _each(m) for role, m in here.items()}, identities.rates)
    parts = tree(top, known, identities.lines)
    change = parts[0].contribution
    if len(parts) == 1 or not change:
        return None
    noise = {role: _noise(role, here, identities) for role in known}
    periods = here[top].periods if here[top].type in _SUMS else 1
    factors = tuple(
        Factor(
            kpi=p.role,
            depth=p.depth,
            observed=p.observed,
            expected=p.expected,
            contribution=p.contribution * periods,
            share=p.contribution / change,
            steady=_is_steady(p, limit),
        )
        for p in parts
    )
    return factors, deepest(parts, noise)


def _each(m: Movement) -> Pair:
    """Expected and observed, of counts and money for each period: two tables may know unequally many."""
    each = m.periods if m.type in _SUMS else 1
    return m.expected / each, m.observed / each


def _noise(role: str, here: Mapping[str, Movement], identities: Identities) -> float:
    """The standard error of a role's log change; of a rate that of its parts, which share much of theirs."""
    parts = [here[p].noise for p in identities.rates.get(role, ()) if p in here]
    if len(parts) == 2:
        found = sqrt(max(parts[0] ** 2 + parts[1] ** 2 - 2 * SHARED_NOISE * parts[0] * parts[1], 0.0))
    else:
        found = here[role].noise if role in here else 0.0
    return found if isfinite(found) else 0.0


def _is_steady(part: Part, limit: float) -> bool:
    if part.expected <= 0 or part.observed <= 0:
        return part.expected == part.observed
    return abs(log(part.observed / part.expected)) < limit


def _touches(lead: str, path: Sequence[str], identities: Identities) -> bool:
    """Whether a path explains what raised the alarm: it lies on it, or is part of a rate on it."""
    if path[0] == lead:
        return True
    return len(path) > 1 and any(lead == role or lead in identities.rates.get(role, ()) for role in path)
