"""What a feed of changes may ask of its source: which of its keys have a meaning there, and which it needs."""

from collections.abc import Iterator

from config import api_checks, queries
from config.api_checks import Trouble
from config.changes import ChangeFeed
from config.sources import HttpSource, Source, SqlSource


def troubles(feed: ChangeFeed, source: Source | None) -> Iterator[Trouble]:
    """Every rule that a feed breaks. source: that which it names; None: it is a file, or the source is not known."""
    if feed.source is not None and source is None:
        return
    kind = f"a source of kind {source.kind}" if source else "a file"
    if source is not None and not isinstance(source, SqlSource | HttpSource):
        hint = "Write path: FILE, or name a source of kind sql or http."
        yield ("source",), f"{kind} has no changes.", hint
        return
    for key, has_meaning in (("query", isinstance(source, SqlSource)), ("request", isinstance(source, HttpSource))):
        if getattr(feed, key) is not None and not has_meaning:
            yield (key,), f"`{key}` has no meaning for {kind}.", f"Remove {key}."
    match source:
        case SqlSource():
            example = "SELECT at, title FROM deploys WHERE at >= :since AND at < :until"
            if found := queries.complaint(feed.query, example):
                yield found
        case HttpSource():
            yield from _http(feed, source)


def _http(feed: ChangeFeed, source: HttpSource) -> Iterator[Trouble]:
    yield from api_checks.asking(feed.request, source)
    if feed.request is None or source.format == "csv" or not feed.request.fields:
        return
    for part, column in feed.columns.items():
        if column in feed.required and column not in feed.request.fields:
            key = f"{part}_column" if part in ("kind", "channel") else part
            where = (key,) if key in feed.model_fields_set else ("request", "fields")
            hint = f"Add it to request.fields with its path. There are: {', '.join(feed.request.fields)}."
            yield where, f"nothing says where the column {column!r} is in the answer.", hint
