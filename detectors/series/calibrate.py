"""From standardised errors to honest p-values.

The tails are those of the model's own past errors (tails.py). Small counts take the exact tails of the negative
binomial instead, so that 3 orders in place of 6 stay what they are: nothing.
"""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.panel import Floats
from detectors.series.tails import Learning


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How tails are learned."""

    past: Annotated[int, Ge(0)] = 273  # periods before the origin whose errors teach tails
    burn_in: Annotated[int, Ge(0)] = 28  # of which the first do not: they tell of the first guess
    learning: Learning = field(default_factory=Learning)
    small_count: float = 30.0  # expected events below which the negative binomial judges
    large_count: float = 120.0  # above which the t does


def count_p_values(events: Floats, expected: Floats, relative_variance: Floats) -> Floats:
    """Two-sided p-values of counts by the negative binomial with that mean and relative variance (at least Poisson).

    Each side counts the observed value fully (no mid-p), so that discreteness never makes news.
    """
    at_most, at_least = count_tails(events, expected, relative_variance)
    both: Floats = np.minimum(1.0, 2.0 * np.minimum(at_most, at_least))
    return both


def count_tails(events: Floats, expected: Floats, relative_variance: Floats) -> tuple[Floats, Floats]:
    """Probabilities of so many events or fewer, and of so many or more."""
    from scipy.special import betainc, gammainc, gammaincc

    extra = np.maximum(relative_variance - 1.0 / np.maximum(expected, 1e-9), 0.0)
    y, mean = np.round(events), np.maximum(expected, 1e-9)
    spread = extra > 1e-4
    size = 1.0 / np.where(spread, extra, 1.0)
    chance = size / (size + mean)
    at_most = np.where(spread, betainc(size, y + 1.0, chance), gammaincc(y + 1.0, mean))
    at_least = np.where(
        y > 0,
        np.where(spread, betainc(np.maximum(y, 1.0), size, 1.0 - chance), gammainc(np.maximum(y, 1.0), mean)),
        1.0,
    )
    return at_most, at_least


def blend(p_count: Floats, p_error: Floats, expected_events: Floats, settings: Calibration) -> Floats:
    """Pass from one to the other on the log scale between small and large counts."""
    weight = share_of_error(expected_events, settings)
    mixed: Floats = np.exp(
        (1 - weight) * np.log(np.maximum(p_count, 1e-300)) + weight * np.log(np.maximum(p_error, 1e-300))
    )
    return mixed


def share_of_error(expected_events: Floats, settings: Calibration) -> Floats:
    """Between small counts (0), which are judged as counts, and large ones (1), which the tails of errors judge."""
    part = np.log(np.maximum(expected_events, 1e-9) / settings.small_count)
    weight: Floats = np.clip(part / np.log(settings.large_count / settings.small_count), 0.0, 1.0)
    return weight
