"""The inbox as one self-contained HTML file: no script, nothing loaded from anywhere, names always escaped."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from daemon.alerts import chart, dates, plain
from daemon.alerts.alert import Alert
from daemon.alerts.alert import Chart as ChartData
from daemon.alerts.untrusted import person, web_address

# Draws a chart's description as SVG text, or gives None where it cannot; `daemon.alerts.picture.svg` does.
Draw = Callable[[dict[str, Any]], str | None]

# Signs that every font has and that differ by shape; the word stands beside them.
_SIGNS = {"Critical": "●", "Warning": "▲", "Info": "■", "Resolved": "✓", "Withdrawn": "↩"}
_UNIT_GAP = re.compile(
    r"(?<=\d) (?=%|[A-Z]{3}\b|ms\b|(?:million|billion|trillion)\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|days?\))"
)
_SPARE = "\u00a0"


def page(alerts: Sequence[Alert], zone: ZoneInfo, *, title: str = "Inbox", draw: Draw | None = None) -> str:
    """The whole page, the newest message first. Without `draw`, charts are the two lines of text that Slack shows."""
    newest_first = sorted(alerts, key=lambda alert: _instant(alert), reverse=True)
    cards = [card(alert, zone, draw=draw) for alert in newest_first]
    return (
        _templates()
        .get_template("inbox.html")
        .render(title=title, cards=cards, count=len(cards), css=_css(), policy=policy())
    )


def card(alert: Alert, zone: ZoneInfo, *, draw: Draw | None = None) -> str:
    """One message as an HTML fragment."""
    light, dark = (_picture(alert.chart, theme, draw) for theme in (chart.LIGHT, chart.DARK))
    at = dates.moment(_instant(alert), zone) if alert.at else ""
    return (
        _templates()
        .get_template("card.html")
        .render(
            alert=alert,
            sign=_SIGNS[alert.word],
            at=at,
            light=light,
            dark=dark,
            width=chart.WIDTH,
            height=chart.HEIGHT,
            owners=", ".join(person(o) for o in alert.owners),
            links=[(link.label, address) for link in alert.links if (address := web_address(link.url))],
            picture_title=plain.picture_title(alert),
            repeat=plain.REPEAT,
        )
    )


def policy() -> str:
    """The content security policy that the page needs and no more."""
    digest = b64encode(sha256(_css().encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _instant(alert: Alert) -> datetime:
    return datetime.fromisoformat(alert.at) if alert.at else datetime.fromisoformat("1970-01-01T00:00+00:00")


def _picture(data: ChartData | None, theme: chart.Colours, draw: Draw | None) -> str:
    """A data URI, or nothing."""
    drawn = draw(chart.spec(data, theme)) if data is not None and draw is not None else None
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}" if drawn else ""


def _held(text: str) -> str:
    """Keep a number and its unit on one line."""
    return _UNIT_GAP.sub(_SPARE, text)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("daemon.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["held"] = _held
    return environment


@cache
def _css() -> str:
    return (files("daemon.console") / "templates" / "inbox.css").read_text(encoding="utf-8").strip()
