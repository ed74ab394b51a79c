"""How long somebody asks to be left alone: for a time that begins with their answer, or until an instant of their clock."""

from datetime import UTC, datetime, timedelta

Wait = timedelta | datetime

# A longer wait is for ever, and this one can still be added to.
LONGEST = timedelta(days=36525)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def until(wait: Wait, now: datetime) -> datetime:
    """When it ends, for somebody who has just been answered; what has passed ends now."""
    return max(now, wait if isinstance(wait, datetime) else now + wait)
