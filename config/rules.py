"""What every rule between sections knows: the settings, the names in them, and how to complain of one."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from config.problems import Path, did_you_mean, listed
from config.settings import Settings
from config.tune import matches

# The value at a path in quotes, as far as it may be shown, given the choices it is compared with.
Quote = Callable[[Path, Collection[str]], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The names that are written in each section, also those of entries that are themselves mistaken."""

    channels: Collection[str]
    kpis: Collection[str]
    sources: Collection[str]
    destinations: Collection[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A problem that knows its path, but not yet its line."""

    path: Path
    message: str
    hint: str
    on_key: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules between the sections of these settings."""

    settings: Settings
    names: Names
    quote: Quote

    def unknown(self, path: Path, value: str, noun: str, choices: Collection[str]) -> Iterator[Complaint]:
        """Complain unless the value at a path is one of the choices."""
        if value not in choices:
            message = f"{self.quote(path, choices)} is no {noun}{did_you_mean(value, choices)}"
            yield Complaint(path=path, message=message, hint=f"{plural(noun)} are: {listed(choices)}.")

    def unmatched(self, path: Path, pattern: str, noun: str, choices: Collection[str]) -> Iterator[Complaint]:
        """Complain unless the name or pattern at a path fits one of the choices."""
        if "*" not in pattern and "?" not in pattern:
            yield from self.unknown(path, pattern, noun, choices)
        elif not any(matches(pattern, choice) for choice in choices):
            message = f"{self.quote(path, choices)} matches no {noun}."
            yield Complaint(path=path, message=message, hint=f"{plural(noun)} are: {listed(choices)}.")


def plural(noun: str) -> str:
    """`Channels`, `Regions of GB`."""
    plural = noun.replace("region of", "regions of") if " of " in noun else noun + "s"
    return plural[0].upper() + plural[1:]
