"""What known events do to a series, learned from earlier ones: the same event of another year first, then its kind.

Effects are log factors against what the period would have been without the event. Only what ended before an event, and
the event's own earlier periods, teach what is expected of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from detectors.panel import Bools, Floats
from detectors.series.known import Explained
from detectors.series.middle import median
from detectors.series.occasions import Occasions

# Log factor of a closed door: nothing that could happen is less.
_NOTHING_LEFT = -20.0
# An event that once left no more than this (log factor) had closed the doors: what was done behind them is not the point.
_NEARLY_NOTHING = float(np.log(0.05))
# So many standard deviations from their mean the farthest of six lie.
_HANDFUL = 1.3


@dataclass(frozen=True, kw_only=True)
class Effects:
    """[series x periods], log factors, 0 outside of events: what is expected, and the range that is no news."""

    centre: Floats
    low: Floats
    high: Floats


@dataclass(kw_only=True)
class _Past:
    """What earlier events of one kind, or one event in earlier years, did: [series] or [series x days of the event].

    number: of periods; events: of the events that they belong to.
    """

    number: Floats
    events: Floats
    total: Floats
    square: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, change: Floats) -> "_Past":
        known = np.isfinite(change)
        value = np.where(known, change, 0.0)
        return cls(
            number=known.astype(np.float64),
            events=known.astype(np.float64),
            total=value,
            square=value**2,
            low=np.where(known, change, np.inf),
            high=np.where(known, change, -np.inf),
        )

    def whole(self) -> "_Past":
        """All days of it together."""
        return _Past(
            number=self.number.sum(axis=1),
            events=self.events.max(axis=1, initial=0.0),
            total=self.total.sum(axis=1),
            square=self.square.sum(axis=1),
            low=self.low.min(axis=1, initial=np.inf),
            high=self.high.max(axis=1, initial=-np.inf),
        )

    def middle(self) -> tuple[Floats, Floats]:
        """The mean change, and how far single periods lie from it."""
        number = np.maximum(self.number, 1.0)
        mean = self.total / number
        return mean, np.sqrt(np.maximum(self.square / number - mean**2, 0.0))

    def reach(self, noise: Floats) -> tuple[Floats, Floats]:
        """The range of the changes; of many periods not their farthest, but what a handful would show without chance.

        noise: [series x 1] how far ordinary periods lie from what is expected: it is in every band already.
        """
        mean, spread = self.middle()
        spread = np.sqrt(np.maximum(spread**2 - noise**2, 0.0))
        return np.maximum(self.low, mean - _HANDFUL * spread), np.minimum(self.high, mean + _HANDFUL * spread)

    def joined(self, other: "_Past") -> "_Past":
        """Both together; the days that only the longer one has stay."""
        if self.number.ndim == 2 and self.number.shape != other.number.shape:
            longer, shorter = (self, other) if self.number.shape[1] >= other.number.shape[1] else (other, self)
            days = shorter.number.shape[1]
            return longer.cut(0, days).joined(shorter).followed(longer.cut(days, longer.number.shape[1]))
        return _Past(
            number=self.number + other.number,
            events=self.events + other.events,
            total=self.total + other.total,
            square=self.square + other.square,
            low=np.minimum(self.low, other.low),
            high=np.maximum(self.high, other.high),
        )

    def cut(self, begin: int, end: int) -> "_Past":
        return _Past(**{name: array[:, begin:end] for name, array in vars(self).items()})

    def followed(self, by: "_Past") -> "_Past":
        return _Past(**{name: np.concatenate([a, getattr(by, name)], axis=1) for name, a in vars(self).items()})

    def days(self, count: int) -> "_Past":
        """Its first days; what lasts longer than before goes on as its last day did."""
        at = np.minimum(np.arange(count), self.number.shape[1] - 1)
        return _Past(**{name: array[:, at] for name, array in vars(self).items()})


@dataclass(kw_only=True)
class _Record:
    """Everything that ended so far."""

    titles: dict[int, _Past] = field(default_factory=dict)
    kinds: dict[int, _Past] = field(default_factory=dict)
    every: _Past | None = None

    def add(self, title: int, kind: int, change: Floats) -> None:
        seen = _Past.of(change)
        whole = seen.whole()
        self.titles[title] = self.titles[title].joined(seen) if title in self.titles else seen
        self.kinds[kind] = self.kinds[kind].joined(whole) if kind in self.kinds else whole
        self.every = whole if self.every is None else self.every.joined(whole)

    def like(self, title: int, kind: int, days: int) -> Iterator[tuple[_Past, int]]:
        """What is known of such an event, [series x days], the nearest first; and how many periods make it well known."""
        if title in self.titles:
            yield self.titles[title].days(days), 2
        for past in (self.kinds.get(kind), self.every):
            if past is not None:
                yield _Past(**{n: np.repeat(a[:, None], days, axis=1) for n, a in vars(past).items()}), 6


# Nothing is known of some series, on purpose.
@np.errstate(invalid="ignore", divide="ignore")
def learned(occasions: Occasions, change: Floats, scatter: Floats, multiplies: Bools, settings: Explained) -> Effects:
    """What every event is expected to do. change: log factors of all periods, NaN where they teach nothing.

    scatter: [series x earlier periods] of ordinary periods.
    """
    noise = np.nan_to_num(median(scatter))[:, None]
    rows, n = change.shape
    centre, low, high = np.zeros((rows, n)), np.zeros((rows, n)), np.zeros((rows, n))
    record, going_on = _Record(), list[int]()
    for event in range(len(occasions.start)):
        begin, end = int(occasions.start[event]), int(min(occasions.echo[event], n))
        own = occasions.share[:, event] > 0
        if end <= begin or not own.any():
            continue
        for other in [o for o in going_on if occasions.echo[o] <= begin]:
            going_on.remove(other)
            record.add(int(occasions.title[other]), int(occasions.kind[other]), _of(occasions, other, change))
        going_on.append(event)
        expected, least, most = _expected(record, occasions, event, _of(occasions, event, change), noise, settings)
        expected = np.where(multiplies[:, None], expected, 0.0)
        here = own[:, None]
        stronger = here & (np.abs(expected) > np.abs(centre[:, begin:end]))
        centre[:, begin:end] = np.where(stronger, expected, centre[:, begin:end])
        low[:, begin:end] = np.where(here, np.minimum(low[:, begin:end], least), low[:, begin:end])
        high[:, begin:end] = np.where(here, np.maximum(high[:, begin:end], most), high[:, begin:end])
    return Effects(centre=centre, low=np.minimum(low, centre), high=np.maximum(high, centre))


def _of(occasions: Occasions, event: int, change: Floats) -> Floats:
    """What an event did to the series that it concerns; a bank holiday within weeks of advertising is none of its doing."""
    begin, end = int(occasions.start[event]), int(min(occasions.echo[event], change.shape[1]))
    own = np.where(occasions.share[:, event, None] > 0, change[:, begin:end], np.nan)
    length = occasions.echo - occasions.start
    shorter = (length < length[event]) & (occasions.start < end) & (occasions.echo > begin)
    for other in np.flatnonzero(shorter):
        span = slice(max(int(occasions.start[other]) - begin, 0), int(occasions.echo[other]) - begin)
        own[occasions.share[:, other] > 0, span] = np.nan
    return own


def _expected(
    record: _Record, occasions: Occasions, event: int, change: Floats, noise: Floats, settings: Explained
) -> tuple[Floats, Floats, Floats]:
    """What an event is expected to do, and the least and the most that is no news, [series x its periods]."""
    share = occasions.share[:, event, None]
    shape = change.shape
    lift = occasions.lift[event]
    expected = np.full(shape, 0.0 if np.isnan(lift) else lift) * (share >= 1.0)
    lowest = np.zeros(shape)
    doubt = np.broadcast_to(-np.log1p(-share * (1.0 - np.exp(-settings.unknown_down))), shape)
    most = np.broadcast_to(np.log1p(share * (np.exp(settings.unknown_up) - 1.0)), shape)
    open_still = np.ones(shape, dtype=np.bool_)
    for past, many in record.like(int(occasions.title[event]), int(occasions.kind[event]), shape[1]):
        use = open_still & (past.number >= settings.least_effects)
        mean, spread = past.middle()
        sure = mean**2 / (mean**2 + np.maximum(spread, settings.years_apart) ** 2 / np.maximum(past.number, 1.0))
        expected = np.where(use, mean * sure, expected)
        apart = settings.apart(mean, past.events)
        margin = _in_part(share, np.minimum(np.where(past.number >= many, settings.known_well, settings.known), apart))
        low, high = past.reach(noise)
        lowest = np.where(use, low, lowest)
        # Events of a kind differ from each other; those that agreed so far differ less.
        agreed = np.minimum(settings.known / np.sqrt(1.0 + past.events), apart)
        doubt = np.where(use, _in_part(share, agreed), doubt)
        most = np.where(use, np.maximum(high, 0.0) + margin, most)
        open_still &= ~use
    # What such an event cannot have taken, a trouble took: it teaches nothing of the event.
    before = _so_far(np.maximum(change, _closed(record, occasions, event, np.minimum(lowest - doubt, 0.0))))
    number, seen = before.number, before.number > 0
    weight = number / (number + np.where(open_still, 0.5, 2.0))
    expected = np.where(seen, weight * before.middle()[0] + (1 - weight) * expected, expected)
    # Each of its own days tells more of it: what is left to know of an event is worth two days.
    apart = settings.apart(before.middle()[0], number)
    margin = _in_part(share, np.minimum(settings.known / np.sqrt(1.0 + number / 2.0), apart))
    low, high = before.reach(noise)
    most = np.where(seen, weight * (np.maximum(high, 0.0) + margin) + (1.0 - weight) * most, most)
    # A first day may be half a day, so that its own days say little of the most. Of the least they do: what an event does
    # not take on one day it does not take on the next. That it does nothing any more is no news.
    lowest = np.where(seen, weight * low + (1.0 - weight) * lowest, lowest)
    doubt = 1.0 / np.sqrt(1.0 / doubt**2 + number / _in_part(share, np.minimum(settings.day_to_day, apart)) ** 2)
    least = np.minimum(lowest - doubt, 0.0)
    return expected, _closed(record, occasions, event, least), most


def _in_part(share: Floats, margin: Floats | float) -> Floats:
    """A log factor of a channel, as one of the whole business of which it is such a part."""
    return np.asarray(np.log1p(share * np.expm1(margin)), dtype=np.float64)


def _closed(record: _Record, occasions: Occasions, event: int, least: Floats) -> Floats:
    """The same where doors may stay closed: on a holiday that was never seen, and on one on which they were closed before."""
    if occasions.closes is None:
        return least
    days = int(occasions.stop[event] - occasions.start[event])
    closed = occasions.closes[:, event, None] & (np.arange(least.shape[1]) < days)
    earlier = record.titles.get(int(occasions.title[event]))
    if earlier is not None:
        same = earlier.days(least.shape[1])
        closed = closed & ((same.number == 0) | (same.low <= _NEARLY_NOTHING))
    return np.where(closed, _NOTHING_LEFT, least)


def _so_far(change: Floats) -> _Past:
    """What the event did in its periods before each one."""
    seen = _Past.of(np.concatenate([np.full((len(change), 1), np.nan), change[:, :-1]], axis=1))
    return _Past(
        number=np.cumsum(seen.number, axis=1),
        events=(np.cumsum(seen.number, axis=1) > 0).astype(np.float64),
        total=np.cumsum(seen.total, axis=1),
        square=np.cumsum(seen.square, axis=1),
        low=np.minimum.accumulate(seen.low, axis=1),
        high=np.maximum.accumulate(seen.high, axis=1),
    )
