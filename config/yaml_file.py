"""Reads the YAML that a configuration may use, and nothing more: no anchors, tags, duplicate keys or several documents."""

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from config.problems import ConfigError, Problem, name, spoken
from config.problems import Path as KeyPath
from config.tree import Node, Origin

LARGEST_BYTES = 1_000_000
DEEPEST = 20
_NULLS = {"", "~", "null", "Null", "NULL"}

# What the parser says (it may quote the line, so it is never passed on), and what we say.
_SYNTAX = (
    (
        "mapping values are not allowed",
        "a colon is not expected here",
        "Put text that contains a colon and a space in quotes, and check the indentation.",
    ),
    (
        "could not find expected ':'",
        "a colon is missing after a key",
        "Write key: value, with a space after the colon.",
    ),
    (
        "expected <block end>",
        "this line does not fit the lines above it",
        "Check the indentation (keys of one block start at one column), and quote text that starts with a quote or bracket.",
    ),
    ("unexpected end of stream", "a quote is opened here, but never closed", "Close it with the same kind of quote."),
    (
        "expected alphabetic or numeric character",
        "text that starts with * or & needs quotes",
        'Put the whole value in quotes, e.g. "*".',
    ),
    ("cannot start any token", "text cannot start with this character", "Put the whole value in quotes."),
    (
        "expected ',' or",
        "a bracket is not closed, or a comma is missing",
        "Separate with commas, close [ with ], { with }, and quote text that contains a colon and a space.",
    ),
    (
        "expected the node content",
        "a value is missing here",
        "Check that brackets are closed and that every comma is followed by a value.",
    ),
    (
        "escape",
        "a backslash starts no known character in double quotes",
        "Use single quotes, or write two backslashes.",
    ),
)


