"""Two sources of the same thing as a pair: the ratio of their totals, period by period."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import nan

import numpy as np

from config.business import Kpi
from config.settings import Settings
from daemon.sources.gaps import with_gaps
from daemon.sources.snapshot import Snapshot
from detectors.panel import KpiType, SeriesKey
from detectors.series.development import Step
from tests.builders import troubles

FIRST = date(2025, 10, 14)
GAP = SeriesKey("shop", None, "tracked_share")


def settings() -> Settings:
    shop = troubles.settings()
    gap = Kpi(type=KpiType.RATIO, numerator="orders", denominator="backoffice_orders", across=("web", "shop"))
    return shop.model_copy(update={"kpis": {**shop.kpis, "tracked_share": gap}})


def web(*orders: float, first: date = FIRST, channel: str | None = None) -> Snapshot:
    return troubles.view({(channel, "orders"): orders}, check="web", first=first).snapshot


def shop(*orders: float) -> Snapshot:
    return troubles.view({(None, "backoffice_orders"): orders}, check="shop").snapshot


def gap_of(own: Snapshot, other: Snapshot | None) -> Snapshot:
    return with_gaps(own, settings(), {"web": other}.get)


def shares(found: Snapshot) -> list[float]:
    row: list[float] = found.panel.values[found.panel.keys.index(GAP)].tolist()
    return row


def test_the_gap_is_the_quotient_of_both_totals_and_weighs_what_it_is_divided_by() -> None:
    found = gap_of(shop(100, 200, 100), web(93, 180, 61))

    assert shares(found) == [0.93, 0.9, 0.61]
    assert found.panel.exposure[-1].tolist() == [100, 200, 100]
    assert (found.panel.types[-1], found.roles[-1]) == (KpiType.RATIO, "tracked_share")


def test_periods_are_matched_by_their_dates() -> None:
    found = gap_of(shop(100, 200, 100), web(90, 180, first=FIRST - timedelta(days=1)))

    np.testing.assert_array_equal(shares(found), [1.8, nan, nan])


def test_a_total_that_has_not_come_is_waited_for_and_is_no_fall_to_zero() -> None:
    found = gap_of(shop(100, 200), web(93, nan))

    np.testing.assert_array_equal(shares(found), [0.93, nan])
    assert found.untrusted[-1].tolist() == [False, True]


def test_days_without_a_sale_in_the_shop_have_no_gap() -> None:
    np.testing.assert_array_equal(shares(gap_of(shop(100, 0), web(93, 0))), [0.93, nan])


def test_of_a_table_of_one_channel_that_channel_is_the_total() -> None:
    assert shares(gap_of(shop(100), web(93, channel="email"))) == [0.93]


def test_several_channels_without_a_sum_are_no_total() -> None:
    other = troubles.view({("email", "orders"): [50.0], ("paid_search", "orders"): [43.0]}, check="web").snapshot

    assert GAP not in gap_of(shop(100), other).panel.keys


def test_without_the_other_check_there_is_no_gap_and_all_else_stands() -> None:
    own = shop(100, 200)

    assert gap_of(own, None) is own


def test_a_gap_fills_up_as_both_its_parts_did_at_the_same_ages() -> None:
    def growing(of: Snapshot, *steps: tuple[Sequence[float], Sequence[float]]) -> Snapshot:
        def development() -> Iterator[Step]:
            return (Step(np.array([before]), np.array([after])) for before, after in steps)

        return replace(of, development=development)

    own = growing(shop(100, 100), ([50, 50], [100, 100]), ([100, nan], [100, nan]))
    other = growing(web(90, 60), ([30, 30], [60, 60]))

    first, second = gap_of(own, other).development()

    assert (first.earlier[-1].tolist(), first.later[-1].tolist()) == ([0.6, 0.6], [0.6, 0.6])
    np.testing.assert_array_equal(second.earlier[-1], [0.6, nan])


def test_a_gap_has_no_segments() -> None:
    assert gap_of(shop(100), web(93)).leaf_table("tracked_share", None).top.shape == (0, 1)
