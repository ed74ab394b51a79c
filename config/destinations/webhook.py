"""Any program that takes JSON."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Section


class Webhook(Section):
    """A program of one's own: each alert as signed JSON (Standard Webhooks); docs/alerts.md has its shape."""

    kind: Annotated[Literal["webhook"], Field(description="what it is", examples=["webhook"])]
    url: Annotated[
        SecretStr,
        Field(
            description="https address that takes a POST, a secret where it holds a token: write ${NAME}",
            examples=["${HOOK_URL}"],
        ),
    ]
    secret: Annotated[
        SecretStr,
        Field(
            description="signing secret: whsec_ and 24 to 64 bytes in base64, a secret: write ${NAME}",
            examples=["${HOOK_SECRET}"],
        ),
    ]
    previous_secret: Annotated[
        SecretStr | None,
        Field(
            description="the secret before it; while receivers change over, both sign",
            examples=["${HOOK_SECRET_BEFORE}"],
        ),
    ] = None
    allow_private: Annotated[
        bool,
        Field(
            description="true: the address may be in a private network or on this machine, also by plain http",
            examples=["true"],
        ),
    ] = False
