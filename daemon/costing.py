"""What an incident costs as its series stand now: money so far and to the end of the month, and advertising that is spent in vain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon import impact
from daemon.judging import View
from daemon.model import Impact, Incident, Status, Verdict
from daemon.replies import recorded_only
from daemon.severity import merit
from daemon.unsure import errors
from daemon.watch import Watch
from detectors.causes.record import UNKNOWN
from detectors.segments.movement import Movement

# How much is advertised, as distinct from what becomes of it.
_DELIVERY = frozenset({"spend", "impressions", "clicks"})


def cost(watch: Watch, incident: Incident, moved: Sequence[Movement], now: datetime) -> Impact | None:
    """The impact of an incident, by its causes as they are ranked. None: nothing is known of money."""
    channels = {f.key.channel for f in incident.findings if f.key.depth < 2} or {
        f.key.channel for f in incident.findings
    }
    newest = max(
        (v.panel.axis.start(len(v.panel.axis)) for v in watch.views.values() if len(v.panel.axis)), default=now
    )
    to = incident.ended_at or newest
    days = max((to - incident.started_at) / timedelta(days=1), 1.0)
    unit = watch.settings.currency
    records, unclear = _only_records(watch, incident)
    money = impact.estimate(
        moved,
        channels,
        unit=unit,
        to=to,
        days=days,
        shared=None in channels,
        error=errors(watch.views, incident.started_at),
        records=records,
        unclear=unclear,
    )
    at_risk = impact.spend_at_risk(moved, channels, days) if leads_into_a_fault(watch, incident) else None
    if money is None:
        return Impact(kpi="spend", unit=unit, to=to, spend_at_risk_per_day=at_risk) if at_risk else None
    if incident.said.verdict is Verdict.DATA_FAULT:
        money = recorded_only(money)
    if incident.status is Status.OPEN:
        money = impact.by_month_end(money, month_end(to, watch.zone), days)
    return replace(money, spend_at_risk_per_day=at_risk)


def month_end(instant: datetime, zone: ZoneInfo) -> datetime:
    """The end of the local month in which an instant lies."""
    first = instant.astimezone(zone).date().replace(day=1)
    return datetime.combine(next_month(first), time(), zone)


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _only_records(watch: Watch, incident: Incident) -> tuple[float, float]:
    """How probable it is that only records are lost; by causes that are told, and by those that nobody knows, as often as those."""
    known, usual = watch.causes.causes, {record.id: record.weight for record in watch.causes.records()}
    told = sum(c.probability for c in incident.causes if c.id in known and known[c.id].loses == "records")
    unknown = sum(c.probability for c in incident.causes if c.id == UNKNOWN)
    often = sum(weight for name, weight in usual.items() if known[name].loses == "records")
    return min(told, 1.0), unknown * often / sum(usual.values())


def leads_into_a_fault(watch: Watch, incident: Incident) -> bool:
    """Whether what advertising leads to is off, for the worse. Where ads are shown less, what is spent on them is spent as well as ever."""
    delivery = {name for name, kpi in watch.settings.kpis.items() if (kpi.role or name) in _DELIVERY}
    if incident.findings[0].key.kpi in delivery or (incident.tree and incident.tree.path[-1] in _DELIVERY):
        return False
    return any(merit(f, watch.settings) < 0 for f in incident.findings if f.key.kpi not in delivery)


def money_per_day(moved: Sequence[Movement], views: Mapping[str, View]) -> float | None:
    """What the whole business is expected to make in a day, over its kinds of money."""
    totals = [m for m in moved if not m.key.segment and m.periods and m.expected > 0]
    web = [m for role in ("backoffice_revenue", "revenue") for m in totals if m.role == role and m.key.channel is None]
    other = [m for m in totals if m.role in ("store_revenue", "call_revenue")]
    every = [*web[:1], *other]
    return sum(m.expected / (m.periods * _period_days(views[m.key.check])) for m in every) if every else None


def _period_days(view: View) -> float:
    axis = view.panel.axis
    return max((axis.start(1) - axis.start(0)) / timedelta(days=1), 1 / 24)
