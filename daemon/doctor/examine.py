"""All that is looked at, in the order in which a person would put it right."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from config.load import load
from config.problems import ConfigError
from config.settings import Settings
from daemon.doctor import answering, configuration, destinations, feeds, machine, sources, state
from daemon.doctor.line import Line, fail
from daemon.errors import ChannelwatchError
from daemon.redact import Redactor, secrets_of

Look = Callable[[], Iterable[Line]]

# Sources and destinations are looked at side by side; what takes longer is given up.
_PATIENCE_SECONDS = 60.0


def examine(
    config: Path, environ: Mapping[str, str], now: datetime, patience_seconds: float = _PATIENCE_SECONDS
) -> list[Line]:
    """Look at everything that the configuration asks for; at the machine alone where it cannot be read."""
    try:
        settings = load(config, environ)
    except ConfigError as error:
        return [*configuration.mistakes(error), *_all(machine.looks(environ))]
    redact = Redactor(secrets_of(settings))
    folder = config.resolve().parent
    looks = {
        "configuration": lambda: configuration.look(config, settings),
        "state": lambda: state.look(settings, folder),
        **{f"check {name}": _source(settings, name, folder, now) for name, c in settings.checks.items() if c.enabled},
        **{f"changes {name}": _feed(settings, name, folder, now) for name in settings.changes},
        **{f"destination {name}": _destination(settings, name, folder, now) for name in settings.destinations},
        "answering": lambda: answering.look(settings),
        **_heartbeat(settings, now),
        **machine.looks(environ),
    }
    return [
        Line(verdict=line.verdict, what=line.what, seen=redact(line.seen), todo=redact(line.todo))
        for line in _side_by_side(looks, patience_seconds)
    ]


def _source(settings: Settings, name: str, folder: Path, now: datetime) -> Look:
    return lambda: sources.look(settings, name, folder, now)


def _feed(settings: Settings, name: str, folder: Path, now: datetime) -> Look:
    return lambda: feeds.look(settings, name, folder, now)


def _destination(settings: Settings, name: str, folder: Path, now: datetime) -> Look:
    return lambda: destinations.look(settings.destinations[name], name, folder, now)


def _heartbeat(settings: Settings, now: datetime) -> dict[str, Look]:
    of = settings.upkeep.heartbeat
    return {} if of is None else {"upkeep.heartbeat": lambda: destinations.heartbeat(of, now)}


def _all(looks: Mapping[str, Look]) -> Iterator[Line]:
    for what, look in looks.items():
        yield from _lines(what, look)


def _side_by_side(looks: Mapping[str, Look], patience_seconds: float) -> Iterator[Line]:
    """The lines of all, in their order. Never waited for at the end: one that hangs must not keep the program from ending."""
    found: dict[str, Sequence[Line]] = {}

    def run(what: str, look: Look) -> None:
        found[what] = _lines(what, look)

    threads = [threading.Thread(target=run, args=item, name=item[0], daemon=True) for item in looks.items()]
    for thread in threads:
        thread.start()
    ends = time.monotonic() + patience_seconds
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
        late = fail(
            thread.name, f"no answer within {patience_seconds:g} s", "Look at the network, or whether it hangs."
        )
        yield from found.get(thread.name, [late])


def _lines(what: str, look: Look) -> list[Line]:
    """The lines of one look; one that breaks says so and takes no other with it."""
    try:
        return list(look())
    except ChannelwatchError as error:
        return [fail(what, str(error), "")]
    except Exception as error:  # noqa: BLE001 - told as a line
        return [fail(what, f"looking failed unexpectedly ({type(error).__name__})", "Please report this.")]
