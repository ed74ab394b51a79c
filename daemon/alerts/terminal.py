"""An alert for the terminal or journal. Built from `Text`, never from markup, so that names cannot style anything."""

from collections.abc import Collection

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from config.outputs import Severity
from daemon.alerts import plain
from daemon.alerts.alert import Alert

_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_HEADINGS = ("Why", "Against", "Verify first")


def layout(alert: Alert) -> Group:
    """A renderable for `rich.console.Console.print`."""
    headline, *rest = plain.text(alert).rstrip("\n").split("\n")
    style = "bold green" if alert.is_over else _STYLES[alert.severity]
    headings = (*_HEADINGS, *(part.heading for part in alert.parts))
    return Group(Text(headline, style=style), *(Padding(_line(line, headings), (0, 0, 0, 2)) for line in rest))


def _line(line: str, headings: Collection[str]) -> Text:
    if line in headings:
        return Text(line, style="bold")
    label, colon, words = line.partition(": ")
    if colon and label in ("Likely", "Perhaps", "Was likely", "Cause", "Money", "Then"):
        return Text.assemble((f"{label}: ", "bold"), words)
    return Text(line)
