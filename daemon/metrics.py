"""What /metrics says, in Prometheus' words. Labels are names from the configuration and nothing else.

Counts begin with the process; the rest is read from the state at each visit.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from config.outputs import Severity
from daemon import __version__, outages
from daemon.model import Status
from daemon.silencing import known as known_silences
from daemon.store import beginnings, digests, holds, incidents, judged, outbox_totals, troubles, undelivered
from daemon.store.deliveries import State
from daemon.vitals import Vitals

if TYPE_CHECKING:
    from daemon.app import App

# Deliveries to a destination that the configuration no longer names.
_REMOVED = "(removed)"


def exposition(app: "App", vitals: Vitals, *, stuck: bool, now: datetime | None = None) -> tuple[bytes, str]:
    """The metrics as text, and the text's media type.

    Raises:
        StoreError: the state cannot be read.
    """
    families = [*_of_process(app, vitals, stuck=stuck), *_of_state(app, now or datetime.now(UTC))]
    registry = CollectorRegistry()
    registry.register(_Given(families))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Given(Collector):
    """Metrics that are known already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def describe(self) -> list[Metric]:
        """Nothing to check names against."""
        return []

    def collect(self) -> list[Metric]:
        """All of them."""
        return self._families


def _of_process(app: "App", vitals: Vitals, *, stuck: bool) -> Iterator[Metric]:
    counts, enabled = vitals.counts(), app.watch.enabled
    yield InfoMetricFamily("channelwatch_build", "Which release runs.", value={"version": __version__})
    yield GaugeMetricFamily("channelwatch_alive", "1: makes progress; 0: a part stands still.", value=int(not stuck))
    yield SummaryMetricFamily(
        "channelwatch_cycle_seconds",
        "Cycles that ended well, and their time.",
        count_value=counts.cycles,
        sum_value=counts.seconds,
    )
    yield GaugeMetricFamily("channelwatch_last_cycle_seconds", "Time of the latest cycle.", value=counts.last_seconds)
    yield CounterMetricFamily("channelwatch_failed_cycles", "Cycles of which nothing was kept.", counts.failed_cycles)
    yield CounterMetricFamily("channelwatch_judged_series", "Series judged, over all cycles.", counts.judged_series)
    yield CounterMetricFamily("channelwatch_alerts", "Alerts made.", counts.alerts)
    failures = CounterMetricFamily("channelwatch_source_failures", "Times a source was unreadable.", labels=["check"])
    success = GaugeMetricFamily(
        "channelwatch_last_success_timestamp_seconds", "The last cycle that could read it.", labels=["check"]
    )
    for check in enabled:
        failures.add_metric([check], counts.source_failures.get(check, 0))
        if check in counts.last_success:
            success.add_metric([check], counts.last_success[check].timestamp())
    yield failures
    yield success
    sockets = GaugeMetricFamily(
        "channelwatch_slack_socket_up", "0: clicks on its buttons do not reach us.", labels=["destination"]
    )
    for name, up in sorted(counts.sockets.items()):
        sockets.add_metric([name], int(up))
    yield sockets


def _of_state(app: "App", now: datetime) -> Iterator[Metric]:
    yield from _of_deliveries(app, now)
    with app.store.reading() as connection:
        severities = Counter(i.severity for i in incidents.recent(connection, status=Status.OPEN))
        counted = outbox_totals.counts(connection)
        broken = outages.broken(connection, app.settings, now)
        silenced = len([s for s in known_silences(connection, app.settings, now) if s.holds(now)])
        until, failing = judged.last_of_all(connection), {t.check for t in troubles.load_all(connection)}
    open_now = GaugeMetricFamily("channelwatch_open_incidents", "Open incidents.", labels=["severity"])
    for severity in Severity:
        open_now.add_metric([str(severity)], severities[severity])
    yield open_now
    yield GaugeMetricFamily("channelwatch_silences", "Silences that hold now.", value=silenced)
    messages = GaugeMetricFamily("channelwatch_deliveries", "Messages in the outbox.", labels=["destination", "state"])
    known: Counter[tuple[str, State]] = Counter()
    for (destination, state), count in counted.items():
        known[(destination if destination in app.settings.destinations else _REMOVED, state)] += count
    for (destination, state), count in sorted(known.items()):
        messages.add_metric([destination, str(state)], count)
    yield messages
    dead = sum(count for (_, state), count in counted.items() if state is State.DEAD)
    yield GaugeMetricFamily("channelwatch_dead_letters", "Messages given up: channelwatch outbox.", value=dead)
    working = GaugeMetricFamily(
        "channelwatch_destination_working",
        "0: it has taken nothing for 15 minutes though something waits.",
        labels=["destination"],
    )
    for name in app.settings.destinations:
        working.add_metric([name], int(name not in broken))
    yield working
    fresh = GaugeMetricFamily(
        "channelwatch_data_age_seconds", "Since the end of the last judged period.", labels=["check"]
    )
    reachable = GaugeMetricFamily("channelwatch_source_readable", "0: it cannot be read now.", labels=["check"])
    for check in app.watch.enabled:
        if check in until:
            fresh.add_metric([check], max(0.0, (now - until[check]).total_seconds()))
        reachable.add_metric([check], int(check not in failing))
    yield fresh
    yield reachable


def _of_deliveries(app: "App", now: datetime) -> Iterator[Metric]:
    """How each destination stands, besides how much waits for it."""
    with app.store.reading() as connection:
        oldest = outbox_totals.oldest_waiting(connection, now)
        held = {hold.destination: hold for hold in holds.load_all(connection)}
        took = {name: undelivered.took(connection, name) for name in app.settings.destinations}
        digested = digests.last_of_all(connection)
        kept_back = Counter(h.destination for h in beginnings.waiting(connection))
    waiting = _by_destination("oldest_waiting_seconds", "Since the oldest message was queued that waits in vain.")
    hold = _by_destination(
        "destination_held_seconds", "How long nothing may be sent: it asked for it, or keeps failing."
    )
    failures = _by_destination("destination_failures", "Attempts that failed since it last took a message.")
    delivered = _by_destination("last_delivery_timestamp_seconds", "When it last took a message.")
    digest = _by_destination("last_digest_timestamp_seconds", "When its newest digest was queued.")
    back = _by_destination("held_for_digest", "New incidents that a budget holds back for its digest.")
    for name in app.settings.destinations:
        waiting.add_metric([name], max(0.0, (now - oldest[name]).total_seconds()) if name in oldest else 0.0)
        until = held[name].until if name in held else None
        hold.add_metric([name], max(0.0, (until - now).total_seconds()) if until else 0.0)
        failures.add_metric([name], held[name].failures if name in held else 0)
        back.add_metric([name], kept_back[name])
        for family, at in ((delivered, took[name]), (digest, digested.get(name))):
            if at is not None:
                family.add_metric([name], at.timestamp())
    yield from (waiting, hold, failures, delivered, digest, back)


def _by_destination(name: str, words: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"channelwatch_{name}", words, labels=["destination"])
