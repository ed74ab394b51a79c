"""Who hears of what a cycle found, and in which words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from daemon import explaining
from daemon.alerts.alert import Alert
from daemon.hearing import hearers
from daemon.incidents import Transition, Why
from daemon.model import Change, Incident
from daemon.routing import without_pagers
from daemon.severity import urgency
from daemon.store import Connection, beginnings, deliveries, told
from daemon.watch import Watch

# The day of a budget begins at midnight of a zone: yesterday's may still be today elsewhere.
_TODAY_ANYWHERE = timedelta(days=2)
_BEGINS = (Change.OPENED, Change.REOPENED)
_UPDATES = (Change.WORSE, Change.GROWN, Change.BETTER)

# Finished words, and the destinations they go to.
Notice = tuple[Alert, tuple[str, ...]]


def addressed(watch: Watch, transitions: Sequence[Transition], now: datetime) -> list[Transition]:
    """The transitions with who hears of each. A replay knows no budgets: it shows what would have been told."""
    with watch.store.reading() as connection:
        before = [] if watch.is_replay else beginnings.told_since(connection, now - _TODAY_ANYWHERE)
    return hearers(watch.settings, transitions, before, now, budgets=not watch.is_replay)


def alerts(watch: Watch, transitions: Sequence[Transition], now: datetime) -> list[Notice]:
    """The words of every change, with the destinations they go to. What began before the first sight is told once.

    Whoever never heard of an incident is told of it as a beginning, whatever it has become. The last beginning that a budget let
    through says how many it did not.
    """
    transitions = sorted(transitions, key=lambda t: urgency(t.incident))
    found: list[Notice] = []
    with watch.store.reading() as connection:
        for t in (t for t in transitions if t.change is not Change.NOTHING and not t.incident.known_at_start):
            new = _newcomers(connection, t)
            if known := tuple(name for name in t.to if name not in new):
                found.append((explaining.alert(watch, t, now, deliveries.last_told(connection, t.incident.id)), known))
            if new or not t.to:
                first = replace(t, change=Change.OPENED, why=Why.FIRST_SEEN) if t.change in _UPDATES and new else t
                found.append((explaining.alert(watch, first, now), new))
    for name, held in Counter(name for t in transitions for name in t.held).items():
        found = _with_word_of_more(found, name, held)
    old = [t.incident for t in transitions if t.incident.known_at_start and t.change is Change.OPENED]
    if old:
        everyone = without_pagers(watch.settings, (name for i in old for name in i.told_to))
        found.append((explaining.known_at_start(watch, old, now), everyone))
    for to, summed in _storms(transitions).items():
        found.append((explaining.at_once(watch, summed, now), to))
    return found


def _with_word_of_more(found: list[Notice], name: str, held: int) -> list[Notice]:
    """The alerts with a word on what waits for the digest of a destination, in the last beginning that it is told now."""
    begun = [i for i, (alert, to) in enumerate(found) if name in to and alert.change in _BEGINS]
    if not begun:
        return found
    alert, to = found[begun[-1]]
    more = f"{held:,} more began here and {'waits' if held == 1 else 'wait'} for the digest"
    own = (replace(alert, facts=(*alert.facts, more)), (name,))
    others = [(alert, rest)] if (rest := tuple(n for n in to if n != name)) else []
    return [*found[: begun[-1]], own, *others, *found[begun[-1] + 1 :]]


def _storms(transitions: Sequence[Transition]) -> dict[tuple[str, ...], tuple[Incident, ...]]:
    """Destinations, those together that hear of the same -> the incidents of which they hear in one message, in the given order."""
    names = dict.fromkeys(name for t in transitions for name in t.summed)
    at = {name: tuple(t.incident for t in transitions if name in t.summed) for name in names}
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, found in at.items():
        alike.setdefault(tuple(i.id for i in found), []).append(name)
    return {tuple(own): at[own[0]] for own in alike.values()}


def _newcomers(connection: Connection, t: Transition) -> tuple[str, ...]:
    """Who hears of it for the first time now: also where the first notice still waits, and this takes its place."""
    if t.change not in _UPDATES:
        return t.newcomers
    past = told.pasts(connection, t.incident.id)
    return tuple(n for n in t.to if n in t.newcomers or (n in past and past[n].is_waiting))
