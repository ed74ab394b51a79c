"""The rows of an HTTP API: asks for a window, part by part and page by page, as the check's `request` says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from config import api_checks
from config.settings import Settings
from config.sources import HttpSource, answer_paths
from config.sources.request import Paging, Request
from daemon import periods
from daemon.errors import SourceRejected
from daemon.http_client import Reply
from daemon.redact import Redactor, secrets_of
from daemon.sources import http_rows, period_words
from daemon.sources.asking import Asker, Patience, Question
from daemon.sources.google_api import TOKENS
from daemon.sources.google_key import account_of
from daemon.sources.http_request import Place, question, secrets_sent
from daemon.sources.http_rows import Answer, Row, WrongAnswer
from daemon.sources.pulled import Notice, Rows, Window

# More pages than any report of ours has: a loop that the other side did not end.
_MOST_PAGES = 2_000
_REDIRECTS = (301, 302, 303, 307, 308)
_MEGABYTE = 1_000_000


def rows(name: str, settings: Settings, folder: Path, window: Window, patience: Patience | None = None) -> Rows:
    """What an API says of a window's periods for the check `name`.

    Raises:
        SourceRejected: the check does not say what to ask.
    """
    check = settings.checks[name]
    source = settings.sources[check.source]
    if not isinstance(source, HttpSource) or check.request is None:
        raise SourceRejected(f"checks.{name}: it needs a source of kind http, and a request.")
    asker = _asker(f'check "{name}"', check.source, source, settings, patience)
    reads = Reads(
        columns=tuple(api_checks.read_columns(check)), period=check.period, as_written=bool(check.period_format)
    )
    return _rows(_Pull(asker, source, check.request, reads, folder), window)


def changes(name: str, settings: Settings, folder: Path, window: Window, patience: Patience | None = None) -> Rows:
    """What an API says of the changes in a window, for the feed `name`.

    Raises:
        SourceRejected: the feed does not say what to ask.
    """
    feed = settings.changes[name]
    source = settings.sources[feed.source or ""]
    if not isinstance(source, HttpSource) or feed.request is None:
        raise SourceRejected(f"changes.{name}: it needs a source of kind http, and a request.")
    fields = feed.request.fields
    columns = tuple(dict.fromkeys(c for c in feed.columns.values() if c in fields or not fields))
    asker = _asker(f'changes "{name}"', feed.source or "", source, settings, patience)
    reads = Reads(columns=columns, optional=frozenset(columns) - feed.required)
    return _rows(_Pull(asker, source, feed.request, reads, folder), window)


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What is read of each row. optional: columns that may be absent. period: the one with the period, if there is one;
    as_written: in a form that the table's reader knows.
    """

    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    period: str | None = None
    as_written: bool = False


def _asker(who: str, source_name: str, source: HttpSource, settings: Settings, patience: Patience | None) -> Asker:
    return Asker(
        what=who,
        source=source_name,
        patience=patience or Patience(),
        hide=Redactor([*secrets_of(settings), *secrets_sent(source)]),
        timeout_seconds=source.timeout_seconds,
        most_bytes=int(source.max_mb * _MEGABYTE),
        allow_private=source.allow_private,
    )


def _rows(pull: "_Pull", window: Window) -> Rows:
    return Rows(columns=pull.reads.columns, rows=pull.rows(window), notices=pull.notices)


