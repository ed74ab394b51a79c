"""Who hears of a change now, and for whom it waits for the digest. Pure.

Whether anything is told at all, silences and replies decide (`replies.filtered`). Then each destination has its own state: who
heard of an incident hears what becomes of it, also its end; for anybody else any news of it is a beginning, and beginnings
are what a budget counts. Critical ones count and are never held back.

Where more begin at once than anybody reads, a storm, each destination hears of the most urgent one by one, and of all others in
one message. That needs no setting, and holds for what is critical, too: it is told, ranked, in the same minute. A pager is spared
it: it groups by itself, and a list would stay open there until somebody closes it by hand.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from config.outputs import Severity, is_pager
from config.settings import Settings
from daemon.model import Change, Status
from daemon.routing import destinations, routes_to, zone_of
from daemon.severity import urgency
from daemon.transition import Transition

_BEGINS = (Change.OPENED, Change.REOPENED)
# So many first notices within this time are read one by one; where there are more, the last of them is a list of the others.
_MOST_AT_ONCE, _STORM = 5, timedelta(hours=1)
NO_ROUTE = "no route wants it"
UNHEARD = "nobody heard of it before"


def hearers(
    settings: Settings,
    transitions: Sequence[Transition],
    told: Iterable[tuple[str, datetime]],
    now: datetime,
    *,
    budgets: bool = True,
) -> list[Transition]:
    """The transitions in their order, each with who hears of it, for whom it is a beginning, and where it is held back and why.

    told: destination and instant of beginnings that were told before, at least of the last two days. budgets: False: none holds
    anything back.
    """
    earlier = list(told)
    calm = _each(settings, transitions, earlier, now, budgets=budgets, storms=frozenset())
    begun = Counter(name for t in calm for name in t.begins)
    storms = {
        name
        for name, count in begun.items()
        if count > 1 and count + _count(earlier, name, now - _STORM) > _MOST_AT_ONCE and not _is_pager(settings, name)
    }
    if not budgets or not storms:
        return calm
    return _each(settings, transitions, earlier, now, budgets=True, storms=frozenset(storms))


def _each(
    settings: Settings,
    transitions: Sequence[Transition],
    earlier: Sequence[tuple[str, datetime]],
    now: datetime,
    *,
    budgets: bool,
    storms: Collection[str],
) -> list[Transition]:
    here: Counter[str] = Counter()
    decided: dict[int, Transition] = {}
    for index, t in sorted(enumerate(transitions), key=lambda pair: urgency(pair[1].incident)):
        if t.change is Change.NOTHING:
            decided[index] = t
            continue
        room = (lambda name, since: _count(earlier, name, since) + here[name]) if budgets else None
        decided[index] = done = _decided(settings, t, room, now, storms)
        here.update(done.begins)
    return [decided[index] for index in range(len(transitions))]


# How many beginnings a destination was told of since an instant.
Told = Callable[[str, datetime], int] | None


def _decided(settings: Settings, t: Transition, told: Told, now: datetime, storms: Collection[str]) -> Transition:
    incident, heard = t.incident, t.incident.told_to
    wanted = destinations(settings, incident) if incident.status is Status.OPEN else ()
    if incident.known_at_start:  # told once, in a summary of all of them
        return replace(
            t, to=wanted or heard, incident=replace(incident, told_to=tuple(dict.fromkeys((*heard, *wanted))))
        )
    to, begins, held, summed = [], [], {}, []
    anew = t.change in _BEGINS or (incident.status is Status.OPEN and incident.first_detected_at == now)
    another_time = t.change is Change.REOPENED  # whoever heard of it was told its end: only its routes count now
    for name in wanted if another_time else dict.fromkeys((*heard, *wanted)):
        if incident.status is not Status.OPEN or (name in heard and not anew):
            to.append(name)
        elif t.change is Change.BETTER and incident.severity is not Severity.CRITICAL:
            continue  # good news of what nobody there knows of
        elif reason := _used_up(settings, t, name, told, now):
            held[name] = reason
        elif name in storms and told is not None and told(name, now - _STORM) >= _MOST_AT_ONCE - 1:
            summed.append(name)
        else:
            to.append(name)
            begins.append(name)
    knows = tuple(to) if another_time else tuple(dict.fromkeys((*heard, *to)))
    return replace(
        t,
        incident=replace(incident, told_to=knows),
        to=tuple(to),
        begins=tuple(begins),
        newcomers=tuple(n for n in begins if n not in heard),
        held=held,
        summed=tuple(summed),
        silence="" if to or held or summed or t.incident.listed else _nobody(t, wanted),
    )


def _nobody(t: Transition, wanted: Sequence[str]) -> str:
    if t.incident.status is not Status.OPEN or wanted:
        return UNHEARD
    return NO_ROUTE


def _used_up(settings: Settings, t: Transition, name: str, told: Told, now: datetime) -> str:
    """Why a destination is not told of a beginning; empty: it is. One route with room is enough."""
    if told is None or t.incident.severity is Severity.CRITICAL or _is_pager(settings, name):
        return ""
    budgets = []
    for route in routes_to(settings, t.incident, name):
        midnight = datetime.combine(now.astimezone(zone := zone_of(route, settings)).date(), time(), zone)
        if route.most_per_day is None or told(name, midnight) < route.most_per_day:
            return ""
        budgets.append(route.most_per_day)
    return f"held for the digest: the budget of {max(budgets)} a day is used up" if budgets else ""


def _is_pager(settings: Settings, name: str) -> bool:
    of = settings.destinations.get(name)
    return of is not None and is_pager(of)


def _count(told: Iterable[tuple[str, datetime]], name: str, since: datetime) -> int:
    return sum(destination == name and at >= since for destination, at in told)
