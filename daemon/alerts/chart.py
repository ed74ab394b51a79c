"""One Vega-Lite description of an alert's picture, for PNG, SVG and the page alike. Made to be read at 360 px."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from daemon.alerts.alert import Chart

WIDTH, HEIGHT = 304, 200

# Named first where people have them; the last is drawn by any machine, also one without fonts of its own.
FONT = "Inter, Helvetica Neue, Liberation Sans, Arial, DejaVu Sans, sans-serif"

# Below this share of the top the axis starts at zero; above it, zero would flatten what moved.
_FROM_ZERO = 0.6
_VALUE_LABEL = (
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.2~f') + ' m'"
    " : format(datum.value, abs(datum.value) >= 100 ? ',.0f' : ',.3~f')"
)


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme. Contrast of text and line against the ground is at least 4.5 to 1."""

    ground: str
    text: str
    quiet: str
    band: str
    line: str
    off: str


LIGHT = Colours(ground="#ffffff", text="#1f2933", quiet="#616e7c", band="#dbe4ee", line="#1f4e79", off="#b42318")
DARK = Colours(ground="#1b2026", text="#e6eaf0", quiet="#9aa5b1", band="#33404d", line="#8ec1f0", off="#ff8a7a")


def spec(chart: Chart, colours: Colours = LIGHT) -> dict[str, Any]:
    """The expected band, the observed line, and the days that are off as dots on a shaded ground."""
    domain = base(chart)
    y = {"type": "quantitative", "scale": {"domain": list(domain), "zero": False, "nice": False}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 4,
        "background": colours.ground,
        "data": {"values": _rows(chart)},
        "title": _title(chart, colours),
        "config": _config(colours),
        "encoding": {
            "x": {
                "field": "start",
                "type": "temporal",
                "scale": {"type": "utc", "nice": False},
                "axis": {"title": None, "format": _format(chart), "tickCount": 4, "labelFlush": True, "grid": False},
            }
        },
        "layer": [
            {
                "data": {"values": _shade(chart)},
                "mark": {"type": "rect", "color": colours.off, "opacity": 0.10},
                "encoding": {"x": {"field": "start", "type": "temporal"}, "x2": {"field": "end"}},
            },
            {
                "mark": {"type": "area", "color": colours.band, "interpolate": "linear", "clip": True},
                "encoding": {
                    "y": {
                        "field": "lower",
                        **y,
                        "axis": {"title": chart.unit or None, "tickCount": 4, "labelExpr": _VALUE_LABEL},
                    },
                    "y2": {"field": "upper"},
                },
            },
            {
                "mark": {"type": "line", "color": colours.line, "strokeWidth": 2, "clip": True},
                "encoding": {"y": {"field": "observed", **y}},
            },
            {
                "transform": [{"filter": "datum.off && isValid(datum.observed)"}],
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 70,
                    "color": colours.off,
                    "opacity": 1,
                    "stroke": colours.ground,
                    "strokeWidth": 1.5,
                },
                "encoding": {"y": {"field": "observed", **y}},
            },
        ],
    }


# The band of few days is shown up to so many times what it reaches on the others.
_ROOM_FOR_EVENTS = 1.3


def base(chart: Chart) -> tuple[float, float]:
    """The ends of the value axis: from zero where the drop is deep, else close around what is shown."""
    values = [v for row in (chart.observed, chart.lower, chart.upper) for v in row if v is not None]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    uppers = sorted(v for v in chart.upper if v is not None)
    if uppers and high > 0:  # on the day of an event that nobody knows yet the band may leave the picture
        usual = uppers[int(0.8 * (len(uppers) - 1))]
        seen = max((v for v in chart.observed if v is not None), default=usual)
        high = max(min(high, _ROOM_FOR_EVENTS * usual), seen, low)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    if low >= 0 and low < _FROM_ZERO * high:
        return 0.0, high + room
    return (max(0.0, low - room) if low >= 0 else low - room), high + room


def _rows(chart: Chart) -> list[dict[str, Any]]:
    columns = {"observed": chart.observed, "lower": chart.lower, "upper": chart.upper}
    return [
        {
            "start": _utc(start).isoformat(),
            "off": chart.is_marked(i),
            **{name: values[i] if i < len(values) else None for name, values in columns.items()},
        }
        for i, start in enumerate(chart.days)
    ]


def _shade(chart: Chart) -> list[dict[str, str]]:
    """The ground under the marked periods, half a period wider on each side so that one period is seen too."""
    if chart.marked_from is None or chart.marked_to is None or len(chart.days) < 2:
        return []
    half = (_utc(chart.days[-1]) - _utc(chart.days[0])) / (len(chart.days) - 1) / 2
    first, last = _utc(chart.days[0]), _utc(chart.days[-1])
    return [
        {
            "start": max(first, _utc(chart.days[chart.marked_from]) - half).isoformat(),
            "end": min(last, _utc(chart.days[chart.marked_to]) + half).isoformat(),
        }
    ]


def _utc(local: str) -> datetime:
    """Local times are drawn as if they were UTC, so that no machine's own zone moves them."""
    return datetime.fromisoformat(local).replace(tzinfo=UTC)


def _title(chart: Chart, colours: Colours) -> dict[str, Any]:
    key = "band: expected" + (" · dots: off" if chart.marked_from is not None else "")
    return {
        "text": chart.title,
        "subtitle": [line for line in (chart.where, key) if line],
        "anchor": "start",
        "frame": "bounds",
        "limit": WIDTH - 12,
        "fontSize": 13,
        "subtitleFontSize": 11,
        "color": colours.text,
        "subtitleColor": colours.quiet,
        "offset": 8,
    }


def _format(chart: Chart) -> str:
    if chart.period.endswith(("hour", "minutes", "minute")):
        return "%-d %b %H:%M"
    return {"month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}.get(chart.period, "%-d %b")


def _config(colours: Colours) -> dict[str, Any]:
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 11,
            "titleFontSize": 11,
            "labelColor": colours.quiet,
            "titleColor": colours.quiet,
            "titleFontWeight": "normal",
            "domain": False,
            "ticks": False,
            "gridColor": colours.quiet,
            "gridOpacity": 0.18,
            "labelPadding": 6,
        },
    }
