"""What a source usually reports: which periods, channels and rows can be expected, learned from the periods before."""

import numpy as np
from numpy.typing import NDArray

from detectors.cadence import Cadence, Unit
from detectors.panel import Bools, Floats

# A row is expected that came in 3 of the last 4 periods at the same point of the season ...
_SEASONS, _OF_SEASONS = 4, 3
# ... or in 9 of the last 10 periods; where there is a season, in all of so many that a whole season is among them.
_RECENT, _OF_RECENT = 10, 9
# Short cycles only: a week of days or hours. Weekly and longer cadences go by the recent periods.
_SEASON_UNITS = (Unit.MINUTE, Unit.HOUR, Unit.DAY)


def season_of(cadence: Cadence) -> int | None:
    """Periods after which the habit of reporting repeats; None: it has no season."""
    return cadence.season if cadence.unit in _SEASON_UNITS else None


def memory_of(cadence: Cadence) -> int:
    """How many earlier periods say what is usual now."""
    season = season_of(cadence)
    return _SEASONS * season if season is not None else _RECENT


def expected(present: Bools, season: int | None) -> Bools:
    """Which of [rows x periods] could be expected from the periods before each."""
    count = present.shape[1]
    result = np.zeros(present.shape, bool)
    if season is not None:
        hits = np.zeros(present.shape, np.int8)
        for k in range(1, _SEASONS + 1):
            if k * season < count:
                hits[:, k * season :] += present[:, : count - k * season]
        result |= hits >= _OF_SEASONS
    window, needed = _recent(season)
    if count > window:
        total = np.cumsum(present, axis=1, dtype=np.int32)
        before = np.concatenate([np.zeros((len(present), 1), np.int32), total], axis=1)
        result[:, window:] |= (before[:, window:count] - before[:, : count - window]) >= needed
    return result


def _recent(season: int | None) -> tuple[int, int]:
    """How many recent periods are looked at, and in how many of them a row must have come."""
    if season is None:
        return _RECENT, _OF_RECENT
    window = max(_RECENT, season)
    return window, window


def lost(present: NDArray[np.bool_], season: int | None, *, give_up: int | None = None) -> NDArray[np.bool_]:
    """Periods of one row in which it was expected and absent; a loss does not unlearn the habit.

    give_up: after so many losses since it last came it has ended rather than been lost; None: never.
    """
    filled, result = present.copy(), np.zeros(len(present), bool)
    losses = 0
    for t in np.flatnonzero(~present).tolist():
        if t > 0 and present[t - 1]:
            losses = 0
        if (give_up is None or losses < give_up) and _expected_at(filled, t, season):
            filled[t] = result[t] = True
            losses += 1
    return result


def _expected_at(filled: NDArray[np.bool_], t: int, season: int | None) -> bool:
    if season is not None:
        at = [t - k * season for k in range(1, _SEASONS + 1) if t >= k * season]
        if sum(bool(filled[i]) for i in at) >= _OF_SEASONS:
            return True
    window, needed = _recent(season)
    return t >= window and int(filled[t - window : t].sum()) >= needed


def usual_gap(share: Floats) -> float:
    """The share of expected rows that is missing on ordinary days, so that sparse tables are not called partial."""
    known = share[~np.isnan(share)]
    return float(np.quantile(known, 0.97)) if len(known) >= 10 else 0.0
