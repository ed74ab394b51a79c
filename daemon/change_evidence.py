"""Changes around an incident's start, as facts for its causes: how near each was, and how often one is so near by chance."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import exp

from config.changes import ChangeFeed
from config.kinds import FLAG_OF_KIND
from daemon.model import KnownChange
from detectors.causes.evidence import Flag, Logged
from detectors.causes.weights import FLAG_BACKGROUND

# What was done longer before the start is not held to have begun it: as of the calendar's moments.
BEFORE = timedelta(days=2)
# Of how often something is done nothing is known from less of a log.
_LEAST_LOG = timedelta(days=28)
_DOWN_KINDS = frozenset({"campaign_end"})
# Changes that are told with an incident.
_MOST = 8


def near(
    changes: Iterable[KnownChange], started: datetime, period: timedelta, focus: frozenset[str]
) -> tuple[KnownChange, ...]:
    """Changes from two days before the start to the end of the first period, the nearest first.

    focus: the incident's channels; a change of another channel alone did not begin it.
    """
    until = started + period
    found = [
        c
        for c in changes
        if started - BEFORE <= c.at < until and (c.channel is None or not focus or c.channel in focus)
    ]
    return tuple(sorted(found, key=lambda c: (_lag(c, started), c.at))[:_MOST])


def flags(
    changes: Sequence[KnownChange],
    close: Sequence[KnownChange],
    feeds: Iterable[ChangeFeed],
    started: datetime,
    period: timedelta,
) -> list[Flag]:
    """One fact for each kind of which a change is near, by the nearest; and, for kinds that a feed keeps, that there is none."""
    found: dict[str, Flag] = {}
    for change in close:
        role = FLAG_OF_KIND.get(change.kind)
        if role is None or role in found:
            continue
        alike = [c.at for c in changes if FLAG_OF_KIND.get(c.kind) == role]
        found[role] = Flag(
            role=role,
            direction=direction(change.kind, change.title),
            title=change.title,
            channel=change.channel,
            since=change.at,
            logged=Logged(kind=change.kind, who=change.who, whole_day=change.whole_day, period=period),
            by_chance=_by_chance(alike, started, _lag(change, started) + period),
        )
    kept = {FLAG_OF_KIND.get(c.kind) for c in changes}
    kept |= {FLAG_OF_KIND.get(kind) for f in feeds for kind in (f.kind, *f.kinds.values()) if kind is not None}
    absent = sorted(role for role in kept if role is not None and role not in found)
    return [*found.values(), *(Flag(role=role, present=False) for role in absent)]


def _lag(change: KnownChange, started: datetime) -> timedelta:
    return max(started - change.at, timedelta())


def _by_chance(alike: Sequence[datetime], started: datetime, within: timedelta) -> float:
    """How often one of a kind lies so near by chance, by how often it is done: changes as a Poisson process."""
    span = max(started - min(alike), _LEAST_LOG)
    return max(1 - exp(-len(alike) * (within / span)), FLAG_BACKGROUND)


def direction(kind: str, title: str) -> str:
    """Up or down where the kind says so, or for budgets and bids a signed number in the title.

    "-20 %" on a promotion is a price, and "2025-11-28" a date.
    """
    if kind in _DOWN_KINDS:
        return "down"
    if kind not in ("budget_change", "bid_change"):
        return "up"
    signed = re.search(r"(?<![\w.])([+\-\u2212])\s?\d", title)
    if signed is None:
        return "any"
    return "up" if signed[1] == "+" else "down"
