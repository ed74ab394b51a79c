"""Try: test-alert."""

from typing import Annotated

import typer

from daemon.commands.options import DEFAULT_CONFIG, ConfigFile


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test-alert")(test_alert)


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
