"""When a target is worth a message: once when its miss becomes likely, again only when that clearly changes. Pure."""

from daemon.foresight.model import CLEAR, NO_MORE, Pace
from daemon.model import Change


def change_of(now: Pace, told: Pace | None) -> Change:
    """What is new since people were last told of the target; told: how it stood then, None: they were not, or it is well again."""
    if now.reason:
        return Change.NOTHING
    if told is None or told.month != now.month:
        return Change.OPENED if now.is_likely_missed else Change.NOTHING
    if now.missed < NO_MORE:
        return Change.RESOLVED
    if not now.is_likely_missed:
        return Change.NOTHING
    if now.month is None:
        return Change.WORSE if now.missed == 1 > told.missed else Change.NOTHING
    if told.lower is None or told.upper is None or now.expected is None or told.lower <= now.expected <= told.upper:
        return Change.NOTHING
    if abs(now.gap - told.gap) < CLEAR:
        return Change.NOTHING
    return Change.WORSE if now.gap > told.gap else Change.BETTER
