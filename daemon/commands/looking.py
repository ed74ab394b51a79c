"""Look: incidents, status, outbox, inbox."""

from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, number, writable

# Causes that people want to read; the rest is in the JSON.
_MOST_CAUSES = 3
# Numbers from here on are read without decimals.
_MANY = 100


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(incidents)
    app.command()(status)
    app.command()(outbox)
    app.command()(inbox)


def incidents(
    incident: Annotated[str | None, typer.Argument(help="Show one incident with its history.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open incidents, or show one with its history and reasons."""
    from daemon import answers
    from daemon.app import open_app
    from daemon.model import Status
    from daemon.store import incidents as stored

    app = open_app(config)
    with app.store.reading() as connection:
        if incident is not None:
            found = stored.load(connection, incident)
            if found is None:
                raise typer.BadParameter(
                    f"there is no incident {incident!r}; list them with: channelwatch incidents --all",
                    param_hint="INCIDENT",
                )
            shown = answers.incident(found, app.watch.zone, causes_at_open=True)
            shown["history"] = [
                {"at": e.at.astimezone(app.watch.zone).isoformat(), "change": str(e.change), "reason": e.reason}
                for e in stored.history(connection, incident)
            ]
            if as_json:
                answer(shown)
            else:
                _tell(shown)
            return
        listed = stored.recent(connection, status=None if every else Status.OPEN)
    if as_json:
        answer([answers.incident(i, app.watch.zone) for i in listed])
        return
    for i in listed:
        typer.echo(
            f"{i.id:40} {i.status:9} {i.severity:8} {i.title}"
            + (" (began before the first look)" if i.known_at_start else "")
        )
    if not listed:
        typer.echo("No open incidents." if not every else "No incidents yet.")


def _tell(shown: dict[str, Any]) -> None:
    """One incident for a person: what, since when, where it shows, why, and its history."""
    until = f" to {_minute(shown['ended_at'])}" if shown["ended_at"] else ""
    typer.echo(shown["title"])
    typer.echo(f"{shown['status']}, {shown['severity']}; from {_minute(shown['started_at'])}{until}")
    typer.echo("\nWhat is off")
    for f in shown["findings"]:
        series = " ".join([f["channel"] or "business", f["kpi"], *(f"{d}={v}" for d, v in f["segment"].items())])
        numbers = f"{_plain(f['observed'])} against {_plain(f['expected'])} expected"
        typer.echo(f"  {series}: {numbers} ({_plain(f['lower'])} to {_plain(f['upper'])})")
    typer.echo("\nCauses")
    for cause in shown["causes"][:_MOST_CAUSES]:
        typer.echo(f"  {cause['probability']:4.0%}  {cause['id']}")
        for sentence in cause["for"]:
            typer.echo(f"        for: {sentence}")
        for sentence in cause["against"]:
            typer.echo(f"        against: {sentence}")
    typer.echo("\nHistory")
    for entry in shown["history"]:
        typer.echo(f"  {_minute(entry['at'])}  {entry['change']}: {entry['reason']}")


def _plain(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.3g}"


def status(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """How far each check was judged, what is open, and what waits to be delivered."""
    from daemon.app import open_app
    from daemon.status import status_of

    app = open_app(config)
    found = status_of(app)
    if as_json:
        answer(found)
        return
    for name, until in found["checks"].items():
        typer.echo(f"check {name}: " + (f"judged up to {_minute(until)}" if until else "not judged yet"))
    last = _minute(found["last_cycle"]) if found["last_cycle"] else "never"
    typer.echo(f"{number(found['open_incidents'], 'open incident')}; last cycle {last}")
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
    from daemon.app import open_app
    from daemon.commands.desk import act

    act(open_app(config), action, delivery, as_json=as_json)


def inbox(
    config: ConfigFile = DEFAULT_CONFIG,
    port: Annotated[int, typer.Option("--port", help="On 127.0.0.1.")] = 8420,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the page to this file instead of serving it.")
    ] = None,
) -> None:
    """Serve the page of alerts on this machine, or save it as one file."""
    from daemon import inbox as local
    from daemon.app import open_app

    if save is not None:
        writable(save, "--save")
    app = open_app(config)
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
