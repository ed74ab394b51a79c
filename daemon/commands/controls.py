"""What people say about incidents: list, show, acknowledge, mute, close, judge."""

import getpass
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from daemon.commands.opening import opened
from daemon.commands.options import DEFAULT_CONFIG, AsJson, ConfigFile, answer, instant
from daemon.model import Verdict
from daemon.replies import Kind, Reply

if TYPE_CHECKING:
    from daemon.app import App
    from daemon.controls import Outcome

_SHOW = "show"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Ids = Annotated[list[str], typer.Argument(help="Ids, as `channelwatch incidents` lists them.", metavar="ID")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; default: your login name.")]
Comment = Annotated[str, typer.Option("--comment", help="Why, in a few words; alerts quote it.")]
Now = Annotated[str | None, typer.Option("--now", help="Pretend it is this ISO time; default: the clock.")]


class _IdsAreCommands(TyperGroup):
    """Anything that is no command here is the id of an incident to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Take an unknown word for an id."""
        is_command = bool(args) and args[0] in self.commands and args[0] != _SHOW
        return super().resolve_command(ctx, args if is_command else [_SHOW, *args])


group = typer.Typer(cls=_IdsAreCommands, invoke_without_command=True, subcommand_metavar="[ID | COMMAND]")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="incidents")


