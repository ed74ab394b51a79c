"""Keep it running: doctor, backup."""

import os
from pathlib import Path
from typing import Annotated

import typer

from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(doctor)
    app.command()(backup)


def doctor(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Look at everything that a run needs: files, state, sources, destinations, machine. Changes and sends nothing."""
    from daemon.app import utc_now
    from daemon.doctor import Verdict, examine, worst

    lines = examine(config, os.environ, utc_now())
    verdict = worst(lines)
    if as_json:
        found = [{"verdict": str(n.verdict), "what": n.what, "seen": n.seen, "todo": n.todo} for n in lines]
        answer({"verdict": str(verdict), "lines": found})
    else:
        for line in lines:
            typer.echo(f"{line.verdict:5} {line.what}: {line.seen}".rstrip(".") + f". {line.todo}".rstrip())
    if verdict is Verdict.FAIL:
        raise typer.Exit(1)


def backup(
    config: ConfigFile = DEFAULT_CONFIG,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", help="A file, or a folder for a file with the time in its name; default: beside the state."
        ),
    ] = None,
) -> None:
    """Copy the state while the service runs, and look through the copy for damage."""
    from config.load import load
    from daemon.app import utc_now
    from daemon.store.backup import backup as copied

    written = copied(load(config).store.url, config.resolve().parent, to, utc_now())
    typer.echo(f"Wrote {written} ({written.stat().st_size / 1e6:.1f} MB), looked through: sound.")
