"""Takes secrets out of text. The second line of defence: messages are written without them in the first place."""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pydantic import BaseModel, SecretBytes, SecretStr

from config.destinations.apprise import Apprise

HIDDEN = "[hidden]"
# Shorter values are words; hiding them would garble everything and protect nothing.
_SHORTEST = 6
# A part of a secret URL that is this long is itself a secret: Slack's last part has 24 characters.
_SHORTEST_PART = 16
# The URL of a database in a file holds nothing but the path, which people have to be told.
_FILE = re.compile(r"sqlite:///[^?#@]*")
# What is secret in a key that is a JSON document; the rest are names and public addresses.
_KEYS = ("private_key", "private_key_id", "client_secret", "refresh_token")
# Names of parameters of a URL that hold secrets.
_TELLING = re.compile("pass|pwd|key|token|secret|credential|sig", re.IGNORECASE)


class Redactor:
    """Replaces secret values, however they are written: raw, URL-encoded, as JSON or repr, in base64."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for part in _parts(secret) for form in _forms(part)}
        self._forms = sorted(forms, key=len, reverse=True)  # the longest first: one may hold another

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def inside(self, value: Any) -> Any:
        """The value with all text in it cleaned, however deep."""
        match value:
            case str():
                return self(value)
            case dict():
                return {self.inside(name): self.inside(item) for name, item in value.items()}
            case list() | tuple():
                return [self.inside(item) for item in value]
            case bool() | int() | float() | None:
                return value
            case _:
                return self(str(value))


def secrets_of(settings: Any) -> list[str]:
    """Every secret value in a configuration, however deep."""
    match settings:
        case SecretStr():
            value = settings.get_secret_value()
            return [] if _FILE.fullmatch(value.strip()) else [value]
        case SecretBytes():
            return [settings.get_secret_value().decode("utf-8", errors="replace")]
        case Apprise():
            return _apprise(settings.url.get_secret_value())
        case BaseModel():
            fields = {name: getattr(settings, name) for name in type(settings).model_fields}
            passwords = [
                password for value in fields.values() if isinstance(value, str) for password in _passwords(value)
            ]
            return [*passwords, *(secret for value in fields.values() for secret in secrets_of(value))]
        case dict():
            return [secret for value in settings.values() for secret in secrets_of(value)]
        case list() | tuple() | set() | frozenset():
            return [secret for value in settings for secret in secrets_of(value)]
        case _:
            return []


def _apprise(url: str) -> list[str]:
    """Its URLs hold tokens anywhere, also where others have the host."""
    return [url, *(piece for piece in re.split(r"[/:@?&=]+", url) if len(piece) >= _SHORTEST_PART)]


def _passwords(text: str) -> list[str]:
    """The password in a URL, as it is written and as it is meant."""
    if "://" not in text or "@" not in text:
        return []
    try:
        password = urlsplit(text.strip()).password
    except ValueError:
        return []
    return [] if password is None else [password, unquote(password)]


def _parts(secret: str) -> set[str]:
    parts = {secret, secret.strip(), *_inside_json(secret)}
    if "://" in secret and not secret.lstrip().startswith("{"):
        try:
            url = urlsplit(secret.strip())
        except ValueError:
            return {part for part in parts if len(part) >= _SHORTEST}
        # The path of a web address can be a key to it; that of a database is the name of a file or database.
        path = url.path if url.scheme in ("http", "https") else ""
        pieces = [*path.split("/"), *(value for _, value in parse_qsl(url.query))]
        parts |= {
            *_passwords(secret),
            path,
            path.lstrip("/"),
            url.query,
            *(piece for piece in pieces if len(piece) >= _SHORTEST_PART),
            *(value for name, value in parse_qsl(url.query) if _TELLING.search(name)),
        }
    return {part for part in parts if len(part) >= _SHORTEST}


def _inside_json(secret: str) -> set[str]:
    """What is secret in a key that is a JSON document, such as Google's: its private key, whole and line by line."""
    if not secret.lstrip().startswith("{"):
        return set()
    try:
        held = json.loads(secret)
    except (ValueError, RecursionError):
        return set()
    values = {value for name, value in held.items() if isinstance(value, str) and name in _KEYS}
    return values | {line for value in values for line in value.splitlines() if len(line) >= _SHORTEST_PART}


def _forms(secret: str) -> set[str]:
    encoded = base64.b64encode(secret.encode("utf-8", errors="surrogatepass")).decode().rstrip("=")
    plain = secret.encode("utf-8", errors="replace")
    forms = {
        secret,
        quote(plain),
        quote(plain, safe=""),
        quote_plus(plain),
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        encoded,
    }
    return {form for form in forms if len(form) >= _SHORTEST}
