"""What a source usually reports: which periods, channels and rows can be expected, learned from the periods before.

By day and longer a row is expected or not. By the hour rows come by chance: in a quiet hour of a small channel nothing
happens. What tells there is how improbable it is that all the missing ones stayed away by themselves.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.cadence import INTRADAY, Cadence, Unit
from detectors.panel import Bools, Floats

# A row is expected that came in 3 of the last 4 periods at the same point of the season ...
_SEASONS, _OF_SEASONS = 4, 3
# ... or in 9 of the last 10 periods; where there is a season, in all of so many that a whole season is among them.
_RECENT, _OF_RECENT = 10, 9
# By the hour: days of the same hour that are looked at, and how many are needed.
_DAYS, _DAYS_NEEDED = 28, 14
# Hours in a row are lost when by themselves they stay away less often: two of a source that never missed one.
_LOST_BELOW = 3e-4
# So are rows of one hour; they stay away together more easily.
_PARTIAL_BELOW = 1e-5
# A row is expected in an hour in which it is absent by chance at most so often.
_RARE = 0.2
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


def chance_of_absence(present: Bools, day: int, week: int) -> Floats:
    """[rows x periods] how often a row stays away at that time by itself, from the periods before; 1: nobody knows.

    day, week: periods in one. The hour of the day counts over four weeks; what rested at this hour of the week in half
    of them or more may rest again.
    """
    rows, count = present.shape
    absent = ~present
    padded = np.zeros((rows, -count % day + count), np.int32)
    padded[:, :count] = absent
    by_day = np.cumsum(padded.reshape(rows, -1, day), axis=1)
    before = np.zeros((rows, by_day.shape[1] + 1, day), np.int32)
    before[:, 1:] = by_day
    at = np.arange(by_day.shape[1])
    first = np.maximum(at - _DAYS, 0)
    misses = (before[:, at] - before[:, first]).reshape(rows, -1)[:, :count].astype(np.float64)
    days = np.repeat(np.minimum(at, _DAYS), day)[:count].astype(np.float64)
    chance: Floats = (misses + 0.5) / (days + 1.0)
    rests = np.zeros(present.shape, np.int8)
    for k in range(1, _SEASONS + 1):
        if k * week < count:
            rests[:, k * week :] += absent[:, : count - k * week]
    chance = np.where(rests >= _SEASONS - _OF_SEASONS + 1, 1.0, chance)
    chance[:, days < _DAYS_NEEDED] = 1.0
    return np.minimum(chance, 1.0)


def lost_by_chance(present: NDArray[np.bool_], day: int, week: int, *, give_up: int | None = None) -> NDArray[np.bool_]:
    """Like `lost`, by the hour: absent periods in a row that chance does not explain together."""
    filled = present.copy()
    for _ in range(_SEASONS):  # a loss does not unlearn the habit: what was lost counts as usual for what follows
        odds = np.log(np.maximum(chance_of_absence(filled[None, :], day, week)[0], 1e-12))
        summed = np.cumsum(np.where(present, 0.0, odds))
        last = np.maximum.accumulate(np.where(present, np.arange(len(present)), -1))
        before = np.where(last >= 0, summed[last], 0.0)
        run, length = np.cumsum(present), np.arange(len(present)) - last
        unlikely = ~present & (summed - before < np.log(_LOST_BELOW))
        result: NDArray[np.bool_] = ~present & np.isin(run, np.unique(run[unlikely]))
        if give_up is not None:
            result &= length <= give_up
        if (filled == (present | result)).all():
            break
        filled = present | result
    return result


def expected_by_chance(chance: Floats) -> Bools:
    """Which of [rows x periods] could be expected, by the hour."""
    result: Bools = chance <= _RARE
    return result


def improbable(missing: Bools, chance: Floats) -> NDArray[np.bool_]:
    """[periods] in which so many rows at once do not stay away by themselves."""
    odds = np.where(missing, np.log(np.maximum(chance, 1e-12)), 0.0).sum(axis=0)
    result: NDArray[np.bool_] = odds < np.log(_PARTIAL_BELOW)
    return result


def day_of(cadence: Cadence) -> int | None:
    """Periods in a day, of what is reported several times a day; else None."""
    return cadence.season // 7 if cadence.unit in INTRADAY else None


def usual_gap(share: Floats) -> float:
    """The share of expected rows that is missing on ordinary days, so that sparse tables are not called partial."""
    known = share[~np.isnan(share)]
    return float(np.quantile(known, 0.97)) if len(known) >= 10 else 0.0
