"""Which column of a table means what, by the check's configuration; missing ones are named with the nearest there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from config.inputs import Check, Column
from config.settings import Settings
from daemon.errors import SourceRejected

# Columns that we add to the answers of sources begin so.
OURS = "channelwatch_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A column (or, in long tables, a value of kpi_column) that holds a KPI. channel None: the row's own."""

    column: str
    kpi: str
    channel: str | None
    divide_by: float


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What to read of a table. `origin`: what people call it when it is an answer; None: files have names."""

    check_name: str
    check: Check
    measured: tuple[Measured, ...]
    dimensions: tuple[tuple[str, str], ...]
    origin: str | None = None

    def called(self, path: Path) -> str:
        """A file as people know it."""
        return path.name if self.origin is None else self.origin

    @property
    def is_long(self) -> bool:
        """Whether KPIs are rows rather than columns."""
        return self.check.kpi_column is not None

    @property
    def keys(self) -> dict[str, str]:
        """Required columns, and the configuration key that names each."""
        check = self.check
        named = {
            "period": check.period,
            "channel_column": check.channel_column,
            "observed_at": check.observed_at,
            "kpi_column": check.kpi_column,
            "value_column": check.value_column,
        }
        keys = {column: key for key, column in named.items() if column is not None}
        return keys | {column: f"dimensions.{name}" for name, column in self.dimensions}


def mapping_of(name: str, settings: Settings) -> Mapping:
    """The columns that a check reads.

    Raises:
        SourceRejected: two columns claim the same KPI of the same channel.
    """
    check = settings.checks[name]
    measured = []
    for column, target in check.columns.items():
        of = target if isinstance(target, Column) else Column(kpi=target)
        measured.append(Measured(column=column, kpi=of.kpi, channel=of.channel, divide_by=of.divide_by))
    if check.kpi_column is not None and not measured:
        measured = [Measured(column=kpi, kpi=kpi, channel=None, divide_by=1.0) for kpi in settings.kpis]
    claimed: dict[tuple[str, str | None], str] = {}
    for m in measured:
        other = claimed.setdefault((m.kpi, m.channel), m.column)
        if other != m.column:
            raise SourceRejected(
                f"checks.{name}.columns: {other!r} and {m.column!r} both hold {m.kpi}: rename one KPI or give them channels."
            )
    dimensions = tuple((d, of.column or d) for d, of in check.dimensions.items())
    return Mapping(check_name=name, check=check, measured=tuple(measured), dimensions=dimensions)


def require(mapping: Mapping, file: str, present: Sequence[str]) -> None:
    """Refuse a file that lacks a column without which its rows mean nothing.

    Raises:
        SourceRejected: with the file, the column, the nearest one and what to do.
    """
    for column, key in mapping.keys.items():
        if column not in present:
            raise SourceRejected(lacking(mapping, file, column, key, present))


def lacking(mapping: Mapping, file: str, column: str, key: str, present: Sequence[str]) -> str:
    """What to say of a column that is not there."""
    present = [c for c in present if not c.startswith(OURS)]
    near = nearest(column, present)
    hint = f" Nearest: {near!r}." if near else ""
    there = ", ".join(present[:12]) + (", ..." if len(present) > 12 else "")
    where = "in the file" if mapping.origin is None else "in the query" if mapping.check.query else "at the source"
    return (
        f"{file} has no column {column!r}.{hint} It has: {there}. "
        f"Rename the column {where}, or change checks.{mapping.check_name}.{key}."
    )


def nearest(word: str, present: Sequence[str]) -> str | None:
    """The most similar of some words; None: nothing is like it."""
    lower = {name.lower(): name for name in present}
    found = get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    return lower[found[0]] if found else None
