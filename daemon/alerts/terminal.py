"""An alert for the terminal or journal. Built from `Text`, never from markup, so that names cannot style anything."""

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
    return Group(Text(headline, style=style), *(Padding(_line(line), (0, 0, 0, 2)) for line in rest))


def _line(line: str) -> Text:
    if line in _HEADINGS:
        return Text(line, style="bold")
    label, colon, words = line.partition(": ")
    if colon and label in ("Likely", "Perhaps", "Was likely", "Cause", "Money", "Then"):
        return Text.assemble((f"{label}: ", "bold"), words)
    return Text(line)
