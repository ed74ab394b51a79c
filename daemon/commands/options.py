"""What several commands take: the configuration file, instants, JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration file.", show_default=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output; logs go to standard error.")]
DEFAULT_CONFIG = Path("channelwatch.yaml")


def instant(text: str, zone: ZoneInfo, option: str) -> datetime:
    """An ISO date or time; without an offset it is in the configuration's zone.

    Raises:
        typer.BadParameter: the text is no ISO time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no ISO date or time; write e.g. 2026-03-01 or 2026-03-01T08:15", param_hint=option) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def answer(value: dict[str, Any] | list[Any]) -> None:
    """JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
