"""Destinations that ask to be left alone, in every form: how much too soon they were asked again, by a clock that stands still."""

from datetime import timedelta

from structlog.testing import capture_logs

from benchmarks.results import headline
from daemon.store.deliveries import State
from tests.daemon.outbox.vendors import KINDS
from tests.daemon.outbox.waits import FOR_EVER, FORMS, WAITING, Heard, told_to_wait

_STATUSES = (429, 503)


def run() -> list[str]:
    """Every kind, status and form."""
    with capture_logs():
        found = {
            (kind, status, form): told_to_wait(KINDS[kind], status, form)
            for kind in KINDS
            for status in _STATUSES
            for form in FORMS
        }
    early = max(heard.early for heard in found.values())
    named = [heard for heard in found.values() if heard.allowed is not None]
    ends = [states_of(heard) for (_, _, form), heard in found.items() if form != FOR_EVER]
    given_up = [states_of(heard) for (_, _, form), heard in found.items() if form == FOR_EVER]
    return [
        "## Left alone as long as asked",
        "",
        f"{len(KINDS)} kinds and ways of saying it x {len(_STATUSES)} statuses x {len(FORMS)} forms of Retry-After; three messages wait, the answer itself takes seven "
        "seconds, and it is looked for work a microsecond before the instant.",
        "",
        headline(
            "requests before the allowed instant",
            "0 ms early",
            f"{early / timedelta(milliseconds=1):g} ms early in {len(named)} cases",
        ),
        headline("all arrive then", "all", f"{sum(e == 'sent' for e in ends)} of {len(ends)}"),
        headline(
            "a wait beyond a day is given up visibly, never sent early",
            "all",
            f"{sum(e == 'dead' for e in given_up)} of {len(given_up)}",
        ),
        "",
        "| Retry-After | nothing before | cases | early | arrived |",
        "|---|---|---:|---:|---:|",
        *(_line(form, [heard for (_, _, f), heard in found.items() if f == form]) for form in FORMS),
    ]


def states_of(heard: Heard) -> str:
    """How the three messages ended, if all did alike."""
    for state in (State.SENT, State.DEAD):
        if heard.states == [state] * WAITING:
            return str(state)
    return "otherwise"


def _line(form: str, cases: list[Heard]) -> str:
    until = FORMS[form]
    words = (
        "the usual wait" if until is None else until.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    )
    early = max(heard.early for heard in cases) / timedelta(milliseconds=1)
    arrived = sum(states_of(heard) == "sent" for heard in cases)
    return f"| `{form or '(absent)'}` | {words} | {len(cases)} | {early:g} ms | {arrived} |"
