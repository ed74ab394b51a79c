"""When whole series changed: F1 within five points and covering against several annotators, and on generated series."""

import csv
import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.generated_series import Kind, draw
from benchmarks.intervals import bootstrap
from benchmarks.results import headline
from detectors.series.change_points import change_points

# A found point counts within so many points of a true one.
_MARGIN = 5
_DRAWN, _SEED = 25, 2024


def run(data: Path) -> list[str]:
    """Means over the labelled series, the empty answer and published algorithms beside them; generated series below."""
    folder = data / "tcpd"
    annotations = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    scores, empty, seconds = list[tuple[float, float]](), list[tuple[float, float]](), 0.0
    for file in sorted((folder / "series").glob("*.json")):
        raw = json.loads(file.read_text(encoding="utf-8"))["series"][0]["raw"]
        values = np.array([np.nan if v is None else v for v in raw], dtype=np.float64)
        truths = list(annotations[file.stem].values())
        begun = time.perf_counter()
        found = change_points(values)
        seconds += time.perf_counter() - begun
        scores.append((f1(truths, found), covering(truths, found, len(values))))
        empty.append((f1(truths, ()), covering(truths, (), len(values))))
    lines = [
        "## Change points of whole series (TCPD)",
        "",
        headline("TCPD, default setting, offline: F1 (margin 5)", ">= .76", _mean([f for f, _ in scores])),
        headline("TCPD, default setting, offline: covering", ">= .71", _mean([c for _, c in scores])),
        "",
        "These 15 series were in view while the setting was chosen: a developer's figure.",
        "",
        "| algorithm | series | F1, margin 5 | covering |",
        "|---|---|---|---|",
    ]
    lines += [_row("**channelwatch changepoints**", scores), _row("no change point anywhere", empty)]
    lines += [_row(f"{name} (published, defaults)", of) for name, of in _published(folder)]
    for kind in Kind:
        lines.append(
            _row(
                f"channelwatch, generated: {kind}",
                [
                    (f1([s.change_points], found), covering([s.change_points], found, len(s.values)))
                    for s in draw(kind, _DRAWN, _SEED)
                    for found in [change_points(s.values)]
                ],
            )
        )
    return [*lines, "", f"{1000 * seconds / max(len(scores), 1):.0f} ms a labelled series.", ""]


def f1(truths: Sequence[Sequence[int]], found: Sequence[int]) -> float:
    """F1 over annotators: precision against the points of all, recall as the mean over each; 0 belongs to every set."""
    named = {0, *found}
    sets = [{0, *truth} for truth in truths]
    precision = _matched(set().union(*sets), named) / len(named)
    recall = sum(_matched(s, named) / len(s) for s in sets) / len(sets)
    return 2 * precision * recall / (precision + recall)


def _matched(truth: set[int], found: set[int]) -> int:
    left, count = set(found), 0
    for point in sorted(truth):
        near = [x for x in left if abs(x - point) <= _MARGIN]
        if near:
            left.discard(min((abs(x - point), x) for x in near)[1])
            count += 1
    return count


def covering(truths: Sequence[Sequence[int]], found: Sequence[int], length: int) -> float:
    """How well the found segments cover each annotator's, by the best overlap of each, mean over annotators."""
    pieces = _segments(found, length)
    covered = 0.0
    for truth in truths:
        for start, end in _segments(truth, length):
            best = max(max(0, min(end, b) - max(start, a)) / (max(end, b) - min(start, a)) for a, b in pieces)
            covered += (end - start) / length * best
    return covered / len(truths)


def _segments(points: Sequence[int], length: int) -> list[tuple[int, int]]:
    return list(pairwise([0, *sorted(set(points) - {0}), length]))


def _published(folder: Path) -> list[tuple[str, list[tuple[float, float]]]]:
    """The published algorithms that have a score for every series, best F1 first."""
    found: dict[str, list[tuple[float, float]]] = {}
    with (folder / "published_default_scores.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["default_f1_m5"] and row["default_cover"]:
                found.setdefault(row["algorithm"], []).append(
                    (float(row["default_f1_m5"]), float(row["default_cover"]))
                )
    most = max(map(len, found.values()))
    whole = [(name, of) for name, of in found.items() if len(of) == most]
    return sorted(whole, key=lambda pair: -sum(f for f, _ in pair[1]))


def _row(name: str, scores: Sequence[tuple[float, float]]) -> str:
    f1s, coverings = zip(*scores, strict=True)
    return f"| {name} | {len(scores)} | {_mean(f1s)} | {_mean(coverings)} |"


def _mean(values: Sequence[float]) -> str:
    low, high = bootstrap(_average, values)
    return f"{_average(values):.3f} ({low:.2f} to {high:.2f})"


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
