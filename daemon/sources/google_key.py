"""A Google service account: its key, and access tokens for it (RFC 7523), without Google's own libraries."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from daemon.errors import SourceRejected
from daemon.sources.asking import Asker, Question

# Google's tokens hold for an hour; ours are renewed a little before.
TOKEN_SECONDS = 3600
_RENEWED_AFTER = 55 * 60
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What a key file holds."""

    email: str
    token_uri: str
    key_id: str
    private_key: str = field(repr=False)

    @property
    def mark(self) -> str:
        """Tells keys apart without showing them."""
        return sha256(f"{self.email} {self.token_uri} {self.private_key}".encode()).hexdigest()


class Signer(Protocol):
    """A private key that can sign."""

    def __call__(self, message: bytes) -> bytes:
        """The RS256 signature of a message."""


class Tokens:
    """Access tokens, kept until shortly before they end; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def token(self, account: ServiceAccount, scope: str, asker: Asker) -> str:
        """An access token.

        Raises:
            SourceUnavailable: Google does not answer.
            SourceRejected: Google does not accept the key.
        """
        key = (account.mark, scope)
        now = asker.patience.now().timestamp()
        with self._lock:
            token, until = self._kept.get(key, ("", 0.0))
        if now < until:
            return token
        token = _asked_for(account, scope, asker, int(now))
        with self._lock:
            self._kept[key] = (token, now + _RENEWED_AFTER)
        return token

    def forget(self, account: ServiceAccount) -> None:
        """Drop the tokens of an account: one of them was not accepted."""
        with self._lock:
            self._kept = {key: held for key, held in self._kept.items() if key[0] != account.mark}


def account_of(credentials: SecretStr, folder: Path, rejected: Callable[[str], SourceRejected]) -> ServiceAccount:
    """The service account of the configuration: its JSON, or the path of the file with it.

    Raises:
        SourceRejected: it is no key of a service account; nothing of it is repeated.
    """
    text = credentials.get_secret_value().strip()
    if not text.startswith("{"):
        try:
            text = (folder / Path(text).expanduser()).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise rejected(
                f"credentials are neither JSON nor a file that can be read ({type(error).__name__}): give the key of a "
                "service account, as Google Cloud's console downloads it"
            ) from None
    try:
        held: Any = json.loads(text)
        email, key = held["client_email"], held["private_key"]
        uri, key_id = held.get("token_uri", "https://oauth2.googleapis.com/token"), held.get("private_key_id", "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise rejected(
            "credentials are no key of a service account: in Google Cloud's console, create one under IAM > Service "
            "accounts > Keys, as JSON"
        ) from None
    if not all(isinstance(value, str) for value in (email, key, uri, key_id)):
        raise rejected("credentials are no key of a service account: a text is missing in it")
    return ServiceAccount(email=email, token_uri=uri, key_id=key_id, private_key=key)


def assertion(account: ServiceAccount, scope: str, now: int, sign: Signer) -> str:
    """A signed JSON web token that asks for access."""
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": account.key_id} if account.key_id else {})
    claims = {
        "iss": account.email,
        "scope": scope,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{_base64(sign(signed.encode()))}"


def signer(account: ServiceAccount, rejected: Callable[[str], SourceRejected]) -> Signer:
    """What signs with an account's private key.

    Raises:
        SourceRejected: the key is damaged, or `cryptography` is not installed.
    """
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    except ImportError:
        raise rejected(
            "Google's keys need the package cryptography: pip install cryptography where channelwatch is installed"
        ) from None
    try:
        key = serialization.load_pem_private_key(account.private_key.encode(), password=None)
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may repeat the key
        raise rejected(
            f"the private key in credentials cannot be read ({type(error).__name__}): download it anew"
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise rejected("the private key in credentials is no RSA key: download it anew")
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def _asked_for(account: ServiceAccount, scope: str, asker: Asker, now: int) -> str:
    form = {"grant_type": _GRANT, "assertion": assertion(account, scope, now, signer(account, asker.rejected))}
    reply = asker.ask(Question(method="POST", url=account.token_uri, form=form))
    try:
        said: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        said = {}
    if reply.status == 200 and isinstance(said, dict) and isinstance(token := said.get("access_token"), str) and token:
        return token
    remedy = "check this computer's clock, and that the key is not deleted in Google Cloud's console"
    raise asker.rejected(
        f"Google does not accept the key of {account.email} ({reply.status}){asker.words(reply)}: {remedy}"
    )


def _part(value: Any) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
