"""Looks at everything that a run needs, without changing or sending anything: one line each, with what to do.

To look at something more: a function here that gives lines, and its name in `examine`.
"""

from daemon.doctor.examine import examine
from daemon.doctor.line import Line, Verdict, worst

__all__ = ["Line", "Verdict", "examine", "worst"]
