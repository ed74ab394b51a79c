"""Which incident new findings belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Settings
from daemon.grouping import DATA_SHAPES, belongs, group
from daemon.headline import worst_first
from daemon.model import Incident, Status, Verdict
from daemon.onsets import begin_together
from daemon.sighting import Sighting
from detectors.finding import Finding
from detectors.pace import pace_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Findings of one trouble, with the incident they belong to (None: a new one)."""

    incident: Incident | None
    findings: tuple[Finding, ...]


def sighting(finding: Finding, settings: Settings, period: timedelta) -> Sighting:
    """A finding with what grouping has to know of it."""
    kpi = settings.kpis.get(finding.key.kpi)
    parts = frozenset(p for p in (kpi.numerator, kpi.denominator) if p) if kpi else frozenset[str]()
    check = settings.checks.get(finding.key.check)
    return Sighting(
        finding=finding,
        role=(kpi.role if kpi else None) or finding.key.kpi,
        period=period,
        parts=parts,
        across=kpi is not None and kpi.across is not None,
        source=check.source if check else "",
    )


def assign(new: Sequence[Sighting], known: Sequence[tuple[Incident, Sequence[Sighting]]]) -> list[Assigned]:
    """Give each group of new findings to the incident it belongs to: of its own series, open and old ones first.

    What heads the group decides. When visits collapse while orders are down already, the orders go on being part of the
    old trouble, but the visits are a new one and take the rest with them.
    """
    by_incident: dict[str, list[Finding]] = {}
    incidents = {i.id: i for i, _ in known}
    fresh: list[Assigned] = []
    for members in group(new):
        keys = {m.finding.key for m in members}
        head = worst_first([m.finding for m in members])[0]
        heads = [m for m in members if m.finding is head]
        homes = [(i, old) for i, old in known if any(_is_in(m, i) or belongs(m, core(old)) for m in heads)]
        home = min(
            (i for i, old in homes),
            default=None,
            key=lambda i: (
                keys.isdisjoint(f.key for f in i.everything),
                i.status is not Status.OPEN,
                i.started_at,
                i.id,
            ),
        )
        findings = [m.finding for m in members]
        if home is None:
            fresh.append(Assigned(incident=None, findings=tuple(findings)))
        else:
            by_incident.setdefault(home.id, []).extend(findings)
    return [Assigned(incident=incidents[i], findings=tuple(f)) for i, f in by_incident.items()] + fresh


def _is_in(one: Sighting, incident: Incident) -> bool:
    """Whether an open incident holds this very series moving this way, however either is dated."""
    same = (f for f in incident.everything if f.key == one.finding.key and f.shape not in DATA_SHAPES)
    up = one.finding.observed >= one.finding.expected
    return incident.status is Status.OPEN and any((f.observed >= f.expected) == up for f in same)


def core(members: Sequence[Sighting]) -> list[Sighting]:
    """Those that began with what heads a trouble: the dating of a faint series must not stretch it."""
    return [m for m in members if begin_together(m, members[0])]


def may_return(incident: Incident, period: timedelta, now: datetime) -> bool:
    """Whether a resolved incident ended so recently that the same deviation is its comeback.

    What has become the base does not come back: a deviation from the new base is a new trouble.
    """
    pace = pace_for(period)
    return (
        incident.status is Status.RESOLVED
        and incident.said.verdict is not Verdict.NEW_NORMAL
        and incident.ended_at is not None
        and now - incident.ended_at <= (pace.comeback + 1) * period
        and not incident.new_base
    )
