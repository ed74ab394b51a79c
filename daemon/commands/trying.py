"""Try: test-alert, digest."""

import json
from typing import Annotated

import typer

from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("test-alert")(test_alert)
    app.command()(digest)


def test_alert(
    destination: Annotated[str, typer.Argument(help="Name of a destination in the configuration.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Send a made-up alert to one destination, marked as a test, and say what came of it."""
    from config.load import load
    from daemon.app import THROW_AWAY, chart_png, utc_now
    from daemon.destinations.contract import Context
    from daemon.logs import set_up
    from daemon.redact import Redactor, secrets_of
    from daemon.store import open_store
    from daemon.trial import attempt

    settings, folder = load(config), config.resolve().parent
    redact = Redactor(secrets_of(settings))
    set_up(redact, level="WARNING")

    def context(is_kept: bool) -> Context:
        store = open_store(settings.store.url if is_kept else THROW_AWAY, folder)
        return Context(store=store, chart=chart_png, folder=folder)

    outcome = attempt(destination, settings, context, utc_now())
    typer.echo(redact(outcome.words), err=not outcome.accepted)
    if not outcome.accepted:
        raise typer.Exit(1)


def digest(
    destination: Annotated[
        str | None, typer.Argument(help="Name of a destination; default: each that gets one.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    now: Annotated[str | None, typer.Option("--now", help="Pretend it is this ISO time; default: the clock.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the digest that a destination would get by what is known now. Nothing is sent, and nothing counts as told."""
    from config.problems import listed
    from daemon.alerts import document, plain
    from daemon.app import utc_now
    from daemon.commands.opening import opened
    from daemon.errors import WrongUsage
    from daemon.upkeep import slots
    from daemon.upkeep.digest import preview

    app = opened(config, writes=False)
    moment = utc_now() if now is None else instant(now, app.watch.zone, "--now")
    known = slots.recipients(app.settings)
    if destination is not None and destination not in known:
        raise WrongUsage(
            f"{destination} gets no digest. Those that do: {listed(known)}. Write e.g. digests: [{{to: [{destination}], every: week}}]"
        )
    if not known:
        raise WrongUsage("no destination gets a digest. Write e.g. digests: [{to: [NAME], every: week}]")
    shown = {}
    with app.store.reading() as connection:
        for name in [destination] if destination else known:
            if (alert := preview(connection, app.settings, name, moment)) is not None:
                shown[name] = alert
    if as_json:
        answer({name: json.loads(document.layout(alert)) for name, alert in shown.items()})
        return
    for name, alert in shown.items():
        typer.echo(f"To {name}:\n")
        typer.echo(plain.text(alert))
