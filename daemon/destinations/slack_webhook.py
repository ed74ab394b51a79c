"""A Slack channel by incoming webhook: one message per alert; Slack tells no id, so nothing can be updated in place (kind: slack can).

Slack knows no idempotency key (slackapi/slack-api-specs#10): an unclear attempt may have arrived.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from daemon.destinations.contract import Again, Receipt
from daemon.destinations.pace import Pace
from daemon.destinations.slack_words import worded
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear
from daemon.http_client import NotSent, Reply, Unclear, post_json, retry_after

log = structlog.get_logger(__name__)

_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A 429 without a usable Retry-After; Slack's limit is about one message a second, its penalties some tens of seconds.
_USUAL_PENALTY = timedelta(seconds=30)
# Slack's own error words; anything else in a body may be anybody's text and is not repeated.
_ERROR_WORD = re.compile(r"[a-z_]{2,40}")


@dataclass(frozen=True, kw_only=True)
class SlackWebhookDestination:
    """Posts alerts to one incoming webhook."""

    name: str
    url: str = field(repr=False)
    pace: Pace
    again: Again = Again.BLIND

    def deliver(self, alert: Mapping[str, Any], _key: str, _now: datetime, /) -> Receipt:
        """Post an alert. If Slack dislikes its form, post its plain text in the same attempt: news comes before looks."""
        words = worded(alert, self.name)
        reply = self._post(words.rich)
        if reply.status in (400, 413):
            log.warning("slack_refused_layout", destination=self.name, status=reply.status)
            reply = self._post(words.plain)
        self._judge(reply)
        return Receipt()

    def _post(self, message: Mapping[str, Any]) -> Reply:
        self.pace.wait()
        try:
            return post_json(self.url, message)
        except NotSent as error:
            raise DeliveryDelayed(f'Slack destination "{self.name}": {error}') from error
        except Unclear as error:
            raise DeliveryUnclear(f'Slack destination "{self.name}": {error}') from error

    def _judge(self, reply: Reply) -> None:
        """Slack's answers: reference https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks."""
        word = _word(reply)
        said = f"({reply.status} {word})" if word and word not in self.url else f"({reply.status})"
        where, wait = f'Slack destination "{self.name}"', retry_after(reply.headers)
        match reply.status:
            case 200 if reply.text.strip() == "ok":
                return
            case status if status < 300:
                raise DeliveryUnclear(f"{where} answered {said} without its usual ok: is the URL really Slack's?")
            case status if status < 400:
                raise DeliveryRefused(f"{where} points elsewhere {said}: copy the webhook URL from Slack again")
            case 429:
                raise DeliveryDelayed(f"{where} asks us to wait {said}", wait if wait is not None else _USUAL_PENALTY)
            case 408 | 425:
                raise DeliveryDelayed(f"{where} did not read the message {said}", wait)
            case 400 | 413:
                raise DeliveryRefused(
                    f"{where} refused even plain text {said}: does the webhook still belong to a channel?"
                )
            case status if status < 500:
                raise DeliveryRefused(f"{where} refused the webhook {said}: was it revoked, or the channel archived?")
            case _ if word == "rollup_error":  # part of it may have been posted
                raise DeliveryUnclear(f"{where} failed half-way {said}", wait)
            case _:
                raise DeliveryDelayed(f"{where} is out of order {said}", wait)


def connect(name: str, url: SecretStr, pace: Pace) -> SlackWebhookDestination:
    """A destination for a webhook URL, which is never shown.

    Raises:
        DeliveryRefused: it is no Slack address.
    """
    secret = url.get_secret_value().strip()
    if not _is_slack(secret):
        raise DeliveryRefused(
            f'destination "{name}": url must be https://{_HOSTS[0]}/services/..., as Slack shows it for an incoming webhook'
        )
    return SlackWebhookDestination(name=name, url=secret, pace=pace)


def _is_slack(url: str) -> bool:
    """Only https to Slack; plain http only to this machine, for a local receiver."""
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username is not None
    except ValueError:
        return False
    if named or not url.isprintable() or " " in url:
        return False
    return (parts.scheme == "https" and host in _HOSTS) or (parts.scheme in ("http", "https") and host in _LOOPBACK)


def _word(reply: Reply) -> str:
    word = reply.text.strip()
    return word if _ERROR_WORD.fullmatch(word) else ""
