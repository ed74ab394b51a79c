"""What a digest for one destination speaks of, from the state alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.settings import Settings
from daemon.alerts.story import kpi_faces
from daemon.model import Incident, Status, Verdict
from daemon.replies import as_told
from daemon.replies import verdicts as counted
from daemon.routing import concerned, concerns
from daemon.severity import urgency
from daemon.store import Connection, beginnings, incidents, replies, verdicts
from daemon.store.beginnings import Held
from daemon.upkeep.quiet_week import Week
from daemon.upkeep.slots import Slot
from daemon.upkeep.trends import Trend, trends
from daemon.upkeep.week import week_of

# Roles of what a business is asked for first.
_FIRST = (("backoffice_revenue", "revenue"), ("backoffice_orders", "orders"), ("spend",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An incident in a digest, and what of it the destination was not told until now."""

    incident: Incident
    held: Held | None = None
    silence: str = ""  # by what it is kept from everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a digest is made of. still_open: the most urgent first; closed: the costliest first.

    old: open ones that began before the first look. trends: of totals that are in no incident above, the least expected first;
    business: those of the whole business: its revenue, orders and ad spend, then the others in the order of the configuration. told: channel and KPI of all that is in an incident above. judged: how often people judged incidents to be what.
    """

    slot: Slot
    since: datetime
    now: datetime
    still_open: Sequence[Entry] = ()
    closed: Sequence[Entry] = ()
    old: int = 0
    business: Sequence[Trend] = ()
    trends: Sequence[Trend] = ()
    told: frozenset[tuple[str | None, str]] = frozenset()
    week: Week
    judged: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def is_judged(self) -> bool:
        """Whether anything was looked at."""
        return any(self.week.series.values())

    @property
    def held(self) -> list[Held]:
        """What was held back until now."""
        return [e.held for e in (*self.still_open, *self.closed) if e.held is not None]


def totals_of(connection: Connection, settings: Settings, name: str, since: datetime, now: datetime) -> list[Trend]:
    """How the totals that concern a destination did. Much is read for it: never while others wait to write."""
    faces, own = kpi_faces(settings), concerned(settings, name)
    found = trends(
        ((k.check, k.verdict) for k in verdicts.totals(connection, since, now)),
        lambda kpi: kpi in faces and faces[kpi].adds_up,
    )
    return [t for t in found if t.kpi in settings.kpis and own(t.channel, t.kpi)]


def facts(
    connection: Connection,
    settings: Settings,
    name: str,
    slot: Slot,
    since: datetime,
    totals: Sequence[Trend],
    now: datetime,
) -> Facts:
    """Gather the rest of them. since: what became known at or before it stood in a digest before this one."""
    held = {h.incident_id: h for h in beginnings.waiting(connection, destination=name)}
    known = {
        i.id: i
        for i in (*incidents.recent(connection, since=since), *incidents.tracked(connection, status=Status.OPEN))
    }
    found = [i for i in map(as_told, known.values()) if i.id in held or concerns(settings, i, name)]
    still_open = [i for i in found if i.status is Status.OPEN]
    closed = [
        i
        for i in found
        if i.status is not Status.OPEN and not i.known_at_start and (i.id in held or _closed(i) > since)
    ]

    def entry(incident: Incident) -> Entry:
        silenced = incident.held_back is not None and incident.status is Status.OPEN
        why = incidents.silence(connection, incident.id) if silenced else None
        return Entry(incident=incident, held=held.get(incident.id), silence=why or "")

    listed = [i for i in still_open if not i.known_at_start or i.id in held]
    about = {(f.key.channel, f.key.kpi) for i in (*listed, *closed) for f in i.everything}
    said = [r for of in replies.load_all(connection).values() for r in of]
    return Facts(
        slot=slot,
        since=since,
        now=now,
        still_open=[entry(i) for i in sorted(listed, key=urgency)],
        closed=[entry(i) for i in sorted(closed, key=urgency)],
        old=len(still_open) - len(listed),
        business=in_order([t for t in totals if t.channel is None], settings),
        trends=[t for t in totals if t.channel is not None and (t.channel, t.kpi) not in about],
        told=frozenset(about),
        week=week_of(connection, settings, now, since=since, concerns=concerned(settings, name)),
        judged=counted(said),
    )


def in_order(business: Sequence[Trend], settings: Settings) -> list[Trend]:
    """What a business is asked for first; of money and of orders the record that outranks the other."""
    order = list(settings.kpis)
    found = sorted(business, key=lambda t: order.index(t.kpi))
    by_role = {settings.kpis[t.kpi].role or t.kpi: t for t in reversed(found)}
    first = [next((by_role[role] for role in roles if role in by_role), None) for roles in _FIRST]
    return list(dict.fromkeys([*(t for t in first if t is not None), *found]))


def _closed(incident: Incident) -> datetime:
    """When people could know that it is over."""
    return incident.said.closed_at or incident.updated_at or incident.ended_at or incident.started_at
