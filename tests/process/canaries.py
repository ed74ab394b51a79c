"""A configuration with a secret of its own in every setting that may hold one, a machine that repeats whatever it is told,
and where to look for what got out.
"""

import base64
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType, UnionType
from typing import Annotated, Any, Self, Union, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel, SecretStr

from config.answering import Answering
from config.outputs import Destination
from config.sources import Source

# Shown to nobody either, but no place for secrets: names that belong to one are refused.
PLAIN = {"headers", "query"}
# What stands around each canary, to be written otherwise by every kind of encoding.
_AROUND = "/+%=&'\"\\<z"
_COUNT = 0


def models(union: Any) -> list[type[BaseModel]]:
    """The kinds of a discriminated union."""
    return list(get_args(get_args(union)[0]))


def secret_settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of settings that may hold a secret, however deep."""
    for name, field in model.model_fields.items():
        types = list(_types(field.annotation))
        if SecretStr in types or not field.repr:
            yield f"{prefix}{name}"
        for inner in types:
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from secret_settings(inner, f"{prefix}{name}.")


def _types(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType, Annotated, list, dict):
        for inner in get_args(annotation):
            yield from _types(inner)
    else:
        yield annotation


class Canaries:
    """Hands out secrets, and finds them again."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def new(self) -> str:
        """A secret that nobody else has."""
        word = f"Cnry{len(self.words):02}Xq"
        self.words.append(word)
        return f"{word}{_AROUND}"

    def hits(self, data: bytes) -> list[str]:
        """Which of them are in it: as they are, in other letters, in base64 at any place."""
        lower = data.lower()
        return [
            word
            for word in self.words
            if word.lower().encode() in lower or any(form in data for form in _base64_forms(word))
        ]


