"""Of what an alert's headline speaks: the findings whose numbers are told, and the words for where they are.

A number is only ever shown with the place it was measured in. Where the incident's `where` is narrower than any
finding, the headline says which share of the change sits there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from daemon.alerts.numbers import share
from daemon.alerts.story import Story
from daemon.alerts.titles import is_on, listed, segment_title
from daemon.grouping import is_data_fault
from daemon.model import Where
from detectors.finding import Finding, Settling

Segment = tuple[tuple[str, tuple[str, ...]], ...]
# From here on a share of the change is told in words: the rest is noise.
_ALMOST_ALL = 0.9
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The findings a headline speaks of, their sum (a ratio's or level's: the worst of them), and where they are.

    carried: the narrower place that holds most of the change, with its share; empty when `where` says it all.
    """

    findings: tuple[Finding, ...]
    observed: float
    expected: float
    lower: float
    upper: float
    where: str
    carried: str
    is_sum: bool
    settling: Settling | None = None  # what they will show once nothing is added any more

    @property
    def worst(self) -> Finding:
        """The finding that names the KPI and the shape."""
        return self.findings[0]

    @property
    def ratio(self) -> float:
        """(observed - expected) / |expected|."""
        if self.expected == 0:
            return 0.0 if self.observed == 0 else float("inf")
        return (self.observed - self.expected) / abs(self.expected)


def focus(story: Story) -> Focus:
    """What the headline speaks of: the worst KPI, in the segment that carries it when that was measured.

    Raises:
        ValueError: the incident has no findings.
    """
    if not story.incident.findings:
        raise ValueError(f"incident {story.incident.id} has no findings, so there is nothing to tell")
    worst = story.incident.findings[0]
    alike = [f for f in story.incident.findings if _is_same_matter(f, worst)]
    narrowed = _inside(alike, story.incident.where)
    chosen = narrowed or ([f for f in alike if f.key.segment == worst.key.segment])
    chosen = _disjoint(chosen, worst, bool(story.incident.where))
    adds_up = story.kpi(worst.key.kpi).adds_up and not is_data_fault(worst)
    counted = chosen if adds_up else chosen[:1]
    carried = (
        ""
        if narrowed or worst.key.segment or story.incident.is_mix
        else _carried(story, {f.key.channel for f in chosen})
    )
    return Focus(
        findings=tuple(chosen),
        is_sum=len(counted) > 1,
        carried=carried,
        observed=sum(f.observed for f in counted),
        expected=sum(f.expected for f in counted),
        # Errors of channels are seldom independent: adding the ranges is the cautious way.
        lower=sum(f.lower for f in counted),
        upper=sum(f.upper for f in counted),
        where=_phrase(story, [f.key.channel for f in chosen], _segment_of(chosen)),
        settling=_settling(counted),
    )


def _settling(findings: Sequence[Finding]) -> Settling | None:
    """What findings that are summed will show together; those that are complete are so already."""
    if all(f.settling is None for f in findings):
        return None
    own = [f.settling or Settling(share=1.0, final=f.observed, lower=f.observed, upper=f.observed) for f in findings]
    final = sum(s.final for s in own)
    return Settling(
        share=sum(f.observed for f in findings) / final if final else own[0].share,
        final=final,
        lower=sum(s.lower for s in own),
        upper=sum(s.upper for s in own),
    )


def worst_place(story: Story, told: Focus) -> str:
    """Where the worst finding alone is: what a chart shows when the findings cannot be summed."""
    return _phrase(story, [told.worst.key.channel], _segment_of([told.worst]))


def _is_same_matter(finding: Finding, worst: Finding) -> bool:
    if is_data_fault(finding) or is_data_fault(worst):
        return finding.shape is worst.shape
    same_way = (finding.observed >= finding.expected) == (worst.observed >= worst.expected)
    return finding.key.kpi == worst.key.kpi and same_way and isfinite(finding.observed) and isfinite(finding.expected)


def _inside(findings: Sequence[Finding], where: Sequence[Where]) -> list[Finding]:
    """The findings that were measured exactly in the places of `where`; only places cut the same way may be summed."""
    if not where:
        return []
    cut = {d for d, _ in where[0].segment} - {"channel"}
    places = [dict(w.segment) for w in where if {d for d, _ in w.segment} - {"channel"} == cut]
    return [f for f in findings if {d for d, _ in f.key.segment} == cut and any(_lies_in(f, p) for p in places)]


def _lies_in(finding: Finding, place: dict[str, tuple[str, ...]]) -> bool:
    own = dict(finding.key.segment)
    if "channel" in place and finding.key.channel not in place["channel"]:
        return False
    return all(own.get(d) in values for d, values in place.items() if d != "channel")


def _disjoint(findings: list[Finding], worst: Finding, has_place: bool) -> list[Finding]:
    """Never a channel beside the business that contains it, nor the same series of two checks."""
    business = [f for f in findings if f.key.channel is None]
    channels = [f for f in findings if f.key.channel is not None]
    kept = business if business and (worst.key.channel is None or not channels or not has_place) else channels
    distinct: dict[tuple[str | None, str, Pairs], Finding] = {}
    for finding in kept or [worst]:
        distinct.setdefault((finding.key.channel, finding.key.kpi, finding.key.segment), finding)
    return list(distinct.values())


def _segment_of(findings: Sequence[Finding]) -> Segment:
    values: dict[str, dict[str, None]] = {}
    for finding in findings:
        for dimension, value in finding.key.segment:
            values.setdefault(dimension, {})[value] = None
    return tuple((d, tuple(v)) for d, v in values.items())


def _carried(story: Story, named: set[str | None]) -> str:
    """`83 % of it on mobile`, for a place that no finding was measured in; channels that are *named* already are not said again."""
    if not story.incident.where:
        return ""
    place = story.incident.where[0]
    dimensions = tuple((d, v) for d, v in place.segment if d != "channel")
    channels = [c for d, v in place.segment if d == "channel" for c in v]
    is_said = set(channels) == named
    if not dimensions and (not channels or is_said):
        return ""
    part = "almost all" if place.share >= _ALMOST_ALL else share(place.share)
    return f"{part} of it {_phrase(story, list(channels), dimensions, alone=not channels or is_said)}"


def _phrase(story: Story, channels: list[str | None], segment: Segment, *, alone: bool = False) -> str:
    """`on mobile, all paid channels`, `in paid search, campaign Brand UK`, `everywhere`."""
    named = [c for c in dict.fromkeys(channels) if c is not None]
    places = "" if alone or len(named) < len(set(channels)) else channel_words(story, named)
    on = [segment_title(d, v) for d, v in segment if is_on(d)]
    rest = [segment_title(d, v) for d, v in segment if not is_on(d)]
    if on:
        return "on " + ", ".join(filter(None, [*on, places, *rest]))
    if places or rest:
        return "in " + ", ".join(filter(None, [places, *rest]))
    return "everywhere"


def channel_words(story: Story, names: Sequence[str]) -> str:
    """`all channels`, `all paid channels`, `paid search and paid social`, `a, b and 4 more`."""
    if not names:
        return ""
    kpi = story.incident.findings[0].key.kpi
    known = story.reporting.get(kpi, frozenset(story.channels))
    told = set(names)
    if len(known) > 1 and told >= known:
        return "all channels"
    kinds = {story.channel(n).kind for n in names}
    if len(kinds) == 1 and len(names) > 1 and told >= {c for c in known if story.channel(c).kind in kinds}:
        return f"all {next(iter(kinds))} channels"
    return listed([story.channel(n).title for n in names])
