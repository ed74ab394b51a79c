"""Randomised p-values of counts are even; decisions are more careful."""

from dataclasses import replace

import numpy as np

from benchmarks.null_cells import mostly_zero, panel_of, small_count
from benchmarks.power import default_gates
from detectors.cadence import Unit
from detectors.series.calibrate import Calibration
from detectors.series.judge import judge
from detectors.series.randomised import randomised


def test_small_counts_are_even_when_drawn_and_careful_when_decided() -> None:
    panel = panel_of((small_count, mostly_zero), 60, Unit.DAY, 300, 0.0, 3)
    expectation = judge(panel, 240, gates=default_gates(panel, min_volume=0.0)).expectation
    luck = np.random.default_rng(1).uniform(size=panel.values.shape)

    drawn = randomised(panel, expectation, 240, luck, Calibration())

    known = np.isfinite(drawn)
    assert np.abs(np.mean(drawn[known] < 0.05) / 0.05 - 1) < 0.25
    assert np.mean(expectation.p_value[known] < 0.05) < 0.045
    assert (randomised(panel, replace(expectation), 240, luck, Calibration())[known] == drawn[known]).all()
