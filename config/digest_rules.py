"""What digests and budgets ask of each other: nothing that is held back may be lost, and nothing may open what nobody closes."""

from collections import Counter
from collections.abc import Iterator

from config.digests import Digest, Every
from config.outputs import is_pager
from config.problems import Path, name
from config.routes import Route, Weekday
from config.rules import Complaint
from config.settings import Settings


def complaints(settings: Settings) -> Iterator[Complaint]:
    """Every rule about digests and budgets that these settings break; names that are unknown are another's matter."""
    pagers = {n for n, of in settings.destinations.items() if is_pager(of)}
    for index, digest in enumerate(settings.digests):
        yield from _digest(settings, index, digest, pagers)
    for position, value in enumerate(settings.upkeep.quiet_note.to):
        if value in pagers:
            yield _pager(("upkeep", "quiet_note", "to", position), value, "a note")
    with_digest = {n for digest in settings.digests for n in digest.to}
    for index, route in enumerate(settings.routes):
        if route.most_per_day is None:
            continue
        at: Path = ("routes", index, "most_per_day")
        if set(route.to) <= pagers:
            message = "a pager has no budget: what is sent there pages somebody, at once."
            yield Complaint(path=at, message=message, hint="Remove it; min_severity says what pages.", on_key=True)
        elif lost := [n for n in route.to if n not in with_digest | pagers and n in settings.destinations]:
            message = f"what the budget holds back would never be told at '{name(lost[0])}', which gets no digest."
            hint = f"Add - {{to: [{name(lost[0])}], every: day}} to the digests, or remove most_per_day."
            yield Complaint(path=at, message=message, hint=hint, on_key=True)


def _digest(settings: Settings, index: int, digest: Digest, pagers: set[str]) -> Iterator[Complaint]:
    at: Path = ("digests", index)
    for position, value in enumerate(digest.to):
        if value in pagers:
            yield _pager((*at, "to", position), value, "a digest")
        routes = [r for r in settings.routes if value in r.to]
        if routes and all(_never(digest, r) for r in routes):
            message = f"it would never come: its time lies in the quiet hours of every route to '{name(value)}'."
            hint = "Write another `at` or weekday, or other quiet hours."
            yield Complaint(path=(*at, "to", position), message=message, hint=hint)
    for value, times in Counter(digest.to).items():
        if times > 1:
            yield Complaint(path=(*at, "to"), message=f"'{name(value)}' is there twice.", hint="Keep one.")


def _pager(path: Path, value: str, what: str) -> Complaint:
    message = f"'{name(value)}' is a pager: {what} would open an incident there that nobody resolves."
    return Complaint(path=path, message=message, hint="Name a chat channel or a mailbox.")


def _never(digest: Digest, route: Route) -> bool:
    """Whether a route is quiet whenever the digest is due; in different zones nobody can tell for good."""
    if route.quiet is None or route.timezone != digest.timezone:
        return False
    if digest.every is Every.WEEK and (digest.weekday or Weekday.MON) in route.quiet.days:
        return True
    return route.quiet.covers(digest.at)
