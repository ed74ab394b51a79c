"""How what is seen now joins what was seen of an incident before. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from daemon.headline import worst_first
from daemon.model import Incident
from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey


def joined(incident: Incident, newer: Sequence[Finding]) -> Incident:
    """The incident with what was seen now; series listed as consequences stay such until it is explained anew."""
    apart = {line(f) for f in incident.consequences}
    return replace(
        incident,
        findings=_merge(incident.findings, [f for f in newer if line(f) not in apart]),
        consequences=_merge(incident.consequences, [f for f in newer if line(f) in apart]),
    )


def _merge(older: Sequence[Finding], newer: Sequence[Finding]) -> tuple[Finding, ...]:
    """Newer findings replace older ones of the same series and direction; an onset never moves later."""
    merged = {line(f): f for f in older}
    for finding in newer:
        known = merged.get(line(finding))
        merged[line(finding)] = finding if known is None else _continued(known, finding)
    return worst_first(list(merged.values()))


def _continued(known: Finding, newer: Finding) -> Finding:
    """What goes on for long is no dip only because the newest look was at one day of it."""
    later = newer.start > known.start
    shape = known.shape if later and newer.shape in (Shape.SPIKE, Shape.DIP) else newer.shape
    return replace(newer, start=min(known.start, newer.start), shape=shape)


def line(finding: Finding) -> tuple[SeriesKey, bool]:
    """One series moving one way: a rebound after a dip is a finding of its own."""
    return finding.key, sign(finding)


def sign(finding: Finding) -> bool:
    """Whether it is more than expected."""
    return finding.observed >= finding.expected
