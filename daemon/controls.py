"""What happens when somebody answers: the reply is kept, and an end that it sets is told at once.

The one door for every way to answer: the command line, signed links and Slack's buttons. What was said is also shown in
the messages that can still be changed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from config.destinations.slack import Slack
from daemon import explaining
from daemon.alerts import by_hand
from daemon.errors import WrongUsage
from daemon.model import Incident, Status, Verdict
from daemon.outbox import announce, revise
from daemon.replies import VERDICT_WORDS, Kind, Reply, as_told, heard, is_muted
from daemon.store import Connection, deliveries, replies
from daemon.store import incidents as stored
from daemon.waiting import MUTE, not_before, waits
from daemon.watch import Watch

LONGEST_NAME, LONGEST_COMMENT = 80, 500
_NEAREST = 3


class UnknownIncident(WrongUsage):
    """There is no such incident."""


class NothingToSay(WrongUsage):
    """The reply does not fit how the incident stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reply did. incident: as people see it now; told: destinations that hear of the end it set; shown: those whose
    message is edited to say who said what.
    """

    reply: Reply
    incident: Incident
    told: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def say(watch: Watch, said: Sequence[Reply], now: datetime) -> list[Outcome]:
    """Keep replies, all or none, and queue the ends that they set.

    Raises:
        UnknownIncident: one of them speaks of an incident that is not known.
        NothingToSay: one of them does not fit how its incident stands.
    """
    with watch.store.transaction() as connection:
        replies.take_turns(connection)
        return [say_within(connection, watch, reply, now) for reply in said]


def say_within(connection: Connection, watch: Watch, reply: Reply, now: datetime) -> Outcome:
    """One reply, within a transaction that has waited for its turn; see `say`."""
    outcome = _say(watch, connection, reply, now)
    before = _tracked(connection, reply.incident_id)
    lines = by_hand.said(before, now, watch.zone)
    shown = revise(connection, reply.incident_id, lines, _editable(watch, outcome.told), now)
    return replace(outcome, shown=shown)


def _editable(watch: Watch, told: Collection[str]) -> Iterator[str]:
    """Destinations whose messages can be changed, and do not change by the end that is told there."""
    return (name for name, of in watch.settings.destinations.items() if isinstance(of, Slack) and name not in told)


def _say(watch: Watch, connection: Connection, reply: Reply, now: datetime) -> Outcome:
    before = _tracked(connection, reply.incident_id)
    if (objection := objection_to(reply, before, now)) is not None:
        raise NothingToSay(f"{reply.incident_id}: {objection}")
    was_open = as_told(before).status is Status.OPEN
    reply = replace(reply, id=replies.add(connection, reply))
    incident = as_told(heard(before, replies.of(connection, reply.incident_id)))
    if reply.kind is Kind.MUTE and reply.until is not None:
        _put_off(connection, watch, incident, reply.until)
    # What nobody was told of by itself needs no end: what was off at the start, what came back while it was muted.
    was_told = was_open and not before.known_at_start and not before.is_unheard
    told = before.told_to if was_told and incident.status is not Status.OPEN else ()
    if told:
        alert = explaining.farewell(watch, incident, now)
        announce(connection, alert, told, now, not_before(watch.settings, [incident], told, now, change=alert.change))
    # An end for a destination that was renamed or taken out waits for somebody to give it its name again: nobody hears it now.
    return Outcome(reply=reply, incident=incident, told=tuple(n for n in told if n in watch.settings.destinations))


def _put_off(connection: Connection, watch: Watch, incident: Incident, until: datetime) -> None:
    """What waits for its time is no news before the mute ends, either; an end takes its place meanwhile."""
    for row in deliveries.waiting(connection, incident.id):
        then = waits(watch.settings, [row.destination], incident.severity, until).get(row.destination)
        if row.not_before < (later := then.until if then else until):
            deliveries.put_off(connection, row, later, MUTE)


def objection_to(reply: Reply, incident: Incident, now: datetime) -> str | None:
    """Why a reply does not fit how an incident (as tracked) stands; None where it does."""
    told, said = as_told(incident), incident.said
    if told.status is Status.RETRACTED:
        return "the source took its numbers back, so there never was anything to answer"
    over = "it is closed already" + (f", by {said.closed_by}" if said.closed_by else "")
    match reply.kind:
        case Kind.ACK if told.status is not Status.OPEN:
            return f"{over}: nothing is left to acknowledge"
        case Kind.RESOLVE if told.status is not Status.OPEN:
            return over
        case Kind.MUTE if told.status is not Status.OPEN:
            return f"{over}: nothing more is told of it"
        case Kind.MUTE if reply.until is not None and reply.until <= now and not is_muted(incident, now):
            return "--until lies in the past: write a later date, or a time like 3d"
    if reply.verdict is Verdict.NEW_NORMAL and incident.status is not Status.OPEN:
        return "its level did not stay, so it cannot be the new normal: call it real, expected or data_fault"
    if reply.verdict is not None and reply.verdict is said.verdict and reply.who == said.verdict_by:
        return f"you have called it {VERDICT_WORDS[reply.verdict]} already" if not reply.comment else None
    return None


def on_one_line(text: str) -> str:
    """What somebody wrote, fit to be kept: one line of characters that are seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def known(connection: Connection, name: str) -> Incident:
    """An incident as people see it.

    Raises:
        UnknownIncident: there is none of that id; the nearest are named.
    """
    return as_told(_tracked(connection, name))


def _tracked(connection: Connection, name: str) -> Incident:
    found = stored.load_tracked(connection, name)
    if found is None:
        raise UnknownIncident(_unknown(name, stored.ids(connection)))
    return found


def _unknown(name: str, ids: Sequence[str]) -> str:
    near = get_close_matches(name, ids, n=_NEAREST, cutoff=0.5)
    listed = f"; nearest are {', '.join(near)}" if near else ""
    return f"there is no incident {name!r}{listed}; list them with: channelwatch incidents --all"
