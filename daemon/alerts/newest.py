"""How far off the newest period is, where it alone makes a trouble worse: a day says little in the mean of a week."""

from collections.abc import Sequence

from daemon.alerts import dates, numbers
from daemon.alerts.scope import Focus
from daemon.alerts.story import Story
from daemon.model import Change
from daemon.transition import Why
from detectors.panel import SeriesKey

# It is told where it is off by so much more than all periods together, in parts of what was expected.
_FURTHER = 0.1
# The whole business is named where it is off by nearly as much as the place of the trouble.
_NEARLY = 0.9


def newest(story: Story, told: Focus) -> str:
    """`-97 % everywhere on Sun 8 Mar`; empty where the newest period is not what made it worse."""
    if not story.incident.newest_size or story.change is not Change.WORSE or story.reason is not Why.LARGER:
        return ""
    own, whole = _off(story, [f.key for f in told.findings]), _off(story, whole_business(story))
    place, off = told.where, own
    if whole is not None and (own is None or (whole * own > 0 and abs(whole) >= _NEARLY * abs(own))):
        place, off = "everywhere", whole
    if off is None or off * told.ratio <= 0 or abs(off) - abs(told.ratio) < _FURTHER:
        return ""
    day = dates.period(story.series[told.worst.key].starts[-1], story.zone, story.cadence, story.now)
    return f"{numbers.change(off)} {place}{',' if ',' in place else ''} on {day}"


def whole_business(story: Story) -> tuple[SeriesKey, ...]:
    """The total of the KPI at the head, where that is in the trouble."""
    kpi = story.incident.findings[0].key.kpi
    keys = [f.key for f in story.incident.findings if f.key.kpi == kpi and f.key.channel is None and not f.key.segment]
    return tuple(keys[:1])


def _off(story: Story, keys: Sequence[SeriesKey]) -> float | None:
    """The relative change of the newest period; None where it is not known."""
    series = [story.series[key] for key in keys if key in story.series and story.series[key].starts]
    observed = [value for s in series if (value := s.observed[-1]) is not None]
    expected = [value for s in series if (value := s.expected[-1]) is not None]
    if not keys or min(len(observed), len(expected)) < len(keys) or not sum(expected):
        return None
    return sum(observed) / sum(expected) - 1
