"""Look: status, outbox, inbox; and how incidents are listed and shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, number, writable
from daemon.replies import VERDICT_WORDS, Reply, counted
from daemon.replies import sentence as in_words
from daemon.transition import NOT_TOLD

if TYPE_CHECKING:
    from daemon.app import App
    from daemon.model import Incident

# Causes and series that people want to read; the rest is in the JSON.
_MOST_CAUSES = 3
_MOST_FINDINGS = 12
# Numbers from here on are read without decimals.
_MANY = 100


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(outbox)
    app.command()(inbox)


def list_incidents(app: "App", *, every: bool, as_json: bool) -> None:
    """One line each, the newest change first."""
    from daemon import answers
    from daemon.app import utc_now
    from daemon.model import Status
    from daemon.store import beginnings
    from daemon.store import incidents as stored

    with app.store.reading() as connection:
        listed = stored.recent(connection, status=None if every else Status.OPEN)
        held: dict[str, list[str]] = {}
        for h in beginnings.waiting(connection):
            held.setdefault(h.incident_id, []).append(h.destination)
    if as_json:
        answer([answers.incident(i, app.watch.zone) for i in listed])
        return
    now = utc_now()
    for i in listed:
        typer.echo(
            f"{i.id:40} {i.status:9} {i.severity:8} {i.title}{_marks(i, now, app.watch.zone, held.get(i.id, ()))}"
        )
    if not listed:
        typer.echo("No open incidents." if not every else "No incidents yet.")


def _marks(incident: "Incident", now: datetime, zone: ZoneInfo, held: Sequence[str]) -> str:
    """What people said of an incident, and where it waits for the digest, at the end of its line."""
    from daemon.model import Status

    said, marks = incident.said, []
    if incident.known_at_start:
        marks.append("began before the first look")
    if said.closed_by:
        marks.append(f"closed by {said.closed_by}")
    elif said.acknowledged_by:
        marks.append(f"acknowledged by {said.acknowledged_by}")
    if said.verdict is not None:
        marks.append(VERDICT_WORDS[said.verdict])
    if incident.held_back is not None and incident.status is Status.OPEN:
        marks.append("silenced, not told yet" if incident.is_unheard else "silenced")
    if held:
        marks.append(f"held for the digest at {', '.join(held)}")
    if said.muted_until is not None and now < said.muted_until and not said.closed_by:
        marks.append(f"muted until {said.muted_until.astimezone(zone):%Y-%m-%d %H:%M}")
    return f" ({'; '.join(marks)})" if marks else ""


def show_incident(app: "App", name: str, *, as_json: bool) -> None:
    """One incident with its history and what people said.

    Raises:
        UnknownIncident: there is none of that id.
    """
    from daemon import answers
    from daemon.controls import known
    from daemon.store import incidents as stored
    from daemon.store import replies

    zone = app.watch.zone
    with app.store.reading() as connection:
        found = known(connection, name)
        history = [(e.at, str(e.change), e.reason) for e in stored.history(connection, name)]
        history += [(r.at, *_said(r, zone)) for r in replies.of(connection, name)]
    shown = answers.incident(found, zone, causes_at_open=True)
    shown["history"] = [
        {"at": at.astimezone(zone).isoformat(), "change": change, "reason": reason}
        for at, change, reason in sorted(history, key=lambda entry: entry[0])
    ]
    if as_json:
        answer(shown)
    else:
        _tell(shown, found, {n: c.owner for n, c in app.settings.channels.items() if c.owner}, app.watch.zone)


def _said(reply: Reply, zone: ZoneInfo) -> tuple[str, str]:
    return str(reply.kind), in_words(reply, f"{reply.until.astimezone(zone):%Y-%m-%d %H:%M}" if reply.until else "")


def _tell(shown: dict[str, Any], incident: "Incident", owners: Mapping[str, str], zone: ZoneInfo) -> None:
    """One incident for a person: what, since when, what it costs, where it shows, why, what to do, and its history."""
    from daemon.alerts.money import money_line

    until = f" to {_minute(shown['ended_at'])}" if shown["ended_at"] else ""
    typer.echo(shown["title"])
    typer.echo(f"{shown['status']}, {shown['severity']}; from {_minute(shown['started_at'])}{until}")
    if money := money_line(incident.impact, zone, is_over=incident.status != "open", one_period=False):
        typer.echo(f"Money: {money}")
    for place in shown["where"]:
        segment = ", ".join(f"{d} {v if isinstance(v, str) else ' or '.join(v)}" for d, v in place["segment"].items())
        typer.echo(f"Where: {segment}, {100 * place['share']:.0f} % of it")
    channels = dict.fromkeys(f["channel"] for f in shown["findings"])
    if own := dict.fromkeys(owners[c] for c in channels if c in owners):
        typer.echo(f"Owner: {', '.join(own)}")
    typer.echo("\nWhat is off")
    for f in shown["findings"][:_MOST_FINDINGS]:
        series = " ".join([f["channel"] or "business", f["kpi"], *(f"{d}={v}" for d, v in f["segment"].items())])
        numbers = f"{_plain(f['observed'])} against {_plain(f['expected'])} expected"
        typer.echo(f"  {series}: {numbers} ({_plain(f['lower'])} to {_plain(f['upper'])})")
    if (more := len(shown["findings"]) - _MOST_FINDINGS) > 0:
        typer.echo(f"  and {more} more (--json)")
    typer.echo("\nCauses")
    for cause in incident.causes[:_MOST_CAUSES]:
        typer.echo(f"  {100 * cause.probability:3.0f} %  {cause.title} ({cause.id})")
        for word, sentences in (
            ("for", cause.supporting),
            ("against", cause.against),
            ("verify", cause.verify),
            ("then", cause.actions),
        ):
            for sentence in sentences:
                typer.echo(f"        {word}: {sentence}")
    typer.echo("\nHistory")
    news = [entry for entry in shown["history"] if entry["change"] != "nothing" or _is_kept_back(entry)]
    for before, entry in zip([None, *news], news, strict=False):
        if before is None or entry["reason"] != before["reason"] or not _is_kept_back(entry):
            change = "" if _is_kept_back(entry) else f"{entry['change']}: "
            typer.echo(f"  {_minute(entry['at'])}  {change}{entry['reason']}")
    if silent := len(shown["history"]) - len(news):
        typer.echo(f"  and {number(silent, 'look')} without news (why: --json)")


def _is_kept_back(entry: Mapping[str, Any]) -> bool:
    """Whether there was news at this look, and a silence kept it from people."""
    return entry["change"] == "nothing" and str(entry["reason"]).startswith(NOT_TOLD)


def _plain(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.3g}"


def status(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """How far each check was judged, what is open, and what waits to be delivered."""
    from daemon.status import status_of

    app = opened(config)
    found = status_of(app)
    if as_json:
        answer(found)
        return
    for name, until in found["checks"].items():
        typer.echo(f"check {name}: " + (f"judged up to {_minute(until)}" if until else "not judged yet"))
    last = _minute(found["last_cycle"]) if found["last_cycle"] else "never"
    typer.echo(f"{number(found['open_incidents'], 'open incident')}; last cycle {last}")
    if judged := found["feedback"]:
        typer.echo(counted(judged))
    for destination, states in found["deliveries"].items():
        typer.echo(f"destination {destination}: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    for hold in found["holds"]:
        typer.echo(f"destination {hold['destination']} is left alone until {_minute(hold['until'])}: {hold['reason']}")


def outbox(
    action: Annotated[str, typer.Argument(help="list, show ID, redrive [ID] or purge.")] = "list",
    delivery: Annotated[int | None, typer.Argument(help="Id of a delivery.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What has not been delivered and why; send it again, or forget what is done."""
    from daemon.commands.desk import act

    act(opened(config), action, delivery, as_json=as_json)


def inbox(
    config: ConfigFile = DEFAULT_CONFIG,
    port: Annotated[int, typer.Option("--port", help="On 127.0.0.1.")] = 8420,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the page to this file instead of serving it.")
    ] = None,
) -> None:
    """Serve the page of alerts on this machine, or save it as one file."""
    from daemon import inbox as local

    if save is not None:
        writable(save, "--save")
    app = opened(config)
    if save is not None:
        local.save(save, local.received(app.store), app.watch.zone)
        typer.echo(f"Wrote {save}")
        return

    def started(address: str) -> None:
        typer.echo(f"Inbox: {address}  (stop with Ctrl-C)", err=True)

    local.serve(app.store, app.watch.zone, port, started=started)


def _minute(iso: str) -> str:
    """An ISO instant as people read it."""
    return iso[:16].replace("T", " ")
