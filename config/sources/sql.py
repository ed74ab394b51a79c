"""A database that answers SQL."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Section


class SqlSource(Section):
    """A database or warehouse by its SQLAlchemy URL; sessions are read-only."""

    kind: Annotated[Literal["sql"], Field(description="what it is", examples=["sql"])]
    url: Annotated[
        SecretStr,
        Field(
            description="SQLAlchemy URL, a secret where it holds a password: write ${NAME}",
            examples=["${WAREHOUSE_URL}"],
        ),
    ]
    timeout_seconds: Annotated[
        float, Field(gt=0, le=3600, description="a query that takes longer is ended", examples=["300"])
    ] = 120.0
