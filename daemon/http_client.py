"""The one door to HTTP: explicit timeouts, no redirects, no proxy from the environment, no URL in any message.

A failed request says whether anything was written: NotSent may be repeated freely, Unclear may have arrived.
"""

import logging
import math
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

# More than any reply we understand; a hostile one ends here.
MOST_REPLY_BYTES = 64 * 1024

# A longer wait is for ever, and this one can still be added to.
_CENTURY = timedelta(days=36525)

# httpx writes whole URLs, which hold webhook secrets, at INFO (encode/httpx#2760).
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


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Names of headers are in lower case; the text is cut at 64 KB."""

    status: int
    headers: Mapping[str, str]
    text: str


def post_json(
    url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None, timeouts: Timeouts | None = None
) -> Reply:
    """Post a JSON document and read the answer, whatever its status.

    Raises:
        NotSent: nothing was written.
        Unclear: it may have arrived.
    """
    limits, host = timeouts or Timeouts(), urlsplit(url).hostname or "?"
    timeout = httpx.Timeout(connect=limits.connect, write=limits.write, read=limits.read, pool=limits.connect)
    # A kept connection may be closed just as we write, which nobody can tell from a lost answer: every request gets its own.
    try:
        with (
            httpx.Client(verify=_certificates(), timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", url, json=dict(body), headers={"connection": "close", **(headers or {})}) as response,
        ):
            return Reply(response.status_code, dict(response.headers.items()), _text(response, limits.body))
    except (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
    ) as error:
        raise NotSent(f"no connection to {host} ({type(error).__name__})") from None
    except httpx.HTTPError as error:
        raise Unclear(f"no answer from {host} ({type(error).__name__})") from None


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the other side wants to be asked again: seconds or an HTTP date; None where it says nothing usable.

    An instant in the past means now; more than a century means a century.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _date(text, now)
    if math.isnan(seconds) or seconds < 0:
        return None
    return now + timedelta(seconds=min(seconds, _CENTURY.total_seconds()))


def _date(text: str, now: datetime) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(now, instant if instant.tzinfo else instant.replace(tzinfo=UTC)), now + _CENTURY)


def _text(response: httpx.Response, seconds: float) -> str:
    """The body as far as it comes: the status is known by now, and a lost body must not make it unknown."""
    ends, read = time.monotonic() + seconds, bytearray()
    try:
        for part in response.iter_bytes():
            read += part
            if len(read) >= MOST_REPLY_BYTES or time.monotonic() > ends:
                break
    except httpx.HTTPError:
        logging.getLogger(__name__).debug("the answer of %s ended early", response.url.host)
    return bytes(read[:MOST_REPLY_BYTES]).decode("utf-8", errors="replace")


@cache
def _certificates() -> ssl.SSLContext:
    """Loading the certificate authorities takes some 20 ms; once is enough."""
    return httpx.create_ssl_context(trust_env=False)
