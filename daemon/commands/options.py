"""What several commands take: the configuration file, instants, JSON."""

import json
import os
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
        raise typer.BadParameter(
            f"{text!r} is no ISO date or time; write e.g. 2026-03-01 or 2026-03-01T08:15", param_hint=option
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def answer(value: dict[str, Any] | list[Any]) -> None:
    """JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def number(count: int, noun: str) -> str:
    """`no incidents`, `1 incident`, `2 incidents`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def writable(path: Path, option: str) -> None:
    """Refuse a file that cannot be written before work is done for it.

    Raises:
        typer.BadParameter: its folder does not exist, or may not be written to.
    """
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}", param_hint=option)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise typer.BadParameter(f"{path} cannot be written", param_hint=option)
