"""The one door to HTTP: explicit timeouts, no redirects, no proxy from the environment, no URL in any message.

A failed request says whether anything was written: NotSent and NotAllowed may be repeated freely, Unclear may have arrived.
"""

import logging
import math
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from daemon import progress
from daemon.network import CheckedNetwork, Deadline, NotAllowed
from daemon.respite import LATEST, LONGEST, Wait

__all__ = ["MOST_REPLY_BYTES", "End", "NotAllowed", "NotSent", "Reply", "Timeouts", "Unclear", "post_json", "request"]

# More than any destination's reply that we understand; a hostile one ends here.
MOST_REPLY_BYTES = 64 * 1024

# A name as the network knows it, or an address; letters of other alphabets are encoded by then.
_HOST = re.compile(rb"[A-Za-z0-9_.:-]+")

# They write whole URLs, which hold webhook secrets, at INFO (encode/httpx#2760).
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class NotSent(Exception):
    """Nothing was written: the name, the connection or TLS failed."""


class Unclear(Exception):
    """The request went out, wholly or in part, and no answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. The longest possible request is the sum of all four."""

    connect: float = 5.0
    write: float = 10.0
    read: float = 15.0  # until the answer begins, and between its parts
    body: float = 10.0  # the whole body of the answer


class End(StrEnum):
    """How the body of an answer ended."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. Names of headers are in lower case; the body is what came until its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    end: End = End.WHOLE

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", errors="replace")


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    content: bytes | None = None,
    timeouts: Timeouts | None = None,
    most_bytes: int = MOST_REPLY_BYTES,
    allow_private: bool = False,
) -> Reply:
    """Ask an address that a person wrote into the configuration, and read the answer, whatever its status.

    query: added to the URL's own. json, form, content: the body, one of them at most.
    allow_private: also addresses of private networks and of this machine, and plain http to those.

    Raises:
        NotAllowed: plain http to the internet, or an address that must not be asked; nothing was sent.
        NotSent: nothing was written.
        Unclear: it may have arrived.
    """
    limits = timeouts or Timeouts()
    deadline = Deadline(time.monotonic() + limits.connect + limits.write + limits.read)
    asked = _request(method, url, headers, query, json, form, content)
    encrypted = asked.url.scheme == "https"
    if not encrypted and not allow_private:
        raise NotAllowed(f"{asked.url.host}: use https (plain http is only for private networks, with allow_private)")
    # A kept connection may be closed just as we write, which nobody can tell from a lost answer: every request gets its own.
    network = CheckedNetwork(deadline, allow_private, encrypted)
    progress.made()
    try:
        return _send(asked, network, limits, most_bytes)
    finally:
        progress.made()


def post_json(
    url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None, timeouts: Timeouts | None = None
) -> Reply:
    """Post a JSON document to an address whose host was checked by name, or is this machine; `request` is for others.

    Raises:
        NotSent: nothing was written.
        Unclear: it may have arrived.
    """
    try:
        return request("POST", url, json=dict(body), headers=headers, timeouts=timeouts, allow_private=True)
    except NotAllowed as error:
        raise NotSent(str(error)) from None


def retry_after(headers: Mapping[str, str]) -> Wait | None:
    """How long the other side wants to be left alone: seconds or an HTTP date; None where it says nothing usable.

    Seconds are counted from its answer, and more than a century means a century.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _date(text)
    if math.isnan(seconds) or seconds < 0:
        return None
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))


def _date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(instant if instant.tzinfo else instant.replace(tzinfo=UTC), LATEST)


def _request(
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    query: Mapping[str, str] | None,
    json: Any,
    form: Mapping[str, str] | None,
    content: bytes | None,
) -> httpx.Request:
    """Put the request together; what cannot be one is refused without repeating any of it."""
    try:
        address = httpx.URL(url)
        if query:
            address = address.copy_merge_params(query)
        if address.scheme not in ("http", "https") or not _HOST.fullmatch(address.raw_host):
            raise NotAllowed("the URL must begin with https:// and a host")
        if address.port is not None and not 0 < address.port < 65536:
            raise NotAllowed(f"{address.host}: a port is a number up to 65535")
        if address.userinfo:
            raise NotAllowed(f"{address.host}: a URL must not hold a user name or password")
        # No compression: what is counted on the way is what arrives.
        fixed = {"user-agent": "channelwatch", "accept-encoding": "identity", "connection": "close"}
        return httpx.Request(
            method, address, headers={**fixed, **(headers or {})}, json=json, data=form, content=content
        )
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        host = _host(url)
        raise NotAllowed(f"{host}: this is no request that HTTP can carry ({type(error).__name__})") from None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def _send(asked: httpx.Request, network: CheckedNetwork, limits: Timeouts, most_bytes: int) -> Reply:
    host = asked.url.host
    timeout = {"connect": limits.connect, "write": limits.write, "read": limits.read, "pool": limits.connect}
    raw = httpcore.Request(
        asked.method,
        httpcore.URL(
            scheme=asked.url.raw_scheme, host=asked.url.raw_host, port=asked.url.port, target=asked.url.raw_path
        ),
        headers=asked.headers.raw,
        content=asked.read(),
        extensions={"timeout": timeout},
    )
    try:
        with httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=network) as pool:
            response = pool.handle_request(raw)
            network.deadline.ends = time.monotonic() + limits.body
            try:
                body, end = _body(response, most_bytes)
            finally:
                response.close()
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.LocalProtocolError) as error:
        raise NotSent(f"no connection to {host} ({type(error).__name__})") from None
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Unclear(f"no answer from {host} ({type(error).__name__})") from None
    headers = httpx.Headers(response.headers)
    return Reply(status=response.status, headers=dict(headers.items()), body=body, end=end)


def _body(response: httpcore.Response, most_bytes: int) -> tuple[bytes, End]:
    """The body as far as it comes: the status is known by now, and a lost body must not make it unknown."""
    read = bytearray()
    try:
        for part in response.iter_stream():
            read += part
            if len(read) > most_bytes:
                return bytes(read[:most_bytes]), End.TOO_LARGE
    except httpcore.TimeoutException:
        return bytes(read), End.TOO_SLOW
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return bytes(read), End.LOST
    return bytes(read), End.WHOLE


@cache
def _certificates() -> ssl.SSLContext:
    """Loading the certificate authorities takes some 20 ms; once is enough."""
    return httpx.create_ssl_context(trust_env=False)
