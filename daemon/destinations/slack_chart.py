"""Brings an alert's chart into its Slack message: uploaded as a file of the app, then shown by an edit, which pings nobody.

Reference: https://docs.slack.dev/messaging/working-with-files, https://docs.slack.dev/reference/block-kit/blocks/image-block.
Until it is there, and where it cannot be, the bars made of text stand in its place.
"""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

import structlog

from daemon.alerts import slack
from daemon.alerts.alert import Alert
from daemon.destinations.drawing import Draw, drawn
from daemon.destinations.pace import Pace
from daemon.destinations.slack_api import Api, SlackRefused
from daemon.errors import DeliveryDelayed, DeliveryUnclear
from daemon.http_client import Timeouts

log = structlog.get_logger(__name__)

# Slack looks through a file before a message may show it, which takes some seconds ("invalid_blocks" until then,
# slackapi/python-slack-sdk#1521). Asked once at the pace of messages, one a second.
_TRIES = 6
# Nobody waits for a picture that takes longer.
_TIMEOUTS = Timeouts(connect=1.0, write=2.0, read=2.0, body=1.0)


def show(api: Api, pace: Pace, draw: Draw | None, place: tuple[str, str], stored: Mapping[str, Any]) -> Iterator[None]:
    """Show the chart of a stored alert in the message at (channel, timestamp), if it has one: a request a step.

    Raises:
        DeliveryError: the message stays without it.
    """
    try:
        alert = Alert.from_dict(stored)
    except (ValueError, TypeError, KeyError):  # told where the message was laid out
        return
    picture = drawn(draw, alert) if alert.chart is not None else None
    if picture is None:
        return
    yield
    file_id = yield from _uploaded(api, picture, slack.picture_words(alert))
    message = {"channel": place[0], "ts": place[1], **slack.layout(alert, picture=file_id)}
    for left in reversed(range(_TRIES)):
        yield
        pace.wait()
        try:
            api.call("chat.update", json=message)
            return
        except SlackRefused as error:
            if error.word != "invalid_blocks" or not left:
                raise
        except DeliveryUnclear:  # an edit may be repeated
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _uploaded(api: Api, picture: bytes, words: str) -> Generator[None, None, str]:
    """The id that Slack gives to a picture. Without a channel it is shown nowhere by itself."""
    asked = {"filename": "chart.png", "length": str(len(picture)), "alt_txt": words}
    place = api.call("files.getUploadURLExternal", form=asked, timeouts=_TIMEOUTS)
    url, file_id = place.get("upload_url"), place.get("file_id")
    if not isinstance(url, str) or not isinstance(file_id, str):
        raise DeliveryDelayed(f'Slack destination "{api.name}" named no place for the chart')
    yield
    api.upload(url, picture, _TIMEOUTS)
    yield
    done = {"files": [{"id": file_id, "title": "Chart"}]}
    api.call("files.completeUploadExternal", json=done, timeouts=_TIMEOUTS)
    return file_id
