"""Scores of accounts with labelled events, as lines for people."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.intervals import bootstrap, rate, share
from benchmarks.results import headline
from benchmarks.scoring import Account, Outcome

# The events whose naming in the first due cycle is asked for: clear ones that begin at once.
_ABRUPT = ("spike", "dip", "step", "level")
CLEAR = 4.0
SEEN = 3.0


def with_events(name: str, accounts: Sequence[Account], recall_target: str, least_snr: float | None) -> list[str]:
    """The report on accounts with labelled events; recall is asked of events of a least size, where sizes are labelled."""
    outcomes = [o for a in accounts for o in a.outcomes]
    asked = [o for o in outcomes if least_snr is None or (o.event.snr or 0.0) >= least_snr]
    abrupt = [o for o in outcomes if o.event.shape in _ABRUPT]
    clear = [o for o in abrupt if o.event.snr is None or o.event.snr >= CLEAR]
    size = f" of size >= {least_snr:g} sd of a day" if least_snr else ""
    found = [o for o in outcomes if o.found]
    return [
        f"## {name}",
        "",
        headline(f"{name}: events found{size}", recall_target, f"{_found(asked)}; by chance {_chance(asked):.2f}"),
        headline(
            f"{name}: steps and spikes{f' of size >= {CLEAR:g} sd' if least_snr else ''} named in the first due cycle",
            ">= .95",
            share(sum(o.at_once for o in clear), len(clear)),
        ),
        "",
        "| measure | value |",
        "|---|---|",
        f"| accounts, account-weeks, seconds an account | {_size(accounts)} |",
        f"| all events found | {_found(outcomes)}; over accounts {_recall(accounts)} |",
        f"| by chance | {_chance(outcomes):.2f} |",
        f"| false incidents per account-week | {_false(accounts)} |",
        f"| of other channels while an event lasts, per account-week | {_elsewhere(accounts)} |",
        f"| incidents in the time of an event, per event | {_mean([o.incidents for o in outcomes]):.2f} |",
        f"| told, days after the first due cycle | {_delays(found)} |",
        f"| accepted cause first | {share(sum(o.rank == 1 for o in found), len(found))} |",
        f"| accepted cause among three | {share(sum(o.named for o in found), len(found))} |",
        "",
        *_by_shape(outcomes),
        *_listed("Not found", [_kind(o) for o in outcomes if not o.found]),
        *_listed("Told as another cause", [f"{_kind(o)} as {(*o.said, 'nothing')[0]}" for o in found if o.rank != 1]),
        *_oddities(accounts),
    ]


def without_events(name: str, accounts: Sequence[Account], target: str) -> list[str]:
    """The report on accounts without events: every incident that tells of no labelled oddity is false."""
    return [
        f"## {name}",
        "",
        headline(f"{name}: false incidents per account-week", target, _false(accounts)),
        "",
        f"Accounts, account-weeks, seconds an account: {_size(accounts)}.",
        "",
        *_oddities(accounts),
    ]


def _size(accounts: Sequence[Account]) -> str:
    return f"{len(accounts)}, {sum(a.weeks for a in accounts):.0f}, {_mean([a.seconds for a in accounts]):.0f}"


def _false(accounts: Sequence[Account]) -> str:
    return _rate(accounts, lambda a: len(a.false))


def _elsewhere(accounts: Sequence[Account]) -> str:
    return _rate(accounts, lambda a: a.elsewhere)


def _rate(accounts: Sequence[Account], count: Callable[[Account], int]) -> str:
    counts, weeks = [count(a) for a in accounts], [a.weeks for a in accounts]
    if not counts:
        return "no account"
    low, high = rate(counts, weeks)
    return f"{sum(counts) / sum(weeks):.2f} ({low:.2f} to {high:.2f}), {sum(counts)} in all"


def _found(outcomes: Sequence[Outcome]) -> str:
    return share(sum(o.found for o in outcomes), len(outcomes))


def _recall(accounts: Sequence[Account]) -> str:
    low, high = bootstrap(lambda some: _mean([o.found for a in some for o in a.outcomes]), accounts)
    return f"({low:.2f} to {high:.2f})"


def _chance(outcomes: Sequence[Outcome]) -> float:
    return _mean([o.chance for o in outcomes])


def _delays(found: Sequence[Outcome]) -> str:
    days = sorted(o.delay for o in found if o.delay is not None)
    return f"median {median(days):g}, nine of ten within {days[int(0.9 * (len(days) - 1))]}" if days else "none found"


def _by_shape(outcomes: Sequence[Outcome]) -> list[str]:
    shapes = sorted({o.event.shape for o in outcomes})
    rows = []
    for shape in shapes:
        of = [o for o in outcomes if o.event.shape == shape]
        rows.append(f"| {shape} | {_found(of)} | {share(sum(o.at_once for o in of), len(of))} |")
    return ["| shape | found | in the first due cycle |", "|---|---|---|", *rows, ""]


def _kind(outcome: Outcome) -> str:
    return outcome.event.name


def _oddities(accounts: Sequence[Account]) -> list[str]:
    return _listed("Counted apart", [text.split(":")[0] for a in accounts for text in a.apart])


def _listed(title: str, kinds: Sequence[str]) -> list[str]:
    if not kinds:
        return []
    counted = Counter(kinds).most_common()
    return [f"{title}: {', '.join(f'{kind} ({n})' if n > 1 else kind for kind, n in counted)}.", ""]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
