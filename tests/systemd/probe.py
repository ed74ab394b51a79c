"""Runs every engine once, inside the service's sandbox; prints which work."""

import multiprocessing
import os
import sqlite3
import ssl
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def numpy_works() -> bool:
    """Linear algebra, here or in a worker."""
    import numpy as np

    square = np.random.default_rng(1).normal(size=(200, 200))
    return bool(np.allclose(square @ np.linalg.inv(square), np.eye(200), atol=1e-6))


def statsmodels_works() -> bool:
    """A seasonal decomposition."""
    import numpy as np
    from statsmodels.tsa.seasonal import STL

    return bool(np.isfinite(STL(np.arange(140.0) % 7, period=7, robust=True).fit().seasonal).all())


def duckdb_works() -> bool:
    """A table in a file, read by several threads with a temporary folder."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        table.write_text("day,n\n" + "\n".join(f"2026-01-01,{n}" for n in range(100_000)), encoding="utf-8")
        found = duckdb.connect().execute("select sum(n) from read_csv(?)", [str(table)]).fetchall()
        return bool(found == [(4999950000,)])


def workers_work() -> bool:
    """Worker processes as the service starts them."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        return all(future.result(60) for future in [pool.submit(numpy_works) for _ in range(4)])


def chart_works() -> bool:
    """A chart, drawn by the same engine that draws an alert's."""
    from daemon.alerts.picture import png

    line = {"data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 1}]}, "mark": "line"}
    axes = {"encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}}
    return png(line | axes).startswith(b"\x89PNG")


def tls_works() -> bool:
    """Certificates of this machine, for whoever is asked by https."""
    return bool(ssl.create_default_context().get_ca_certs())


def state_works() -> bool:
    """A database in the folder that the service may write to."""
    with sqlite3.connect(Path(os.environ["STATE_DIRECTORY"]) / "probe.db") as database:
        database.execute("pragma journal_mode = wal")
        database.execute("create table if not exists probe (n)")
    return True


if __name__ == "__main__":
    for name, works in {
        "numpy": numpy_works,
        "statsmodels": statsmodels_works,
        "duckdb": duckdb_works,
        "workers": workers_work,
        "chart": chart_works,
        "tls": tls_works,
        "state": state_works,
    }.items():
        sys.stdout.write(f"{name} {'works' if works() else 'FAILS'}\n")
        sys.stdout.flush()
