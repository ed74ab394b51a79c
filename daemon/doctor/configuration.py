"""The configuration file: mistakes, who may change it, and whether anybody hears anything."""

import stat
from collections.abc import Iterator
from pathlib import Path

from config.outputs import Inbox, Severity, Terminal
from config.problems import ConfigError, listed
from config.settings import Settings
from daemon.doctor.line import Line, fail, ok, warn
from daemon.routing import unrouted

_WHAT = "configuration"


def mistakes(error: ConfigError) -> Iterator[Line]:
    """One line a mistake."""
    for problem in error.problems:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        said = f"{problem.path}: {problem.message}" if problem.path else problem.message
        yield fail(_WHAT, f"{place} {said}", problem.hint)


def look(file: Path, settings: Settings) -> Iterator[Line]:
    """A file without mistakes."""
    checks = [name for name, check in settings.checks.items() if check.enabled]
    yield ok(_WHAT, f"{file}: {len(settings.channels)} channels, {len(settings.kpis)} KPIs, {len(checks)} checks")
    if not checks:
        yield fail(_WHAT, "no check is enabled: nothing is watched", "Write enabled: true for one of the checks.")
    mode = file.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield warn(_WHAT, "others may change the file, and with it what this user reads", f"chmod go-w {file}")
    reached = {name for route in settings.routes for name in route.to}
    if not settings.routes:
        yield warn("routes", "no alert goes anywhere", "Add routes: [{to: [NAME]}] with a destination's name.")
    elif all(isinstance(settings.destinations[name], Inbox | Terminal) for name in reached):
        yield warn(
            "routes", "alerts stay on this machine", "Add a destination that people see, e.g. kind: slack_webhook."
        )
    for gap in unrouted(settings) if settings.routes else ():
        if Severity.CRITICAL in gap.severities:
            about = f" about {listed(gap.kpis, 4)}" if gap.kpis else ""
            todo = "Widen a route, or add one with fallback: true."
            yield warn("routes", f"nobody hears of {listed(gap.channels, 4)}{about}", todo)
    if unused := [name for name in settings.destinations if name not in reached]:
        yield warn("routes", f"nothing goes to {', '.join(unused)}", "Name it in a route, or remove it.")
