"""${NAME} in values: filled in after parsing, in one pass, from the environment or a credential file of that name."""

import re
from collections.abc import Callable, Collection

from config.problems import Path, Problem, did_you_mean, spoken
from config.tree import Node

Lookup = Callable[[str], str | None]

# $${ is a literal ${; a ${ that is no complete ${NAME} is a mistake.
_TOKEN = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{")
_LITERAL = "$${"


def interpolate(root: Node, lookup: Lookup, known: Collection[str]) -> tuple[Node, dict[Path, list[Problem]]]:
    """Fill in every ${NAME}; returns the new tree, and the problems of each path that could not be filled in.

    `known` are the names that could have been meant.
    """
    texts: dict[Path, str] = {}
    unset: dict[Path, list[Problem]] = {}
    for path, node in root.scalars():
        text = str(node.value)
        if "${" not in text:
            continue
        wrong = [said for match in _TOKEN.finditer(text) if (said := _complaint(match, lookup, known))]
        if wrong:
            at, here = node.origin, spoken(path)
            unset[path] = [
                Problem(file=at.file, line=at.line, column=at.column, path=here, message=message, hint=hint)
                for message, hint in wrong
            ]
        else:
            texts[path] = _TOKEN.sub(lambda match: _filled(match, lookup), text)
    return root.with_texts(texts), unset


def _filled(match: re.Match[str], lookup: Lookup) -> str:
    return "${" if match[0] == _LITERAL else lookup(match[1]) or ""


def _complaint(match: re.Match[str], lookup: Lookup, known: Collection[str]) -> tuple[str, str] | None:
    if match[0] == _LITERAL:
        return None
    if match[1] is None:
        return "a ${ is not followed by NAME}", "Write ${NAME} with letters, digits and _; for a literal ${ write $${."
    value = lookup(match[1])
    if value:
        return None
    what = f"${{{match[1]}}} is {'not set' if value is None else 'empty'}"
    hint = f"Set the environment variable {match[1]}, or put a file of that name into $CREDENTIALS_DIRECTORY."
    others = [other for other in known if other != match[1]]
    return (what + did_you_mean(match[1], others).removesuffix(".") if value is None else what), hint
