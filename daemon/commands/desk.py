"""What `channelwatch outbox` does."""

import typer

from daemon.app import App, utc_now
from daemon.commands.options import answer, number
from daemon.outbox import desk
from daemon.store.deliveries import Delivery, State

_ACTIONS = ("list", "show", "redrive", "purge")


def act(app: App, action: str, delivery: int | None, *, as_json: bool) -> None:
    """Carry out one action.

    Raises:
        typer.BadParameter: there is no such action or delivery.
    """
    match action:
        case "list":
            _list(app, as_json=as_json)
        case "show":
            found = _known(app, delivery)
            answer({**_plain(found), "alert": found.payload})
        case "redrive":
            if delivery is not None:
                _known(app, delivery)
            queued = desk.redrive(app.store, now=utc_now(), delivery_id=delivery)
            typer.echo(_redriven(delivery, queued))
        case "purge":
            typer.echo(f"Forgot {number(desk.purge(app.store, before=utc_now()), 'delivered message')}.")
        case _:
            raise typer.BadParameter(
                f"{action!r} is no action; choose among {', '.join(_ACTIONS)}", param_hint="ACTION"
            )


def _known(app: App, delivery: int | None) -> Delivery:
    if delivery is None:
        raise typer.BadParameter("which delivery? List them with: channelwatch outbox", param_hint="ID")
    found = desk.show(app.store, delivery)
    if found is None:
        raise typer.BadParameter(
            f"there is no delivery {delivery}; list them with: channelwatch outbox", param_hint="ID"
        )
    return found


def _redriven(delivery: int | None, queued: list[int]) -> str:
    if queued:
        return f"Queued {number(len(queued), 'message')} again: what is queued goes out with the next run."
    if delivery is not None:
        return f"Delivery {delivery} was not given up, or later news has arrived: nothing is queued again."
    return "Nothing was given up: what is queued is tried again by itself, with every run."


def _list(app: App, *, as_json: bool) -> None:
    found, kept_back, now = desk.overview(app.store, limit=None), desk.kept_back(app.store), utc_now()
    known = app.settings.destinations
    if as_json:
        answer(
            [
                *(_plain(d) | {"todo": desk.next_step(d, now, known)} for d in found.deliveries),
                *(_unqueued(k) for k in kept_back),
            ]
        )
        return
    for d in found.deliveries:
        until = f"{d.not_before.astimezone(app.watch.zone):%Y-%m-%d %H:%M}"
        waits = f"waits for {d.waits_for} until {until}" if _waits(d) else ""
        typer.echo(
            f"{d.id:6} {d.state:9} {d.destination:16} {d.incident_id:40} "
            f"tries {d.attempts}  {f'{d.last_class}: {d.last_error}' if d.last_error else waits}".rstrip()
        )
        if not waits:
            typer.echo(f"{'':6} {desk.next_step(d, now, known)}")
    if not found.deliveries:
        typer.echo("Everything has been delivered.")
    for k in kept_back:
        typer.echo(f"{'-':>6} {k.state:9} {k.destination or '-':16} {k.incident_id:40} {k.reason}")


def _waits(d: Delivery) -> bool:
    return d.state is State.QUEUED and d.attempts == 0 and d.waits_for is not None


def _plain(d: Delivery) -> dict[str, object]:
    return {
        "id": d.id,
        "incident": d.incident_id,
        "change": d.change,
        "destination": d.destination,
        "state": str(d.state),
        "attempts": d.attempts,
        "not_before": d.not_before.isoformat(),
        "waits_for": d.waits_for if _waits(d) else None,
        "last_class": d.last_class,
        "last_error": d.last_error,
    }


def _unqueued(k: desk.KeptBack) -> dict[str, object]:
    """The same keys for what was never queued."""
    values: dict[str, object] = dict.fromkeys(
        ("id", "change", "attempts", "not_before", "waits_for", "last_class", "last_error", "todo")
    )
    own = {"incident": k.incident_id, "destination": k.destination, "state": k.state, "reason": k.reason}
    return {**values, **own}
