"""Published detectors on the series of the Numenta anomaly benchmark, and the table in which ours stands beside them."""

import csv
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import nab_score
from benchmarks.intervals import bootstrap, share
from benchmarks.nab_score import PROFILES, FileScore

TO_BEAT = "contextOSE"
# Peers shown for each group: the best by events and by the NAB score, and chance.
SHOWN = (TO_BEAT, "ARTime", "numenta", "random")
_NAMES = {
    "contextOSE": "CAD OSE",
    "": "no alarm anywhere",
    "numenta": "Numenta HTM",
    "htmjava": "htm.java",
    "numentaTM": "Numenta TM",
    "relativeEntropy": "Relative Entropy",
    "windowedGaussian": "Windowed Gaussian",
    "randomCutForest": "Random Cut Forest",
    "twitterADVec": "Twitter ADVec",
    "skyline": "Etsy Skyline",
    "earthgeckoSkyline": "earthgecko Skyline",
    "knncad": "KNN CAD",
    "expose": "EXPoSE",
    "bayesChangePt": "Bayesian change point",
}

Row = tuple[datetime, str]


def rows_of(path: Path) -> Iterator[Row]:
    """A file's rows: time and value."""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield datetime.fromisoformat(row["timestamp"]), row["value"]


def published(folder: Path, files: Sequence[str]) -> dict[str, dict[str, FileScore]]:
    """Detector -> file -> its published results."""
    found: dict[str, dict[str, FileScore]] = {}
    with (folder / "peer_results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] in files]
    for row in (r for r in rows if r["profile"] == "standard"):
        same = [r for r in rows if (r["detector"], r["file"]) == (row["detector"], row["file"])]
        found.setdefault(row["detector"], {})[row["file"]] = FileScore(
            raw={r["profile"]: float(r["raw_nab_score"]) for r in same},
            windows=int(row["windows"]),
            hit=int(row["windows_hit"]),
            false_events=int(row["false_events"]),
            weeks=float(row["scored_weeks"]),
            delays=(float(row["mean_delay_h"]),) * int(row["windows_hit"]) if row["mean_delay_h"] else (),
        )
    return found


def agreement(folder: Path) -> str:
    """Whether our score is the published one, where a row of the published results leaves nothing open.

    With one window, hit, and no false alarm the delay gives the row of the alarm, and that the raw score.
    """
    labels, right, of = json.loads((folder / "labels" / "windows.json").read_text()), 0, 0
    with (folder / "peer_results.csv").open(encoding="utf-8") as file:
        rows = [
            r for r in csv.DictReader(file) if (r["windows"], r["windows_hit"], r["false_points"]) == ("1", "1", "0")
        ]
    for row in rows:
        times = [at for at, _ in rows_of(folder / "data" / row["file"])]
        start, end = (datetime.fromisoformat(t) for t in labels[row["file"]][0])
        window = bisect_right(times, start - timedelta(microseconds=1)), bisect_right(times, end) - 1
        alarm = bisect_right(times, times[window[0]] + timedelta(hours=float(row["mean_delay_h"]) + 0.02)) - 1
        of += 1
        right += (
            abs(nab_score.raw_score([alarm], [window], PROFILES[row["profile"]]) - float(row["raw_nab_score"])) < 0.01
        )
    return f"Our score agrees with the published one in {right} of the {of} published rows that determine it."


def table(title: str, ours: Mapping[str, FileScore], peers: Mapping[str, Mapping[str, FileScore]]) -> list[str]:
    """Ours first, then the peers by event F1."""
    scores = {_NAMES.get(name, name): list(of.values()) for name, of in peers.items()}
    ranked = sorted(scores.items(), key=lambda pair: -nab_score.f1(pair[1]))
    return [
        f"{title.capitalize()}: {len(ours)} series.",
        "",
        "| detector | event F1 | windows hit | false events per series-week | NAB score: standard, low FP, low FN | mean delay h |",
        "|---|---|---|---|---|---|",
        _row("**channelwatch**", list(ours.values())),
        *(_row(name, of) for name, of in ranked),
        "",
    ]


def _row(name: str, scores: Sequence[FileScore]) -> str:
    windows, hit = sum(s.windows for s in scores), sum(s.hit for s in scores)
    false = sum(s.false_events for s in scores) / sum(s.weeks for s in scores)
    points = (nab_score.normalised(sum(s.raw[p] for s in scores), windows, PROFILES[p]) for p in PROFILES)
    delays = [d for s in scores for d in s.delays]
    delay = f"{sum(delays) / len(delays):.0f}" if delays else "-"
    return f"| {name} | {interval(scores)} | {share(hit, windows)} | {false:.2f} | {', '.join(f'{p:.1f}' for p in points)} | {delay} |"


def interval(scores: Sequence[FileScore]) -> str:
    """Event F1 with its interval over series."""
    low, high = bootstrap(nab_score.f1, scores)
    return f"{nab_score.f1(scores):.2f} ({low:.2f} to {high:.2f})"