def _base64_forms(word: str) -> list[bytes]:
    """The letters that stand for the word wherever it begins in what is encoded."""
    forms = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word.encode())
        end = (before + len(word)) * 8 // 6  # the last letter may depend on what follows
        forms.append(encoded[-(-before * 8 // 6) : end])
    return forms


class Parrot:
    """A server that answers every request with an error, and repeats all of it."""

    def __init__(self, status: int = 400) -> None:
        parrot = self
        self.heard = 0
        self.status = status

        class Handler(BaseHTTPRequestHandler):
            timeout = 0.3  # who speaks another language than HTTP is not waited for

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                parrot.heard += 1
                told = {"path": self.path, "headers": dict(self.headers), "body": body.decode(errors="replace")}
                answer = json.dumps({"error": json.dumps(told), "message": f"no: {told}", **told}).encode()
                self.send_response(parrot.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads, self._server.block_on_close = True, False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def sources(canaries: Canaries, parrot: Parrot) -> dict[str, dict[str, Any]]:
    """At least one of each kind, with a canary in each secret setting."""
    new = canaries.new
    api: dict[str, Any] = {"kind": "http", "allow_private": True, "timeout_seconds": 2}
    google = {"endpoint": parrot.url, "allow_private": True, "timeout_seconds": 2}
    return {
        "tables": {"kind": "files", "path": "tables"},
        "sql": {"kind": "sql", "url": f"postgresql+psycopg://r:{quote(new(), safe='')}@127.0.0.1:{parrot.port}/shop"},
        "bearer": {**api, "url": f"{parrot.url}/{quote(new())}", "auth": {"bearer": new()}},
        "basic": {**api, "url": parrot.url, "auth": {"username": new(), "password": new()}},
        "header": {**api, "url": parrot.url, "auth": {"header": "X-Key", "value": new()}},
        "query": {**api, "url": parrot.url, "auth": {"query": "key", "value": new()}},
        "form": {**api, "url": parrot.url, "auth": {"form": "key", "value": new()}},
        "google": {
            **api,
            "url": parrot.url,
            "auth": {"service_account": _google_key(new(), new(), parrot), "scope": "reports"},
        },
        "crash": {**api, "url": f"{parrot.url}/{quote(new())}", "auth": {"bearer": new()}},
        "ga4": {"kind": "ga4", "property": "123", "credentials": _google_key(new(), new(), parrot), **google},
        "ads": {
            "kind": "google_ads",
            "customer": "111-222-3333",
            "credentials": _google_key(new(), new(), parrot),
            "developer_token": new(),
            **google,
        },
    }


def _google_key(secret: str, number: str, parrot: Parrot) -> str:
    """A service account's key: its private part is broken, its id is a canary."""
    lines = ["-----BEGIN PRIVATE KEY-----", base64.b64encode(secret.encode()).decode(), "-----END PRIVATE KEY-----"]
    key = {
        "type": "service_account",
        "client_email": "watch@example.iam.gserviceaccount.com",
        "private_key_id": number,
        "private_key": "\n".join([*lines, secret]),
        "token_uri": f"{parrot.url}/token",
    }
    return json.dumps(key)


def destinations(canaries: Canaries, parrot: Parrot) -> dict[str, dict[str, Any]]:
    """One of each kind, with a canary in each secret setting."""
    new = canaries.new
    mail = {"sender": "watch@example.com", "to": ["ana@example.com"]}
    return {
        "slack": {"kind": "slack_webhook", "url": f"{parrot.url}/services/T/B/{quote(new(), safe='')}{'x' * 24}"},
        "teams": {"kind": "teams", "url": f"{parrot.url}/workflows/{quote(new(), safe='')}/paths/invoke"},
        "pages": {"kind": "pagerduty", "routing_key": new()},
        "slack_bot": {
            "kind": "slack",
            "token": f"xoxb-{new()}",
            "channel": "C0GROWTH01",
            "app_token": f"xapp-{new()}",
        },
        "slack_app": {
            "kind": "slack",
            "token": f"xoxb-{new()}",
            "channel": "C0GROWTH02",
            "signing_secret": new(),
        },
        "phones": {"kind": "apprise", "url": f"json://127.0.0.1:{parrot.port}/{quote(new(), safe='')}{'x' * 24}"},
        "smtp": {
            **mail,
            "kind": "email_smtp",
            "host": "127.0.0.1",
            "port": parrot.port,
            "tls": "none",
            "username": "watch",
            "password": new(),
            "timeout_seconds": 1,
        },
        "sendgrid": {**mail, "kind": "email_sendgrid", "api_key": new()},
        "mailgun": {**mail, "kind": "email_mailgun", "api_key": new(), "domain": "mg.example.com"},
        "postmark": {**mail, "kind": "email_postmark", "server_token": new()},
        "resend": {**mail, "kind": "email_resend", "api_key": new()},
        "hook": {
            "kind": "webhook",
            "url": f"{parrot.url}/{quote(new())}",
            "secret": _signing(new()),
            "previous_secret": _signing(new()),
            "allow_private": True,
        },
        "terminal": {"kind": "terminal"},
        "inbox": {"kind": "inbox"},
    }


def answering(canaries: Canaries, port: int) -> dict[str, Any]:
    """How people answer, with a canary in each secret."""
    secrets = {name: f"{canaries.new()}{'-' * 24}" for name in ("secret", "previous_secret")}
    return {"url": "https://answers.example.com", "port": port, **secrets}


def _signing(secret: str) -> str:
    return "whsec_" + base64.b64encode(f"{secret}{'-' * 24}".encode()).decode()


def checks(names: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """One check of each source that has to be asked."""
    common = {"period": "date", "channel_column": "channel", "history_periods": 30}
    how: dict[str, dict[str, Any]] = {
        "sql": {**common, "columns": {"orders": "orders"}, "query": "SELECT 1 WHERE :since < :until"},
        "http": {
            **common,
            "columns": {"orders": "orders"},
            "request": {"path": "/days", "query": {"from": "{since}"}, "rows": "$.data[*]"},
        },
        "ga4": {**common, "columns": {"transactions": "orders"}, "channel_column": "sessionDefaultChannelGroup"},
        "google_ads": {
            "period": "segments.date",
            "channel": "paid_search",
            "history_periods": 30,
            "columns": {"metrics.clicks": "orders"},
        },
    }
    found = {name: {"source": name, **how[of["kind"]]} for name, of in names.items() if of["kind"] != "files"}
    found["form"]["request"] = {"path": "/days", "method": "POST", "rows": "$.data[*]", "form": {"from": "{since}"}}
    return found


def unlock(parrot_url: str, crash: str) -> None:
    """In a process that is to be overheard: providers are the parrot, all is logged, one source and one destination crash
    with a secret in their last words.
    """
    from daemon import http_client, logs
    from daemon.destinations import (
        email_mailgun,
        email_postmark,
        email_resend,
        email_sendgrid,
        inbox,
        mail_api,
        pagerduty,
        slack,
        slack_api,
    )
    from daemon.sources import asking, http

    doors: list[Any] = [email_postmark, email_resend, email_sendgrid, slack]
    for door in doors:
        door.connect.__defaults__ = (parrot_url,)
    provider: Any = email_mailgun
    provider.ENDPOINTS = {"us": parrot_url, "eu": parrot_url}
    api: Any = slack_api
    api.ENDPOINT = parrot_url
    pages: Any = pagerduty
    pages.ENDPOINTS = {"us": parrot_url, "eu": parrot_url}
    doors_out: list[Any] = [mail_api, pagerduty]
    for opened in doors_out:
        opened.request = partial(http_client.request, allow_private=True)
    patience: Any = asking
    patience._FIRST_WAIT = 0.01
    set_up = logs.set_up
    talkative: Any = logs
    talkative.set_up = lambda redact, **options: set_up(redact, **{**options, "level": "DEBUG"})
    rows = http.rows

    def crashing(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "crash":
            raise RuntimeError(f"could not open {crash!r} and {json.dumps(crash)}")
        return rows(name, *arguments, **options)

    source: Any = http
    source.rows = crashing

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError(f"the tray took {crash}")

    broken: Any = inbox.InboxDestination
    broken.deliver = failing


def all_secret_settings() -> dict[str, set[str]]:
    """Kind -> its secret settings, of every kind that there is."""
    found: dict[str, set[str]] = {}
    for union in (Source, Destination):
        for model in models(union):
            kind = get_args(model.model_fields["kind"].annotation)[0]
            found[kind] = set(secret_settings(model)) - PLAIN
    return found | {"answering": set(secret_settings(Answering))}


def set_settings(settings: Mapping[str, Any], words: list[str], prefix: str = "") -> Iterator[str]:
    """The dotted names of settings in which a canary sits."""
    for name, value in settings.items():
        text = json.dumps(value)
        if any(w in text or any(f.decode() in text for f in _base64_forms(w)) for w in words):
            yield f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from set_settings(value, words, f"{prefix}{name}.")


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
