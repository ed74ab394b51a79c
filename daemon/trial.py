"""Tries one destination with a made-up alert: the real thing, except that the outbox knows nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.outputs import Inbox
from config.problems import listed, nearest
from config.settings import Settings
from daemon.alerts.sample import sample
from daemon.answering.offering import offering
from daemon.destinations.build import build
from daemon.destinations.contract import Context
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, WrongUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it, in a sentence or two."""

    accepted: bool
    words: str


def attempt(name: str, settings: Settings, context: Callable[[bool], Context], now: datetime) -> Outcome:
    """Send one test alert. `context` is asked whether the destination keeps its messages in the state.

    Raises:
        WrongUsage: there is no such destination.
        DeliveryRefused: its settings can never work.
    """
    if name not in settings.destinations:
        meant = nearest(name, settings.destinations)
        raise WrongUsage(
            f"there is no destination {name!r}"
            + (f"; did you mean {meant!r}?" if meant else ".")
            + f" Destinations are: {listed(settings.destinations)}."
        )
    of = settings.destinations[name]
    destination = offering(name, build(name, of, context(isinstance(of, Inbox))), of, settings.answering)
    alert = sample(settings, now)
    try:
        receipt = destination.deliver(alert.to_dict(), f"test-{now:%Y%m%dT%H%M%S%f}", now)
    except DeliveryError as error:
        return Outcome(accepted=False, words=f"{_verdict(error)} {_sentence(str(error))}")
    known = f" It is called {receipt.external_id} there." if receipt.external_id else ""
    try:
        for _ in receipt.afterwards():
            pass
    except DeliveryError as error:
        known += f" Something is missing in it: {_sentence(str(error))}"
    return Outcome(accepted=True, words=f"Accepted: {name} took the test alert “{alert.headline}”.{known}")


def _verdict(error: DeliveryError) -> str:
    match error:
        case DeliveryRefused():
            return "Refused, and would be every time."
        case DeliveryDelayed():
            return "Not delivered now; a real alert would be tried again for a day."
    return "Unclear: it may have arrived, look there."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else ".")
