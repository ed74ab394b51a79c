"""Targets in a cycle: how each stands, what is news of it, and to whom; and keeping that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.alerts.alert import Alert
from daemon.alerts.story import channel_faces, kpi_faces
from daemon.foresight.model import Pace
from daemon.foresight.news import change_of
from daemon.foresight.outlook import paces
from daemon.foresight.words import alert_of, severity_of
from daemon.model import Change, Incident
from daemon.routing import BUSINESS, goes_to
from daemon.silences import silencing
from daemon.silencing import in_force
from daemon.store import Connection
from daemon.store import paces as stored
from daemon.watch import Watch
from detectors.panel import SeriesKey


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """How every target stands, how it stood when people were last told, and what they are told now."""

    paces: Sequence[Pace] = ()
    told: Sequence[Pace | None] = ()
    alerts: Sequence[tuple[Alert, tuple[str, ...]]] = ()


def foresee(watch: Watch, incidents: Sequence[Incident], now: datetime) -> Foresight:
    """Look ahead, knowing what is open and what was. Nothing without targets."""
    if not watch.settings.targets:
        return Foresight()
    held = in_force(watch, now)
    with watch.store.reading() as connection:
        before = stored.told(connection)
    found, told, alerts = paces(watch, incidents), [], []
    for pace in found:
        known = before.get(pace.key)
        change = change_of(pace, known)
        if change is not Change.RESOLVED and silencing(held, [_key(pace)], severity_of(pace)):
            change = Change.NOTHING
        told.append({Change.NOTHING: _still(known, pace), Change.RESOLVED: None}.get(change, pace))
        if change is not Change.NOTHING:
            alert = alert_of(
                pace,
                change,
                kpi_faces(watch.settings),
                channel_faces(watch.settings),
                now.astimezone(watch.zone).isoformat(),
            )
            to = goes_to(watch.settings, pace.channel or BUSINESS, pace.kpi, alert.severity)
            alerts.append((alert, to))
    return Foresight(paces=found, told=told, alerts=alerts)


def keep(connection: Connection, foresight: Foresight) -> None:
    """Remember it, in the transaction of its cycle."""
    for pace, told in zip(foresight.paces, foresight.told, strict=True):
        stored.keep(connection, pace, told)
    if foresight.paces:
        stored.forget_others(connection, foresight.paces)


def _still(known: Pace | None, pace: Pace) -> Pace | None:
    """What people know, unless it was of another month."""
    return known if known is not None and known.month == pace.month else None


def _key(pace: Pace) -> SeriesKey:
    return SeriesKey("", pace.channel, pace.kpi)
