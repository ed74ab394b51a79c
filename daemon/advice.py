"""What is allowed in a configuration but probably not meant: alerts that nobody gets, dates of nobody, changes that nobody can
read, people in the numbers.
"""

from collections.abc import Iterator
from pathlib import Path

from config.problems import did_you_mean, listed
from config.settings import Settings
from daemon.errors import SourceError
from daemon.routing import Unrouted, unrouted
from daemon.sources.personal import suspicions
from daemon.sources.sampling import dimensions_of
from detectors.cadence import Cadence, Unit

_MOST_NAMES = 5


def advice(settings: Settings, folder: Path) -> list[str]:
    """One sentence for each thing, with what to do. Tables that cannot be read are another matter and left out."""
    return [
        *routing_advice(settings),
        *digest_advice(settings),
        *calendar_advice(settings, folder),
        *changes_advice(settings, folder),
        *personal_advice(settings, folder),
    ]


def routing_advice(settings: Settings) -> Iterator[str]:
    """What no route wants, and where none leads."""
    if not settings.routes:
        yield "routes: there are none, so nothing is sent. Add e.g. routes: [{to: [NAME]}] with a destination's name."
        return
    named = [*(route.to for route in settings.routes), *(digest.to for digest in settings.digests)]
    used = {*settings.upkeep.quiet_note.to, *(name for to in named for name in to)}
    if idle := tuple(name for name in settings.destinations if name not in used):
        yield f"destinations: no route leads to {_listed(idle)}. Add e.g. - to: [{idle[0]}] to the routes, or remove it."
    for gap in unrouted(settings):
        yield f"routes: {_lost(gap)} would reach nobody. Add a route, or one with fallback: true for whatever is left."


def digest_advice(settings: Settings) -> Iterator[str]:
    """Digests that come before the numbers do."""
    checks = [c for c in settings.checks.values() if c.enabled and Cadence.parse(c.cadence).unit is Unit.DAY]
    last = max((c.at for c in checks if (c.timezone or settings.timezone) == settings.timezone), default="")
    for index, digest in enumerate(settings.digests):
        if digest.at <= last and digest.timezone in (None, settings.timezone):
            yield (
                f"digests[{index}]: at {digest.at} it comes before the daily checks of {last} have looked, and ends with the day "
                f"before yesterday. Write a later time."
            )


def calendar_advice(settings: Settings, folder: Path) -> Iterator[str]:
    """Channels of calendar files that nothing is known of."""
    from daemon.event_files import events_with_lines

    for file in settings.calendar.files:
        lines: dict[str, list[int]] = {}
        for line, event in events_with_lines(file, folder):
            if event.channel is not None and event.channel not in settings.channels:
                lines.setdefault(event.channel, []).append(line or 0)
        for channel, at in lines.items():
            more = f" and {len(at) - 1} more" if len(at) > 1 else ""
            yield (
                f"calendar.files: {Path(file.path).name} line {at[0]}{more}: {channel!r} is no channel"
                f"{did_you_mean(channel, settings.channels)} No channel's numbers are explained by such an event, and its lift is not "
                f"asked for. Write one of: {listed(settings.channels)}; or leave the cell empty for all channels."
            )


def changes_advice(settings: Settings, folder: Path) -> Iterator[str]:
    """Files of changes that cannot be read, or not as a whole: what is not known of them stops nobody, and so is told here."""
    from daemon.changes import files

    for name, feed in settings.changes.items():
        if feed.path is not None:
            try:
                trouble = files.read(name, settings, folder).trouble
            except SourceError as error:
                trouble = str(error)
            if trouble is not None:
                yield f"changes.{name}: {trouble}"


def personal_advice(settings: Settings, folder: Path) -> Iterator[str]:
    """Dimensions that look like personal data."""
    for name, check in settings.checks.items():
        if not check.enabled:
            continue
        try:
            found = suspicions(dimensions_of(name, settings, folder))
        except SourceError:
            continue
        for suspicion in found:
            yield (
                f"checks.{name}.dimensions: column {suspicion.column!r} looks like {suspicion.kind}. Its values would "
                "stand in alerts: remove it, or use groups instead of people."
            )


def _lost(gap: Unrouted) -> str:
    severities = "alerts" if len(gap.severities) > 2 else f"{' and '.join(gap.severities)} alerts"
    kpis = f" of {_listed(gap.kpis)}" if gap.kpis else ""
    return f"{severities}{kpis} about {_listed(gap.channels)}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
