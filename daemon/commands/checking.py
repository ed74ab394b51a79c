"""Run once: check, backtest."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(backtest)


def check(
    config: ConfigFile = DEFAULT_CONFIG,
    now: Annotated[str | None, typer.Option("--now", help="Pretend it is this ISO time; default: the clock.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run every due check once, keep the state, send what is new."""
    from daemon.app import open_app, utc_now
    from daemon.checking import check_once
    from daemon.logs import set_up
    from daemon.outbox import deliver_due

    app = open_app(config)
    set_up(app.redact, level="WARNING")
    moment = utc_now() if now is None else instant(now, app.watch.zone, "--now")
    result = check_once(app.watch, moment, keep=not dry_run)
    if not dry_run:
        deliver_due(app.post)
    if as_json:
        answer(result)
    else:
        _tell(result, moment)


def backtest(
    start: Annotated[str, typer.Option("--from", help="First instant, ISO.")],
    end: Annotated[str, typer.Option("--to", help="End, ISO, exclusive.")],
    config: ConfigFile = DEFAULT_CONFIG,
    expectations: Annotated[Path | None, typer.Option("--expectations", help="Also write one row per judged period to this CSV file.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the alerts that would have been sent, as one page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay history, one cycle per due check and period, never looking ahead, with a throw-away state."""
    from rich.console import Console
    from rich.progress import Progress

    from daemon.app import open_app
    from daemon.backtest import replay
    from daemon.backtest import answer as as_answer
    from daemon.inbox import save

    app = open_app(config, throw_away=True, reread=False)
    first, last = instant(start, app.watch.zone, "--from"), instant(end, app.watch.zone, "--to")
    if last <= first:
        raise typer.BadParameter(f"--to {end} does not lie after --from {start}")
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        result = replay(app.watch, first, last, expectations=expectations,
                        progress=lambda done, of: bar.update(task, completed=done, total=of))
    if html is not None:
        save(html, result.alerts, app.watch.zone, "Backtest")
    found = as_answer(result, app.watch)
    if as_json:
        answer(found)
    else:
        _tell_incidents(found["incidents"])
        typer.echo(f"{found['cycles']} cycles, {found['series']} series, {len(found['incidents'])} incidents; "
                   f"{len(found['known_at_start'])} things were already off at the start.")


def _tell(result: dict[str, Any], now: datetime) -> None:
    _tell_incidents([i for i in result["incidents"] if not i["known_at_start"]])
    for problem in result["data_problems"]:
        typer.echo(f"data: {problem['check']} {problem['channel'] or ''} {problem['kind']}: {problem['detail']}")
    old = sum(i["known_at_start"] for i in result["incidents"])
    typer.echo(f"Checked at {now:%Y-%m-%d %H:%M} UTC: {result['judged_series']} series judged, {len(result['not_judged'])} not judged, "
               f"{len(result['incidents']) - old} incidents, {len(result['data_problems'])} data problems"
               + (f"; {old} things were already off at the start." if old else "."))


def _tell_incidents(incidents: list[dict[str, Any]]) -> None:
    for incident in incidents:
        causes = [c for c in incident["causes"] if c["id"] != "unknown"][:1]
        likely = f"  likely {causes[0]['id']} {causes[0]['probability']:.0%}" if causes else ""
        typer.echo(f"{incident['first_detected_at'][:10]}  {incident['status']:9} {incident['severity']:8} {incident['title']}{likely}")
