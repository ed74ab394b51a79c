"""A rate of an own channel on a day on which it sent something else: what went out has the rate that it always has. Pure.

The newsletter goes out on a Friday for once, when only reminders do: the channel's open rate falls by a third, although
readers of newsletters open them as ever.
"""

from collections.abc import Mapping

import numpy as np

from config.business import ChannelKind
from config.settings import Settings
from detectors.finding import Finding
from detectors.panel import Floats, KpiType, Panel, SeriesKey

# A mailing for once is over soon: what lasts longer is another mix for good, and news.
_LONGEST = 3
# A part's usual rate is that of so many periods before, in so many of which at least it was there.
_BEFORE, _LEAST_SEEN = 56, 4
# What came otherwise than usual: so large a part of the day, and so many times more or less than on this day of earlier weeks.
_LARGE, _TIMES, _WEEKS = 0.2, 10.0, 4
# The parts must be all but the whole, and explain its rate but for so much.
_COVERED, _LEFT = 0.9, 0.1


def sent_otherwise(finding: Finding, panel: Panel, row: Mapping[SeriesKey, int], settings: Settings) -> bool:
    """Whether a rate of an own channel is just what its parts have usually, one of which was there unlike on this day."""
    key = finding.key
    channel = settings.channels.get(key.channel or "")
    total = row.get(SeriesKey(key.check, key.channel, key.kpi))
    if channel is None or channel.kind is not ChannelKind.OWNED or total is None:
        return False
    start = max(panel.axis.position(finding.start), 0)
    end = panel.axis.position(finding.end) if finding.end else len(panel.axis)
    season = panel.axis.cadence.season
    if panel.types[total] is not KpiType.RATIO or end - start > _LONGEST or start < _WEEKS * season:
        return False
    own = key.segment[0][0] if key.segment else ""
    parts: dict[str, list[int]] = {}
    for i, other in enumerate(panel.keys):
        if (other.channel, other.kpi) == (key.channel, key.kpi) and len(other.segment) == 1:
            parts.setdefault(other.segment[0][0], []).append(i)
    return any(
        _explains(panel, np.array(rows), total, start, end) for dimension, rows in parts.items() if dimension != own
    )


def _explains(
    panel: Panel, parts: np.ndarray[tuple[int], np.dtype[np.int64]], total: int, start: int, end: int
) -> bool:
    size, rate = np.nan_to_num(panel.exposure), np.nan_to_num(panel.values)
    now = size[parts, start:end].sum(axis=1)
    whole = size[total, start:end].sum()
    if not whole > 0 or now.sum() < _COVERED * whole:
        return False
    here = now > 0
    past = slice(max(0, start - _BEFORE), start)
    if ((size[parts, past] > 0).sum(axis=1)[here] < _LEAST_SEEN).any():
        return False  # of a part that was never seen nothing is usual
    usual = _rate(rate[parts, past], size[parts, past])
    hoped = float((usual * now)[here].sum() / now.sum())
    seen = float((rate[total, start:end] * size[total, start:end]).sum() / whole)
    season = panel.axis.cadence.season
    weekday = np.stack([size[parts, start - w * season : end - w * season].sum(axis=1) for w in range(1, _WEEKS + 1)])
    then = np.median(weekday, axis=0)
    otherwise = (np.maximum(now, then) >= _LARGE * whole) & ((now > _TIMES * then) | (then > _TIMES * now))
    return bool(otherwise.any()) and abs(seen - hoped) <= _LEFT * abs(hoped)


def _rate(rate: Floats, size: Floats) -> Floats:
    """[parts] the rate of all periods together."""
    found: Floats = (rate * size).sum(axis=1) / np.maximum(size.sum(axis=1), 1e-9)
    return found
