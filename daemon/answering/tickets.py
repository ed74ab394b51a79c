"""What a link allows: one kind of reply to one incident, once, for three days. Signed, so that nobody else can make one. Pure.

A token is `payload.signature` in base64url. The payload is JSON: version, key id, kind, incident, destination, expiry and
nonce; the signature is its HMAC-SHA256. A token is a secret: it is made anew whenever it is needed, and never kept.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from daemon.replies import Kind

VALID_FOR = timedelta(hours=72)

_VERSION = 1
# No configuration makes a longer one: names have 255 characters at the most.
_LONGEST = 3_000
_NONCE_BYTES = 12


class Forged(ValueError):
    """It was not made by us, or somebody changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a token says. destination: whose message it stands in; nonce: the same in all links of one message."""

    kind: Kind
    incident_id: str
    destination: str
    until: datetime
    nonce: str

    @property
    def mark(self) -> str:
        """What a used one is remembered by; nothing can be made of it."""
        said = [str(self.kind), self.incident_id, self.destination, int(self.until.timestamp()), self.nonce]
        return sha256(json.dumps(said).encode()).hexdigest()[:40]


def issued(kind: Kind, incident_id: str, destination: str, made_at: datetime, delivery: str, key: bytes) -> Ticket:
    """A link of one delivery. The same delivery always gives the same link, so that a retry sends the same bytes."""
    nonce = hmac.digest(key, f"nonce\0{delivery}".encode(), "sha256")[:_NONCE_BYTES]
    until = (made_at + VALID_FOR).astimezone(UTC).replace(microsecond=0)
    return Ticket(kind=kind, incident_id=incident_id, destination=destination, until=until, nonce=_plain(nonce))


def signed(ticket: Ticket, key: bytes) -> str:
    """The token of a ticket."""
    said = [
        _VERSION,
        _id_of(key),
        str(ticket.kind),
        ticket.incident_id,
        ticket.destination,
        int(ticket.until.timestamp()),
        ticket.nonce,
    ]
    payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="surrogatepass")
    return f"{_plain(payload)}.{_plain(hmac.digest(key, payload, 'sha256'))}"


def opened(token: str, keys: Sequence[bytes]) -> Ticket:
    """What a token of ours says, also after its time.

    Raises:
        Forged: none of the keys signed it, in exactly these characters.
    """
    if len(token) > _LONGEST or not token.isascii():
        raise Forged
    try:
        payload = urlsafe_b64decode(_padded(token.partition(".")[0]))
        _, _, kind, incident_id, destination, until, nonce = json.loads(payload)
        ticket = Ticket(
            kind=Kind(kind),
            incident_id=str(incident_id),
            destination=str(destination),
            until=datetime.fromtimestamp(until, UTC),
            nonce=str(nonce),
        )
    except (ValueError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise Forged from error
    for key in keys:
        # The whole token is compared, not the signature alone: there is one way to write it.
        if hmac.compare_digest(signed(ticket, key).encode(), token.encode()):
            return ticket
    raise Forged


def _id_of(key: bytes) -> str:
    """Which key it is; tells nothing of the key."""
    return hmac.digest(key, b"key id", "sha256").hex()[:8]


def _plain(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
