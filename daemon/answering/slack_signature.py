"""Whether a request is really Slack's: reference https://docs.slack.dev/authentication/verifying-requests-from-slack. Pure."""

import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

TOLERANCE_SECONDS = 300
"""So far may a request's own time be from ours: an older one may have been recorded."""

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def signed_by(headers: Mapping[str, str], body: bytes, secrets: Mapping[str, str], now: datetime) -> frozenset[str]:
    """The names of those secrets that signed the request just now; none where it is not Slack's, whatever it holds.

    headers: with names in small letters.
    """
    at, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not _SECONDS.fullmatch(at) or abs(now.timestamp() - int(at)) > TOLERANCE_SECONDS:
        return frozenset()
    given = signature.encode("utf-8", errors="surrogatepass")
    return frozenset(
        name for name, secret in secrets.items() if hmac.compare_digest(signature_of(secret, at, body), given)
    )


def signature_of(secret: str, at: str, body: bytes) -> bytes:
    """How Slack signs a body at a time."""
    return b"v0=" + hmac.digest(secret.encode(), b"v0:" + at.encode() + b":" + body, "sha256").hex().encode()


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; of one that comes twice nothing can be said, so it is left out."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name.lower()] = "" if name.lower() in found else value
    return found
