"""Known events as judging sees them: where they lie on the axis, which are alike, and how much of a series they concern."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Occasions:
    """Events that are not exempt, [events], by start; share is [series x events].

    start .. stop: the periods of each; echo: the end of the periods in which it is still felt; over: it ended within the
    axis. title, kind: events with the same number are the same event of another year, or of the same kind and channel.
    lift: the least change that it should bring, as a log factor; NaN where no lift is expected. lasting: it may change
    the level for good. share: the part of a series that it concerns: 1 its own, less in totals above its channel, 0
    nothing. closes: [series x events] a public holiday on which what the series counts may stand still (shops,
    telephones); None: no such series.
    """

    start: Ints
    stop: Ints
    echo: Ints
    over: Bools
    title: Ints
    kind: Ints
    lift: Floats
    lasting: Bools
    share: Floats
    closes: Bools | None = None

    def some(self, rows: list[int] | slice, periods: int) -> "Occasions":
        """Those of the chosen series that begin within so many periods."""
        begun = self.start < periods
        return Occasions(
            start=self.start[begun],
            stop=np.minimum(self.stop[begun], periods),
            echo=np.minimum(self.echo[begun], periods),
            over=self.over[begun] & (self.stop[begun] <= periods),
            title=self.title[begun],
            kind=self.kind[begun],
            lift=self.lift[begun],
            lasting=self.lasting[begun],
            share=self.share[rows][:, begun],
            closes=None if self.closes is None else self.closes[rows][:, begun],
        )

    def own(self, periods: int) -> Bools:
        """[series x periods] in which an event is the series' own, and not that of a part of it."""
        own = np.zeros((len(self.share), periods), dtype=np.bool_)
        for event in range(len(self.start)):
            own[self.share[:, event] >= 1.0, int(self.start[event]) : int(self.echo[event])] = True
        return own

    def partly(self, periods: int, reach: int) -> Floats:
        """[series x periods] largest share of a lasting change nearby that concerns only a part of a series; else 0."""
        near = np.zeros((len(self.share), periods))
        for event in np.flatnonzero(self.lasting):
            share = self.share[:, event]
            span = slice(max(0, int(self.start[event]) - reach), int(self.start[event]) + reach + 1)
            near[:, span] = np.maximum(near[:, span], np.where(share < 1.0, share, 0.0)[:, None])
        return near
