"""Set up: init, validate, schema."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, ConfigFile, number


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(validate)
    app.command()(schema)


def init(
    source: Annotated[
        list[Path],
        typer.Option(
            "--from", help="A table or a folder of tables of one business; may be repeated, and more may follow."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", help="The file to write.")] = DEFAULT_CONFIG,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="IANA zone of the tables' times; default UTC.")
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="ISO code, e.g. GBP.")] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More tables.", show_default=False)] = None,
) -> None:
    """Write a working, commented configuration from your tables. Never asks."""
    from daemon.initialise import initialise

    report = initialise([*source, *(more or [])], output, timezone, currency)
    for note in report.notes:
        typer.echo(note, err=True)
    typer.echo(f"Wrote {output}. Next: channelwatch validate --config {output}", err=True)


def validate(
    config: ConfigFile = DEFAULT_CONFIG,
    explain: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--explain",
            metavar="CHANNEL KPI",
            help="Show which line of tuning wins for a series; CHANNEL may be `business`.",
        ),
    ] = None,
) -> None:
    """Check the configuration: every mistake at once, each with its line and its remedy."""
    from daemon.advice import advice
    from daemon.app import connected
    from daemon.destinations.contract import Context

    app = opened(config, throw_away=True)
    connected(config, app.settings, Context(store=app.store, folder=config.resolve().parent))
    settings = app.settings
    if explain is not None:
        _explain(config, *explain)
        return
    checks = [name for name, check in settings.checks.items() if check.enabled]
    typer.echo(
        f"{config}: fine. {number(len(settings.channels), 'channel')}, {number(len(settings.kpis), 'KPI')}, "
        f"{number(len(checks), 'check')}: {', '.join(checks)}"
    )
    for said in advice(settings, config.resolve().parent):
        typer.echo(f"warning: {said}", err=True)


def _explain(config: Path, channel: str, kpi: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from config import yaml_file
    from config.load import load
    from config.outputs import Severity
    from config.tune import explain
    from daemon.routing import BUSINESS, goes_to

    settings = load(config)
    if kpi not in settings.kpis:
        raise typer.BadParameter(
            f"there is no KPI {kpi!r}; known are {', '.join(settings.kpis)}", param_hint="--explain"
        )
    if channel != BUSINESS and channel not in settings.channels:
        raise typer.BadParameter(
            f"there is no channel {channel!r}; known are {BUSINESS}, {', '.join(settings.channels)}",
            param_hint="--explain",
        )
    table = Table("setting", "value", "from", title=f"{channel} {kpi}", title_justify="left", box=None)
    for line in explain(settings, yaml_file.read(config), None if channel == BUSINESS else channel, kpi):
        table.add_row(line.setting, line.value, f"{line.where}  {line.path}")
    console = Console(width=120)
    console.print(table)
    ways = Table("severity", "goes to", title="routes", title_justify="left", box=None)
    for severity in Severity:
        ways.add_row(severity, ", ".join(goes_to(settings, channel, kpi, severity)) or "nobody")
    console.print(ways)


def schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from config.schema import text

    typer.echo(text(), nl=False)
