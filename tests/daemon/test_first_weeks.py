"""The first looks at a source whose figures fill up, of which nobody has said so."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from daemon.app import open_app
from daemon.checking import check_once

CONFIG = """
timezone: UTC
channels: {search: {kind: paid}, social: {kind: paid}}
kpis: {leads: {type: count, role: leads, good: up}}
sources: {crm: {kind: files, path: tables}}
checks: {leads: {source: crm, table: leads.csv, observed_at: seen, period: day, channel_column: channel, columns: {leads: leads}}}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
# The first look is on a Thursday, so that a list of Friday comes, and then none over the weekend.
START, FIRST, LOOKS = date(2026, 1, 1), 119, 9


def by_lists(day: int, look: int) -> float:
    """Half at once, the rest by the lists of Mondays, Wednesdays and Fridays."""
    sent = any((START + timedelta(days=d)).weekday() in (0, 2, 4) for d in range(day + 2, look + 1))
    return 1.0 if sent else 0.5


def by_window(day: int, look: int) -> float:
    """A window of four weeks."""
    return min(0.45 + 0.55 * (1.0 - 0.85 ** (look - day - 1)), 1.0)


@pytest.mark.parametrize("share", [by_lists, by_window])
def test_nothing_is_told_of_figures_that_only_fill_up(tmp_path: Path, share: Callable[[int, int], float]) -> None:
    rng = np.random.default_rng(3)
    rows = ["date,channel,leads,seen"]
    for day in range(FIRST + LOOKS):
        for channel, size in (("search", 400), ("social", 200)):
            whole, known = rng.poisson(size), -1
            for look in range(max(day + 1, FIRST), FIRST + LOOKS):
                if (shown := round(whole * share(day, look))) != known:
                    rows.append(
                        f"{START + timedelta(days=day)},{channel},{shown},{START + timedelta(days=look)}T07:00:00Z"
                    )
                known = shown
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "leads.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")

    app, told = open_app(tmp_path / "channelwatch.yaml"), []
    for look in range(FIRST, FIRST + LOOKS):
        now = datetime.combine(START + timedelta(days=look), datetime.min.time(), UTC) + timedelta(hours=8.5)
        told += [i.title for i in check_once(app.watch, app.gatherer, now).incidents]
    app.close()

    assert told == []
