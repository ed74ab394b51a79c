"""A configuration as a tree of written values that remember where each came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from config.problems import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something is written: a file with line and column (from 1), or a variable or credential file without."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value: text (every scalar is text: the typed model gives it a type), None (nothing written), a mapping or a list.

    `written` is the text as it stands in the file, before ${NAME} was filled in; None when it must not be shown.
    """

    value: "str | dict[str, Node] | list[Node] | None"
    origin: Origin
    key: Origin | None = None
    written: str | None = None

    def child(self, part: str | int) -> "Node | None":
        """The value below a key or index, if there is one."""
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def find(self, path: Path) -> "Node | None":
        """The value at a path, if there is one."""
        node: Node | None = self
        for part in path:
            node = node.child(part) if node is not None else None
        return node

    def deepest(self, path: Path) -> "Node":
        """The value at the longest part of the path that exists."""
        node = self
        for part in path:
            below = node.child(part)
            if below is None:
                return node
            node = below
        return node

    def plain(self) -> object:
        """The bare values, without their origins."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def scalars(self, path: Path = ()) -> Iterator[tuple[Path, "Node"]]:
        """Every text in the tree with its path."""
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.scalars((*path, key))
        elif isinstance(self.value, list):
            for index, node in enumerate(self.value):
                yield from node.scalars((*path, index))
        elif self.value is not None:
            yield path, self

    def with_texts(self, texts: Mapping[Path, str], path: Path = ()) -> "Node":
        """The same tree with some texts replaced."""
        if isinstance(self.value, dict):
            return replace(self, value={k: n.with_texts(texts, (*path, k)) for k, n in self.value.items()})
        if isinstance(self.value, list):
            return replace(self, value=[n.with_texts(texts, (*path, i)) for i, n in enumerate(self.value)])
        return replace(self, value=texts[path]) if path in texts else self

    def overlaid(self, top: "Node") -> "Node":
        """This tree with another on top: mappings are merged, anything else is replaced."""
        if not isinstance(self.value, dict) or not isinstance(top.value, dict):
            return top
        merged = dict(self.value)
        for key, node in top.value.items():
            merged[key] = merged[key].overlaid(node) if key in merged else node
        return replace(self, value=merged)
