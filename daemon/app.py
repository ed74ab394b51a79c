"""The one place that constructs collaborators: from a configuration file to a running watch."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.load import load, written
from config.problems import ConfigError
from config.settings import Settings
from config.wording import problem_at
from daemon.alerts.alert import Alert
from daemon.alerts.chart import spec
from daemon.alerts.picture import png
from daemon.calendar import known_events
from daemon.causes_file import causes_for
from daemon.destinations.build import build
from daemon.destinations.contract import Context, Destination
from daemon.errors import DeliveryRefused
from daemon.outbox import Post, new_boot
from daemon.redact import Redactor, secrets_of
from daemon.store import Store, open_store
from daemon.watch import Watch
from daemon.workers import Here, Pool

# State in memory, thrown away at the end.
THROW_AWAY = "sqlite://"


@dataclass(frozen=True, kw_only=True)
class App:
    """A configuration brought to life."""

    settings: Settings
    folder: Path
    store: Store
    watch: Watch
    post: Post
    redact: Redactor


def open_app(config: Path, *, throw_away: bool = False, many_cycles: bool = False) -> App:
    """Read a configuration and construct what it asks for.

    throw_away: keep the state in memory, for a backtest. many_cycles: worker processes are worth their start.

    Raises:
        ConfigError: the configuration is wrong.
        CalendarError: a calendar that it names cannot be read.
        StoreError: the state cannot be opened.
    """
    settings, folder = load(config), config.resolve().parent
    store = open_store(THROW_AWAY if throw_away else settings.store.url, folder)
    watch = Watch(
        settings=settings,
        folder=folder,
        store=store,
        causes=causes_for(folder),
        events=known_events(settings, folder),
        workers=Pool(os.cpu_count() or 1) if many_cycles else Here(),
    )
    context = Context(store=store, chart=chart_png)
    destinations = {} if throw_away else connected(config, settings, context)
    redact = Redactor(secrets_of(settings))
    return App(
        settings=settings,
        folder=folder,
        store=store,
        watch=watch,
        redact=redact,
        post=Post(store=store, destinations=destinations, boot=new_boot(), redact=redact),
    )


def connected(config: Path, settings: Settings, context: Context) -> dict[str, Destination]:
    """All destinations by name.

    Raises:
        ConfigError: the settings of some can never work.
    """
    ready, problems = {}, []
    for name, of in settings.destinations.items():
        try:
            ready[name] = build(name, of, context)
        except DeliveryRefused as error:
            message = str(error).removeprefix(f'destination "{name}": ')
            problems.append(problem_at(written(config), ("destinations", name), message, "", on_key=True))
    if problems:
        raise ConfigError(problems)
    return ready


def chart_png(alert: Alert) -> bytes | None:
    """The alert's chart as PNG; None where there is nothing to draw."""
    return None if alert.chart is None else png(spec(alert.chart))


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)
