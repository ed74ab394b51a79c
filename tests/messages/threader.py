"""Threads as a mail program makes them of headers alone: Jamie Zawinski's algorithm (https://www.jwz.org/doc/threading.html), steps 1 to 4.

Subjects are not looked at (its step 5): what stays together here does so in a program that does not look either.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_ID = re.compile(r"<[^<>\s]+>")


@dataclass(eq=False)
class Container:
    """A place in a thread; `message` is None for one that is only referred to."""

    message: Any = None
    parent: "Container | None" = None
    children: list["Container"] = field(default_factory=list)

    def messages(self) -> list[Any]:
        """All messages at and below it."""
        own = [] if self.message is None else [self.message]
        return own + [m for child in self.children for m in child.messages()]

    def holds(self, other: "Container") -> bool:
        """Whether another one is it, or is below it."""
        return self is other or any(child.holds(other) for child in self.children)


def threads(messages: Iterable[tuple[dict[str, str], Any]]) -> list[list[Any]]:
    """The messages of each thread, given with their headers."""
    known: dict[str, Container] = {}

    def place(name: str) -> Container:
        return known.setdefault(name, Container())

    for headers, message in messages:
        named = {name.lower(): value for name, value in headers.items()}
        own = place(named["message-id"])
        own.message = message
        chain = _ID.findall(named.get("references", "")) or _ID.findall(named.get("in-reply-to", ""))[:1]
        before: Container | None = None
        for container in map(place, chain):
            if before is not None and container.parent is None and not container.holds(before):
                _join(container, before)
            before = container
        if own.parent is not None:
            own.parent.children.remove(own)
            own.parent = None
        if before is not None and not own.holds(before):
            _join(own, before)
    return [found for c in known.values() if c.parent is None and (found := c.messages())]


def _join(child: Container, parent: Container) -> None:
    child.parent = parent
    parent.children.append(child)
