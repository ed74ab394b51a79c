"""Slack's Web API: one request, and what its answer means. Errors come with status 200 and a word of their own.

Reference: https://docs.slack.dev/apis/web-api, and the errors of each method there. It knows no idempotency key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from json import JSONDecodeError, loads
from typing import Any

import structlog

from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.http_client import MOST_REPLY_BYTES, NotAllowed, NotSent, Reply, Timeouts, Unclear, request, retry_after

log = structlog.get_logger(__name__)

ENDPOINT = "https://slack.com/api"

# An attempt may take half a dozen requests, and all of them must fit into the lease of a delivery.
_TIMEOUTS = Timeouts(connect=4.0, write=4.0, read=8.0, body=4.0)
# Being told to wait without a usable Retry-After: penalties are some tens of seconds.
_USUAL_PENALTY = timedelta(seconds=30)
# Slack's own words and scopes; anything else may be anybody's text and is not repeated.
_WORD = re.compile(r"[a-z_]{2,40}")
_SCOPES = re.compile(r"[a-z_.:]{2,40}(, ?[a-z_.:]{2,40}){0,9}")

_WAIT = ("ratelimited", "rate_limited")
_PASSING = ("service_unavailable", "request_timeout")
_HALF_DONE = ("internal_error", "fatal_error")  # "it's possible some aspect of the operation succeeded"
# What plain text may cure.
LAYOUT = (
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_payload",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
)
_TOKEN = "is the token still valid? Copy the Bot User OAuth Token from the app's page again"
_REMEDIES = {
    "channel_not_found": "is `channel` right? The app sees a private channel only once it is invited: /invite in that channel",
    "not_in_channel": "invite the app to the channel (/invite), or give it the scope chat:write.public",
    "is_archived": "the channel is archived: name another one under `channel`",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "account_inactive": _TOKEN,
    "not_allowed_token_type": "`token` must be the Bot User OAuth Token",
    "ekm_access_denied": "an administrator of the workspace has suspended posting",
    "restricted_action": "the workspace does not let this app post in the channel: ask its administrator",
}


class SlackRefused(DeliveryRefused):
    """Slack said no; `word` is its reason, empty where it gave none."""

    def __init__(self, message: str, word: str) -> None:
        super().__init__(message)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who a token belongs to, and what it may do; scopes None: Slack did not say."""

    user: str
    team: str
    scopes: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class Api:
    """Asks in the name of one token. `name` is the destination's."""

    name: str
    token: str = field(repr=False)
    endpoint: str = ENDPOINT

    def call(
        self,
        method: str,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        most_bytes: int = MOST_REPLY_BYTES,
        timeouts: Timeouts = _TIMEOUTS,
    ) -> dict[str, Any]:
        """What Slack answers to a method, which is given a JSON document or a form.

        Raises:
            SlackRefused: no, and it would be no every time.
            DeliveryDelayed: nothing was done; later it may be.
            DeliveryUnclear: nobody can tell.
        """
        return self._judged(self._asked(method, json, form, most_bytes, timeouts))

    def signed_in(self) -> Signed:
        """Who we are. Errors are those of `call`."""
        reply = self._asked("auth.test", None, {}, MOST_REPLY_BYTES, _TIMEOUTS)
        said, scopes = self._judged(reply), reply.headers.get("x-oauth-scopes")
        return Signed(
            user=str(said.get("user")),
            team=str(said.get("team")),
            scopes=None if scopes is None else frozenset(scope.strip() for scope in scopes.split(",")),
        )

    def upload(self, url: str, content: bytes, timeouts: Timeouts) -> None:
        """Bring a file's content to where `files.getUploadURLExternal` said. Errors are those of `call`."""
        reply = self._sent(url, timeouts, headers={"content-type": "application/octet-stream"}, content=content)
        if reply.status != 200:
            raise self._failure(reply, {})

    def _asked(
        self,
        method: str,
        json: Mapping[str, Any] | None,
        form: Mapping[str, str] | None,
        most_bytes: int,
        timeouts: Timeouts,
    ) -> Reply:
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        return self._sent(
            f"{self.endpoint}/{method}", timeouts, headers=headers, json=json, form=form, most_bytes=most_bytes
        )

    def _sent(self, url: str, timeouts: Timeouts, **content: Any) -> Reply:
        # Slack is asked by https; plain http is that of a stand-in on this machine, and nothing else takes it.
        stand_in = self.endpoint.startswith("http://")
        try:
            return request("POST", url, timeouts=timeouts, allow_private=stand_in, **content)
        except (NotSent, NotAllowed) as error:
            raise DeliveryDelayed(f"{self._where}: {error}") from error
        except Unclear as error:
            raise DeliveryUnclear(f"{self._where}: {error}") from error

    def _judged(self, reply: Reply) -> dict[str, Any]:
        said = _said(reply)
        if reply.status != 200 or said.get("ok") is not True:
            raise self._failure(reply, said)
        if warnings := [word for word in str(said.get("warning") or "").split(",") if _WORD.fullmatch(word)]:
            log.info("slack_warned", destination=self.name, warnings=warnings)
        return said

    def _failure(self, reply: Reply, said: Mapping[str, Any]) -> DeliveryError:
        word = str(said.get("error"))
        word = word if _WORD.fullmatch(word) and word not in self.token else ""
        shown = f"({reply.status} {word})" if word else f"({reply.status})"
        wait = retry_after(reply.headers)
        if reply.status == 429 or word in _WAIT:
            return DeliveryDelayed(
                f"{self._where} asks us to wait {shown}", wait if wait is not None else _USUAL_PENALTY
            )
        if word in _HALF_DONE:
            return DeliveryUnclear(f"{self._where} failed half-way {shown}", wait)
        if reply.status >= 500 or word in _PASSING:
            return DeliveryDelayed(f"{self._where} is out of order {shown}", wait)
        if reply.status in (408, 425):
            return DeliveryDelayed(f"{self._where} did not read the message {shown}", wait)
        if reply.status < 300 and said.get("ok") is not False:
            return DeliveryUnclear(f"{self._where} answered {shown} without its usual ok: is that really Slack?")
        if 300 <= reply.status < 400:
            return SlackRefused(f"{self._where} points elsewhere {shown}: does a proxy stand between?", word)
        if reply.status == 413:  # a page of some server on the way
            word = "msg_too_long"
        return SlackRefused(f"{self._where} said no {shown}: {_remedy(word, said)}", word)

    @property
    def _where(self) -> str:
        return f'Slack destination "{self.name}"'


def _remedy(word: str, said: Mapping[str, Any]) -> str:
    if word == "missing_scope":
        needed = str(said.get("needed"))
        scope = needed if _SCOPES.fullmatch(needed) else "that this takes (docs/alerts.md lists them)"
        return f"the app lacks the scope {scope}: add it under OAuth & Permissions, and install the app again"
    return _REMEDIES.get(word, "the app's page at api.slack.com/apps may say why")


def _said(reply: Reply) -> dict[str, Any]:
    try:
        found = loads(reply.text)
    except (JSONDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
