"""One problem from its first day to its end: orders of paid search fall for two days and come back."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.process import business
from tests.process.business import FELL, Fall
from tests.process.command import Done, channelwatch, slack
from tests.process.database import state
from tests.receiver import Receiver, Request

_SECOND = FELL + timedelta(days=1)
_HEALED = FELL + timedelta(days=5)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One run; what the webhook received in it, and whether the state is as before."""

    done: Done
    received: list[Request]
    nothing_changed: bool


@dataclass(frozen=True, kw_only=True)
class Story:
    """The runs of one folder, in order, each `check --json`."""

    folder: Path
    first: Step
    same_time: Step
    dry: Step
    next_day: Step
    earlier: Step
    recovered: Step


def morning_after(day: date) -> str:
    """When a day is judged; without an offset, in the configuration's zone."""
    return f"{day + timedelta(days=1)}T09:00"


def tell(folder: Path) -> Story:
    """Run it, from a folder whose table ends with the first bad day."""
    with Receiver() as receiver:

        def check(day: date, *options: str) -> Step:
            already, before = len(receiver.requests), state(folder)
            arguments = ("check", "--now", morning_after(day), "--json", *options)
            done = channelwatch(folder, *arguments, env=slack(growth=receiver.url))
            return Step(done=done, received=receiver.requests[already:], nothing_changed=state(folder) == before)

        first, same_time = check(FELL), check(FELL)
        business.write(folder / "tables", _SECOND, Fall(last=_SECOND))
        dry, next_day = check(_SECOND, "--dry-run"), check(_SECOND)
        earlier = check(FELL - timedelta(days=1))
        business.write(folder / "tables", _HEALED, Fall(last=_SECOND))
        recovered = check(_HEALED)
    return Story(
        folder=folder,
        first=first,
        same_time=same_time,
        dry=dry,
        next_day=next_day,
        earlier=earlier,
        recovered=recovered,
    )
