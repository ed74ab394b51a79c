"""Runs channelwatch as a user would, by its commands: init on the tables, then backtest."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).with_name("channelwatch"))


def data_folder() -> Path | None:
    """Where the labelled data are: CHANNELWATCH_DATA; None when it is not set."""
    named = os.environ.get("CHANNELWATCH_DATA")
    return Path(named) if named else None


def replay(
    tables: Sequence[Path], first: date, last: date, *, timezone: str = "UTC", currency: str = "EUR"
) -> tuple[dict[str, Any], float]:
    """The answer of `backtest` over the cycles of days [first, last), and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return backtest(initialised(tables, Path(folder), timezone=timezone, currency=currency), first, last)


def initialised(tables: Sequence[Path], folder: Path, *, timezone: str = "UTC", currency: str = "EUR") -> Path:
    """The configuration that `init` writes into a folder."""
    config = folder / "channelwatch.yaml"
    named = ("--timezone", timezone, "--currency", currency)
    _run("init", "--from", *map(str, tables), "--output", str(config), *named)
    return config


def backtest(config: Path, first: date, last: date) -> tuple[dict[str, Any], float]:
    """The answer of `backtest` over the cycles of days [first, last), and its seconds."""
    begun = time.perf_counter()
    answer = _run("backtest", "--config", str(config), "--from", first.isoformat(), "--to", last.isoformat(), "--json")
    return json.loads(answer), time.perf_counter() - begun


def kept(file: Path | None, make: Callable[[], tuple[dict[str, Any], float]]) -> tuple[dict[str, Any], float]:
    """An answer and its seconds: from the file of an earlier run, else made and kept there."""
    if file is None:
        return make()
    if not file.exists():
        answer, seconds = make()
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"answer": answer, "seconds": seconds}), encoding="utf-8")
        part.replace(file)
    known = json.loads(file.read_text(encoding="utf-8"))
    return known["answer"], known["seconds"]


def _run(*arguments: str) -> str:
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"channelwatch {arguments[0]} failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return done.stdout
