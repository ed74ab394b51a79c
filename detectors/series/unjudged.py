"""Why a series could not be judged: one reason each, the first that holds."""

from dataclasses import dataclass

import numpy as np

from detectors.finding import NotJudged, Reason
from detectors.panel import Bools, Floats, Ints, Panel
from detectors.series.gap import Gap
from detectors.series.gates import Gates
from detectors.series.known import Masks
from detectors.series.regularity import Rhythm, Rhythms


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """[series]: periods of history, enough of it, its rhythm, and that completeness is known where it must be."""

    known: Ints
    long_enough: Bools
    rhythms: Rhythms
    settled: Bools
    needed: int

    @property
    def runs(self) -> Bools:
        """The series neither comes and goes nor has stopped."""
        return np.asarray(self.rhythms.rhythm < Rhythm.IRREGULAR, dtype=np.bool_)

    @property
    def judged(self) -> Bools:
        """Every condition holds."""
        return self.long_enough & self.runs & self.settled


def unjudged(
    panel: Panel, first: int, ready: Readiness, masks: Masks, expected: Floats, gates: Gates, gap: Gap, resting: Bools
) -> tuple[NotJudged, ...]:
    """One answer for each series about which nothing can be said."""
    silent = gap.not_judged(panel.keys, panel.values, first, resting)
    missing = {answer.key for answer in silent}
    volume = gates.volume(panel, expected)[:, first:]
    largest = np.nanmax(np.where(np.isfinite(volume), volume, -np.inf), axis=1)
    small = np.asarray(~(volume >= gates.min_volume[:, None]).any(axis=1) & np.isfinite(volume).any(axis=1))
    exempt = np.asarray(masks.exempt[:, first:].all(axis=1))
    past = panel.values[:, :first]
    least, most = np.fmin.reduce(past, axis=1, initial=np.inf), np.fmax.reduce(past, axis=1, initial=-np.inf)
    never = np.isfinite(past).any(axis=1) & (least == most)
    answers = []
    for i in np.flatnonzero(~ready.judged | exempt | small | never):
        key = panel.keys[i]
        if key in missing:
            continue
        if not ready.long_enough[i]:
            detail = f"{int(ready.known[i])} periods of history, {ready.needed} needed"
            answers.append(NotJudged(key, Reason.TOO_SHORT, detail))
        elif exempt[i]:
            answers.append(NotJudged(key, Reason.EXEMPT))
        elif never[i]:
            answers.append(NotJudged(key, Reason.CONSTANT))
        elif ready.rhythms.rhythm[i] == Rhythm.INACTIVE:
            answers.append(NotJudged(key, Reason.INACTIVE))
        elif small[i]:
            detail = f"{largest[i]:.3g} events a period, {gates.min_volume[i]:g} needed"
            answers.append(NotJudged(key, Reason.TOO_SMALL, detail))
        elif not ready.runs[i]:
            longest = int(ready.rhythms.longest_pause[i])
            answers.append(
                NotJudged(key, Reason.IRREGULAR, f"pauses of up to {longest} periods so far" if longest else "")
            )
        elif not ready.settled[i]:
            answers.append(
                NotJudged(key, Reason.NOT_SETTLED, "too few earlier states of this age to know how complete it is")
            )
    return tuple(silent + answers)
