"""The table of what was found in generated worlds, with intervals, and what was missed or false."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.intervals import rate, share
from benchmarks.results import headline
from benchmarks.worlds.found import Replayed, Result
from benchmarks.worlds.problem import SNRS, Shape

CLEAR = 4.0
"""Signal to noise from which a sudden problem must be named at once."""
FAIR = 3.0


def table(found: Mapping[str, Sequence[Replayed]]) -> list[str]:
    """Markdown: the overview with the gap between generators, recall by shape and size, misses and false alarms."""
    names = list(found)
    results = {name: [r for world in found[name] for r in world.results] for name in names}
    rows: list[tuple[str, list[str]]] = [
        ("worlds with problems, without; weeks", [_worlds(found[n]) for n in names]),
        *(
            (
                f"found, signal to noise {snr:g}",
                [_share([r for r in results[n] if r.problem.snr == snr]) for n in names],
            )
            for snr in SNRS
        ),
        ("found, signal to noise >= 3", [_share([r for r in results[n] if r.problem.snr >= FAIR]) for n in names]),
        ("by chance", [f"{np.mean([r.chance for r in results[n]] or [0]):.2f}" for n in names]),
        ("sudden, >= 4: named in the first cycle due", [_at_once(results[n]) for n in names]),
        ("median delay of those found, days", [_delay(results[n]) for n in names]),
        ("incidents per found problem", [_each(results[n]) for n in names]),
        ("false incidents per week without problems", [_false(found[n], calm=True) for n in names]),
        ("true incidents of late loads, counted apart", [str(sum(w.late for w in found[n])) for n in names]),
        ("other incidents per week with problems", [_false(found[n], calm=False) for n in names]),
    ]
    lines = [
        "## Generated worlds",
        "",
        *_headlines(found),
        "",
        f"| measure | {' | '.join(names)} |",
        "|---" * (len(names) + 1) + "|",
    ]
    lines += [f"| {title} | {' | '.join(cells)} |" for title, cells in rows]
    if len(names) == 2:
        gap = [_recall([r for r in results[n] if r.problem.snr >= FAIR]) for n in names]
        lines += ["", f"Gap of recall at signal to noise >= 3, {names[0]} less {names[1]}: {gap[0] - gap[1]:+.2f}."]
    for name in names:
        lines += [
            "",
            f"Found by shape and signal to noise, {name}:",
            "",
            f"| shape | {' | '.join(f'{s:g}' for s in SNRS)} | median delay |",
        ]
        lines += ["|---" * (len(SNRS) + 2) + "|"]
        for shape in Shape:
            mine = [r for r in results[name] if r.problem.shape is shape]
            cells = [_count([r for r in mine if r.problem.snr == snr]) for snr in SNRS]
            lines.append(f"| {shape} | {' | '.join(cells)} | {_delay(mine)} |")
        lines += [""]
        lines += [
            f"- {name} missed: {r.problem.shape} {r.problem.snr:g} {r.problem.shows}"
            for r in results[name]
            if r.delay is None and r.problem.snr >= FAIR
        ]
        lines += [
            f"- {name} false, {world.world}{'' if world.results else ', no problems'}: {t}"
            for world in found[name]
            for t in world.false
        ]
    return [*lines, ""]


def _headlines(found: Mapping[str, Sequence[Replayed]]) -> list[str]:
    """What the overview repeats, for each generator."""
    lines = []
    for name, worlds in found.items():
        results = [r for world in worlds for r in world.results]
        fair = [r for r in results if r.problem.snr >= FAIR]
        lines += [
            headline(f"Generated worlds {name}: problems of size >= {FAIR:g} sd found", ">= .92", _share(fair)),
            headline(
                f"Generated worlds {name}: sudden ones >= {CLEAR:g} sd in the first due cycle",
                ">= .95",
                _at_once(results),
            ),
            headline(
                f"Generated worlds {name}: false incidents per week without problems",
                "<= .25",
                _false(worlds, calm=True),
            ),
        ]
    return lines


def sudden(result: Result) -> bool:
    """Whether a problem is clear enough, and at once there, to be named in the first cycle."""
    return result.problem.shape is not Shape.DRIFT and result.problem.snr >= CLEAR


def _worlds(worlds: Sequence[Replayed]) -> str:
    return f"{sum(bool(w.results) for w in worlds)}, {sum(not w.results for w in worlds)}; {sum(w.weeks for w in worlds):.0f}"


def _recall(results: Sequence[Result]) -> float:
    return sum(r.delay is not None for r in results) / max(len(results), 1)


def _share(results: Sequence[Result]) -> str:
    return share(sum(r.delay is not None for r in results), len(results))


def _at_once(results: Sequence[Result]) -> str:
    clear = [r for r in results if sudden(r)]
    return share(sum(r.delay == 0 for r in clear), len(clear))


def _count(results: Sequence[Result]) -> str:
    return f"{sum(r.delay is not None for r in results)}/{len(results)}" if results else ""


def _delay(results: Sequence[Result]) -> str:
    delays = [r.delay for r in results if r.delay is not None]
    return f"{np.median(delays):.0f}" if delays else ""


def _each(results: Sequence[Result]) -> str:
    numbers = [r.incidents for r in results if r.delay is not None]
    return f"{np.mean(numbers):.2f}" if numbers else "-"


def _false(worlds: Sequence[Replayed], *, calm: bool) -> str:
    """Rate with its interval."""
    chosen = [w for w in worlds if bool(w.results) != calm]
    if not chosen:
        return "-"
    counts, weeks = [len(w.false) for w in chosen], [w.weeks for w in chosen]
    low, high = rate(counts, weeks)
    return f"{sum(counts) / sum(weeks):.2f} ({low:.2f} to {high:.2f})"
