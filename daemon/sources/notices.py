"""What a source says against its own answer, as a data problem of the check. Pure."""

from datetime import datetime

import numpy as np

from daemon.sources.health import Facts
from daemon.sources.problems import DataProblem, ProblemKind, labels
from daemon.sources.table import Table


def notice_problems(table: Table, facts: Facts, now: datetime) -> list[DataProblem]:
    """The notices of the newest answer that was there at `now`, about the newest period."""
    last = max((said for said in table.notices if said.at <= now), key=lambda said: said.at, default=None)
    if last is None or not len(facts.axis):
        return []
    newest = len(facts.axis) - 1
    return [
        DataProblem(
            check=facts.check,
            channel=None,
            kind=ProblemKind(kind),
            periods=labels(facts.axis, np.array([newest])),
            detail=words,
            since=facts.axis.start(newest),
            until=None,
            overdue=False,
        )
        for kind, words in last.notices
    ]
