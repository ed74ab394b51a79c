"""Values with a unit, as people write them."""

from typing import Annotated

from pydantic import BeforeValidator, Field


def _fraction(value: object) -> object:
    """20, "20" and "20%" all mean 20 percent."""
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
    try:
        return float(value) / 100  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError("write a percentage, e.g. 20%") from None


Percent = Annotated[float, BeforeValidator(_fraction), Field(ge=0, le=10)]
