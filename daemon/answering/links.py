"""What a link shows, and what its form does. Only `take` changes anything."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from config.answering import Answering
from daemon import controls
from daemon.alerts.sample import INCIDENT_ID
from daemon.answering import page
from daemon.answering.desk import keep
from daemon.answering.form import Filled, NotFilledIn, reply_of
from daemon.answering.tickets import Forged, Ticket, opened, signed
from daemon.app import App
from daemon.model import Incident, Status
from daemon.replies import Kind
from daemon.store import Connection, answered

log = structlog.get_logger(__name__)

_NEWEST = "The newest message about it has fresh links. On its own machine, channelwatch incidents always works."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: a page, or (done) what leads back to the page that says what was done. queued: something waits to be sent."""

    status: int
    html: str = ""
    done: bool = False
    who: str = ""
    queued: bool = False
    forged: bool = False


def show(app: App, token: str, name: str, now: datetime) -> Answer:
    """The page behind a link. name: who last answered from this browser.

    Raises:
        StoreError: the state cannot be read now.
    """
    answering, found = app.settings.answering, _ticket(app, token, now)
    if answering is None or isinstance(found, Answer):
        return found if isinstance(found, Answer) else _FORGED
    try:
        return _shown(app, answering, found, token, Filled(who=name, until="1d"), now)
    except controls.UnknownIncident:
        return _UNKNOWN


def take(app: App, token: str, body: bytes, now: datetime) -> Answer:
    """Do what a form says, once; a second time it says what was done.

    Raises:
        StoreError: the state cannot be read or written now.
    """
    answering, found = app.settings.answering, _ticket(app, token, now)
    if answering is None or isinstance(found, Answer):
        return found if isinstance(found, Answer) else _FORGED
    filled = Filled()
    try:
        filled = Filled.of(body)
        reply = reply_of(filled, found.kind, found.incident_id, now, app.watch.zone)
        done = keep(app.watch.without_tables(), reply, found.mark, found.until, now)
    except NotFilledIn as error:
        return _shown(app, answering, found, token, filled, now, wrong=str(error))
    except controls.UnknownIncident:
        return _UNKNOWN
    except controls.NothingToSay as error:
        words = str(error).removeprefix(f"{found.incident_id}: ")
        return _shown(app, answering, found, token, filled, now, wrong=f"{words[:1].upper()}{words[1:]}.")
    if done.fresh:
        log.info("answered", incident=found.incident_id, kind=str(found.kind), by="link", destination=found.destination)
    return Answer(status=303, done=True, who=filled.who, queued=done.fresh)


def _ticket(app: App, token: str, now: datetime) -> Ticket | Answer:
    """What a token allows, or the page that says why it allows nothing."""
    answering = app.settings.answering
    try:
        ticket = opened(token, answering.keys if answering else ())
    except Forged:
        return _FORGED
    if ticket.incident_id == INCIDENT_ID:
        return _TEST
    return _TOO_OLD if ticket.until <= now else ticket


def _shown(
    app: App, answering: Answering, ticket: Ticket, token: str, filled: Filled, now: datetime, wrong: str = ""
) -> Answer:
    zone, key = app.watch.zone, answering.keys[0]
    with app.store.reading() as connection:
        incident = controls.known(connection, ticket.incident_id)
        done = answered.load(connection, ticket.mark)
        others = [page.Way(kind=t.kind, token=signed(t, key)) for t in _others(connection, ticket, incident)]
    if done is not None:
        return Answer(status=200, html=page.done_page(incident, done.reply, done.told, others, now, zone))
    if ticket.kind not in _possible(incident):
        return Answer(status=200, html=page.over_page(incident, others, now, zone))
    html = page.form_page(incident, page.Way(kind=ticket.kind, token=token), others, filled, now, zone, wrong)
    return Answer(status=422 if wrong else 200, html=html)


def _others(connection: Connection, ticket: Ticket, incident: Incident) -> list[Ticket]:
    """The other ways to answer the same message that are left."""
    others = [replace(ticket, kind=kind) for kind in _possible(incident) if kind is not ticket.kind]
    return [other for other in others if not answered.is_used(connection, other.mark)]


def _possible(incident: Incident) -> tuple[Kind, ...]:
    match incident.status:
        case Status.OPEN:
            return (Kind.ACK, Kind.MUTE, Kind.FEEDBACK, Kind.RESOLVE)
        case Status.RESOLVED:
            return (Kind.FEEDBACK,)
    return ()


def _note(status: int, heading: str, *lines: str, forged: bool = False) -> Answer:
    return Answer(status=status, html=page.note_page(heading, *lines), forged=forged)


_FORGED = _note(404, "This link is not one of ours", "It may have been cut on its way.", _NEWEST, forged=True)
_TOO_OLD = _note(410, "This link is too old", "Links work for three days.", _NEWEST)
_TEST = _note(200, "It works", "This link came with a test alert: there is nothing to answer.")
_UNKNOWN = _note(404, "This incident is not known any more", "It was closed long ago and is forgotten.", _NEWEST)
