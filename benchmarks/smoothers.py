"""Three facts that the speed builds on, measured: `python -m benchmarks.smoothers`.

1. STL with wide windows, jumps and few passes is many times faster than robust STL as it comes, and follows single days
   less: fewer normal days look far off, out of sample.
2. KernelCPD with a linear kernel finds what Pelt finds, far sooner.
3. A yearly season beside the weekly one (MSTL) swallows single days that are off.

Times are CPU seconds and their ratios in one run, on generated series: trend, week, year, noise of 1.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.intervals import wilson
from detectors.panel import Floats
from detectors.series.seasonal import Seasonal, fitted

_DAYS, _AHEAD, _FAR = 730, 7, 4.0
_THREE_YEARS, _SPIKES = 1096, 6
_LEAST_LENGTH = 7


def run(series: int = 60, seed: int = 5) -> list[str]:
    """Measure all three; the slow ones on a twentieth of the series."""
    chance, few = np.random.default_rng(seed), max(series // 20, 3)
    report = [
        "## What the speed builds on",
        "",
        "| way | CPU ms a series | times as fast | measured |",
        "|---|---|---|---|",
    ]
    report += _smoothing([_series(_DAYS, chance) for _ in range(series)])
    report += _change_points([_stepped(_DAYS, chance) for _ in range(few)])
    report += _yearly([_series(_THREE_YEARS, chance) for _ in range(few)], chance)
    return [*report, ""]


def _series(days: int, chance: np.random.Generator) -> Floats:
    t = np.arange(days)
    year = 3 * np.sin(2 * np.pi * (t / 365 + chance.random())) + np.sin(4 * np.pi * (t / 365 + chance.random()))
    values: Floats = 50 + 0.01 * t + chance.normal(0, 3, 7)[t % 7] + year + chance.normal(0, 1, days)
    return values


def _stepped(days: int, chance: np.random.Generator) -> Floats:
    starts = np.sort(chance.choice(np.arange(30, days - 30, 20), 3, replace=False))
    steps: Floats = (np.arange(days)[:, None] >= starts) @ chance.normal(0, 2, 3) + chance.normal(0, 1, days)
    return steps


def _smoothing(series: list[Floats]) -> list[str]:
    """Forecasts of a week by the last trend and season, in the scale of what the smoother left over."""
    from statsmodels.tsa.seasonal import STL

    ways: dict[str, Callable[[Floats], Any]] = {
        "STL(robust) as it comes": lambda y: STL(y, period=7, robust=True).fit(),
        "STL as used here": lambda y: fitted(y, 7, Seasonal()),
    }
    rows, first = [], 0.0
    for name, way in ways.items():
        far, spent = 0, 0.0
        for y in series:
            began = time.process_time()
            fit = way(y[:-_AHEAD])
            spent += time.process_time() - began
            left = np.asarray(fit.resid)
            scale = 1.4826 * np.median(np.abs(left - np.median(left)))
            ahead = fit.trend[-1] + fit.seasonal[-_AHEAD:]
            far += int((np.abs(y[-_AHEAD:] - ahead) > _FAR * scale).sum())
        first = first or spent
        low, high = wilson(far, of := len(series) * _AHEAD)
        said = f"{far / of:.1%} ({low:.1%} to {high:.1%}) of normal days beyond {_FAR:g} sigma, out of sample"
        rows.append(_row(name, spent / len(series), first / spent, said))
    return rows


def _change_points(series: list[Floats]) -> list[str]:
    import ruptures as rpt

    def pelt(jump: int) -> Callable[[Floats, float], list[int]]:
        return lambda y, penalty: rpt.Pelt(model="l2", min_size=_LEAST_LENGTH, jump=jump).fit(y).predict(pen=penalty)

    ways: dict[str, Callable[[Floats, float], list[int]]] = {
        "Pelt, every period": pelt(1),
        "Pelt, every fifth period": pelt(5),
        "KernelCPD, linear": lambda y, p: rpt.KernelCPD(kernel="linear", min_size=_LEAST_LENGTH).fit(y).predict(pen=p),
    }
    exact: list[list[int]] = []
    rows, first = [], 0.0
    for name, way in ways.items():
        began = time.process_time()
        found = [way(y, 3 * float(np.log(len(y)))) for y in series]
        spent = time.process_time() - began
        first, exact = first or spent, exact or found
        same = sum(a == b for a, b in zip(found, exact, strict=True))
        rows.append(_row(name, spent / len(series), first / spent, f"the exact answer on {same} of {len(series)}"))
    return rows


def _yearly(series: list[Floats], chance: np.random.Generator) -> list[str]:
    from statsmodels.tsa.seasonal import MSTL

    ways: dict[str, Callable[[Floats], Any]] = {
        "MSTL(7, 365), robust": lambda y: MSTL(y, periods=(7, 365), stl_kwargs={"robust": True}).fit(),
        "STL as used here, 3 years": lambda y: fitted(y, 7, Seasonal()),
    }
    places = [chance.choice(np.arange(30, len(y) - 30), _SPIKES, replace=False) for y in series]
    rows, first = [], 0.0
    for name, way in ways.items():
        found, spent = 0, 0.0
        for y, at in zip(series, places, strict=True):
            off = y.copy()
            off[at] += 6.0
            began = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                left = np.asarray(way(off).resid)
            spent += time.process_time() - began
            scale = 1.4826 * np.median(np.abs(left - np.median(left)))
            found += int((left[at] > _FAR * scale).sum())
        first = first or spent
        low, high = wilson(found, of := len(series) * _SPIKES)
        said = f"{found / of:.0%} ({low:.0%} to {high:.0%}) of days that are 6 sigma off found, in sample"
        rows.append(_row(name, spent / len(series), first / spent, said))
    return rows


def _row(name: str, seconds: float, times: float, said: str) -> str:
    return f"| {name} | {1000 * seconds:,.2f} | {times:,.1f} | {said} |"


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--series", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=5)
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.series, chosen.seed)))


if __name__ == "__main__":
    main()
