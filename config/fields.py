"""Where a path leads in the typed model: the path as written, the section and the field."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, Tag
from pydantic.fields import FieldInfo

from config.problems import Path
from config.settings import Settings

Form = Any  # a type annotation: `typing` has no type for all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the model says about one path.

    path: as written in YAML (pydantic adds the tags of unions to its own). section: the model that holds the last key, if one does.
    form: the annotation of the value, None when the path leads nowhere.
    """

    path: Path
    section: type[BaseModel] | None
    field: FieldInfo | None
    form: Form

    @property
    def is_secret(self) -> bool:
        """Whether the value must never be shown."""
        return SecretStr in parts(self.form) or (self.field is not None and not self.field.repr)

    @property
    def is_text(self) -> bool:
        """Whether the value is one scalar, so that nothing in it is YAML."""
        return not any(is_section(part) or kind_of(part) in (dict, list) for part in parts(self.form))


def follow(location: Path) -> Place:
    """Walk the model along a path as written or along a location of a pydantic error."""
    form: Form = Settings
    path: Path = ()
    section: type[BaseModel] | None = None
    field: FieldInfo | None = None
    for step in location:
        if (chosen := _by_tag(form, step)) is not None:
            form = chosen
            continue
        path = (*path, step)
        section, field, form = _below(form, step)
    return Place(path=path, section=section, field=field, form=form)


def parts(form: Form) -> list[Form]:
    """The members of an optional or a union, bare of annotations; one member for anything else."""
    if kind_of(form) is Annotated:
        return parts(get_args(form)[0])
    if kind_of(form) in (Union, types.UnionType):
        return [part for member in get_args(form) if member is not type(None) for part in parts(member)]
    return [form]


def is_section(form: Form) -> bool:
    """Whether this is a model with keys of its own."""
    return isinstance(form, type) and issubclass(form, BaseModel)


def choices(form: Form) -> list[str]:
    """The words that a closed set allows."""
    return [
        str(word) for part in parts(form) for word in (get_args(part) if kind_of(part) is Literal else _members(part))
    ]


def kinds(form: Form) -> list[str]:
    """The kinds that a union of sections is told apart by."""
    return [
        kind
        for part in parts(form)
        if is_section(part) and "kind" in part.model_fields
        for kind in choices(part.model_fields["kind"].annotation)
    ]


def kind_of(form: Form) -> Form:
    """What a generic annotation is made of: dict, list, Annotated, a union; None for a plain type."""
    return get_origin(form)


def _members(form: Form) -> Iterator[str]:
    values = getattr(form, "__members__", {})
    return (str(value.value) for value in values.values())


def _below(form: Form, step: str | int) -> tuple[type[BaseModel] | None, FieldInfo | None, Form]:
    for part in parts(form):
        if is_section(part) and step in part.model_fields:
            found = part.model_fields[step]
            return part, found, found.annotation
        if kind_of(part) in (dict, list):
            return None, None, get_args(part)[-1]
    section = next((part for part in parts(form) if is_section(part)), None)
    return section, None, None


def _by_tag(form: Form, step: str | int) -> Form | None:
    """The member of a union that a pydantic location names by its tag."""
    members = get_args(get_args(form)[0]) if kind_of(form) is Annotated else ()
    for member in members:
        tags = [note.tag for note in get_args(member)[1:] if isinstance(note, Tag)]
        if step in tags or (not tags and step in kinds(member)):
            return member
    return None
