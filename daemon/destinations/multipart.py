"""A form with files as bytes (RFC 7578). Names and file names are ours; values may hold anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; with a file name, a file."""

    name: str
    value: str | bytes
    filename: str = ""
    content_type: str = ""


def multipart(parts: Sequence[Part], key: str) -> tuple[str, bytes]:
    """The content type and the body. The boundary comes from `key` and the values, so nobody who writes a value knows it."""
    values = [part.value.encode() if isinstance(part.value, str) else part.value for part in parts]
    boundary = blake2s(b"\0".join([key.encode(), *values]), digest_size=24).hexdigest()
    body = b"".join(
        b"--" + boundary.encode() + b"\r\n" + _head(part) + b"\r\n\r\n" + value + b"\r\n"
        for part, value in zip(parts, values, strict=True)
    )
    return f"multipart/form-data; boundary={boundary}", body + b"--" + boundary.encode() + b"--\r\n"


def _head(part: Part) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{part.name}"']
    if part.filename:
        lines = [f'{lines[0]}; filename="{part.filename}"', f"Content-Type: {part.content_type}"]
    return "\r\n".join(lines).encode()
