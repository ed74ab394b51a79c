"""From tables to a working configuration, without a question: find them, profile them, infer, write.

A table format that is not read yet goes into `tables` and `profile`; a word that is not understood goes into
config/vocabulary.yaml; how a configuration looks is `write`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daemon.initialise.infer import infer
from daemon.initialise.profile import Profile, UnreadableError, profile
from daemon.initialise.tables import InitError, WrongArgument, find
from daemon.initialise.write import render


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was written, and what the user should know about it."""

    output: Path
    checks: int
    channels: int
    kpis: int
    notes: tuple[str, ...]


def initialise(paths: Sequence[Path], output: Path, timezone: str | None = None, currency: str | None = None) -> Report:
    """Write a configuration for the business whose tables (or folders of tables) these are; an existing file is replaced.

    Raises:
        InitError: with what to mend, and nothing is written.
    """
    if timezone is not None:
        _check_zone(timezone)
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        raise WrongArgument(f"{currency!r} is no currency: write the ISO code of three capital letters, e.g. GBP")
    tables, notes = find(paths)
    profiles: list[Profile] = []
    for table in tables:
        try:
            profiles.append(profile(table))
        except UnreadableError as problem:
            notes.append(f"{table.pattern}: could not be read ({problem}); ignored")
    draft = infer(profiles, output, timezone, currency)
    notes += draft.notes
    if not draft.checks:
        raise InitError("none of the tables can be watched:\n" + "\n".join(f"  {note}" for note in notes))
    if output.exists():
        notes.append(f"{output}: the file that was there has been replaced")
    if timezone is None:
        notes.append("times are taken as UTC: give --timezone, or set timezone in the file")
    if not draft.currency_known:
        notes.append("money is taken as EUR: give --currency, or set currency in the file")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(render(draft), encoding="utf-8")
    except OSError as problem:
        raise WrongArgument(f"{output} cannot be written ({problem.strerror}): give another --output") from problem
    return Report(
        output=output, checks=len(draft.checks), channels=len(draft.channels), kpis=len(draft.kpis), notes=tuple(notes)
    )


def _check_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise WrongArgument(f"{timezone!r} is no time zone: write an IANA zone, e.g. Europe/London or UTC") from problem


__all__ = ["InitError", "Report", "initialise"]
