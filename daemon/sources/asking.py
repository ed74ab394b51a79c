"""Asks an API with patience: waits where it is told to, tries again where that may help, and says clearly what went wrong.

Reports are only read, so a question may be asked twice. Neither a URL nor a secret is ever repeated.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from daemon import http_client
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.http_client import End, NotAllowed, NotSent, Reply, Timeouts, Unclear
from daemon.respite import until

log = structlog.get_logger(__name__)

# All requests of one pull together, in seconds: beyond, the next pull tries again.
PULL_SECONDS = 900.0
_MOST_ATTEMPTS = 5
# Seconds before the second attempt; doubled for each further one.
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 60.0
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
# Characters of a vendor's own words that are repeated.
_MOST_WORDS = 240
_MEGABYTE = 1_000_000


@dataclass(kw_only=True)
class Patience:
    """How long one pull may take, on which clock."""

    seconds: float = PULL_SECONDS
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.seconds - (self.clock() - self.began)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    content: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Asker:
    """What is asked for (`check "shop"`), and within which limits. `hide` takes secrets out of a vendor's own words."""

    what: str
    source: str
    patience: Patience
    hide: Callable[[str], str]
    timeout_seconds: float = 60.0
    most_bytes: int = 50 * _MEGABYTE
    allow_private: bool = False

    @property
    def who(self) -> str:
        """How messages begin."""
        return f'source "{self.source}", {self.what}'

    def ask(self, question: Question) -> Reply:
        """The answer, whatever its status save those that say "not now".

        Raises:
            SourceUnavailable: no whole answer came, although it was asked for as often as the time allowed.
            SourceRejected: it must not be asked, or answers with too much.
        """
        attempt = 1
        while True:
            trouble, wait = self._try(question)
            if isinstance(trouble, Reply):
                return trouble
            usual = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + self.patience.chance() / 2)
            wait = usual if wait is None else max(wait, 0.0) + usual / 4
            if attempt == _MOST_ATTEMPTS:
                raise SourceUnavailable(f"{self.who}: {trouble}, {attempt} times. It is asked again at the next look.")
            if wait >= self.patience.left:
                raise SourceUnavailable(
                    f"{self.who}: {trouble}, and trying again would take longer than one pull may ({wait:.0f} s). "
                    "It is asked again at the next look."
                )
            log.info("source_asked_again", source=self.source, asked=self.what, attempt=attempt, wait=round(wait, 1))
            self.patience.sleep(wait)
            attempt += 1

    def _try(self, question: Question) -> tuple[Reply | str, float | None]:
        """The answer, or why there is none, with the seconds that the other side asks us to wait."""
        left = self.patience.left
        if left <= 0:
            raise SourceUnavailable(
                f"{self.who}: the whole answer did not come within {self.patience.seconds:.0f} s. "
                "Ask for fewer periods or dimensions (history_periods, reread_periods)."
            )
        longest = min(self.timeout_seconds, left)
        timeouts = Timeouts(connect=min(10.0, longest), write=min(10.0, longest), read=longest, body=longest)
        try:
            reply = http_client.request(
                question.method,
                question.url,
                headers=question.headers,
                query=question.query,
                json=question.json,
                form=question.form,
                content=question.content,
                timeouts=timeouts,
                most_bytes=self.most_bytes,
                allow_private=self.allow_private,
            )
        except NotAllowed as error:
            raise SourceRejected(f"{self.who} is not asked: {error}.") from error
        except (NotSent, Unclear) as error:
            return str(error), None
        if reply.status in _TRY_AGAIN:
            said = self.words(reply)
            reason = "it asks us to slow down" if reply.status == 429 else "it is out of order"
            wait, now = http_client.retry_after(reply.headers), self.patience.now()
            return f"{reason} ({reply.status}){said}", None if wait is None else (
                until(wait, now) - now
            ).total_seconds()
        match reply.end:
            case End.WHOLE:
                return reply, None
            case End.TOO_LARGE:
                raise self.rejected(
                    f"the answer is larger than {self.most_bytes / _MEGABYTE:g} MB. Ask for fewer dimensions or periods, or "
                    "raise the source's max_mb"
                )
            case End.TOO_SLOW:
                return f"the answer did not arrive within {longest:.0f} s", None
            case End.LOST:
                return "the answer was cut off on its way", None

    def words(self, reply: Reply) -> str:
        """A vendor's own words about an error, fit to be repeated, with a leading colon; empty where it says nothing."""
        said = self.clean(_message(reply))
        return f': "{said}"' if said else ""

    def clean(self, text: str) -> str:
        """Somebody else's text on one line, short, without secrets."""
        shown = "".join(c if c.isprintable() else " " for c in self.hide(text))
        shown = " ".join(shown.split())
        return shown if len(shown) <= _MOST_WORDS else shown[: _MOST_WORDS - 1] + "…"

    def rejected(self, message: str) -> SourceRejected:
        """What to raise when somebody must change something; the message is a sentence without its end."""
        return SourceRejected(f"{self.who}: {message}.")

    def refusal(self, reply: Reply) -> SourceRejected:
        """What a status other than a success means."""
        said, status = self.words(reply), reply.status
        match status:
            case 401:
                return self.rejected(f"the key is wrong or has expired (401){said}. Renew it, and set it anew")
            case 403:
                return self.rejected(f"the key may not read this (403){said}. Give it the right to read reports")
            case 404 | 410:
                return self.rejected(f"nothing is there ({status}){said}. Check the source's url and the path")
            case status if 300 <= status < 400:
                return self.rejected(
                    f"it sends us elsewhere ({status}). Write the final address as url, or set redirects"
                )
            case status if 400 <= status < 500:
                return self.rejected(f"it does not accept the question ({status}){said}. Change the request")
            case _:
                return self.rejected(f"it gave an answer that is no report ({status}){said}")


def _message(reply: Reply) -> str:
    """What an answer says about itself, in the places where APIs say it; a page of HTML says nothing."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        text = reply.text.strip()
        return "" if text.startswith("<") or len(text) > 2 * _MOST_WORDS else text
    return _said(found, 3)


def _said(value: Any, depth: int) -> str:
    match value:
        case str():
            return value
        case [first, *_] if depth:
            return _said(first, depth - 1)
        case dict() if depth:
            for key in (
                "error",
                "message",
                "error_description",
                "error_user_msg",
                "detail",
                "errors",
                "error_message",
                "msg",
            ):
                if key in value and (said := _said(value[key], depth - 1)):
                    more = value.get("error_description") if key == "error" else None
                    return f"{said}: {more}" if isinstance(more, str) else said
    return ""
