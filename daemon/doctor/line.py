"""What was looked at, and how it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is, best first."""

    OK = "ok"
    WARN = "warn"  # it runs, but somebody should look
    FAIL = "fail"  # it does not run


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at: what it is, what was seen, and what to do where it is not ok."""

    verdict: Verdict
    what: str
    seen: str
    todo: str = ""


def ok(what: str, seen: str) -> Line:
    """All is well."""
    return Line(verdict=Verdict.OK, what=what, seen=seen)


def warn(what: str, seen: str, todo: str) -> Line:
    """It runs, but somebody should look."""
    return Line(verdict=Verdict.WARN, what=what, seen=seen, todo=todo)


def fail(what: str, seen: str, todo: str) -> Line:
    """It does not run."""
    return Line(verdict=Verdict.FAIL, what=what, seen=seen, todo=todo)


def worst(lines: Iterable[Line]) -> Verdict:
    """The verdict on all of them."""
    order = list(Verdict)
    return max((line.verdict for line in lines), key=order.index, default=Verdict.OK)
