"""Who hears of what a cycle found, and in which words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.destinations.slack import Slack
from daemon import explaining, listing
from daemon.alerts import summary
from daemon.alerts.alert import Alert
from daemon.alerts.money import claim
from daemon.alerts.numbers import count_of
from daemon.hearing import hearers
from daemon.listing import Progress
from daemon.model import Change, Status
from daemon.routing import without_pagers
from daemon.severity import urgency
from daemon.store import Connection, beginnings, deliveries, told, undelivered
from daemon.store import incidents as stored
from daemon.transition import Transition, Why
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
    heard = hearers(watch.settings, transitions, before, now, budgets=not watch.is_replay)
    return listing.entered(heard, now)


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
    for listed, incidents in listing.begun(transitions, now).items():
        found.append((explaining.at_once(watch, listed, incidents, now), listed.to))
    return [*_lost_once(found, transitions), *_lists(watch, transitions, now)]


def _lost_once(found: Sequence[Notice], transitions: Sequence[Transition]) -> Iterator[Notice]:
    """The alerts with a word on others that are measured by the very same money, as the whole business' is."""
    lost = {t.incident.id: claim(t.incident.impact) for t in transitions if t.incident.status is Status.OPEN}
    often = Counter(lost.values())
    for alert, to in found:
        own = lost.get(alert.incident_id)
        if own is None or not alert.impact or often[own] == 1:
            yield alert, to
            continue
        more = f"The same money stands in {count_of(often[own] - 1, 'other open incident')}: it is lost once."
        yield replace(alert, impact=f"{alert.impact} {more}"), to


def _lists(watch: Watch, transitions: Sequence[Transition], now: datetime) -> Iterator[Notice]:
    """What became of lists: to everybody at a milestone, once; meanwhile where the message itself shows it and nobody is notified."""
    if not listing.ended(transitions):
        return
    with watch.store.reading() as connection:
        for progress in listing.progress(transitions, stored.tracked(connection)):
            alert = summary.of_list(progress, watch.zone, now)
            past, _ = undelivered.told_of(connection, alert.incident_id, str(Change.RESOLVED))
            to = [n for n in progress.listed.to if past is None and _hears(watch, n, progress)]
            if to:
                yield alert, tuple(to)


def _hears(watch: Watch, name: str, progress: Progress) -> bool:
    of = watch.settings.destinations.get(name)
    return of is not None and (progress.is_milestone or isinstance(of, Slack))


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


def _newcomers(connection: Connection, t: Transition) -> tuple[str, ...]:
    """Who hears of it for the first time now: also where the first notice still waits, and this takes its place."""
    if t.change not in _UPDATES:
        return t.newcomers
    past = told.pasts(connection, t.incident.id)
    return tuple(n for n in t.to if n in t.newcomers or (n in past and past[n].is_waiting))
