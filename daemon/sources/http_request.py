"""A check's request with its placeholders filled in, as one question to an API."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

from config.sources import HttpSource, templates
from config.sources.http import Auth
from config.sources.request import Request, body_of
from config.sources.templates import Hole
from daemon.sources.asking import Question
from daemon.sources.pulled import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which part of a long answer is meant. cursor None: the first."""

    cursor: str | int | None = None
    offset: int = 0
    page: int = 1


def question(source: HttpSource, request: Request, window: Window, place: Place) -> Question:
    """What to ask for one part of a window."""
    fill = _Filler(window, place)
    auth = _Sent.of(source.auth)
    path = "".join(p if isinstance(p, str) else quote(fill.text(p), safe="") for p in templates.parse(request.path))
    body = body_of(request.body) if request.body is not None else None
    form = {**fill.mapping(request.form), **auth.form}
    return Question(
        method=request.method,
        url=source.url.get_secret_value().strip().rstrip("/") + path,
        headers={**source.headers, **fill.mapping(request.headers), **auth.headers},
        query={**source.query, **fill.mapping(request.query), **auth.query},
        json=None if isinstance(body, str) or body is None else fill.inside(body),
        form=form or None,
        content=fill.line(body).encode() if isinstance(body, str) else None,
    )


def secrets_sent(source: HttpSource) -> list[str]:
    """Secrets in the form in which they are sent, such as a user name and password in one."""
    sent = _Sent.of(source.auth)
    return [
        part for values in (sent.headers, sent.query, sent.form) for value in values.values() for part in value.split()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What makes us known, by the part of the request that it goes into."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]

    @classmethod
    def of(cls, auth: Auth | None) -> "_Sent":
        headers: dict[str, str] = {}
        query: dict[str, str] = {}
        form: dict[str, str] = {}
        if auth is not None:
            if auth.bearer is not None:
                headers["Authorization"] = f"Bearer {auth.bearer.get_secret_value().strip()}"
            if auth.username is not None and auth.password is not None:
                pair = f"{auth.username.get_secret_value()}:{auth.password.get_secret_value()}"
                headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
            if auth.value is not None:
                value = auth.value.get_secret_value().strip()
                for name, sent in ((auth.header, headers), (auth.query, query), (auth.form, form)):
                    if name is not None:
                        sent[name] = value
        return cls(headers=headers, query=query, form=form)


class _Absent:
    """What stands for a cursor on the first page: the key that holds nothing else is left out."""


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class _Filler:
    window: Window
    place: Place

    def inside(self, value: Any) -> Any:
        """A JSON body with its texts filled in; a text that is nothing but a number's placeholder becomes a number."""
        match value:
            case str():
                parts = templates.parse(value)
                if len(parts) == 1 and isinstance(parts[0], Hole):
                    return self.value(parts[0])
                return self.line(value)
            case dict():
                filled = {key: self.inside(item) for key, item in value.items()}
                return {key: item for key, item in filled.items() if item is not _ABSENT}
            case list():
                return [item for item in map(self.inside, value) if item is not _ABSENT]
            case _:
                return value

    def mapping(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Names with their texts filled in, without those that would hold an absent cursor alone."""
        filled = {name: self.inside(text) for name, text in texts.items()}
        return {name: str(text) for name, text in filled.items() if text is not _ABSENT}

    def line(self, text: str) -> str:
        """One text filled in."""
        return "".join(part if isinstance(part, str) else self.text(part) for part in templates.parse(text))

    def text(self, hole: Hole) -> str:
        """What stands in a hole, as text; an absent cursor is nothing."""
        value = self.value(hole)
        return "" if value is _ABSENT else str(value)

    def value(self, hole: Hole) -> Any:
        """What stands in a hole."""
        match hole.name:
            case "cursor":
                return _ABSENT if self.place.cursor is None else self.place.cursor
            case "offset":
                return self.place.offset
            case "page":
                return self.place.page
            case _:
                return instant(self.window, hole)


def instant(window: Window, hole: Hole) -> str | int:
    """The start, the end or the last moment of a window, as a request writes it. As dates, `until` is the day after `last`."""
    last = window.until.astimezone(UTC) - timedelta(seconds=1)
    at = {"since": window.since, "until": window.until, "last": last}[hole.name]
    local = at.astimezone(window.zone)
    match hole.form:
        case "" | "date":
            if hole.name == "until":
                return (last.astimezone(window.zone).date() + timedelta(days=1)).isoformat()
            return local.date().isoformat()
        case "iso":
            return local.isoformat(timespec="seconds")
        case "utc":
            return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "unix":
            return int(at.timestamp())
        case "unix_ms":
            return int(at.timestamp()) * 1000
        case pattern:
            return local.strftime(pattern)
