"""Explain: why something was told (`explain`), and why something was not (`why-not`)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant, number, writable

if TYPE_CHECKING:
    from daemon.app import App
    from daemon.why_not import Answer

# A time of day asks for the one period that holds it, a date for all of its day.
_ONE_DAY, _A_MOMENT = timedelta(days=1), timedelta(microseconds=1)
# Incidents of that time that are named; the rest is in the JSON.
_MOST_NEAR = 3


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(explain)
    app.command(name="why-not")(why_not)


def explain(
    incident: Annotated[str, typer.Argument(help="Id of an incident, as channelwatch incidents lists it.")],
    config: ConfigFile = DEFAULT_CONFIG,
    chart: Annotated[Path | None, typer.Option("--chart", metavar="FILE.png", help="Write its picture here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Everything behind an incident: what was expected, which gates it passed, what carries it, where, and why, for and against."""
    from daemon.explained import chart_of, explained, told

    if chart is not None:
        writable(chart, "--chart")
    app = opened(config)
    found = explained(app.store, incident, app.watch.zone)
    if chart is not None:
        from daemon.alerts.chart import spec
        from daemon.alerts.picture import png

        drawn = chart_of(found)
        if drawn is None:
            raise typer.BadParameter(
                "of this incident no chart was kept: no message about it has arrived", param_hint="--chart"
            )
        chart.write_bytes(png(spec(drawn)))
        typer.echo(f"Wrote {chart}", err=True)
    if as_json:
        answer(found.answer)
        return
    for line in told(found, app.settings):
        typer.echo(line)


def why_not(
    channel: Annotated[str, typer.Argument(help="A channel; `business` for measures of the whole business.")],
    kpi: Annotated[str, typer.Argument(help="A KPI of the configuration.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="A date, or an ISO time for one hour of it.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Why nothing was told of a KPI on a day: which gate kept it silent, and which setting would have told it."""
    from config.problems import did_you_mean
    from daemon import verdict_answers
    from daemon.routing import BUSINESS
    from daemon.why_not import why_not as looked_up
    from detectors.cadence import Cadence

    app = opened(config)
    settings = app.settings
    for name, known, hint in ((channel, (BUSINESS, *settings.channels), "CHANNEL"), (kpi, tuple(settings.kpis), "KPI")):
        if name not in known:
            raise typer.BadParameter(f"there is no {name!r}{did_you_mean(name, known)}", param_hint=hint)
    start = instant(day, app.watch.zone, "DATE")
    end = start + (_ONE_DAY if _is_date(day) else _A_MOMENT)
    cadences = {name: Cadence.parse(check.cadence) for name, check in settings.checks.items()}
    place = None if channel == BUSINESS else channel
    found = looked_up(app.store, place, kpi, start, end, cadences)
    if as_json:
        answer(verdict_answers.why_not(found, place, kpi, app.watch.zone))
        return
    _tell(app, found, channel, kpi, start)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _tell(app: "App", found: "Answer", channel: str, kpi: str, start: datetime) -> None:
    """The answer for a person."""
    from daemon import why_not_words as words
    from daemon.alerts.dates import moment, period
    from daemon.alerts.story import spoken
    from daemon.alerts.untrusted import clean
    from daemon.verdicts import Standing
    from detectors.cadence import Cadence

    zone, name, of = app.watch.zone, f"{channel} {kpi}", app.settings.kpis[kpi]
    parts = {kpi, of.numerator, of.denominator}
    if found.kept is None:
        typer.echo(f"{name}, {start.astimezone(zone):%Y-%m-%d}: no cycle judged it, as far as is kept.")
        may_have = [n for n, c in app.settings.checks.items() if c.kpi_column or parts & {*c.columns.values()}]
        for check, until in ((n, found.judged_to[n]) for n in may_have if n in found.judged_to):
            typer.echo(f"  check {check}: judged up to {until.astimezone(zone):%Y-%m-%d %H:%M}")
        since = f"kept since {moment(found.since, zone)}" if found.since else "nothing is kept yet"
        typer.echo(
            f"  What cycles thought of each total is kept for 90 days ({since}); segments below a channel are not kept."
        )
    else:
        verdict, cadence = found.kept.verdict, Cadence.parse(app.settings.checks[found.kept.check].cadence)
        typer.echo(f"{name}, {period(verdict.start, zone, cadence)}: {verdict.standing}")
        typer.echo(f"  {words.line(verdict, spoken(app.settings))}")
        for reason in words.reasons(verdict):
            typer.echo(f"  {reason}")
        if verdict.event or verdict.standing is Standing.EXEMPT:
            day = verdict.start.astimezone(zone).date()
            near = [e.title for e in app.watch.events if e.concerns(verdict.channel) and e.start <= day < e.end]
            if near:
                typer.echo(f"  In the calendar, as it is now: {clean(', '.join(near), 200)}.")
        if would := words.would_have_told(verdict):
            typer.echo(f"  Would have told it: {'; '.join(would)}.")
        typer.echo(f"  As check {found.kept.check} judged it {moment(found.kept.at, zone)}.")
        if found.others:
            typer.echo(f"  The other periods of that time: {words.counted([k.verdict for k in found.others])}.")
    _tell_incidents(app, found)


def _tell_incidents(app: "App", found: "Answer") -> None:
    from daemon.alerts.dates import moment
    from daemon.store.deliveries import State

    for i in found.own:
        typer.echo(f"Part of {i.id} ({i.status}): {i.title}")
        if i in found.follows:
            typer.echo("  Listed there as a consequence of what is told, not told by itself.")
        if i.known_at_start:
            typer.echo("  It began before the first look at these data: told once in a summary, never by itself.")
        if (reason := found.silenced.get(i.id)) is not None:
            typer.echo(f"  Its newest news: {reason}.")
        if i.said.muted_until is not None:
            typer.echo(
                f"  {i.said.muted_by or 'Somebody'} muted it until {moment(i.said.muted_until, app.watch.zone)}."
            )
        for held in (h for h in found.held if h.incident_id == i.id and i.id not in found.silenced):
            typer.echo(f"  Not told at {held.destination}: {held.reason}.")
        if not i.told_to and not i.known_at_start and i.id not in found.silenced:
            typer.echo(
                "  Nobody was told of it by itself: no route wants it (`routes`), it was silenced, or it stood in a list of many that began at once."
            )
        for d in (d for d in found.messages if d.incident_id == i.id):
            waits = f", not before {moment(d.not_before, app.watch.zone)}" if d.state is State.QUEUED else ""
            waits += f": it waits for {d.waits_for}" if waits and d.waits_for else ""
            typer.echo(f"  Message to {d.destination}, {d.change}: {d.state}{waits}.")
    for i in found.near[:_MOST_NEAR]:
        typer.echo(f"At that time: {i.id} ({i.status}): {i.title}")
    if (more := len(found.near) - _MOST_NEAR) > 0:
        typer.echo(f"  and {number(more, 'incident')} more (--json)")
