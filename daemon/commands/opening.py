"""Brings a configuration to life for a command; from then on no log line shows one of its secrets."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.app import App


def opened(
    config: Path,
    *,
    level: str = "WARNING",
    throw_away: bool = False,
    many_cycles: bool = False,
    writes: bool = True,
) -> "App":
    """As `open_app`, with logs that know the secrets.

    Raises:
        ConfigError, CalendarError, StoreError: as `open_app`.
    """
    from daemon.app import open_app
    from daemon.logs import set_up

    app = open_app(config, throw_away=throw_away, many_cycles=many_cycles, writes=writes)
    set_up(app.redact, level=level)
    return app
