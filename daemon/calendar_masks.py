"""What known events say about the series of a panel."""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from config.context import Action
from daemon.calendar import KnownEvent
from detectors.panel import Bools, Floats, Panel
from detectors.series.known import Masks
from detectors.series.occasions import Occasions

# Kinds whose effect is still felt on the day after.
_ECHOING_KINDS = frozenset({"holiday", "promo", "promotion", "sale"})
# What an event that should lift brings at least, where nobody says how much.
_LEAST_LIFT = 0.15
# Part of the whole business that a channel's event may concern where the channel's own part is not known.
_PART_UNKNOWN = 0.3
# Newest periods before an event that tell a channel's part of the business.
_USUAL = 28

Days = NDArray[np.datetime64]


def masks(events: Sequence[KnownEvent], panel: Panel, closing: Collection[str] = ()) -> Masks:
    """What the events say about every series and period. A period counts as touched when any of its days is.

    An event of a channel concerns the whole business by the channel's part of it. `closing`: channels with doors and
    telephones, which a public holiday may close.
    """
    shape = panel.values.shape
    exempt, explained, breaks = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    channels = np.array([key.channel or "" for key in panel.keys])
    starts = panel.axis.local.astype("datetime64[D]")
    ends = _end_days(panel)
    spans: list[tuple[KnownEvent, int, int, int, Floats]] = []
    for event in events if all(shape) else ():
        last = event.end + timedelta(days=1) if event.kind in _ECHOING_KINDS else event.end
        first, stop = _touched(starts, ends, event.start, event.end)
        echo = _touched(starts, ends, event.start, last)[1]
        if first >= shape[1] or echo <= first:
            continue
        own = np.ones(shape[0], dtype=np.bool_) if event.channel is None else channels == event.channel
        began = bool(starts[first] <= np.datetime64(event.start, "D"))  # else before the panel did
        if event.lasting and began:
            breaks[own, first] = True
        if event.action is Action.EXEMPT:
            exempt[own, first:stop] = True
            continue
        share: Floats = own.astype(np.float64)
        if event.channel is not None:
            above = np.flatnonzero(channels == "")
            share[above] = _parts(panel, event, above, first)
        if not (event.lasting and began and echo == first + 1):  # the first day of a new level teaches it
            explained[share > 0, first:echo] = True
        spans.append((event, first, stop, echo, share))
    return Masks(
        exempt=exempt,
        explained=explained,
        breaks=breaks,
        occasions=_occasions(spans, np.isin(channels, list(closing)), ends),
    )


def _occasions(spans: Sequence[tuple[KnownEvent, int, int, int, Floats]], closing: Bools, ends: Days) -> Occasions:
    rows, holiday = len(closing), np.array([e.kind == "holiday" for e, *_ in spans], dtype=np.bool_)
    titles = {name: i for i, name in enumerate(dict.fromkeys((_name(e), e.channel) for e, *_ in spans))}
    kinds = {name: i for i, name in enumerate(dict.fromkeys((e.kind, e.channel) for e, *_ in spans))}
    lifts = [e.action is Action.EXPECT_LIFT for e, *_ in spans]
    return Occasions(
        start=np.array([first for _, first, *_ in spans], dtype=np.int64),
        stop=np.array([stop for _, _, stop, _, _ in spans], dtype=np.int64),
        echo=np.array([echo for *_, echo, _ in spans], dtype=np.int64),
        over=np.array([np.datetime64(e.end, "D") <= ends[-1] for e, *_ in spans], dtype=np.bool_),
        title=np.array([titles[_name(e), e.channel] for e, *_ in spans], dtype=np.int64),
        kind=np.array([kinds[e.kind, e.channel] for e, *_ in spans], dtype=np.int64),
        lift=np.array(
            [
                np.log1p(_LEAST_LIFT if e.lift is None else e.lift) if lift else np.nan
                for (e, *_), lift in zip(spans, lifts, strict=True)
            ],
            dtype=np.float64,
        ),
        lasting=np.array([e.lasting for e, *_ in spans], dtype=np.bool_),
        share=np.stack([share for *_, share in spans], axis=1) if spans else np.zeros((rows, 0)),
        closes=closing[:, None] & holiday if closing.any() else None,
    )


def _name(event: KnownEvent) -> str:
    """What an event is called every year: without years and numbers, and without what is added in brackets."""
    name = re.sub(r"\(.*?\)|\d+", " ", event.title).casefold()
    return f"{event.kind}: {' '.join(name.split())}"


def _parts(panel: Panel, event: KnownEvent, above: NDArray[np.int64], first: int) -> Floats:
    """The channel's part of each total of the business, shortly before the event."""
    row = {(k.kpi, k.segment): i for i, k in enumerate(panel.keys) if k.channel == event.channel}
    span = slice(max(0, first - _USUAL), first)
    parts = np.full(len(above), 0.0 if event.lasting else _PART_UNKNOWN)
    for at, i in enumerate(above):
        own = row.get((panel.keys[i].kpi, panel.keys[i].segment))
        if own is None:
            continue
        of = panel.exposure if np.isfinite(panel.exposure[i, span]).any() else panel.values
        whole, part = of[i, span], of[own, span]
        known = np.isfinite(whole) & np.isfinite(part)
        total = float(whole[known].sum())
        if total > 0:
            parts[at] = min(max(float(part[known].sum()) / total, 0.0), 0.99)
    return parts


def _end_days(panel: Panel) -> Days:
    """The first day after each period, on the wall clock; within a day it is the next one."""
    starts = panel.axis.local.astype("datetime64[D]")
    length = (panel.axis.edges[1:] - panel.axis.edges[:-1]).astype("timedelta64[h]").astype(np.int64)
    ends: Days = starts + np.maximum(np.round(length / 24), 1).astype("timedelta64[D]")
    return ends


def _touched(starts: Days, ends: Days, first_day: date, end_day: date) -> tuple[int, int]:
    """The periods [first, stop) that hold any day of [first_day, end_day)."""
    first = int(np.searchsorted(ends, np.datetime64(first_day, "D"), side="right"))
    stop = int(np.searchsorted(starts, np.datetime64(end_day, "D"), side="left"))
    return first, stop