def read(path: Path) -> Node:
    """Read a configuration file.

    Raises:
        ConfigError: it cannot be read, or is not the YAML that we accept.
    """
    file = str(path)
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        hint = "Write one with: channelwatch init --from DATA --output " + file
        raise ConfigError([Problem(file=file, message="there is no such file", hint=hint)]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no valid name"
        problem = Problem(file=file, message=f"it cannot be read: {reason}", hint="Check the name and who may read it.")
        raise ConfigError([problem]) from None
    return parse(data, file)


def parse(data: bytes, file: str) -> Node:
    """Parse the bytes of a configuration; `file` is what problems call it.

    Raises:
        ConfigError: with every mistake that the parser could still reach.
    """
    if len(data) > LARGEST_BYTES:
        hint = "A configuration is a few hundred lines: is this a data file?"
        raise ConfigError([Problem(file=file, message="it is larger than 1 MB", hint=hint)])
    text = _decoded(data, file)
    if tabs := [_tab(file, number, line) for number, line in enumerate(text.splitlines(), 1) if "\t" in line]:
        raise ConfigError(tabs)
    builder = _Builder(file)
    try:
        root = builder.document(iter(YAML(typ="safe", pure=True).parse(text)))
    except (YAMLError, ValueError, OverflowError, AttributeError) as error:
        raise ConfigError([*builder.problems, _syntax(error, file)]) from None
    if builder.problems:
        raise ConfigError(builder.problems)
    return root


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message, hint = "this line is not UTF-8 text", "Save the file with the encoding UTF-8."
        raise ConfigError([Problem(file=file, line=line, column=1, message=message, hint=hint)]) from None


def _tab(file: str, number: int, line: str) -> Problem:
    column = line.index("\t") + 1
    return Problem(file=file, line=number, column=column, message="there is a tab", hint="Use spaces instead.")


def _syntax(error: Exception, file: str) -> Problem:
    said, mark = "", None
    if isinstance(error, MarkedYAMLError):
        said, mark = str(error.problem), error.problem_mark
        if "end of stream" in said and error.context_mark is not None:
            mark = error.context_mark
    elif type(error).__name__ == "ReaderError":
        hint = "Remove control characters; is this a text file?"
        return Problem(file=file, message="it holds a character that text cannot hold", hint=hint)
    unknown = ("this is no YAML that can be read", "Check quotes, brackets and indentation near this line.")
    message, hint = next(((ours, remedy) for token, ours, remedy in _SYNTAX if token in said), unknown)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return Problem(file=file, line=line, column=column, message=message, hint=hint)


class _Builder:
    """Builds the tree from parser events, collecting what we refuse."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def document(self, events: Iterator[Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    self.refuse(
                        event, (), "a second document starts here", "One file holds one configuration: remove ---."
                    )
                    return root
                if event.version or event.tags:
                    self.refuse(event, (), "directives that start with % are not supported", "Remove the line.")
                root = self.node(next(events), events, ())
                if not isinstance(root.value, dict):
                    self.whole_file(root)
            elif isinstance(event, StreamEndEvent) and root is None:
                root = Node(None, Origin(self.file, 1, 1))
                self.whole_file(root)
        assert root is not None
        return root

    def whole_file(self, root: Node) -> None:
        hint = "Start with kpis:, sources: and checks:, or let `channelwatch init --from DATA --output FILE` write it."
        message = "the file is empty" if root.value is None else "the file must consist of sections such as kpis:"
        self.problems.append(
            Problem(file=self.file, line=root.origin.line, column=root.origin.column, message=message, hint=hint)
        )

    def node(self, event: Event, events: Iterator[Event], path: KeyPath, key: Origin | None = None) -> Node:
        origin = self.origin(event)
        self.refuse_anchors_and_tags(event, path)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(path) >= DEEPEST:
                message = f"blocks are nested more than {DEEPEST} deep"
                raise ConfigError([*self.problems, self.problem(event, (), message, "Check the indentation.")])
            if isinstance(event, MappingStartEvent):
                return Node(self.mapping(events, path), origin, key)
            return Node(self.sequence(events, path), origin, key)
        if isinstance(event, ScalarEvent):
            text = str(event.value)
            if not all(char.isprintable() or char == "\n" for char in text):
                self.refuse(event, path, "there is an invisible character", "Remove it, and type the text anew.")
            if event.style is None and text in _NULLS:
                return Node(None, origin, key)
            return Node(text, origin, key, written=text)
        return Node(None, origin, key)  # an alias, already refused

    def mapping(self, events: Iterator[Event], path: KeyPath) -> "dict[str, Node]":
        result: dict[str, Node] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                return result
            origin = self.origin(event)
            if not isinstance(event, ScalarEvent):
                self.refuse(event, path, "a key must be a name", "Put text that starts with [, {, * or & in quotes.")
                self.node(event, events, (*path, "?"))
                self.node(next(events), events, (*path, "?"))
                continue
            written = self.node(event, events, (*path, "?"), origin)
            word = str(written.value) if written.value is not None else str(event.value)
            if not word:
                self.refuse(event, path, "there is a value without a key", "Write key: value.")
            if word in result:
                first = result[word].key
                hint = f"The first is in line {first.line if first else '?'}: keep one of them."
                self.refuse(event, (*path, word), f"the key `{name(word)}` is there twice", hint)
                self.node(next(events), events, (*path, word), origin)
                continue
            result[word] = self.node(next(events), events, (*path, word), origin)
        return result

    def sequence(self, events: Iterator[Event], path: KeyPath) -> list[Node]:
        result: list[Node] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            result.append(self.node(event, events, (*path, len(result))))
        return result

    def refuse_anchors_and_tags(self, event: Event, path: KeyPath) -> None:
        if isinstance(event, AliasEvent):
            self.refuse(
                event,
                path,
                "aliases (*) are not supported",
                "Write the value out; put text that starts with * in quotes.",
            )
        elif getattr(event, "anchor", None) is not None:
            self.refuse(
                event, path, "anchors (&) are not supported", "Remove it; put text that starts with & in quotes."
            )
        elif getattr(event, "ctag", None) is not None:
            self.refuse(event, path, "tags (!) are not supported", "Remove it; put text that starts with ! in quotes.")

    def origin(self, event: Event) -> Origin:
        return Origin(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def problem(self, event: Event, path: KeyPath, message: str, hint: str) -> Problem:
        at = self.origin(event)
        return Problem(file=at.file, line=at.line, column=at.column, path=spoken(path), message=message, hint=hint)

    def refuse(self, event: Event, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(self.problem(event, path, message, hint))
