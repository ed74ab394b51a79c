"""How people answer: does the page's address lead to us, and does each Slack app let us hear clicks?"""

from collections.abc import Iterator

from config.answering import Answering
from config.destinations.slack import Slack
from config.settings import Settings
from daemon import http_client
from daemon.answering.page import ROOT
from daemon.doctor.line import Line, fail, ok, warn

_WHAT = "answering"
_RUNS = "Start channelwatch run, and let your proxy hand {url} on to {host} port {port}: docs/answering.md."


def look(settings: Settings) -> Iterator[Line]:
    """The page behind the links; nothing where there are none."""
    if settings.answering is None:
        return
    yield from _page(settings.answering)


def _page(of: Answering) -> Iterator[Line]:
    todo = _RUNS.format(url=of.url, host=of.host, port=of.port)
    try:
        reply = http_client.request("GET", f"{of.url}/", allow_private=True)
    except (http_client.NotSent, http_client.NotAllowed, http_client.Unclear) as error:
        # People's browsers may reach what this machine does not, such as an address of the office.
        yield warn(_WHAT, f"{of.url} was not reached from here: {error}", todo)
        return
    if ROOT in reply.text:
        yield ok(_WHAT, f"{of.url} leads to the page for answers")
    else:
        yield fail(_WHAT, f"{of.url} leads somewhere else ({reply.status})", todo)


def slack_socket(what: str, of: Slack, name: str, endpoint: str | None = None) -> Iterator[Line]:
    """Whether Slack would bring clicks to us; no socket is opened. Another endpoint is a test's."""
    from daemon.answering.slack_socket import address
    from daemon.destinations import slack_api
    from daemon.errors import DeliveryError, DeliveryRefused

    if of.app_token is None:
        return
    token = of.app_token.get_secret_value().strip()
    try:
        address(slack_api.Api(name=name, token=token, endpoint=endpoint or slack_api.ENDPOINT))
    except DeliveryRefused as error:
        yield fail(what, str(error), "Without it nobody hears its buttons.")
    except DeliveryError as error:
        yield warn(what, f"whether its buttons are heard is not known: {error}", "Look at the network.")
    else:
        yield ok(what, "its buttons are heard by Socket Mode")
