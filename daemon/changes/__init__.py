"""What was changed, from files, databases and APIs: `Log` is the way in. Evidence for causes, never a reason to expect anything."""

from daemon.changes.asked import asked_feeds, keep_newest
from daemon.changes.log import Log

__all__ = ["Log", "asked_feeds", "keep_newest"]
