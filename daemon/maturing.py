"""How complete a check's newest periods are, and how far behind a series is therefore judged. Pure.

Where it is known how a KPI's periods fill up, they are judged from the first age on at which they show enough, and again
as they fill. Until it is known, a KPI that settles late is not judged; a source of which nobody knows when it said what
is judged when the KPI has settled (`settle_periods`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.business import Kpi
from config.settings import Settings
from daemon.sources.snapshot import Snapshot
from detectors.cadence import Unit
from detectors.panel import Bools, Floats, Ints, KpiType, SeriesKey
from detectors.series.maturity import Completeness, Maturity, learn
from detectors.series.seasonal import ordinals

# Newest periods of which nothing can be said while a source seems to fill up for days, and where it seems to for weeks.
_SEEMING, _SEEMING_LONG = 7, 28
# So figures look that fill up: of what is usual the newest period shows less than the first part and the one before less
# than the second; the newest shows no more of it than the one before, but for luck; and those of four days and more ago
# are all but whole.
_NEWEST, _SECOND, _LUCK, _WHOLE = 0.85, 0.97, 1.15, 0.9
# ... or so far as they rise with age: what fell at once does not go on rising.
_RISES, _PARTS = 0.92, (slice(0, 2), slice(2, 4), slice(4, 8))
# Some sources confirm nothing on Sundays, others send their lists on Mondays: an age of a week has seen each weekday, and
# looks of three weeks tell them apart.
_WEEK, _WEEKS = {Unit.DAY: 7}, {Unit.DAY: 21}
# Newest periods of which nothing can be said while it is not known how they fill up: more than anybody lets settle.
_WAITING = 96
# Periods that fill up are judged again at so many ages; what lacks less than this is whole, and so many sigmas are clear.
_AGAIN, _ALL_BUT_WHOLE, _CLEARLY = 7, 0.03, 1.5


@dataclass(frozen=True, slots=True)
class Ripeness:
    """age: of the newest due periods; wait: [series] periods by which each is judged behind the others.

    again: [series] so many young periods are judged again at each look, until they have settled and filled up.
    """

    age: Completeness
    wait: Ints
    again: Ints


def ripeness(snapshot: Snapshot, due: int, settings: Settings) -> Ripeness:
    """How complete the newest of `due` periods are, by what was seen and by what people say."""
    panel = snapshot.panel
    phases = panel.axis.cadence.season
    said = _configured([key.kpi for key in panel.keys], settings.kpis)
    told_by_people = np.zeros(len(panel.keys), bool) if said is None else np.isfinite(said).any(axis=1)
    age = learn(
        panel,
        snapshot.development(),
        ordinals(panel.axis) % max(phases, 1),
        phases,
        said,
    ).without_newest(len(panel.axis) - due)
    settle = _settle_of(panel.keys, settings.kpis)
    fills = _fills(age, panel.keys)
    again = np.where(fills, np.maximum(settle, _AGAIN), settle)
    told: Bools = np.any(age.told, axis=1)
    watched = told | (snapshot.looks > 0)
    young = ((settle > 0) | fills) & watched
    week = _WEEK.get(panel.axis.cadence.unit, 0)
    filling = np.zeros(len(settle), np.int64)
    if 1 <= snapshot.looks <= max(week, 1):
        filling = _seem_to_fill(snapshot, due)
    if not (young | (filling > 0)).any():
        return Ripeness(age, settle, again)
    share, variance, held = age.over(_WAITING)
    known = np.pad(age.told, ((0, 0), (max(_WAITING - age.ages, 0), 0)))[:, -_WAITING:]
    back = np.arange(_WAITING)[::-1]
    # Nothing was ever added to periods that are older than these ages.
    known |= (back >= age.ages) & ((snapshot.looks > Maturity().needed) | told[:, None])
    # A KPI that settles late is judged younger than that once whole weeks of it were seen.
    weeks: Bools = np.asarray(
        told_by_people | (snapshot.looks > _WEEKS.get(panel.axis.cadence.unit, Maturity().needed)), dtype=np.bool_
    )
    ripe = np.where(fills & ~weeks, np.maximum(settle, week), settle)
    known &= (back >= ripe[:, None]) | weeks[:, None]
    at_end = np.take_along_axis(known, (_WAITING - 1 - ripe)[:, None], axis=1)
    held = held | (young[:, None] & (~known | ~at_end)) | (back < filling[:, None])
    common = np.pad(age.common, ((0, 0), (max(_WAITING - age.ages, 0), 0)))[:, -_WAITING:]
    told_of = Completeness(share=share, variance=variance, common=common, held=held, told=known)
    return Ripeness(told_of, np.where(young, 0, settle), again)


def _fills(age: Completeness, keys: tuple[SeriesKey, ...]) -> Bools:
    """[series] those of KPIs whose newest periods are known to show less, or more, than in the end.

    That the source put one period right is no habit of it: chance would have to be clearly exceeded.
    """
    lacking = np.abs(np.log(age.share[:, -_AGAIN:]))
    fills: Bools = np.any((lacking > _ALL_BUT_WHOLE) & (lacking > _CLEARLY * np.sqrt(age.common[:, -_AGAIN:])), axis=1)
    kpis = {key.kpi for key, of in zip(keys, fills, strict=True) if of}
    return np.array([key.kpi in kpis for key in keys], bool)


def _seem_to_fill(snapshot: Snapshot, due: int) -> Ints:
    """[series] newest periods that are in doubt: of KPIs that lie low in them over all channels, at the first looks.

    That is how figures look that still fill up; the next looks tell it from a fall.
    """
    panel = snapshot.panel
    season = panel.axis.cadence.season
    filling: dict[str, int] = {}
    if panel.axis.cadence.unit is Unit.DAY and due >= 7 * season:
        totals: dict[str, list[int]] = {}
        for row, key in enumerate(panel.keys):
            if not key.segment:
                totals.setdefault(key.kpi, []).append(row)
        for kpi, rows in totals.items():
            values = panel.values[rows, :due]
            shown = [_against_usual(values, back, season) for back in range(8)]
            if panel.types[rows[0]] is KpiType.RATIO and shown[0] > 1.0:
                shown = [1.0 / part for part in shown]  # a cost per conversion falls as conversions come in
            young = shown[0] < _NEWEST and shown[1] < _SECOND and shown[0] <= _LUCK * shown[1]
            newest, next_ones, older = (float(np.mean(shown[part])) for part in _PARTS)
            if young and older > _WHOLE:
                filling[kpi] = _SEEMING
            elif newest < _RISES * next_ones and next_ones < _RISES * older:
                filling[kpi] = _SEEMING_LONG
    return np.array([filling.get(key.kpi, 0) for key in panel.keys], np.int64)


def _against_usual(values: Floats, back: int, season: int) -> float:
    """What a period shows of what the same weekdays of earlier weeks did, over all series."""
    usual = np.mean([values[:, -1 - back - k * season] for k in (2, 3, 4)], axis=0)
    known = np.isfinite(usual) & np.isfinite(values[:, -1 - back])
    whole = float(usual[known].sum())
    return max(float(values[known, -1 - back].sum()) / whole, 1e-6) if whole > 0 else 1.0


def _settle_of(keys: tuple[SeriesKey, ...], kpis: Mapping[str, Kpi]) -> Ints:
    """[series] the configured waits. A ratio settles when both its parts have."""
    known = {name: settle_periods(name, kpis) for name in {key.kpi for key in keys}}
    return np.array([known[key.kpi] for key in keys], np.int64)


def settle_periods(name: str, kpis: Mapping[str, Kpi]) -> int:
    """The configured wait of one KPI."""
    of = kpis[name]
    parts = [p for p in (of.numerator, of.denominator) if p is not None]
    return max([of.settle_periods, *(kpis[p].settle_periods for p in parts)])


def _configured(names: list[str], kpis: Mapping[str, Kpi]) -> Floats | None:
    """[series x ages] as people say; NaN where they say nothing."""
    curves = {name: _curve(name, kpis) for name in set(names)}
    ages = max((len(curve) for curve in curves.values()), default=0)
    if not ages:
        return None
    said = np.full((len(names), ages), np.nan)
    for row, name in enumerate(names):
        curve = curves[name]
        if curve:
            said[row] = [*curve, *([1.0] * (ages - len(curve)))]
    return said


def _curve(name: str, kpis: Mapping[str, Kpi]) -> tuple[float, ...]:
    """A ratio is as complete as its parts are."""
    of = kpis[name]
    if of.completeness or of.numerator is None or of.denominator is None:
        return tuple(of.completeness)
    top, bottom = kpis[of.numerator].completeness, kpis[of.denominator].completeness
    ages = max(len(top), len(bottom))
    above, below = ([*curve, *([1.0] * (ages - len(curve)))] for curve in (top, bottom))
    return tuple(a / b for a, b in zip(above, below, strict=True))
