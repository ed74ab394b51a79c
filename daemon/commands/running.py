"""Run for good: run."""

import faulthandler
import os
import sys

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, ConfigFile


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


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
