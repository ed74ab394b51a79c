"""Why a total was not told for a period: from what was kept of the cycle that judged it, never from today's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.model import Incident
from daemon.store import Store, beginnings, deliveries, judged
from daemon.store import incidents as stored
from daemon.store import verdicts as kept
from daemon.store.beginnings import Held
from daemon.store.deliveries import Delivery
from daemon.store.verdicts import Kept
from daemon.verdicts import Standing, Verdict
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding

_LENGTH = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
    Unit.MONTH: timedelta(days=31),
    Unit.QUARTER: timedelta(days=92),
    Unit.YEAR: timedelta(days=366),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of a total at a date. `kept`: the newest verdict on it, None where none is kept; `others`: on the other periods of that date.

    own: incidents that it is part of; follows: those of them in which it is a mere consequence; near: others of the channel at that time. messages: of the own ones; silenced: own incident -> why nobody was told of its newest news; held: what of them waits for a digest. judged_to: check -> up to when it was judged.
    """

    kept: Kept | None
    others: Sequence[Kept]
    own: Sequence[Incident]
    follows: Sequence[Incident]
    near: Sequence[Incident]
    messages: Sequence[Delivery]
    silenced: dict[str, str]
    held: Sequence[Held]
    since: datetime | None
    judged_to: dict[str, datetime]


def why_not(
    store: Store, channel: str | None, kpi: str, start: datetime, end: datetime, cadences: dict[str, Cadence]
) -> Answer:
    """What the state knows of a total in the periods of [start, end). cadences: of the checks."""
    with store.reading() as connection:
        found = [
            k
            for check, cadence in cadences.items()
            for k in kept.of(connection, check, channel, kpi, start - _length(cadence), end)
            if k.verdict.start + _length(cadence) > start
        ]
        incidents = stored.recent(connection)
        sent = deliveries.listing(connection)
        since, judged_to = kept.first(connection), judged.last_of_all(connection)
    newest = {(k.check, k.verdict.start): k for k in found}  # later cycles come later
    ordered = sorted(newest.values(), key=lambda k: _interest(k.verdict))
    chosen = ordered[0] if ordered else None
    period = chosen.verdict.start if chosen else start
    own = [i for i in incidents if any(_is_of(f, channel, kpi, period, i) for f in i.everything)]
    near = [
        i
        for i in incidents
        if i not in own and any(_covers(f, period, i) and f.key.channel in (channel, None) for f in i.everything)
    ]
    ids = {i.id for i in own}
    with store.reading() as connection:
        silenced = {i.id: r for i in own if (r := stored.silence(connection, i.id)) is not None}
        held = [h for h in beginnings.waiting(connection) if h.incident_id in ids]
    return Answer(
        kept=chosen,
        others=ordered[1:],
        own=own,
        follows=[i for i in own if not any((f.key.channel, f.key.kpi) == (channel, kpi) for f in i.findings)],
        near=near,
        silenced=silenced,
        held=held,
        messages=[d for d in sent if d.incident_id in ids],
        since=since,
        judged_to=judged_to,
    )


def _length(cadence: Cadence) -> timedelta:
    return _LENGTH[cadence.unit] * cadence.count


def _interest(verdict: Verdict) -> tuple[bool, float, datetime]:
    """What was out of the ordinary first, then the least likely."""
    p_value = 1.0 if verdict.p_value is None else verdict.p_value
    return verdict.standing in (Standing.IN_RANGE, Standing.NOT_JUDGED), p_value, verdict.start


def _is_of(finding: Finding, channel: str | None, kpi: str, period: datetime, incident: Incident) -> bool:
    return (finding.key.channel, finding.key.kpi) == (channel, kpi) and _covers(finding, period, incident)


def _covers(finding: Finding, period: datetime, incident: Incident) -> bool:
    end = finding.end or incident.ended_at
    return finding.start <= period and (end is None or period < end)
