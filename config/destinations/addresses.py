"""Mail addresses as people write them into the configuration."""

import re
from email.utils import parseaddr
from typing import Annotated

from pydantic import AfterValidator, Field

from config.base import bad_value

# The plain addresses of RFC 5321: what every provider takes. Quoted and non-ASCII ones are not worth their traps.
_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{2,63}"
)
_NAME = re.compile(r"[^\x00-\x1f\x7f<>\"\\,;:@()\[\]\u200b-\u200f\u2028-\u202e\u2066-\u2069]{0,64}")


def _is_address(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise bad_value("mail address", remedy="Write one as growth@example.com.")
    return value


def _is_sender(value: str) -> str:
    name, address = split(value)
    if not (value.isprintable() and _PLAIN.fullmatch(address) and _NAME.fullmatch(name)):
        raise bad_value("sender", remedy="Write alerts@example.com, or channelwatch <alerts@example.com>.")
    return value


def split(sender: str) -> tuple[str, str]:
    """`Alerts <alerts@example.com>` in two; the name is empty where there is none."""
    if "<" not in sender:
        return "", sender
    return parseaddr(sender) if sender.count("<") == 1 and sender.endswith(">") else ("", "")


Sender = Annotated[
    str,
    Field(
        description="who the mail comes from; a name may stand before it",
        examples=["channelwatch <alerts@example.com>"],
    ),
    AfterValidator(_is_sender),
]
Recipients = Annotated[
    list[Annotated[str, AfterValidator(_is_address)]],
    Field(
        min_length=1, max_length=50, description="mail addresses of those who get it", examples=["[growth@example.com]"]
    ),
]
