"""What a running channelwatch holds between cycles: configuration, state, tables as read, and fitted seasons."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.business import ChannelKind
from config.causes import Causes
from config.identities import Identities, shipped
from config.settings import Settings
from daemon import spending
from daemon.calendar import KnownEvent
from daemon.changes import Log
from daemon.errors import SourceError
from daemon.judging import View
from daemon.periods import next_due
from daemon.room import give_back
from daemon.sources import fetch, stamp
from daemon.sources.files import Reader
from daemon.sources.gaps import with_gaps
from daemon.sources.ledger import Ledger, Snapshot
from daemon.sources.timeline import zone_of
from daemon.store import Store, judged, pending
from daemon.workers import Here, Workers
from detectors.panel import Floats, Panel


@dataclass(kw_only=True)
class Watch:
    """Everything a cycle needs. Tables are read anew only when their source holds something else than before."""

    settings: Settings
    folder: Path
    store: Store
    answers: Store  # where what sources answered is kept: the same, but in a backtest
    causes: Causes
    events: tuple[KnownEvent, ...]
    log: Log = field(default_factory=Log)  # what was changed, as feeds tell it
    identities: Identities = field(default_factory=shipped)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    workers: Workers = field(default_factory=Here)
    is_replay: bool = False  # the state is thrown away at the end, and nobody will ask it
    reader: Reader | None = None  # reads tables; None: this process does
    views: dict[str, View] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)  # check -> why its source cannot be read now
    stamps: dict[str, Hashable] = field(default_factory=dict)
    _claims: dict[str, spending.Claim] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people are spoken to."""
        return ZoneInfo(self.settings.timezone)

    @property
    def enabled(self) -> tuple[str, ...]:
        """Names of the checks that run."""
        return tuple(name for name, check in self.settings.checks.items() if check.enabled)

    @property
    def closing(self) -> frozenset[str]:
        """Channels with doors and telephones, which a public holiday may close."""
        return frozenset(name for name, of in self.settings.channels.items() if of.kind is ChannelKind.OFFLINE)

    def without_tables(self) -> "Watch":
        """The same, for another thread than that of the cycle, which goes on reading tables."""
        return replace(self, views={})

    def take_over(self, before: "Watch") -> None:
        """Go on with the tables that another watch read by the same description."""
        self.ledgers, self.stamps = before.ledgers, before.stamps

    def snapshot(self, check: str, now: datetime) -> Snapshot:
        """A check's tables as they could be seen at `now`, with the gaps between its totals and those of other checks.

        Where they cannot be read any more, what was read before stands: then its newest periods are late.

        Raises:
            SourceError: the tables cannot be read, and never were.
        """

        def other(name: str) -> Snapshot | None:
            try:
                return self._read(name, now) if name in self.enabled else None
            except SourceError:  # noted in `unreadable`: without it there is no gap
                return None

        return with_gaps(self._read(check, now), self.settings, other)

    def _read(self, check: str, now: datetime) -> Snapshot:
        try:
            held = stamp(check, self.settings, self.folder, self.answers)
            if self.stamps.get(check) != held:
                table = fetch(check, self.settings, self.folder, self.answers, reader=self.reader)
                self.ledgers.pop(check, None)  # two would fill the memory
                self.ledgers[check] = Ledger.build(table, check, self.settings)
                del table
                give_back()
                self.stamps[check] = held
        except SourceError as error:
            self.unreadable.setdefault(check, str(error))  # what the source said just now says more
            if check not in self.ledgers:
                raise
        return self.ledgers[check].as_of(now)

    def budget(self, check: str, panel: Panel, now: datetime) -> Floats:
        """The part of the accepted false alerts that each series of a check's panel may use up."""
        week = spending.week_of(now, self.zone)
        for name in self.enabled:
            held = self._claims.get(name)
            if name == check:
                if held is None or not held.holds(panel, week):
                    self._claims[name] = spending.claim(panel, self.settings, week)
            elif held is None or held.week != week:
                try:
                    self._claims[name] = spending.claim(self.snapshot(name, now).panel, self.settings, week)
                except SourceError:  # noted in `unreadable`: while nothing is known of it, it claims nothing
                    continue
        return spending.parts(self._claims, check)

    def with_unjudged_periods(self, checks: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Those of the checks that have a due period that was not judged yet, or a late value to wait for."""
        with self.store.reading() as connection:
            until = judged.last_of_all(connection)
            waiting = pending.checks(connection)
        return tuple(
            name for name in checks if name in waiting or name not in until or self._next_is_due(name, until[name], now)
        )

    def with_due_periods(self, checks: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Those of the checks that have a due period that was not judged yet."""
        with self.store.reading() as connection:
            until = judged.last_of_all(connection)
        return tuple(name for name in checks if name not in until or self._next_is_due(name, until[name], now))

    def _next_is_due(self, name: str, until: datetime, now: datetime) -> bool:
        check = self.settings.checks[name]
        return next_due(until, check, zone_of(check, self.settings)) <= now
