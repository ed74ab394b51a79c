"""Standard Webhooks (https://www.standardwebhooks.com): a receiver can tell that a body is ours, whole and fresh."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64


def key_of(secret: str) -> bytes:
    """The bytes behind `whsec_...`.

    Raises:
        ValueError: it is no such secret; the message never holds it.
    """
    written = secret.strip()
    if not written.startswith(_PREFIX):
        raise ValueError(f"must begin with {_PREFIX}")
    try:
        text = written.removeprefix(_PREFIX).rstrip("=")
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)  # some leave the padding out
    except (Error, ValueError):
        raise ValueError(f"must be base64 after {_PREFIX}") from None
    if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(f"must hold {_FEWEST_BYTES} to {_MOST_BYTES} bytes in base64")
    return key


def signed(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers; while keys are changed over, one signature with each."""
    timestamp = str(int(at.timestamp()))
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    signatures = [b64encode(hmac.digest(key, content, sha256)).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
