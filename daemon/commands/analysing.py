"""Analyse: localise, changepoints. They need a file, no configuration."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.commands.options import AsJson, answer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(localise)
    app.command()(changepoints)


def localise(
    table: Annotated[
        Path, typer.Argument(help="CSV (also .gz), Parquet or JSON lines; one row per leaf, dimensions in columns.")
    ],
    actual: Annotated[str, typer.Option("--actual", metavar="COLUMN", help="Column of what was observed.")],
    expected: Annotated[str, typer.Option("--expected", metavar="COLUMN", help="Column of what was expected.")],
    as_json: AsJson = False,
) -> None:
    """Name the few segments that carry the change of a table."""
    from daemon.analysing import localise_table

    found = localise_table(table, actual, expected)
    if as_json:
        answer(found)
        return
    if not found["where"]:
        typer.echo("No segment stands out: everything moved alike, or as much as it always does.")
    for where in found["where"]:
        words = " & ".join(
            f"{name}={value if isinstance(value, str) else ' or '.join(value)}"
            for name, value in where["segment"].items()
        )
        typer.echo(f"{words}: {where['share']:.0%} of the change")


def changepoints(
    file: Annotated[
        Path,
        typer.Argument(help='A column of numbers, a table (its first column of numbers), or JSON {"values": [...]}.'),
    ],
    as_json: AsJson = False,
) -> None:
    """Find when a series changed: the first index, from 0, of each new segment."""
    from daemon.analysing import changepoints_of

    found = changepoints_of(file)
    if as_json:
        answer(found)
        return
    points = found["change_points"]
    typer.echo(
        f"Changed at {', '.join(map(str, points))} (counted from 0)."
        if points
        else "No change: one level or one trend throughout."
    )
