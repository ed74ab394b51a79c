"""Run once: check, backtest."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant, number, writable

if TYPE_CHECKING:
    from daemon.checking import Checked
    from daemon.model import Incident
    from daemon.watch import Watch


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
    from daemon import checking
    from daemon.app import utc_now
    from daemon.outbox import deliver_due
    from daemon.upkeep import digest

    app = opened(config, writes=not dry_run)
    moment = utc_now() if now is None else instant(now, app.watch.zone, "--now")
    with app.store.sole() if not dry_run else nullcontext():
        checked = checking.check_once(app.watch, app.gatherer, moment, keep=not dry_run)
        if not dry_run:
            digest.queue_due(app.settings, app.store, moment)
            deliver_due(app.post)
    app.watch.workers.close()
    if as_json:
        answer(checking.answer(checked, app.watch))
    else:
        _tell(checked, app.watch)
    for name, reason in checked.unreadable.items():
        typer.echo(f"check {name} cannot be read: {reason}", err=True)
    if checked.unreadable:
        raise typer.Exit(1)


def backtest(
    start: Annotated[str, typer.Option("--from", help="First instant, ISO.")],
    end: Annotated[str, typer.Option("--to", help="End, ISO, exclusive.")],
    config: ConfigFile = DEFAULT_CONFIG,
    expectations: Annotated[
        Path | None, typer.Option("--expectations", help="Also write one row per judged period to this CSV file.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the alerts that would have been sent, as one page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay history, one cycle per due check and period, never looking ahead, with a throw-away state."""
    from rich.console import Console
    from rich.progress import Progress

    from daemon.app import utc_now
    from daemon.backtest import answer as as_answer
    from daemon.backtest import replay
    from daemon.inbox import save

    for path, option in ((expectations, "--expectations"), (html, "--html")):
        if path is not None:
            writable(path, option)
    app = opened(config, throw_away=True, many_cycles=True)
    first, last = instant(start, app.watch.zone, "--from"), instant(end, app.watch.zone, "--to")
    if last <= first:
        raise typer.BadParameter(f"{end} does not lie after --from {start}", param_hint="--to")
    for feed, reason in app.ask(utc_now()).items():
        typer.echo(f"{feed} cannot be read: {reason}", err=True)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        try:
            result = replay(
                app.watch,
                first,
                last,
                expectations=expectations,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
        finally:
            app.watch.workers.close()
    if html is not None:
        save(html, result.alerts, app.watch.zone, title="Backtest")
    if as_json:
        answer(as_answer(result, app.watch))
        return
    news = [i for i in result.incidents if not i.known_at_start]
    _tell_incidents(news, app.watch)
    typer.echo(
        f"Replayed {number(result.cycles, 'cycle')} over {result.series} series: {number(len(news), 'incident')}"
        + _old(len(result.incidents) - len(news))
    )


def _tell(checked: "Checked", watch: "Watch") -> None:
    from daemon.alerts.story import channel_faces, kpi_faces
    from daemon.foresight.words import line

    news = [i for i in checked.incidents if not i.known_at_start]
    _tell_incidents(news, watch)
    for pace in checked.paces:
        typer.echo(f"target   {line(pace, kpi_faces(watch.settings), channel_faces(watch.settings))}")
    # What cannot be read is told on standard error, at the end.
    for problem in [p for p in checked.problems if p.periods or p.check not in checked.unreadable]:
        whose = f", {problem.channel}" if problem.channel else ""
        typer.echo(f"data     {problem.check}{whose}: {problem.detail}")
    judged = f"{checked.judged_series} series judged" if checked.judged_series else "nothing new was due"
    if checked.not_judged:
        judged += f", {len(checked.not_judged)} could not be judged (why: --json)"
    typer.echo(
        f"Checked at {checked.now.astimezone(watch.zone):%Y-%m-%d %H:%M} {watch.zone}: {judged}; "
        f"{number(len(news), 'incident')}, {number(len(checked.problems), 'data problem')}"
        + _old(len(checked.incidents) - len(news))
    )


def _tell_incidents(incidents: "Sequence[Incident]", watch: "Watch") -> None:
    """One line each, the most urgent first: status, severity, since when, what, and why where a cause stands out."""
    from daemon.alerts.sentences import cause_line
    from daemon.severity import urgency

    for i in sorted(incidents, key=urgency):
        known = bool(i.causes) and i.causes[0].id in watch.causes.causes
        label, cause = cause_line(i.causes[:1]) if known else ("", "")
        best = f"; {label.lower()} {cause.removesuffix('.')}" if known else ""
        first = f"{i.first_detected_at.astimezone(watch.zone):%Y-%m-%d}"
        typer.echo(f"{i.status:8} {i.severity:8} {first}  {i.title}{best}")


def _old(count: int) -> str:
    """Ends the last line; what was off before the first look was summarised in one message."""
    return f"; {count} more began before the first look." if count else "."