class _Pull:
    """One pull of one check or feed."""

    def __init__(self, asker: Asker, source: HttpSource, request: Request, reads: Reads, folder: Path) -> None:
        self.asker, self.source, self.request, self.reads, self.folder = asker, source, request, reads, folder
        self.notices: list[Notice] = []

    def rows(self, window: Window) -> Iterator[Row]:
        count = 0
        for part in _parts(window, self.request.periods_at_once):
            for row in self.pages(part):
                count += 1
                yield row
        if not count:
            days = f"{window.since.astimezone(window.zone):%Y-%m-%d} to {window.until.astimezone(window.zone):%Y-%m-%d}"
            self.notices.append(Notice(kind="late", detail=f"the source answered without any row for {days}"))

    def pages(self, window: Window) -> Iterator[Row]:
        paging = self.request.paging
        place = Place(page=paging.first if paging else 1)
        asked = question(self.source, self.request, window, place)
        before: bytes | None = None
        for _ in range(_MOST_PAGES):
            reply = self.ask(asked)
            answer = self.read(reply)
            if answer.items and reply.body == before:
                raise self.asker.rejected(
                    "the next page is the last one once more: check paging, and where the request writes the page"
                )
            before = reply.body
            for row in answer.rows:
                yield self.dated(row, window)
            following = self.following(paging, place, asked, reply, answer, window)
            if following is None:
                return
            place, asked = following
        raise self.asker.rejected(
            f"the answer has more than {_MOST_PAGES} pages: ask for fewer periods, or for larger pages"
        )

    def following(
        self, paging: Paging | None, place: Place, asked: Question, reply: Reply, answer: Answer, window: Window
    ) -> tuple[Place, Question] | None:
        """What to ask for the next page; None after the last one."""
        if paging is None:
            return None
        if paging.by == "link":
            url = self.link(paging, reply, answer)
            return (place, replace(asked, url=url, query=self.kept(url))) if url else None
        if paging.by == "cursor":
            cursor = self.next_of(paging, answer)
            if cursor is None or cursor in ("", place.cursor):
                return None
            further = replace(place, cursor=cursor)
        elif answer.items < (paging.size or 1):
            return None
        else:
            further = replace(place, offset=place.offset + answer.items, page=place.page + 1)
        return further, question(self.source, self.request, window, further)

    def next_of(self, paging: Paging, answer: Answer) -> str | int | None:
        if paging.next is None or answer.document is None:
            return None
        try:
            found = [m.value for m in answer_paths.find(answer_paths.parse(paging.next), answer.document)]
        except ValueError as error:
            raise self.asker.rejected(f"paging.next: {paging.next}: {error}") from None
        value: Any = found[0] if found else None
        if value is None or value is False:
            return None
        if isinstance(value, str | int) and not isinstance(value, bool):
            return value
        raise self.asker.rejected(f"paging.next: {paging.next} leads to no single text or number")

    def link(self, paging: Paging, reply: Reply, answer: Answer) -> str | None:
        """The next page's URL, which must lead to the same place: our key goes with it."""
        found = _link_header(reply) if paging.next is None else self.next_of(paging, answer)
        if not found:
            return None
        base = self.source.url.get_secret_value().strip()
        url = urljoin(base, str(found))
        if _origin(url) != _origin(base):
            raise self.asker.rejected("the next page is said to be on another host, which must not get our key")
        return url

    def kept(self, url: str) -> dict[str, str]:
        """What makes us known in the URL of a next page; everything else is in it."""
        auth = self.source.auth
        if auth is None or auth.query is None or auth.value is None or f"{auth.query}=" in urlsplit(url).query:
            return {}
        return {auth.query: auth.value.get_secret_value().strip()}

    def ask(self, asked: Question) -> Reply:
        """A successful answer; a GET is sent on where the source allows it."""
        asked = self.known(asked)
        for _ in range(self.source.redirects + 1):
            reply = self.asker.ask(asked)
            if 200 <= reply.status < 300:
                return reply
            target = reply.headers.get("location")
            if reply.status not in _REDIRECTS or not self.source.redirects or not target or asked.method != "GET":
                break
            url = urljoin(asked.url, target)
            if _origin(url)[0] == "http" and _origin(asked.url)[0] == "https":
                raise self.asker.rejected("it sends us from https to plain http")
            same = _origin(url) == _origin(asked.url)
            asked = Question(method="GET", url=url, headers=asked.headers if same else {})
        raise self.asker.refusal(reply)

    def known(self, asked: Question) -> Question:
        """The question with a token of Google's, where the source is known by one."""
        auth = self.source.auth
        if auth is None or auth.service_account is None or auth.scope is None:
            return asked
        account = account_of(auth.service_account, self.folder, self.asker.rejected)
        token = TOKENS.token(account, auth.scope, self.asker)
        return replace(asked, headers={**asked.headers, "Authorization": f"Bearer {token}"})

    def read(self, reply: Reply) -> Answer:
        try:
            if self.source.format == "csv":
                return http_rows.of_csv(reply.body, self.reads.columns, self.reads.optional)
            return http_rows.of_json(reply.body, self.request, self.reads.columns, self.reads.optional)
        except WrongAnswer as error:
            said = self.asker.words(reply) if "failed" in str(error) else ""
            raise self.asker.rejected(f"{self.asker.clean(str(error))}{said}") from None

    def dated(self, row: Row, window: Window) -> Row:
        """The row with its period as ISO text."""
        if self.reads.period is None:
            return row
        at = self.reads.columns.index(self.reads.period)
        period = row[at]
        if period is None:  # a sum below a sheet: the table's reader tells of it
            return row
        if self.reads.as_written:
            return (*row[:at], str(period), *row[at + 1 :])
        if isinstance(period, bool) or not isinstance(period, str | int | float):
            raise self.asker.rejected(f"a row has no period: {self.reads.period} is {period!r}")
        try:
            return (*row[:at], period_words.iso(period, window), *row[at + 1 :])
        except ValueError:
            shown = self.asker.clean(repr(period))
            raise self.asker.rejected(
                f"{self.reads.period} holds {shown}, which is no date and no instant: set period_format"
            ) from None


def _parts(window: Window, periods_at_once: int | None) -> Iterator[Window]:
    """The window in parts that the API takes, oldest first."""
    since = window.since
    while since < window.until:
        until = since
        for _ in range(periods_at_once or 0):
            if until < window.until:
                until = periods.following(until, window.cadence, window.zone)
        until = min(until, window.until) if periods_at_once else window.until
        yield replace(window, since=since, until=until)
        since = until


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def _link_header(reply: Reply) -> str | None:
    """The URL of rel="next" in the header Link (RFC 8288)."""
    for part in reply.headers.get("link", "").split(","):
        target, _, parameters = part.partition(";")
        if any(p.strip().lower().replace('"', "") == "rel=next" for p in parameters.split(";")):
            return target.strip().removeprefix("<").removesuffix(">")
    return None
