"""Takes clicks: each is kept within the three seconds that Slack waits, and only who clicked is told what went wrong."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from config.destinations.slack import Slack
from daemon import http_client
from daemon.alerts.sample import INCIDENT_ID
from daemon.answering.desk import keep
from daemon.answering.slack_clicks import Click, click_of
from daemon.app import App, utc_now
from daemon.controls import NothingToSay, UnknownIncident
from daemon.errors import ChannelwatchError

log = structlog.get_logger(__name__)

# Slack shows a warning to who clicked when nobody answers within three seconds, and brings a click of a socket again.
_PATIENCE_SECONDS = 2.5
# Slack brings no click again after this.
_REMEMBERED = timedelta(days=1)
_TIMEOUTS = http_client.Timeouts(connect=4.0, write=4.0, read=8.0, body=4.0)


class Service(Protocol):
    """A configuration at work."""

    @property
    def app(self) -> App:
        """Its settings and its state."""

    def deliver_now(self) -> None:
        """Look at once for what is queued."""


class SlackDesk:
    """Where clicks come in, from requests and sockets alike."""

    def __init__(self, service: Callable[[], Service], clock: Callable[[], datetime] = utc_now) -> None:
        self._service, self._clock = service, clock
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="slack-click")

    def take(self, payload: Any, destinations: frozenset[str]) -> None:
        """Keep a click in the channel of one of these destinations. Returns once it is kept, or when Slack must be answered."""
        click = click_of(payload)
        if click is None:
            return
        kept = threading.Event()
        self._threads.submit(self._taken, click, destinations, kept)
        if not kept.wait(_PATIENCE_SECONDS):
            log.warning("slack_click_slow", incident=click.incident_id)

    def stop(self) -> None:
        """Take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _taken(self, click: Click, destinations: frozenset[str], kept: threading.Event) -> None:
        try:
            trouble = self._trouble(click, destinations)
        except Exception:
            log.exception("slack_click_crashed", incident=click.incident_id)
            trouble = "That did not work; the log of channelwatch says why."
        finally:
            kept.set()
        if trouble and click.tells_at:
            _tell(click.tells_at, trouble)

    def _trouble(self, click: Click, destinations: frozenset[str]) -> str:
        """What to tell who clicked; empty where all is well, for then the message itself shows it."""
        service = self._service()
        app, now = service.app, self._clock()
        reply = click.reply(now)
        if reply is None or not _is_from(click, destinations, app):
            log.warning("slack_click_refused", incident=click.incident_id, channel=click.channel)
            return "This message belongs to another channelwatch, or to another channel."
        try:
            done = keep(app.watch.without_tables(), reply, click.mark, now + _REMEMBERED, now)
        except UnknownIncident:
            if click.incident_id == INCIDENT_ID:
                return "It works: this button came with a test alert."
            return "This incident is not known any more."
        except NothingToSay as error:
            return str(error).partition(": ")[2] or str(error)
        except ChannelwatchError as error:
            log.error("slack_click_not_kept", incident=click.incident_id, reason=app.redact(str(error)))
            return "That could not be kept now. Please click once more."
        if done.fresh:
            log.info("answered", incident=click.incident_id, kind=str(click.kind), by="button")
            service.deliver_now()
        return ""


def _is_from(click: Click, destinations: frozenset[str], app: App) -> bool:
    known = (app.settings.destinations.get(name) for name in destinations)
    return click.channel in {of.channel for of in known if isinstance(of, Slack)}


def _tell(url: str, words: str) -> None:
    """Say something that only this person sees; nothing hangs on it."""
    said = {"response_type": "ephemeral", "replace_original": False, "text": words}
    try:
        reply = http_client.request("POST", url, json=said, timeouts=_TIMEOUTS)
    except (http_client.NotAllowed, http_client.NotSent, http_client.Unclear) as error:
        log.warning("slack_not_told", reason=str(error))
    else:
        if reply.status != 200:
            log.warning("slack_not_told", status=reply.status)
