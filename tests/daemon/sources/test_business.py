"""What several channels have in common is followed for the whole business, and judged only where it can be trusted."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.daemon.sources.build import day, ledger_of, morning, row

PLACES: dict[str, Any] = {
    "channel_column": "channel",
    "dimensions": {"region": {}, "campaign": {}},
    "columns": {"orders": "orders", "sessions": "sessions"},
}


def places(days: int = 40, *, email: int = 20) -> list[tuple[object, ...]]:
    """Two channels in two regions; each has its own campaign."""
    return [
        (day(n), channel, region, f"{channel} {kind}", orders, 100 + n)
        for n in range(days)
        for channel, orders in (("search", 100), ("email", email))
        for region in ("north", "south")
        for kind in ("a", "b")
    ]


def test_what_channels_have_in_common_is_a_series_of_the_business_and_a_campaign_of_one_is_not(tmp_path: Path) -> None:
    snapshot = ledger_of(tmp_path, places(2), "date,channel,region,campaign,orders,sessions", **PLACES).as_of(
        morning(1)
    )

    of_business = [(k.kpi, k.segment) for k in snapshot.panel.keys if k.channel is None]
    assert of_business == [
        (kpi, segment)
        for kpi in ("orders", "sessions", "cvr")
        for segment in ((), (("region", "north"),), (("region", "south"),))
    ]
    assert row(snapshot, None, region="south") == [240, 240]
    assert row(snapshot, None, "cvr", region="south") == [240 / 400, 240 / 404]


def test_a_value_that_one_channel_alone_reports_a_kpi_for_makes_no_series_of_the_business(tmp_path: Path) -> None:
    rows = [(*r[:5], "" if r[1] == "email" else 100) for r in places(2)]
    snapshot = ledger_of(tmp_path, rows, "date,channel,region,campaign,orders,sessions", **PLACES).as_of(morning(1))

    of_business = {(k.kpi, bool(k.segment)) for k in snapshot.panel.keys if k.channel is None}
    assert of_business == {("orders", False), ("orders", True), ("sessions", False), ("cvr", False)}


def test_levels_of_different_channels_make_no_series_of_the_business(tmp_path: Path) -> None:
    rows = [(day(0), c, d, 5, 10) for c in ("search", "email") for d in ("mobile", "desktop")]
    snapshot = ledger_of(
        tmp_path,
        rows,
        "date,channel,device,orders,wait",
        channel_column="channel",
        dimensions={"device": {}},
        columns={"orders": "orders", "wait": "wait"},
    ).as_of(morning(0))

    assert {k.kpi for k in snapshot.panel.keys if k.channel is None} == {"orders"}


@pytest.mark.parametrize(("email", "trusted"), [(1, True), (3, False)])
def test_a_late_channel_makes_the_business_unknown_unless_it_usually_makes_next_to_nothing_of_it(
    tmp_path: Path, email: int, trusted: bool
) -> None:
    rows = [r for r in places(email=email) if r[:2] != (day(39), "email")]
    snapshot = ledger_of(tmp_path, rows, "date,channel,region,campaign,orders,sessions", **PLACES).as_of(morning(39))

    assert np.isnan(row(snapshot, "email")[-1])
    newest = [row(snapshot, None)[-1], row(snapshot, None, region="south")[-1]]
    assert newest == pytest.approx([400, 200] if trusted else [np.nan, np.nan], nan_ok=True)
    # Of the sessions, and so of what the rate is over, e-mail makes half.
    assert np.isnan([row(snapshot, None, kpi)[-1] for kpi in ("sessions", "cvr")]).all()


def test_small_channels_that_are_late_together_are_weighed_together(tmp_path: Path) -> None:
    shares = {"search": 1000, "email": 12, "stores": 12}
    rows = [
        (day(n), c, shares[c]) for n in range(40) for c in shares if n < 38 or c == "search" or (n, c) == (38, "email")
    ]
    table = "date,channel,orders"
    snapshot = ledger_of(tmp_path, rows, table, channel_column="channel").as_of(morning(39))

    assert row(snapshot, None)[-3:] == pytest.approx([1024, 1012, np.nan], nan_ok=True)


def test_a_small_channel_whose_rows_came_many_times_over_is_not_small_that_day(tmp_path: Path) -> None:
    rows = [(day(n), c, {"search": 1000, "email": 5}[c]) for n in range(40) for c in ("search", "email")]
    twice, often = (
        ledger_of(tmp_path, rows + again * [rows[-1]], "date,channel,orders", channel_column="channel").as_of(
            morning(39)
        )
        for again in (1, 9)
    )

    assert row(twice, None)[-1] == 1010
    assert np.isnan(row(often, None)[-1])


def test_a_channel_that_mails_once_a_week_is_weighed_by_the_days_on_which_it_does(tmp_path: Path) -> None:
    rows = [(day(n), "search", 100) for n in range(49)] + [(day(n), "email", 5) for n in range(6, 42, 7)]
    snapshot = ledger_of(tmp_path, rows, "date,channel,orders", channel_column="channel").as_of(morning(48))

    assert row(snapshot, None)[-8:] == pytest.approx([105, *[100] * 6, np.nan], nan_ok=True)
