"""The one place that constructs collaborators: from a configuration file to a running watch."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.load import load, written
from config.problems import ConfigError
from config.settings import Settings
from config.sources import FilesSource
from config.wording import problem_at
from daemon.alerts.alert import Alert
from daemon.alerts.chart import spec
from daemon.alerts.picture import png
from daemon.answering.offering import offering
from daemon.calendar import known_events
from daemon.causes_file import causes_for
from daemon.changes.asked import asked_feeds, keep_newest, label
from daemon.destinations.build import build
from daemon.destinations.contract import Context, Destination
from daemon.errors import DeliveryRefused, SourceUnavailable, WrongUsage
from daemon.fits import Fits
from daemon.gathering import Gatherer
from daemon.identities_file import identities_for
from daemon.outbox import Post, new_boot
from daemon.periods import is_intraday
from daemon.redact import Redactor, secrets_of
from daemon.sources import apart, archive
from daemon.store import Store, is_there, open_store
from daemon.watch import Watch
from daemon.workers import Pool

# State in memory, thrown away at the end.
THROW_AWAY = "sqlite://"
# Series for which worker processes are worth their start: over many cycles, and for one.
_FEW, _MANY = 451, 1_500


@dataclass(frozen=True, kw_only=True)
class App:
    """A configuration brought to life."""

    settings: Settings
    folder: Path
    store: Store
    watch: Watch
    gatherer: Gatherer
    post: Post
    redact: Redactor

    def ask(self, now: datetime) -> dict[str, str]:
        """Ask every source that was never asked, for what is looked at without a cycle of its own.

        Returns which feeds of changes do not answer, and why: they stop nobody.

        Raises:
            SourceUnavailable: that of a check does not answer.
        """
        if self.watch.answers is self.store:
            unanswered = self.gatherer.ask(self.watch.enabled, now, patience_seconds=None)
            for check, reason in unanswered.items():
                raise SourceUnavailable(f"checks.{check}: {reason}")
        return self.gatherer.ask([*asked_feeds(self.settings)], now, patience_seconds=None)

    def close(self) -> None:
        """Let go of workers and state."""
        self.watch.workers.close()
        self.store.close()


def open_app(config: Path, *, throw_away: bool = False, many_cycles: bool = False, writes: bool = True) -> App:
    """Read a configuration and construct what it asks for.

    throw_away: keep the state in memory, for a backtest. many_cycles: worker processes are worth their start for fewer
    series. writes: what was fitted is kept for the next process.

    Raises:
        ConfigError: the configuration is wrong.
        CalendarError: a calendar that it names cannot be read.
        StoreError: the state cannot be opened.
    """
    settings, folder = load(config), config.resolve().parent
    store = open_store(THROW_AWAY if throw_away else settings.store.url, folder)
    is_service = many_cycles and not throw_away
    workers = Pool(
        os.cpu_count() or 1,
        Fits(store.beside("fits"), writes=writes),
        fewest_series=_FEW if many_cycles else _MANY,
        rest_after_seconds=_rest_seconds(settings) if is_service else None,
    )
    watch = Watch(
        settings=settings,
        folder=folder,
        store=store,
        answers=_answers(settings, folder, store) if throw_away else store,
        causes=causes_for(folder),
        identities=identities_for(folder),
        events=known_events(settings, folder),
        workers=workers,
        is_replay=throw_away,
        reader=apart.table_of if is_service else None,
    )
    destinations = (
        {} if throw_away else connected(config, settings, Context(store=store, chart=chart_png, folder=folder))
    )
    return _assembled(watch, destinations)


def _rest_seconds(settings: Settings) -> float:
    """How long workers with nothing to do are kept: over the hour where checks come by the hour, else for a moment."""
    by_the_hour = any(is_intraday(check) for check in settings.checks.values() if check.enabled)
    return 2 * 3600.0 if by_the_hour else 60.0


def reopen_app(config: Path, before: App) -> App:
    """The configuration as it is written now, on the state that is already open.

    Raises:
        ConfigError: the configuration is wrong.
        CalendarError: a calendar that it names cannot be read.
        WrongUsage: it names another state.
    """
    settings, folder = load(config), config.resolve().parent
    if settings.store.url != before.settings.store.url:
        raise WrongUsage("store.url has changed: a running channelwatch keeps its state; restart it")
    watch = Watch(
        settings=settings,
        folder=folder,
        store=before.store,
        answers=before.store,
        causes=causes_for(folder),
        identities=identities_for(folder),
        events=known_events(settings, folder),
        workers=before.watch.workers,
        reader=before.watch.reader,
    )
    destinations = connected(config, settings, Context(store=before.store, chart=chart_png, folder=folder))
    if _reads_the_same(settings, before.settings):
        watch.take_over(before.watch)
    return _assembled(watch, destinations, before)


def _answers(settings: Settings, folder: Path, store: Store) -> Store:
    """Where a backtest finds what sources answered: the real state if they were asked by now, for it knows when each
    number was seen; else its own, and they are asked once.
    """
    asked = _asked(settings)
    if not asked or not is_there(settings.store.url, folder):
        return store
    real = open_store(settings.store.url, folder)
    with real.reading() as connection:
        if all(archive.was_asked(connection, check, settings) for check in asked):
            return real
    real.close()
    return store


def _asked(settings: Settings) -> dict[str, str]:
    """Check -> source, of checks whose source has to be asked."""
    checks = {name: check for name, check in settings.checks.items() if check.enabled}
    return {n: c.source for n, c in checks.items() if not isinstance(settings.sources[c.source], FilesSource)}


def _assembled(watch: Watch, destinations: Mapping[str, Destination], before: App | None = None) -> App:
    """`before`: what it takes the place of. Its threads may still speak of its secrets, and finish its deliveries."""
    settings, folder, store = watch.settings, watch.folder, watch.store
    redact = Redactor([*secrets_of(settings), *(secrets_of(before.settings) if before else [])])

    feeds = {label(name): name for name in settings.changes}

    def ask(what: str, now: datetime) -> None:
        from daemon.sources.pulling import pull  # configurations of files alone need nothing of it

        if what in feeds:
            keep_newest(feeds[what], settings, folder, store, now)
        else:
            pull(what, settings, folder, store, now)

    return App(
        settings=settings,
        folder=folder,
        store=store,
        watch=watch,
        gatherer=Gatherer(ask, _asked(settings) | asked_feeds(settings), redact),
        redact=redact,
        post=Post(
            store=store, destinations=destinations, boot=before.post.boot if before else new_boot(), redact=redact
        ),
    )


def _reads_the_same(settings: Settings, before: Settings) -> bool:
    """Whether tables that were read by one configuration mean the same in the other."""
    parts = ("sources", "checks", "kpis", "channels", "timezone")
    return all(getattr(settings, part) == getattr(before, part) for part in parts)


def connected(config: Path, settings: Settings, context: Context) -> dict[str, Destination]:
    """All destinations by name.

    Raises:
        ConfigError: the settings of some can never work.
    """
    ready, problems = {}, []
    for name, of in settings.destinations.items():
        try:
            ready[name] = offering(name, build(name, of, context), of, settings.answering)
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
