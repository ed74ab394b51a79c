"""Joins the groups of files of a check to one table."""

from datetime import datetime

import numpy as np

from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.sources import timeline
from daemon.sources.columns import Mapping
from daemon.sources.pieces import Piece
from daemon.sources.reshape import needs_detail, with_channels
from daemon.sources.table import RowProblem, Table
from daemon.sources.timeline import zone_of


def assemble(
    pieces: list[Piece], mapping: Mapping, settings: Settings, problems: list[RowProblem], until: datetime | None
) -> Table:
    """Join the groups to one table."""
    table = with_channels([p.wide for p in pieces], mapping)
    told = [*problems, *(p for piece in pieces for p in piece.problems)]
    if not len(table.period):
        first = f" First: {told[0]}." if told else ""
        what = "its files have a header and no usable rows" if mapping.origin is None else "no answer has usable rows"
        raise SourceRejected(f"checks.{mapping.check_name}: {what}.{first}")
    if until is not None:
        ahead = table.period > timeline.wall(until, zone_of(mapping.check, settings))
        if ahead.any():
            latest = str(table.period[ahead].max().astype("datetime64[D]"))
            told.append(
                RowProblem(
                    file=mapping.check_name,
                    line=None,
                    column=mapping.check.period,
                    sample=latest,
                    count=int(ahead.sum()),
                    message=f"rows lie in the future, up to {latest}; they are not looked at before their time",
                )
            )
    unknown = dict.fromkeys(c for piece in pieces for c in piece.unknown_columns)
    return Table(
        period=table.period,
        observed=table.observed,
        gone=table.gone if table.gone.any() else None,
        channel=table.channel,
        channels=table.channels,
        dimensions=table.dimensions,
        dimension_names=tuple(sorted(d for d, _ in mapping.dimensions)),
        dimension_values=table.labels,
        kpis=table.kpis,
        values=table.values,
        damaged=np.argwhere(table.damaged),
        identity=table.identity,
        detail=table.detail if needs_detail(table) else None,
        row_problems=tuple(told),
        unknown_columns=tuple(unknown),
    )
