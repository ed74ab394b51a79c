"""Public hourly and five-minute series with labelled windows (Numenta anomaly benchmark): ad prices and brand mentions.

Each file is an account of one series: `init`, then `backtest` over all of it. An incident is one alarm, at the newest
row known when it was first told. A cadence that channelwatch does not judge is summed up to hours, as it advises.
Beside it the published detectors on the same files; their thresholds were tuned with these labels, ours was not.
"""

import argparse
import csv
import json
import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import nab_score
from benchmarks.intervals import bootstrap, rate, share
from benchmarks.nab_score import PROFILES, FileScore
from benchmarks.replayed import backtest, data_folder, initialised
from benchmarks.results import headline

GROUPS = {"ad prices": "realAdExchange", "brand mentions": "realTweets"}
_CHANCE_DRAWS = 500
_PEER_TO_BEAT = "contextOSE"
_NAMES = {"contextOSE": "CAD OSE", "": "no alarm anywhere", "numenta": "Numenta HTM"}

Row = tuple[datetime, str]


def run(data: Path, at_once: int = 2) -> list[str]:
    """Ours and the published detectors, each group by itself and together."""
    folder = data / "nab"
    files = sorted(f"{p.parent.name}/{p.name}" for g in GROUPS.values() for p in (folder / "data" / g).glob("*.csv"))
    with ThreadPoolExecutor(at_once) as pool:
        ours = dict(zip(files, pool.map(partial(_judged, folder), files), strict=True))
    peers = _peers(folder, files)
    everything = list(ours.values())
    told = sum(s.false_events for s in everything)
    weeks = [s.weeks for s in everything]
    low, high = rate([s.false_events for s in everything], weeks)
    best = list(peers[_PEER_TO_BEAT].values())
    return [
        "## Ad prices and brand mentions by the hour (NAB)",
        "",
        headline(
            "NAB ad prices and brand mentions: event F1",
            f"> {nab_score.f1(best):.2f} (CAD OSE on the same files)",
            _interval(everything),
        ),
        headline(
            "NAB: false events per series-week",
            "<= .10",
            f"{told / sum(weeks):.2f} ({low:.2f} to {high:.2f}), {told} in all",
        ),
        "",
        f"Windows found by chance: {_chance(everything):.2f} of all. {_check(folder)}",
        "",
        *(line for name, group in GROUPS.items() for line in _table(name, _of(ours, group), _of_all(peers, group))),
        *_table("both", ours, peers),
    ]


def _judged(folder: Path, file: str) -> FileScore:
    rows = list(_rows(folder / "data" / file))
    windows = json.loads((folder / "labels" / "windows.json").read_text())[file]
    with TemporaryDirectory() as scratch:
        given, hours = Path(scratch) / "given", Path(scratch) / "hours"
        given.mkdir()
        hours.mkdir()
        config = initialised([folder / "data" / file], given)
        if "enabled: false" in config.read_text(encoding="utf-8"):
            _write_hours(rows, hours / Path(file).name)
            config = initialised([hours / Path(file).name], hours)
        days = rows[0][0].date(), rows[-1][0].date() + timedelta(days=2)
        answer, _ = backtest(config, *days)
    times = [at for at, _ in rows]
    told = [datetime.fromisoformat(i["first_detected_at"]).replace(tzinfo=None) for i in answer["incidents"]]
    return _score(times, sorted({max(bisect_right(times, at) - 1, 0) for at in told}), windows)


def _score(times: Sequence[datetime], alarms: Sequence[int], labelled: Sequence[tuple[str, str]]) -> FileScore:
    """Score one file's alarms (row numbers)."""
    skipped = nab_score.probation(len(times))
    scored = [a for a in alarms if a >= skipped]
    spans = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in labelled]
    windows = [(bisect_right(times, a - timedelta(microseconds=1)), bisect_right(times, b) - 1) for a, b in spans]
    firsts = [next((a for a in scored if first <= a <= last), None) for first, last in windows]
    outside = [times[a] for a in scored if not any(first <= a <= last for first, last in windows)]
    return FileScore(
        raw={name: nab_score.raw_score(scored, windows, profile) for name, profile in PROFILES.items()},
        windows=len(windows),
        hit=sum(f is not None for f in firsts),
        false_events=nab_score.false_events(outside),
        weeks=(times[-1] - times[skipped]) / timedelta(weeks=1),
        delays=tuple(
            (times[f] - times[w[0]]) / timedelta(hours=1) for f, w in zip(firsts, windows, strict=True) if f is not None
        ),
        chance=_by_chance(scored, windows, skipped, len(times)),
    )


