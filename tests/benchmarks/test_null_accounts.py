"""Drawn accounts: the same seed draws the same, a loss takes from its own part alone."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchmarks.null_accounts import Loss, Size, leaves_of, write
from benchmarks.promise import planted

SIZE = Size(channels=3, dimensions=(("device", 2), ("region", 3)), leaves=5)
START = date(2025, 1, 6)


def _sums(folder: Path, seed: int, *losses: Loss) -> dict[tuple[str, str, int], tuple[int, int]]:
    """Sessions and orders by channel, device and whether it is one of the last ten of 60 days."""
    folder.mkdir()
    write(folder, SIZE, seed, START, 60, losses)
    found = duckdb.execute(
        "select channel, device, (date >= date '2025-02-25')::int, sum(sessions)::bigint, sum(orders)::bigint "
        f"from '{folder}/visits_daily.parquet' group by all"
    )
    return {(c, d, late): (s, o) for c, d, late, s, o in found.fetchall()}


def test_the_same_seed_draws_the_same_account(tmp_path: Path) -> None:
    assert _sums(tmp_path / "one", 5) == _sums(tmp_path / "two", 5)
    assert _sums(tmp_path / "three", 6) != _sums(tmp_path / "four", 5)


def test_a_loss_takes_from_its_own_segment_from_its_day_on(tmp_path: Path) -> None:
    loss = Loss(channel="paid_00", start=50, keeps=0.2, dimension="device", value="device_1")

    before, after = _sums(tmp_path / "null", 7), _sums(tmp_path / "loss", 7, loss)

    for (channel, device, late), (sessions, _) in before.items():
        ratio = after[channel, device, late][0] / sessions
        if (channel, device, late) == ("paid_00", "device_1", 1):
            assert ratio == pytest.approx(0.2, abs=0.05)
        else:
            assert ratio == pytest.approx(1.0, abs=0.08)


def test_losses_are_planted_one_to_a_channel_in_segments_that_matter() -> None:
    size = Size(channels=8, dimensions=(("device", 3), ("region", 4)), leaves=8)
    leaves = leaves_of(size, 3)

    losses = planted(leaves, 60, 3)

    assert len({loss.channel for loss in losses}) == len(losses)
    for loss in losses:
        if loss.dimension is not None and loss.value is not None:
            assert 0.25 <= leaves.part(loss.channel, loss.dimension, loss.value) <= 0.6
