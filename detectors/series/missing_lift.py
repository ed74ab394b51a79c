"""A planned event that moved nothing: its lift against that of earlier like events, or against the least that it should bring."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Lt

from detectors.finding import Shape
from detectors.panel import Bools, Floats, Ints
from detectors.series.evidence import Candidate, Evidence
from detectors.series.occasions import Occasions


@dataclass(frozen=True, kw_only=True)
class MissingLift:
    """Events are few and somebody asked to hear of them: each series of a channel or the business is tested by itself."""

    p_value: Annotated[float, Gt(0), Lt(1)] = 0.01
    least_part: Annotated[float, Gt(0), Lt(1)] = 0.5  # of the expected lift; from there on it has come
    enough: Annotated[int, Ge(1)] = 3  # earlier like events that teach; with fewer the least lift is asked for
    prior_events: Annotated[float, Gt(0)] = 2.0  # of which the scatter of lifts below is worth
    prior_scatter: Annotated[float, Gt(0)] = 0.25  # of lifts from event to event, as a part of their mean
    most_past: Annotated[int, Ge(1)] = 24  # newest like events that are compared

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report events under way in a judged period that should have moved a series and did not."""
        of, found = seen.occasions, list[Candidate]()
        if of is None:
            return found
        for event in np.flatnonzero(np.isfinite(of.lift) & (of.stop > seen.first)):
            length = int(of.stop[event] - of.start[event])
            if length <= 0 or of.start[event] < seen.origin:
                continue
            # Costs, and what nobody has called good, may rise with an event; nobody misses it where they do not.
            asked = seen.whole & seen.good_up & (seen.direction <= 0)
            rows = np.flatnonzero((of.share[:, event] >= 1.0) & asked)
            lift, noise = _mean_lift(seen, int(of.start[event]), length, rows)
            p, expected, spread = self._p_values(seen, of, int(event), rows, lift, noise)
            missing = (p < self.p_value) & (lift < self.least_part * expected)
            stop = int(of.stop[event]) if of.over[event] else None
            found += [
                Candidate(
                    int(rows[i]),
                    Shape.MISSING_LIFT,
                    int(of.start[event]),
                    stop,
                    float(p[i]),
                    spread=min(float(spread[i]), float(expected[i])),
                )
                for i in np.flatnonzero(missing)
            ]
        return found

    def _p_values(
        self, seen: Evidence, of: Occasions, event: int, rows: Ints, lift: Floats, noise: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """[chosen series]: how improbable so small a lift is (one-sided, 1: none is expected); the expected lift, and
        how far from it lifts lie.
        """
        from scipy.special import ndtr, stdtr

        earlier = _earlier(of, event, self.enough)[-self.most_past :]
        length = int(of.stop[event] - of.start[event])
        past = np.array(
            [_mean_lift(seen, int(of.start[e]), min(length, int(of.stop[e] - of.start[e])), rows) for e in earlier]
        )
        lifts, errors = (past[:, 0], past[:, 1]) if len(past) else (np.full((0, len(rows)), np.nan),) * 2
        known = np.isfinite(lifts)
        number = known.sum(axis=0)
        mean = np.where(known, lifts, 0.0).sum(axis=0) / np.maximum(number, 1)
        apart = np.where(known, lifts - mean, 0.0) ** 2
        prior = self.prior_events
        freedom = np.maximum(number - 1, 0) + prior
        usual = (self.prior_scatter * mean) ** 2 + noise**2
        variance = (apart.sum(axis=0) + prior * usual) / freedom  # of lifts as they are seen, with their noise
        doubt = np.sqrt(
            np.maximum(
                variance / np.maximum(number, 1),
                np.where(known, errors**2, 0.0).sum(axis=0) / np.maximum(number, 1) ** 2,
            )
        )
        lifted = (mean > np.log1p(0.05)) & (mean > 2.5 * doubt)
        scatter = np.sqrt(variance * (1.0 + 1.0 / np.maximum(number, 1)))
        by_earlier = stdtr(freedom, (lift - mean) / scatter)
        # Without enough earlier ones: nothing of what it concerns may have moved, or it brought what it brings.
        least = float(of.lift[event])
        moved = (lift > self.least_part * least) & (lift > 2.0 * noise) & seen.adds_up[rows]
        nothing_moved = ~np.isin(seen.place[rows], seen.place[rows][moved])
        by_least = ndtr((lift - self.least_part * least) / noise)
        enough = number >= self.enough
        p = np.where(
            enough, np.where(lifted, by_earlier, 1.0), np.where(nothing_moved & seen.adds_up[rows], by_least, 1.0)
        )
        p = np.where(np.isfinite(p), p, 1.0)
        return p, np.where(enough, mean, least), 2.0 * np.where(enough, scatter, noise)


def _earlier(of: Occasions, event: int, enough: int) -> Ints:
    """Like events that ended before: the same of other times where there are enough of them, else its kind."""
    before = of.stop <= of.start[event]
    same = np.flatnonzero(before & (of.title == of.title[event]))
    return same if len(same) >= enough else np.flatnonzero(before & (of.kind == of.kind[event]))


def _mean_lift(seen: Evidence, start: int, length: int, rows: Ints) -> Floats:
    """[2 x chosen series]: mean log factor over the first periods of an event, and its standard error; NaN: not known."""
    span = slice(start, start + length)
    change, sigma = seen.change[rows, span], seen.sigma[rows, span]
    known: Bools = np.isfinite(change) & np.isfinite(sigma)
    number = known.sum(axis=1)
    enough = number * 2 > length
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, change, 0.0).sum(axis=1) / number
        # Errors of neighbouring days hang together: a quarter more than if they did not.
        error = np.where(number > 1, 1.25, 1.0) * np.sqrt(np.where(known, sigma**2, 0.0).sum(axis=1)) / number
    return np.where(enough, np.array([mean, error]), np.nan)
