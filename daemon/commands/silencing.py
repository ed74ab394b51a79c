"""silence add, list, end: what nobody is told for a while."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.outputs import Severity
from daemon.commands.controls import Now, author_of, line_of, moment_of
from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.settings import Settings
    from daemon.silences import Silence

group = typer.Typer(no_args_is_help=True)
Author = Annotated[str | None, typer.Option("--author", help="Who says so; default: your login name.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="silence", help="What nobody is told for a while: add, list, end.")


@group.command()
def add(
    until: Annotated[str, typer.Option("--until", help="A date, a time, or from now: 90m, 12h, 3d, 2w.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a few words; it is kept with what is silenced.")],
    author: Author = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="When it begins, as --until; default: now.", metavar="TEXT")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="A channel, a pattern, or `business`.")] = None,
    kpi: Annotated[str | None, typer.Option("--kpi", help="A KPI or a pattern.")] = None,
    segment: Annotated[
        list[str] | None, typer.Option("--segment", metavar="DIMENSION=VALUE", help="May be given several times.")
    ] = None,
    max_severity: Annotated[
        Severity, typer.Option("--max-severity", help="What matters more is told all the same.")
    ] = Severity.CRITICAL,
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Tell nobody of incidents of which every series fits; the end of what was told before is told all the same."""
    from daemon import controls
    from daemon.app import utc_now
    from daemon.silences import Silence
    from daemon.store import silences

    app = opened(config)
    zone = app.watch.zone
    moment = utc_now() if now is None else instant(now, zone, "--now")
    end = moment_of(until, moment, zone)
    start = None if begins is None else moment_of(begins, moment, zone)
    if end <= moment:
        raise typer.BadParameter(f"{until!r} is over already", param_hint="--until")
    if start is not None and not moment <= start < end:
        raise typer.BadParameter(f"{begins!r} does not lie between now and --until", param_hint="--from")
    parts = dict(_segment(text) for text in segment or ())
    if channel is None and kpi is None and not parts:
        raise typer.BadParameter('what is silenced? Write --channel, --kpi or --segment; --channel "*" is everything')
    _check(app.settings, channel, kpi)
    said = line_of(reason, controls.LONGEST_COMMENT, "--reason")
    if not said:
        raise typer.BadParameter("say why, in a few words", param_hint="--reason")
    silence = Silence(
        name="",
        channel=channel,
        kpi=kpi,
        segment=parts,
        max_severity=max_severity,
        until=end,
        begun=start,
        author=author_of(author, "--author"),
        reason=said,
    )
    with app.store.transaction() as connection:
        silence = silences.add(connection, silence, moment)
    if as_json:
        answer(_plain(silence, zone))
    else:
        typer.echo(f"{_line(silence, zone, moment)}\n  End it before its time: channelwatch silence end {silence.name}")


@group.command(name="list")
def list_silences(
    config: ConfigFile = DEFAULT_CONFIG,
    every: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is silenced now, by whom, until when and why."""
    from daemon.app import utc_now
    from daemon.silences import planned
    from daemon.silencing import known
    from daemon.store import silences

    app = opened(config)
    zone = app.watch.zone
    with app.store.reading() as connection:
        found = known(connection, app.settings, utc_now())
        if every:
            found = planned(app.settings.silences, zone) + silences.load_all(connection)
    if as_json:
        answer([_plain(silence, zone) for silence in found])
        return
    for silence in found:
        typer.echo(_line(silence, zone, utc_now()))
    if not found:
        typer.echo("Nothing is silenced.")


@group.command()
def end(
    name: Annotated[str, typer.Argument(help="Its number, as `channelwatch silence list` shows it.", metavar="NUMBER")],
    author: Author = None,
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
) -> None:
    """End a silence before its time: what lasts is told with the next look."""
    from daemon.app import utc_now
    from daemon.store import silences

    app = opened(config)
    moment = utc_now() if now is None else instant(now, app.watch.zone, "--now")
    with app.store.transaction() as connection:
        ended = silences.end(connection, name, author_of(author, "--author"), moment)
    if not ended:
        hint = "take it out of the configuration" if name.startswith("silences[") else "channelwatch silence list"
        raise typer.BadParameter(f"no silence of that number holds: {hint}", param_hint="NUMBER")
    typer.echo(f"Silence {name} is over: what lasts is told with the next look.")


def _segment(text: str) -> tuple[str, str]:
    dimension, sign, value = text.partition("=")
    if not (dimension and sign and value):
        raise typer.BadParameter(f"{text!r} is no part: write campaign=brand", param_hint="--segment")
    return dimension, value


def _check(settings: "Settings", channel: str | None, kpi: str | None) -> None:
    """Refuse what can fit nothing."""
    from config.problems import did_you_mean
    from config.tune import matches
    from daemon.routing import BUSINESS

    for pattern, names, option in (
        (channel, (*settings.channels, BUSINESS), "--channel"),
        (kpi, tuple(settings.kpis), "--kpi"),
    ):
        if pattern is not None and not any(matches(pattern, name) for name in names):
            raise typer.BadParameter(f"nothing is called {pattern!r}{did_you_mean(pattern, names)}", param_hint=option)


def _line(silence: "Silence", zone: "ZoneInfo", now: datetime) -> str:
    ended = f" (ended by {silence.ended_by})" if silence.ended_by else ""
    is_to_come = silence.begun is not None and silence.begun > now
    begins = f"from {silence.begun.astimezone(zone):%Y-%m-%d %H:%M} " if silence.begun and is_to_come else ""
    until = f"{begins}until {silence.until.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{silence.name:12} {silence.what}, {until}{ended}; {silence.author}: {silence.reason}"


def _plain(silence: "Silence", zone: "ZoneInfo") -> dict[str, object]:
    return {
        "silence": silence.name,
        "channel": silence.channel,
        "kpi": silence.kpi,
        "segment": silence.segment,
        "max_severity": str(silence.max_severity),
        "until": silence.until.astimezone(zone).isoformat(),
        "author": silence.author,
        "reason": silence.reason,
        "begun": silence.begun.astimezone(zone).isoformat() if silence.begun else None,
        "ended_by": silence.ended_by or None,
    }
