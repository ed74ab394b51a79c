"""How the accepted false alerts are parted among everything that each destination hears of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from config.outputs import Severity
from config.settings import Settings
from config.tune import resolver
from daemon.routing import BUSINESS, goes_to
from daemon.worth import events_behind
from detectors.panel import Bools, Floats, Panel, SeriesKey
from detectors.series import budget

# Who hears of what no route wants: nobody, but what is looked at by hand keeps the promise too.
_NOBODY = ""
# What is older than this has come by then, so that it does not matter on which day of the week it is looked at first.
_SEEN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What one check asks of the budget, told once a week so that thresholds do not waver from day to day.

    week: the instant before which everything was looked at. weight, segment: [series]; heard: reader -> [series].
    """

    week: datetime
    keys: tuple[SeriesKey, ...]
    weight: Floats
    segment: Bools
    heard: Mapping[str, Bools]
    sums: Mapping[str, Floats]

    def holds(self, panel: Panel, week: datetime) -> bool:
        """Whether it is of that week, and of the panel's series."""
        return self.week == week and self.keys == panel.keys


def week_of(now: datetime, zone: ZoneInfo) -> datetime:
    """The Monday midnight at or before an instant."""
    local = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local - timedelta(days=local.weekday())


def claim(panel: Panel, settings: Settings, week: datetime) -> Claim:
    """What the series of one check ask for."""
    tuning_of = resolver(settings)
    tunings = [tuning_of(key) for key in panel.keys]
    events, volume = budget.usual(panel, panel.axis.position(week - _SEEN))
    weight = budget.weights(
        np.fmin(events, _events_behind(panel, events, settings)),
        np.array([t.min_volume for t in tunings], dtype=np.float64),
        _part_of_channel(panel, volume),
        np.array([t.min_change for t in tunings], dtype=np.float64),
    )
    segment = np.array([bool(key.segment) for key in panel.keys], dtype=np.bool_)
    heard = _heard(panel, settings)
    return Claim(
        week=week,
        keys=panel.keys,
        weight=weight,
        segment=segment,
        heard=heard,
        sums={reader: budget.claims(weight, segment, rows[None])[0] for reader, rows in heard.items()},
    )


def parts(claims: Mapping[str, Claim], check: str) -> Floats:
    """The part of the accepted false alerts that each series of a check may use up."""
    own = claims[check]
    readers = list(own.heard)
    if not readers:
        return np.zeros(0)
    claimed = [np.sum([c.sums[reader] for c in claims.values() if reader in c.sums], axis=0) for reader in readers]
    return budget.parts(own.weight, own.segment, np.stack([own.heard[r] for r in readers]), np.stack(claimed))


def _part_of_channel(panel: Panel, volume: Floats) -> Floats:
    """What each segment makes of its channel, or of the business; NaN for totals."""
    row = {key: i for i, key in enumerate(panel.keys) if not key.segment}
    whole = [row.get(replace(key, segment=()), -1) if key.segment else -1 for key in panel.keys]
    with np.errstate(divide="ignore", invalid="ignore"):
        part: Floats = volume / np.append(volume, np.nan)[whole]
    return part


def _events_behind(panel: Panel, events: Floats, settings: Settings) -> Floats:
    """The events of which each amount is made; NaN where nobody knows."""
    row = {key: i for i, key in enumerate(panel.keys)}
    of = events_behind(settings)
    counted = {kpi: of(kpi) for kpi in {key.kpi for key in panel.keys}}
    rows = [row.get(replace(key, kpi=name), -1) if (name := counted[key.kpi]) is not None else -1 for key in panel.keys]
    behind: Floats = np.append(events, np.nan)[rows]
    return behind


def _heard(panel: Panel, settings: Settings) -> dict[str, Bools]:
    """Who may hear of which series."""
    heard: dict[str, Bools] = {}
    readers: dict[tuple[str, str], frozenset[str]] = {}
    for i, key in enumerate(panel.keys):
        of = (key.channel or BUSINESS, key.kpi)
        if of not in readers:
            routed = (goes_to(settings, *of, severity) for severity in Severity)
            readers[of] = frozenset(name for names in routed for name in names) or frozenset({_NOBODY})
        for reader in readers[of]:
            heard.setdefault(reader, np.zeros(len(panel.keys), dtype=np.bool_))[i] = True
    return heard
