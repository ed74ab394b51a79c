"""How people answer from the message itself: by links that lead to a page of this service, behind their own proxy."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from config.base import Section, bad_value
from config.web_addresses import is_address

# 32 characters of `openssl rand -base64 32` or longer: as strong as the signature that is made with them.
_SHORTEST_SECRET = 32


class Answering(Section):
    """Links in every message by which people acknowledge, mute, judge and close; docs/answering.md has the proxy."""

    allow_private: Annotated[
        bool, Field(description="true: url may also be plain http, in a network of your own", examples=["true"])
    ] = False
    url: Annotated[
        str,
        Field(
            description="where people's browsers reach it, https; your proxy hands it on to host and port",
            examples=["https://answers.example.com"],
        ),
    ]
    secret: Annotated[
        SecretStr,
        Field(
            description="signs the links, at least 32 characters, a secret: write ${NAME}; `openssl rand -base64 32` makes one",
            examples=["${ANSWERING_SECRET}"],
        ),
    ]
    previous_secret: Annotated[
        SecretStr | None,
        Field(
            description="the one before, for three days after a change: links in older messages go on working",
            examples=["${PREVIOUS_ANSWERING_SECRET}"],
        ),
    ] = None
    port: Annotated[int, Field(ge=1, le=65535, description="the port to listen on", examples=["9322"])] = 9322
    host: Annotated[
        str, Field(description="the machine's address to listen on; 0.0.0.0 is every one", examples=["0.0.0.0"])
    ] = "127.0.0.1"

    @field_validator("url")
    @classmethod
    def _is_reachable(cls, url: str, info: ValidationInfo) -> str:
        address = url.strip().rstrip("/")
        if not is_address(address, private=info.data.get("allow_private", False)) or set("?#") & set(address):
            raise bad_value(
                "https:// address without a user name, ? or #",
                remedy="Write where people reach the page; plain http is only for a network of your own, with allow_private: true.",
            )
        return address

    @field_validator("secret", "previous_secret")
    @classmethod
    def _is_strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value().strip()) < _SHORTEST_SECRET:
            raise bad_value("secret of 32 characters or more", remedy="Make one with: openssl rand -base64 32")
        return secret

    @property
    def keys(self) -> tuple[bytes, ...]:
        """What links are signed with, the newest first."""
        given = (self.secret, self.previous_secret)
        return tuple(secret.get_secret_value().strip().encode() for secret in given if secret is not None)
