"""The way in: one file, the environment and the credentials directory become Settings, or every mistake at once.

1. Parse the YAML. 2. Fill in ${NAME}. 3. Lay the CHANNELWATCH_* environment over it, and the credential files over both.
4. Validate by the typed model. 5. Check what holds between sections, also when parts of it are mistaken.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config import exposure, fields, logic, wording, yaml_file
from config.interpolate import interpolate
from config.layers import Layer, credentials, overlay
from config.problems import ConfigError, Problem
from config.problems import Path as KeyPath
from config.rules import Names
from config.settings import Settings
from config.tree import Node

_NAMED = ("channels", "kpis", "sources", "checks", "destinations")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """The layers, lowest first; all of them merged; what was wrong, and the paths that this concerns."""

    layers: tuple[Node, ...]
    merged: Node
    problems: list[Problem]
    silent: set[KeyPath]


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration; `environ` is the process's environment unless given.

    Raises:
        ConfigError: with every mistake in it.
    """
    read = _read(path, os.environ if environ is None else environ)
    problems = list(read.problems)
    sound = read.merged
    settings: Settings | None
    try:
        settings = _validated(read.layers)
    except ValidationError as error:
        problems += wording.problems(error, read.merged, read.silent)
        sound, settings = _sound_part(error, read.merged)
    if settings is not None:
        problems += _between_sections(settings, sound, read)
    if problems or settings is None:
        raise ConfigError(problems)
    return settings


def written(path: Path, environ: Mapping[str, str] | None = None) -> Node:
    """The configuration as written, each value with its line (or variable): what `tune.explain` reads.

    Raises:
        ConfigError: it is no YAML that we accept.
    """
    return _read(path, os.environ if environ is None else environ).merged


def _read(path: Path, environ: Mapping[str, str]) -> _Read:
    tree = yaml_file.read(path)
    exposed = [*exposure.written(tree, path), *exposure.credential_files(environ)]
    files, problems = credentials(environ)
    filled, unset = interpolate(tree, lambda name: environ.get(name, files.get(name)), {*environ, *files})
    variables, environment_problems = overlay(environ, "environment variable", filled)
    secrets, credential_problems = overlay(files, "credential file", filled.overlaid(variables))
    layers = tuple(_without_blanks(layer) for layer in (filled, variables, secrets))
    merged = layers[0].overlaid(layers[1]).overlaid(layers[2])
    # A higher layer may have given what ${NAME} could not.
    unset = {place: found for place, found in unset.items() if merged.find(place) == filled.find(place)}
    problems += [problem for found in unset.values() for problem in found]
    problems += environment_problems + credential_problems + exposed
    return _Read(layers=layers, merged=merged, problems=problems, silent=set(unset))


def _without_blanks(node: Node, path: KeyPath = ()) -> Node:
    """A key with nothing behind it counts as not written where a default stands ready; a name with nothing behind it is a block."""
    if isinstance(node.value, list):
        return replace(node, value=[_without_blanks(item, (*path, index)) for index, item in enumerate(node.value)])
    if not isinstance(node.value, dict):
        return node
    kept: dict[str, Node] = {}
    for key, below in node.value.items():
        place = fields.follow((*path, key))
        optional = place.field is not None and not place.field.is_required()
        if below.value is not None:
            kept[key] = _without_blanks(below, (*path, key))
        elif place.field is None and all(fields.is_section(part) for part in fields.parts(place.form)):
            kept[key] = replace(below, value={})
        elif not optional:
            kept[key] = below
    return replace(node, value=kept)


def _validated(layers: tuple[Node, ...]) -> Settings:
    ranked = [Layer(tree) for tree in reversed(layers)]
    given: dict[str, Any] = {"layers": ranked}  # not a field: Settings.settings_customise_sources takes it
    return Settings(**given)


def _valid_or_none(tree: Node) -> Settings | None:
    required = [key for key, field in Settings.model_fields.items() if field.is_required()]
    empty = Node({key: Node({}, tree.origin) for key in required}, tree.origin)
    try:
        return _validated((empty, tree))
    except ValidationError:
        return None


def _sound_part(error: ValidationError, merged: Node) -> tuple[Node, Settings | None]:
    """What is written without what is mistaken, so that the rest can be checked too: single keys left out, else whole entries."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    keys, entries = set(), set()
    for detail in details:
        place = fields.follow(detail["loc"])
        single = detail["type"] == "extra_forbidden" or (place.field is not None and not place.field.is_required())
        keys.add(place.path if single and len(place.path) > 1 else _entry(place.path))
        entries.add(place.path if detail["type"] == "extra_forbidden" else _entry(place.path))
    for mistaken in (keys, entries):
        sound = _without(merged, mistaken)
        if (settings := _valid_or_none(sound)) is not None:
            return sound, settings
    return merged, None


def _entry(path: KeyPath) -> KeyPath:
    """The smallest part that can be left out whole: an item of a list, a named entry, a key of a section."""
    item = next((position for position, step in enumerate(path) if isinstance(step, int)), 1)
    return path[: item + 1]


def _without(node: Node, mistaken: Collection[KeyPath], path: KeyPath = ()) -> Node:
    if isinstance(node.value, dict):
        kept = {key: (*path, key) for key in node.value if (*path, key) not in mistaken}
        return replace(node, value={key: _without(node.value[key], mistaken, below) for key, below in kept.items()})
    if isinstance(node.value, list):
        items = [(item, (*path, index)) for index, item in enumerate(node.value) if (*path, index) not in mistaken]
        return replace(node, value=[_without(item, mistaken, below) for item, below in items])
    return node


def _between_sections(settings: Settings, sound: Node, read: _Read) -> list[Problem]:
    names = {section: _keys(read.merged.child(section)) for section in _NAMED if section != "checks"}

    def quote(path: KeyPath, choices: Collection[str]) -> str:
        return wording.quoted(sound, path, choices)

    found = []
    for said in logic.complaints(settings, Names(**names), quote):
        path = _as_written(said.path, sound, read.merged)
        if path not in read.silent:
            found.append(wording.problem_at(read.merged, path, said.message, said.hint, on_key=said.on_key))
    return found


def _as_written(path: KeyPath, sound: Node, merged: Node) -> KeyPath:
    """The path before mistaken items of lists were left out."""
    result: KeyPath = ()
    here, there = sound, merged
    for step in path:
        below = here.child(step)
        if isinstance(step, int) and below is not None and isinstance(there.value, list):
            step = next(index for index, item in enumerate(there.value) if item.origin == below.origin)
        above = there.child(step)
        result = (*result, step)
        if below is None or above is None:
            return (*result, *path[len(result) :])
        here, there = below, above
    return result


def _keys(node: Node | None) -> Collection[str]:
    return list(node.value) if node is not None and isinstance(node.value, dict) else []
