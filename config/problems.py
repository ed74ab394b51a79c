"""What is wrong with a configuration, in words for the person who wrote it. Values of secret fields never get here."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]

_LONGEST_NAME = 60

# How alike two words must be for "did you mean" (difflib's ratio): one wrong letter weighs more in a short word.
_SHORT, _LIKENESS_OF_SHORT, _LIKENESS = 6, 0.6, 0.7
# One letter off in a longer word: nearer than a word that only begins alike.
_ALMOST = 0.9
# So short a word is like too many others.
_TOO_SHORT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong, what to do.

    `file` is the configuration file, or the environment variable or credential file that gave the value; then there is no line.
    `path` is the key as spoken: checks.marketing.cadence, routes[0].to; empty for the whole file.
    """

    file: str
    line: int | None = None
    column: int | None = None
    path: str = ""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column or 1}"
        what = f"{self.path}: {self.message}" if self.path else self.message
        stop = "" if what.endswith((".", "?")) else "."
        return f"{place}  {what}{stop}" + (f"\n    {self.hint}" if self.hint else "")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` holds every mistake, in order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=_order)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _order(problem: Problem) -> tuple[bool, int, int, str, str, str]:
    return (problem.line is None, problem.line or 0, problem.column or 0, problem.file, problem.path, problem.message)


def spoken(path: Path) -> str:
    """The path as people say it: routes[0].to."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{name(part)}" for part in path)
    return text.removeprefix(".")


def name(key: str) -> str:
    """A key fit for a message; what looks like an address or is very long may be a secret on the wrong side of a colon."""
    unfit = "://" in key or len(key) > _LONGEST_NAME or not key.isprintable()
    return "…" if unfit else key or "''"


def nearest(word: str, choices: Iterable[str], *, likeness: float | None = None) -> str | None:
    """The choice that was probably meant, if any; a likeness of 1 means equal but for case."""
    if len(word) <= _TOO_SHORT and likeness is None:
        likeness = 1.0  # "no" is no misspelt "info"
    if likeness is None:
        likeness = _LIKENESS if len(word) > _SHORT else _LIKENESS_OF_SHORT
    by_lower = {choice.lower(): choice for choice in choices}
    if almost := difflib.get_close_matches(word.lower()[:_LONGEST_NAME], by_lower, n=1, cutoff=max(likeness, _ALMOST)):
        return by_lower[almost[0]]
    begun = [choice for choice in by_lower if _begins(choice, word.lower())]
    if likeness < 1 and word.lower() not in by_lower and len(begun) == 1:
        return by_lower[begun[0]]
    found = difflib.get_close_matches(word.lower()[:_LONGEST_NAME], by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else None


def _begins(one: str, other: str) -> bool:
    """Whether one of two words is how the other begins, so that it may be its short form: sat, saturday."""
    short, long = sorted((one, other), key=len)
    return len(short) > _TOO_SHORT and long.startswith(short)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Ends a sentence: ". Did you mean 'day'?" or "."."""
    meant = nearest(word, choices)
    return "." if meant is None else f". Did you mean '{name(meant)}'?"


def listed(choices: Iterable[str], most: int = 12) -> str:
    """Choices for a remedy, shortened when there are many."""
    words = [name(choice) for choice in choices]
    if not words:
        return "none yet"
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")
