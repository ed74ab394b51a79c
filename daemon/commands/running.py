"""Run for good: run, reload."""

import faulthandler
import os
import sys
from typing import Annotated

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, ConfigFile

# Deliveries under way finish first.
_PATIENCE_SECONDS = 90.0


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(reload)


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run as a service: check on schedule, deliver, until SIGTERM."""
    from daemon.logs import log_crashes
    from daemon.service import serve

    app = opened(config, level="INFO", many_cycles=True)
    log_crashes()
    faulthandler.enable()  # a watchdog's SIGABRT leaves behind where each thread stood
    finished = serve(config, app)
    # A thread that hangs in a source must not keep the process: everything that counts is kept by now.
    sys.stderr.flush()
    os._exit(0 if finished else 1)


def reload(pid: Annotated[int, typer.Argument(help="The service's process; systemd calls it $MAINPID.")]) -> None:
    """Let a running service take over the configuration as it is written now; ends with 78 where it refuses it."""
    from daemon import reloading

    refused = reloading.ask(pid, _PATIENCE_SECONDS)
    if refused is None:
        typer.echo(f"The service does not say what came of it within {_PATIENCE_SECONDS:.0f} s: see its log.", err=True)
        raise typer.Exit(1)
    if refused:
        typer.echo(f"Refused, the old configuration goes on:\n{refused}", err=True)
        raise typer.Exit(78)
    typer.echo("Taken over.")
