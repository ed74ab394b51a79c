"""Reads tables in a process of its own that ends at once: what DuckDB takes for it would stay with a service for good."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from daemon.errors import SourceUnavailable
from daemon.sources import files
from daemon.sources.columns import Mapping
from daemon.sources.table import Table
from daemon.workers import end_with_parent


def table_of(mapping: Mapping, paths: list[Path], settings: Settings, until: datetime | None) -> Table:
    """As `files.table_of`.

    Raises:
        SourceUnavailable: a file cannot be opened, or the process was ended.
        SourceRejected: a file is no table, or lacks a column.
    """
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, mp_context=context, initializer=end_with_parent) as process:
        try:
            return process.submit(files.table_of, mapping, paths, settings, until).result()
        except BrokenProcessPool:
            raise SourceUnavailable(
                f"checks.{mapping.check_name}: the process that reads its tables was ended, for want of memory perhaps: "
                "give the service more, or read less (fewer files, columns or days)."
            ) from None
