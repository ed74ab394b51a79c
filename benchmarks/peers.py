"""What else one would judge a series with, on the same series: `python -m benchmarks.peers`, and part of `benchmarks.speed`.

Each is given one day's work: fit what is known, forecast a day, look for change points where it has none of its own.
CPU milliseconds a series. Prophet and statsforecast are in the extra `bench`; where they are not installed that is said.
"""

import argparse
import logging
import resource
import warnings
from collections.abc import Callable
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Floats

_START = np.datetime64("2024-01-01")
Days = NDArray[np.datetime64]


def run(own: float, series: int = 20, seed: int = 1) -> list[str]:
    """Compare with our own CPU milliseconds a series."""
    values, days = _values(series, 730, seed), _START + np.arange(730)
    report = ["| beside it, on 730 days | CPU ms a series | times as long as ours |", "|---|---|---|"]
    for name, (package, way) in _WAYS.items():
        try:
            import_module(package)
        except ImportError:
            report.append(f"| {name} | not installed: pip install 'channelwatch[bench]' | |")
            continue
        spent = _spent(way, days, values)
        report.append(f"| {name} | {spent:,.1f} | {spent / own:,.0f} |")
    return [*report, ""]


def _values(series: int, periods: int, seed: int) -> Floats:
    """Counts with a week, as `speed_tables` makes them."""
    chance = np.random.default_rng(seed)
    size, week = np.exp(chance.normal(5.0, 1.0, series)), np.exp(0.25 * chance.normal(size=(7, series)))
    counts: Floats = chance.poisson(size * week[np.arange(periods) % 7]).T.astype(np.float64)
    return counts


def _spent(way: Callable[[Days, Floats], None], days: Days, values: Floats) -> float:
    """CPU milliseconds a series, of this process and of those that it starts. The first series only warms up."""
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        way(days, values[:1])
        before = _cpu()
        way(days, values[1:])
    logging.disable(logging.NOTSET)
    return 1000 * (_cpu() - before) / (len(values) - 1)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(of.ru_utime + of.ru_stime for of in used)


def _plain_loop(_days: Days, values: Floats) -> None:
    import ruptures as rpt
    from statsmodels.tsa.seasonal import STL

    for series in values:
        fit = STL(series, period=7, robust=True).fit()
        level = fit.trend + fit.resid
        rpt.Pelt(model="l2").fit(level).predict(pen=3 * np.log(len(level)) * level.var())


def _prophet(days: Days, values: Floats) -> None:
    import pandas as pd
    from prophet import Prophet

    for series in values:
        model = Prophet()
        model.fit(pd.DataFrame({"ds": days, "y": series}))
        model.predict(model.make_future_dataframe(periods=1).tail(1))


def _statsforecast(days: Days, values: Floats) -> None:
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import MSTL

    ids = np.repeat(np.arange(len(values)), len(days))
    frame = pd.DataFrame({"unique_id": ids, "ds": np.tile(days, len(values)), "y": values.ravel()})
    StatsForecast(models=[MSTL(season_length=7)], freq="D", n_jobs=1).forecast(df=frame, h=1, level=[95])


_WAYS: dict[str, tuple[str, Callable[[Days, Floats], None]]] = {
    "plain loop: statsmodels STL(robust) and ruptures Pelt": ("ruptures", _plain_loop),
    "Prophet": ("prophet", _prophet),
    "statsforecast MSTL(7)": ("statsforecast", _statsforecast),
}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--own", type=float, required=True, help="our CPU milliseconds a series, of benchmarks.speed"
    )
    arguments.add_argument("--series", type=int, default=20)
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.own, chosen.series)))


if __name__ == "__main__":
    main()