@group.callback()
def _list(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open incidents, show one with its history and reasons, or say what you know of it.

    channelwatch incidents ID shows one; the commands below answer it.
    """
    if context.invoked_subcommand is None:
        from daemon.commands.looking import list_incidents

        list_incidents(opened(config), every=every, as_json=as_json)
        return
    # What stands before the command holds for it, too.
    given = {"config": config, "as_json": as_json}
    context.default_map = dict.fromkeys(("ack", "mute", "resolve", "feedback", _SHOW), given)


@group.command(_SHOW, hidden=True)
def _show(
    incident: Annotated[str, typer.Argument(help="Its id.", metavar="ID")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show one incident with its history and reasons."""
    from daemon.commands.looking import show_incident

    show_incident(opened(config), incident, as_json=as_json)


@group.command()
def ack(
    incidents: Ids,
    by: By = None,
    comment: Comment = "",
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody is on it: it speaks again only when it is clearly worse, or over."""
    _say(config, Kind.ACK, incidents, by, comment, now, as_json=as_json)


@group.command()
def mute(
    incidents: Ids,
    until: Annotated[
        str, typer.Option("--until", help="A date, a time, or from now: 90m, 12h, 3d, 2w. `now` ends the silence.")
    ],
    by: By = None,
    comment: Comment = "",
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Nothing is told of it until then, but its end; if it stands when that is over, it is told again."""
    _say(config, Kind.MUTE, incidents, by, comment, now, until=until, as_json=as_json)


@group.command()
def resolve(
    incidents: Ids,
    by: By = None,
    comment: Comment = "",
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Close it now; it opens again only when it gets clearly worse, or comes back after its end."""
    _say(config, Kind.RESOLVE, incidents, by, comment, now, as_json=as_json)


@group.command()
def feedback(
    incident: Annotated[str, typer.Argument(help="Its id.", metavar="ID")],
    verdict: Annotated[
        Verdict,
        typer.Argument(
            help="real: as told. expected: close it, learn nothing from it. data_fault: the numbers were wrong, no money "
            "was lost. new_normal: close it, compare with this level from its start on."
        ),
    ],
    by: By = None,
    comment: Comment = "",
    config: ConfigFile = DEFAULT_CONFIG,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say what it was: what is judged next takes it in."""
    _say(config, Kind.FEEDBACK, [incident], by, comment, now, verdict=verdict, as_json=as_json)


def _say(
    config: "ConfigFile",
    kind: Kind,
    ids: Sequence[str],
    by: str | None,
    comment: str,
    now: str | None,
    *,
    as_json: bool,
    verdict: Verdict | None = None,
    until: str | None = None,
) -> None:
    from daemon import controls
    from daemon.app import utc_now
    from daemon.outbox import deliver_due

    app = opened(config)
    zone = app.watch.zone
    moment = utc_now() if now is None else instant(now, zone, "--now")
    who, said = author_of(by, "--by"), line_of(comment, controls.LONGEST_COMMENT, "--comment")
    end = None if until is None else moment_of(until, moment, zone)
    if end is not None and end < moment:
        raise typer.BadParameter(f"{until!r} is over already; `now` ends a silence", param_hint="--until")
    replies = [
        Reply(incident_id=name, at=moment, kind=kind, who=who, verdict=verdict, until=end, comment=said)
        for name in dict.fromkeys(ids)
    ]
    outcomes = controls.say(app.watch, replies, moment)
    if as_json:
        answer([_plain(outcome, zone) for outcome in outcomes])
    else:
        for outcome in outcomes:
            _tell(app, outcome)
    if any(outcome.told or outcome.shown for outcome in outcomes):
        deliver_due(app.post)


def author_of(given: str | None, option: str) -> str:
    """Who speaks: the name that was given, or that of the login.

    Raises:
        typer.BadParameter: there is none, or it is too long.
    """
    from daemon.controls import LONGEST_NAME

    try:
        name = getpass.getuser() if given is None else given
    except (OSError, KeyError):  # a container without user names
        name = ""
    if not name.strip():
        raise typer.BadParameter(f"who are you? Write {option} NAME", param_hint=option)
    return line_of(name, LONGEST_NAME, option)


def line_of(text: str, most: int, option: str) -> str:
    """The text on one line.

    Raises:
        typer.BadParameter: it is too long.
    """
    from daemon.controls import on_one_line

    line = on_one_line(text)
    if len(line) > most:
        raise typer.BadParameter(f"at most {most} characters, not {len(line)}", param_hint=option)
    return line


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant that `--until` means: from now (90m, 12h, 3d, 2w), an ISO date or time, or `now`.

    Raises:
        typer.BadParameter: it is none of them.
    """
    if text.strip().lower() == "now":
        return now
    if (found := re.fullmatch(r"(\d{1,4})\s*([mhdw])", text.strip().lower())) is not None:
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        return instant(text, zone, "--until")
    except typer.BadParameter:
        raise typer.BadParameter(
            f"{text!r} is no time; write e.g. 12h, 3d, 2w, 2026-03-01 or 2026-03-01T08:15", param_hint="--until"
        ) from None


def _plain(outcome: "Outcome", zone: ZoneInfo) -> dict[str, object]:
    reply = outcome.reply
    return {
        "incident": reply.incident_id,
        "did": str(reply.kind),
        "by": reply.who,
        "at": reply.at.astimezone(zone).isoformat(),
        "until": reply.until.astimezone(zone).isoformat() if reply.until else None,
        "verdict": str(reply.verdict) if reply.verdict else None,
        "comment": reply.comment,
        "status": str(outcome.incident.status),
        "told": list(outcome.told),
    }


def _tell(app: "App", outcome: "Outcome") -> None:
    from daemon.replies import sentence

    reply, zone = outcome.reply, app.watch.zone
    until = f"{reply.until.astimezone(zone):%Y-%m-%d %H:%M}" if reply.until else ""
    typer.echo(f"{reply.incident_id}: {sentence(reply, until)}")
    if outcome.told:
        typer.echo(f"  {', '.join(outcome.told)} hear that it is closed.")
    for line in _consequences(outcome):
        typer.echo(f"  {line}")
    if reply.verdict is Verdict.EXPECTED:
        from daemon.foreseen import calendar_lines

        typer.echo("  If you knew it beforehand, write it into the calendar next time:\n")
        for line in calendar_lines(outcome.incident, reply.comment, zone):
            typer.echo(f"    {line}")


def _consequences(outcome: "Outcome") -> list[str]:
    match outcome.reply.verdict:
        case Verdict.NEW_NORMAL:
            return ["From its start on, its series are compared with this level."]
        case Verdict.DATA_FAULT:
            return ["Its periods teach nothing, and no money counts as lost. It closes when the data are back."]
        case _:
            return []
