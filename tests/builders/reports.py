"""What a cycle found, where only its incidents matter."""

from collections.abc import Sequence
from datetime import datetime

from daemon.announcing import Notice
from daemon.foresight.telling import Foresight
from daemon.keeping import Report
from daemon.transition import Transition


def report(now: datetime, transitions: Sequence[Transition], alerts: Sequence[Notice]) -> Report:
    """Everything else is in order."""
    return Report(
        now=now,
        transitions=transitions,
        alerts=alerts,
        not_judged=[],
        problems=[],
        judged={},
        unreadable={},
        unread_feeds={},
        foresight=Foresight(),
        aftermath=[],
    )
