"""In a known event a whole without one of its parts tells the event from a trouble beside it."""

import numpy as np

from detectors.panel import Floats, KpiType, Panel, SeriesKey
from detectors.series.known import Explained
from detectors.series.occasions import Occasions
from detectors.series.rest import Sums, least_of_parts, moved_by_parts
from tests.detectors.series.panels import axis

N, DESKTOP, TOTAL, SEARCH = 60, 0, 1, 2
KEYS = (
    SeriesKey("web", None, "orders", (("device", "desktop"),)),
    SeriesKey("web", None, "orders"),
    SeriesKey("web", "paid_search", "orders"),
)
HOPED = np.repeat(np.array([[400.0], [1000.0], [300.0]]), N, axis=1)
SETTINGS = Explained()
WIDE = -0.9


def panel() -> Panel:
    return Panel(
        axis=axis(N),
        keys=KEYS,
        types=(KpiType.COUNT,) * len(KEYS),
        values=HOPED,
        exposure=np.full(HOPED.shape, np.nan),
        factor=np.ones(len(KEYS)),
    )


def sums(actual: Floats, *, rate: bool = False) -> Sums:
    return Sums(actual=actual, hoped=HOPED, rate=np.full(len(KEYS), rate))


def least(factor: Floats, *, past: int = 0) -> float:
    """The least of desktop's orders on the last day, a day of an event like so many days before it."""
    explained = np.zeros(HOPED.shape, dtype=np.bool_)
    explained[:, N - 1 - past :] = True
    actual = HOPED.copy()
    actual[:, -1] *= factor
    found = least_of_parts(
        np.full(HOPED.shape, WIDE),
        np.log(actual / HOPED),
        sums(actual),
        explained,
        panel(),
        SETTINGS,
    )
    assert (found[TOTAL:] == WIDE).all()
    return float(found[DESKTOP, -1])


def test_where_the_other_devices_sell_as_ever_a_promotion_excuses_no_broken_checkout_on_one_of_them() -> None:
    broken = np.array([0.5, 0.8, 1.0])  # desktop lost 200 of the 1,000 orders

    assert least(broken) > np.log(0.65)
    assert least(broken, past=9) > np.log(0.8)


def test_where_all_fall_alike_the_event_excuses_as_much_as_before() -> None:
    assert least(np.array([0.4, 0.4, 0.4])) == WIDE


def test_a_rest_of_nothing_says_nothing() -> None:
    assert least(np.array([0.5, 0.2, 1.0])) == WIDE


def moved(factor: Floats, *, rate: bool = True) -> float:
    """How far a new budget of paid search is said to move the rate, or the sum, of all orders."""
    occasions = Occasions(
        start=np.array([N - 1]),
        stop=np.array([N]),
        echo=np.array([N]),
        over=np.array([True]),
        title=np.array([0]),
        kind=np.array([0]),
        lift=np.array([np.nan]),
        lasting=np.array([True]),
        share=np.array([[0.0], [0.3], [1.0]]),
    )
    partly = np.zeros(HOPED.shape)
    partly[TOTAL, -1] = 0.3
    actual = HOPED.copy()
    actual[:, -1] *= factor
    found = moved_by_parts(partly, sums(actual, rate=rate), occasions, panel())
    assert (found[:, :-1] == 0.0).all()
    return float(found[TOTAL, -1])


def test_a_new_budget_excuses_of_a_rate_what_its_own_visitors_did_and_a_little_more() -> None:
    assert 0.15 < moved(np.array([1.0, 0.85, 0.5])) < 0.2


def test_what_the_rates_of_other_channels_lose_beside_it_is_no_doing_of_a_new_budget() -> None:
    assert moved(np.array([1.0, 0.7, 1.0])) < 0.05


def test_it_never_excuses_more_than_the_channels_part_and_of_a_sum_all_of_that() -> None:
    assert moved(np.array([1.0, 0.3, 0.0])) <= 0.3
    assert moved(np.array([1.0, 0.7, 1.0]), rate=False) == 0.3
