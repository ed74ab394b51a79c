"""What a storm's list told is followed by that list, too: one message when all that was critical in it is over, one when all of it is.

Whoever heard of incidents in one message hears of their ends in as few. Where a message can be changed it shows meanwhile
how many are over. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2s

from config.outputs import Severity
from daemon.model import Incident, Listed, Status
from daemon.replies import as_told
from daemon.store.deliveries import LIST
from daemon.transition import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A list of which something has just ended: all that stood in it, as people see it, in no order."""

    listed: Listed
    incidents: tuple[Incident, ...]
    is_milestone: bool  # the last of it ended, or the last that was critical

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left."""
        return all(i.status is not Status.OPEN for i in self.incidents)


def entered(transitions: Sequence[Transition], now: datetime) -> list[Transition]:
    """The transitions in their order; those that destinations hear of in one message know their list. Who hears of the same shares it."""
    names = dict.fromkeys(name for t in transitions for name in t.summed)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        alike.setdefault(tuple(t.incident.id for t in transitions if name in t.summed), []).append(name)
    lists = [(ids, Listed(id=_id(ids, now), at=now, to=tuple(to))) for ids, to in alike.items()]

    def own(t: Transition) -> Transition:
        new = tuple(listed for ids, listed in lists if t.summed and t.incident.id in ids)
        return replace(t, incident=replace(t.incident, listed=(*t.incident.listed, *new))) if new else t

    return [own(t) for t in transitions]


def begun(transitions: Iterable[Transition], now: datetime) -> dict[Listed, tuple[Incident, ...]]:
    """The lists of a cycle, with their incidents in the given order."""
    found: dict[Listed, list[Incident]] = {}
    for t in transitions:
        for listed in t.incident.listed if t.summed else ():
            if listed.at == now:
                found.setdefault(listed, []).append(t.incident)
    return {listed: tuple(incidents) for listed, incidents in found.items()}


def ended(transitions: Iterable[Transition]) -> list[Transition]:
    """Those whose incident stood in a list and is over now."""
    return [t for t in transitions if t.incident.listed and t.incident.status is not Status.OPEN]


def progress(transitions: Sequence[Transition], before: Iterable[Incident]) -> list[Progress]:
    """The lists of which something ended in this cycle. before: all incidents as they were, as their troubles stand."""
    was = {i.id: i for i in before}
    over = {t.incident.id: t.incident for t in ended(transitions)}
    over = {name: i for name, i in over.items() if name in was and was[name].status is Status.OPEN}
    now = [as_told(i) for i in (was | {t.incident.id: t.incident for t in transitions}).values()]
    found = []
    for listed in dict.fromkeys(listed for i in over.values() for listed in i.listed):
        own = tuple(i for i in now if listed in i.listed)
        critical = [i for i in own if i.severity is Severity.CRITICAL]
        is_last_critical = any(i.id in over for i in critical) and all(i.status is not Status.OPEN for i in critical)
        is_last = all(i.status is not Status.OPEN for i in own)
        found.append(Progress(listed=listed, incidents=own, is_milestone=is_last or is_last_critical))
    return found


def _id(ids: Iterable[str], now: datetime) -> str:
    return f"{LIST}{blake2s('|'.join((now.isoformat(), *ids)).encode(), digest_size=4).hexdigest()}"
