"""The strict model every configuration section is built on, and the two ways a validator may refuse."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """Unknown keys are errors, values are frozen, and errors never show what was typed (it may be a secret)."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True, allow_inf_nan=False
    )


def bad_value(noun: str, *, remedy: str, choices: Iterable[str] = ()) -> PydanticCustomError:
    """Refuse one value: "'dayly' is no cadence". The value itself is added by those who know whether it is secret."""
    context = {"noun": noun, "remedy": remedy, "choices": list(choices)}
    return PydanticCustomError("bad_value", "is no {noun}. {remedy}", context)


def bad_section(message: str, *, remedy: str) -> PydanticCustomError:
    """Refuse a section whose keys do not fit together; the message is a whole sentence without any value."""
    return PydanticCustomError("bad_section", "{message}. {remedy}", {"message": message, "remedy": remedy})
