"""Settings from outside the file: CHANNELWATCH_* variables, and files in $CREDENTIALS_DIRECTORY above them.

CHANNELWATCH_DESTINATIONS__GROWTH__URL is destinations.growth.url: `__` parts the keys, case does not matter, and a name in the file
that has other characters (Growth-EU) is meant by its letters with _ for the rest (GROWTH_EU). Lists and blocks are given whole, as YAML.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from config import fields, yaml_file
from config.problems import ConfigError, Problem, did_you_mean, name, nearest
from config.problems import Path as KeyPath
from config.settings import Settings
from config.tree import Node, Origin

PREFIX = "channelwatch_"


class Layer(PydanticBaseSettingsSource):
    """One layer of settings for pydantic-settings, which merges the layers by rank."""

    def __init__(self, tree: Node) -> None:
        super().__init__(Settings)
        self.tree = tree

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the hook's signature
        """One top-level key of this layer."""
        node = self.tree.child(field_name)
        return (node.plain() if node is not None else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All top-level keys of this layer."""
        plain = self.tree.plain()
        assert isinstance(plain, dict)
        return plain


def credentials(environ: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The texts of the files in $CREDENTIALS_DIRECTORY by file name, without their last newline."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return {}, []
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    try:
        files = sorted(file for file in Path(folder).iterdir() if file.is_file())
    except (OSError, ValueError):
        hint = "systemd sets it for LoadCredential=; otherwise name a readable folder, or unset it."
        return {}, [Problem(file="CREDENTIALS_DIRECTORY", message="this folder cannot be read", hint=hint)]
    for file in files:
        try:
            text = file.read_bytes()[: yaml_file.LARGEST_BYTES].decode("utf-8")
        except (OSError, UnicodeDecodeError):
            hint = "It must be readable UTF-8 text."
            problems.append(Problem(file=f"credential file {file.name}", message="it cannot be read", hint=hint))
        else:
            texts[file.name] = text.removesuffix("\n").removesuffix("\r")
    return texts, problems


def overlay(values: Mapping[str, str], what: str, below: Node) -> tuple[Node, list[Problem]]:
    """The tree of settings that variables (or credential files) give; `below` is the tree whose names they may mean."""
    tree = Node({}, below.origin)
    problems: list[Problem] = []
    for variable, value in sorted(values.items()):
        if not variable.lower().startswith(PREFIX):
            continue
        label = f"{what} {variable}"
        keys = variable[len(PREFIX) :].split("__")
        if keys[0].lower() not in Settings.model_fields:
            problems += _misspelt(keys, variable, label)
            continue
        try:
            tree = tree.overlaid(_tree(_path(keys, label, below), value, label))
        except ConfigError as error:
            problems += error.problems
    return tree, problems


def _misspelt(keys: list[str], variable: str, label: str) -> list[Problem]:
    """A variable of another purpose (CHANNELWATCH_DATA) is let be; what looks like a misspelt key is not."""
    first = keys[0].lower()
    single = next((key for key in Settings.model_fields if first.startswith(key + "_")), None)
    if single is None and len(keys) == 1 and nearest(first, Settings.model_fields, likeness=0.8) is None:
        return []
    if single is not None:
        cut = len(PREFIX) + len(single)
        meant = f". Did you mean '{variable[:cut]}__{variable[cut + 1 :]}'?"
    else:
        meant = did_you_mean(first, Settings.model_fields)
    return [
        Problem(
            file=label,
            message=f"there is no section '{name(first)}'{meant}",
            hint="Part nested keys with two underscores: CHANNELWATCH_STORE__URL.",
        )
    ]


def _path(keys: list[str], label: str, below: Node) -> KeyPath:
    path: KeyPath = ()
    for key in keys[: yaml_file.DEEPEST]:
        here = below.find(path)
        if not key or (here is not None and isinstance(here.value, list)):
            whole = "__".join(keys[: max(1, len(path))])
            hint = (
                f"Give the whole list in {PREFIX.upper()}{whole.upper()}, e.g. [a, b]."
                if key
                else "Write two underscores only between keys."
            )
            message = "one item of a list cannot be set alone" if key else "a key is missing between two underscores"
            raise ConfigError([Problem(file=label, message=message, hint=hint)])
        names = here.value if here is not None and isinstance(here.value, dict) else {}
        path = (*path, next((known for known in names if _spelling(known) == _spelling(key)), key.lower()))
    return path


def _spelling(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", key.lower())


def _tree(path: KeyPath, value: str, label: str) -> Node:
    origin = Origin(label)
    node = Node(value, origin, origin)
    if not fields.follow(path).is_text and value.lstrip()[:1] in ("[", "{"):
        node = _from_yaml(value, label)
    for key in reversed(path):
        node = Node({str(key): node}, origin, origin)
    return node


def _from_yaml(value: str, label: str) -> Node:
    try:
        wrapped = yaml_file.parse(f"value: {value}".encode(), label).child("value")
    except ConfigError as error:
        raise ConfigError([Problem(file=label, message=p.message, hint=p.hint) for p in error.problems]) from None
    assert wrapped is not None
    return _relabelled(wrapped, Origin(label))


def _relabelled(node: Node, origin: Origin) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _relabelled(below, origin) for key, below in value.items()}
    elif isinstance(value, list):
        value = [_relabelled(below, origin) for below in value]
    return Node(value, origin, origin)
