"""A hundred messages that a destination did not take, listed and sent again by a person: how many arrive, and how often."""

from structlog.testing import capture_logs

from benchmarks.results import headline
from daemon.destinations import Again
from tests.daemon.outbox.letters import COUNT, Letters, sent_again
from tests.daemon.outbox.vendors import KINDS

_NAMES = [kind for kind in KINDS if "," not in kind]


def run(count: int = COUNT) -> list[str]:
    """Every kind that goes over HTTP refuses all of them; those that know keys also take all while every answer is lost."""
    with capture_logs():
        refused = {name: sent_again(KINDS[name], count, taken_before=False) for name in _NAMES}
        lost = {
            name: sent_again(KINDS[name], count, taken_before=True)
            for name, found in refused.items()
            if found.again is Again.KEYED
        }
    listed = sum(found.listed for found in (*refused.values(), *lost.values()))
    arrived = sum(found.arrived for found in refused.values())
    shown = sum(found.shown for found in lost.values())
    every, once = count * len(refused), count * len(lost)
    return [
        "## Dead letters",
        "",
        f"{count} messages to each kind of destination over HTTP on this machine, refused (403) until a person sends them again; and the same where "
        "each was taken but its answer lost, for longer than anything is tried.",
        "",
        headline(
            "undelivered messages listed with class, reason and next step", "all", f"{listed:,} of {every + once:,}"
        ),
        headline("sent again by hand and arrived", "all", f"{arrived:,} of {every:,}"),
        headline("shown by receivers that know keys, after both", "each once", f"{shown:,} for {once:,}"),
        "",
        "| destination | listed | sent again | arrived | after lost answers: sent again | shown |",
        "|---|---:|---:|---:|---:|---:|",
        *(_line(name, found, lost.get(name)) for name, found in refused.items()),
    ]


def _line(name: str, refused: Letters, lost: Letters | None) -> str:
    after = f"{lost.redriven} | {lost.shown}" if lost else "| "
    return f"| {name} | {refused.listed} | {refused.redriven} | {refused.arrived} | {after} |"
