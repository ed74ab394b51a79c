"""The data of an alert's picture: the last periods of what the headline speaks of, in words and in two lines of text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import isfinite

from daemon.alerts import dates
from daemon.alerts.alert import Chart
from daemon.alerts.numbers import between, quantity
from daemon.alerts.scope import Focus, worst_place
from daemon.alerts.story import Story
from daemon.grouping import DATA_SHAPES
from detectors.cadence import Unit

# Four weeks of days: long enough to show the weekday pattern, short enough for a phone.
PERIODS = 28

_BARS = "▁▂▃▄▅▆▇█"
_MARK, _UNKNOWN = "▲", "·"

# No marketing figure is this large: what is, is an error of the source, and would overflow the drawing.
_NO_MEASURE = 1e18

Values = tuple[float | None, ...]


def chart_of(story: Story, focus: Focus, start: datetime, end: datetime) -> Chart | None:
    """The last 28 periods of what the headline speaks of; None when the story brings no series for it."""
    chosen = [story.series[f.key] for f in focus.findings if f.key in story.series]
    if not chosen or not chosen[0].starts:
        return None
    whole = (
        (focus.is_sum or len(focus.findings) == 1)
        and len(chosen) == len(focus.findings)
        and all(s.starts == chosen[0].starts for s in chosen)
    )
    if not whole:
        if focus.worst.key not in story.series:
            return None
        chosen = [story.series[focus.worst.key]]
    face = story.kpi(focus.worst.key.kpi)
    scale = face.scale(focus.expected)
    starts = chosen[0].starts[-PERIODS:]
    marked = [i for i, s in enumerate(starts) if start <= s < end]
    if (
        not marked and focus.worst.shape in DATA_SHAPES
    ):  # rows at fault are not shown, and without them there is nothing to see
        return None
    chart = Chart(
        title=f"{face.title} {dates.each(story.cadence)}" if face.adds_up else face.title,
        unit=face.unit,
        where=focus.where if whole else worst_place(story, focus),
        period=str(story.cadence),
        days=tuple(_local(s, story) for s in starts),
        observed=_total([s.observed for s in chosen], len(chosen[0].starts), scale)[-PERIODS:],
        expected=_total([s.expected for s in chosen], len(chosen[0].starts), scale)[-PERIODS:],
        lower=_total([s.lower for s in chosen], len(chosen[0].starts), scale)[-PERIODS:],
        upper=_total([s.upper for s in chosen], len(chosen[0].starts), scale)[-PERIODS:],
        marked_from=marked[0] if marked else None,
        marked_to=marked[-1] if marked else None,
    )
    return replace(chart, caption=_caption(chart, story, starts, end))


def _total(parts: Sequence[Values], length: int, scale: float) -> Values:
    """The sum over series, period by period; unknown where any part is."""
    if any(len(p) != length for p in parts):
        return (None,) * length
    return tuple(_sum(column, scale) for column in zip(*parts, strict=True))


def _sum(column: Values, scale: float) -> float | None:
    known = [v for v in column if v is not None and isfinite(v)]
    total = sum(known) * scale
    return total if len(known) == len(column) and abs(total) < _NO_MEASURE else None


def _local(start: datetime, story: Story) -> str:
    local = start.astimezone(story.zone)
    if story.cadence.unit in (Unit.MINUTE, Unit.HOUR):
        return local.replace(tzinfo=None).isoformat(timespec="minutes")
    return local.date().isoformat()


def _caption(chart: Chart, story: Story, starts: Sequence[datetime], end: datetime) -> str:
    """The picture for those who cannot see it."""
    last = max(story.data_to, starts[-1])
    words = [f"{chart.title} {chart.where}, {dates.span(starts[0], last, story.zone, story.cadence)}."]
    if chart.marked_from is not None and chart.marked_to is not None:
        marked = slice(chart.marked_from, chart.marked_to + 1)
        when = dates.span(starts[chart.marked_from], min(end, last), story.zone, story.cadence)
        expected = between(_mean(chart.lower[marked]), _mean(chart.upper[marked]), chart.unit)
        words.append(
            f"Marked: {when}, {quantity(_mean(chart.observed[marked]), chart.unit)} on average"
            + (f" where {expected} was expected." if expected else ".")
        )
    return " ".join(words)


def _mean(values: Values) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def sparkline(chart: Chart) -> str:
    """Two lines of equal-width text: a bar for each period from the lowest to the highest value, and marks below."""
    known = [v for v in chart.observed if v is not None]
    if len(known) < 2:
        return ""
    low, height = min(known), max(known) - min(known)
    bars = "".join(
        _UNKNOWN if v is None else _BARS[int((v - low) / height * 7 + 0.5) if height else 3] for v in chart.observed
    )
    marks = "".join(_MARK if chart.is_marked(i) else " " for i in range(len(bars)))
    first = datetime.fromisoformat(chart.days[0])
    label = f"{first.day} {first:%b}"
    if marks[: len(label) + 1].strip():
        return f"{bars}\n{marks.rstrip()}"
    return f"{bars}\n{(label + marks[len(label) :]).rstrip()}"