def _by_chance(alarms: Sequence[int], windows: Sequence[tuple[int, int]], skipped: int, rows: int) -> float:
    """How many of the windows would be hit if they lay elsewhere."""
    rng, hits = random.Random(1), 0
    for first, last in windows:
        for _ in range(_CHANCE_DRAWS):
            start = rng.randint(skipped, max(rows - (last - first) - 1, skipped))
            hits += any(start <= a <= start + last - first for a in alarms)
    return hits / _CHANCE_DRAWS


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield datetime.fromisoformat(row["timestamp"]), row["value"]


def _write_hours(rows: Sequence[Row], table: Path) -> None:
    """Sum rows up to whole hours."""
    with table.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("timestamp", "value"))
        for hour, some in groupby(rows, key=lambda row: row[0].replace(minute=0, second=0)):
            out.writerow((hour.isoformat(sep=" "), sum(int(value) for _, value in some)))


def _peers(folder: Path, files: Sequence[str]) -> dict[str, dict[str, FileScore]]:
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


def _check(folder: Path) -> str:
    """Whether our score is the published one, where a row of the published results leaves nothing open.

    With one window, hit, and no false alarm the delay gives the row of the alarm, and that the raw score.
    """
    labels, right, of = json.loads((folder / "labels" / "windows.json").read_text()), 0, 0
    with (folder / "peer_results.csv").open(encoding="utf-8") as file:
        rows = [
            r for r in csv.DictReader(file) if (r["windows"], r["windows_hit"], r["false_points"]) == ("1", "1", "0")
        ]
    for row in rows:
        times = [at for at, _ in _rows(folder / "data" / row["file"])]
        start, end = (datetime.fromisoformat(t) for t in labels[row["file"]][0])
        window = bisect_right(times, start - timedelta(microseconds=1)), bisect_right(times, end) - 1
        alarm = bisect_right(times, times[window[0]] + timedelta(hours=float(row["mean_delay_h"]) + 0.02)) - 1
        of += 1
        right += (
            abs(nab_score.raw_score([alarm], [window], PROFILES[row["profile"]]) - float(row["raw_nab_score"])) < 0.01
        )
    return f"Our score agrees with the published one in {right} of the {of} published rows that determine it."


def _of(scores: Mapping[str, FileScore], group: str) -> dict[str, FileScore]:
    return {file: score for file, score in scores.items() if file.startswith(group + "/")}


def _of_all(peers: Mapping[str, Mapping[str, FileScore]], group: str) -> dict[str, dict[str, FileScore]]:
    return {name: _of(scores, group) for name, scores in peers.items()}


def _table(title: str, ours: Mapping[str, FileScore], peers: Mapping[str, Mapping[str, FileScore]]) -> list[str]:
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
    return f"| {name} | {_interval(scores)} | {share(hit, windows)} | {false:.2f} | {', '.join(f'{p:.1f}' for p in points)} | {delay} |"


def _interval(scores: Sequence[FileScore]) -> str:
    low, high = bootstrap(nab_score.f1, scores)
    return f"{nab_score.f1(scores):.2f} ({low:.2f} to {high:.2f})"


def _chance(scores: Sequence[FileScore]) -> float:
    return sum(s.chance for s in scores) / sum(s.windows for s in scores)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=2)
    data = data_folder()
    if data is None:
        raise SystemExit("set CHANNELWATCH_DATA to the folder of labelled data")
    print("\n".join(run(data, parser.parse_args().at_once)))


if __name__ == "__main__":
    main()
