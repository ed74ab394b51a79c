"""Data first: what is late, missing, partial or frozen is told as such and is never a drop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daemon.sources.ledger import Snapshot
from daemon.sources.problems import MOST_LISTED
from detectors.panel import SeriesKey
from tests.daemon.sources.build import day, ledger_of, morning, pulled

SEEN: dict[str, Any] = {"observed_at": "seen"}
Told = tuple[str, str | None, tuple[str, ...], bool]


def told(snapshot: Snapshot) -> list[Told]:
    return [(p.kind, p.channel, p.periods, p.overdue) for p in snapshot.problems]


def daily(present: Callable[[int, str], bool] = lambda n, c: True, *, days: int = 40) -> list[tuple[object, ...]]:
    return [(day(n), c, 10 + n % 7, pulled(n)) for n in range(days) for c in ("search", "email") if present(n, c)]


def look(folder: Path, rows: list[tuple[object, ...]], at: int, **options: object) -> Snapshot:
    return ledger_of(folder, rows, "date,channel,orders,seen", channel_column="channel", **SEEN, **options).as_of(
        morning(at)
    )


def test_a_day_that_has_not_come_is_late_and_overdue_a_day_after_its_usual_time(tmp_path: Path) -> None:
    rows = daily(lambda n, _: n < 38)

    first, second = look(tmp_path, rows, 38), look(tmp_path, rows, 39)

    assert told(first) == [("late", None, (day(38),), False)]
    assert first.problems[0].detail == "there are no rows since Thu 8 Feb 2024; usually seen within 8 hours"
    assert told(second) == [("late", None, (day(38), day(39)), True)]
    assert np.isnan(second.panel.values[:, -2:]).all()
    assert second.untrusted[:, -2:].all()


def test_a_channel_that_always_reports_is_late_when_the_others_have_come(tmp_path: Path) -> None:
    snapshot = look(tmp_path, daily(lambda n, c: c == "search" or n != 39), 39)

    assert told(snapshot) == [("late", "email", (day(39),), False)]
    values = {k.channel: snapshot.panel.values[i, -1] for i, k in enumerate(snapshot.panel.keys)}
    assert values["search"] == 14
    assert np.isnan(values["email"])
    assert np.isnan(values[None])


def test_a_hole_is_missing_and_overdue_at_once(tmp_path: Path) -> None:
    snapshot = look(tmp_path, daily(lambda n, _: n != 37), 39)

    assert told(snapshot) == [("missing", None, (day(37),), True)]


def test_a_channel_that_never_reports_on_sundays_is_not_missing_then(tmp_path: Path) -> None:
    snapshot = look(tmp_path, daily(lambda n, c: c == "search" or n % 7 != 6, days=49), 48)

    assert told(snapshot) == []
    email = next(i for i, k in enumerate(snapshot.panel.keys) if k.channel == "email")
    assert snapshot.panel.values[email, 6::7].tolist() == [0] * 7


def test_a_table_that_is_empty_on_sundays_is_not_late_then(tmp_path: Path) -> None:
    snapshot = look(tmp_path, daily(lambda n, _: n % 7 != 6, days=49), 48)

    assert told(snapshot) == []
    assert np.isnan(snapshot.panel.values[:, -1]).all()
    assert not snapshot.untrusted.any()


def leafy(present: Callable[[int, str, str], bool], days: int = 40) -> list[tuple[object, ...]]:
    return [
        (day(n), c, r, 10 + n % 7, pulled(n))
        for n in range(days)
        for c in ("brand", "generic", "longtail")
        for r in ("north", "south", "east", "west")
        if present(n, c, r)
    ]


def look_leafy(folder: Path, rows: list[tuple[object, ...]], at: int) -> Snapshot:
    return ledger_of(
        folder, rows, "date,campaign,region,orders,seen", dimensions={"campaign": {}, "region": {"role": "geo"}}, **SEEN
    ).as_of(morning(at))


def test_half_a_load_is_partial_and_unknown(tmp_path: Path) -> None:
    snapshot = look_leafy(tmp_path, leafy(lambda n, c, r: n < 39 or (c < "h") == (r < "o")), 39)

    assert told(snapshot) == [("partial", "search", (day(39),), False)]
    assert snapshot.problems[0].detail == "search: 6 of 12 rows that usually come are missing"
    assert np.isnan(snapshot.panel.values[:, -1]).all()


def test_a_campaign_that_ends_is_a_zero_and_no_partial_load(tmp_path: Path) -> None:
    snapshot = look_leafy(tmp_path, leafy(lambda n, c, _: n < 38 or c != "longtail"), 39)

    longtail = next(i for i, k in enumerate(snapshot.panel.keys) if k.segment == (("campaign", "longtail"),))
    assert told(snapshot) == []
    assert snapshot.panel.values[longtail, -3:].tolist() == [48, 0, 0]


def test_a_region_that_stays_away_is_unknown_at_first_and_then_a_zero(tmp_path: Path) -> None:
    rows = leafy(lambda n, _, r: n < 38 or r != "west")

    first, later = look_leafy(tmp_path, rows, 38), look_leafy(tmp_path, rows, 39)

    west = next(i for i, k in enumerate(first.panel.keys) if k.segment == (("region", "west"),))
    assert told(first) == [("partial", "search", (day(38),), False)]
    assert np.isnan(first.panel.values[west, -1])
    assert later.panel.values[west, -2] == 0


def test_an_old_load_under_a_new_date_is_frozen(tmp_path: Path) -> None:
    rows = [
        (day(n), d, 10 * (n if n < 39 else 38) + k, 7, pulled(n))
        for n in range(40)
        for k, d in enumerate(("mobile", "desktop"))
    ]
    snapshot = ledger_of(
        tmp_path,
        rows,
        "date,device,orders,sessions,seen",
        dimensions={"device": {}},
        columns={"orders": "orders", "sessions": "sessions"},
        **SEEN,
    ).as_of(morning(39))

    assert told(snapshot) == [("frozen", "search", (day(39),), True)]
    assert snapshot.problems[0].detail == "search: every figure of 1 day equals the one before: an old load again?"
    assert np.isnan(snapshot.panel.values[:, -1]).all()


def test_a_weekly_table_with_two_days_of_lag_is_not_called_late_every_week(tmp_path: Path) -> None:
    rows = [(day(7 * w), 100 + w, pulled(7 * w + 8)) for w in range(12)]
    ledger = ledger_of(tmp_path, rows, "date,orders,seen", cadence="week", **SEEN)

    usual = [told(ledger.as_of(morning(7 * 11 + d))) for d in range(6, 12)]
    after = [told(ledger.as_of(morning(7 * 12 + d))) for d in range(6, 11)]

    assert usual == [[]] * 6
    assert after[:2] == [[], []]
    assert after[2:] == [
        [("late", "search", (day(84),), False)],
        [("late", "search", (day(84),), True)],
        [("late", "search", (day(84),), True)],
    ]


def test_without_observations_a_day_is_overdue_a_day_after_it_was_due(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [(day(n), n + 1) for n in range(20)], "date,orders")

    assert told(ledger.as_of(morning(20))) == [("late", "search", (day(20),), False)]
    assert told(ledger.as_of(morning(21) + timedelta(minutes=1)))[0][3]


def test_before_its_check_looks_for_the_first_time_a_day_is_not_late(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [(day(n), n + 1) for n in range(20)], "date,orders")

    assert told(ledger.as_of(morning(20) - timedelta(hours=5))) == []


def test_a_table_that_stopped_long_ago_stays_late(tmp_path: Path) -> None:
    snapshot = ledger_of(tmp_path, [(day(n), n + 1) for n in range(20)], "date,orders").as_of(morning(90))

    [problem] = snapshot.problems
    assert (problem.kind, len(problem.periods), problem.until) == ("late", 71, None)
    assert problem.detail == "search has no rows since Sun 21 Jan 2024; how late it usually is has not been learned yet"


def test_of_hours_that_are_missing_since_long_ago_the_start_is_told_and_the_newest_are_listed(tmp_path: Path) -> None:
    rows = [(f"{day(n)} {hour:02d}:00", 5) for n in range(30) for hour in range(24) if (n, hour) < (29, 15)]
    [problem] = ledger_of(tmp_path, rows, "date,orders", cadence="hour").as_of(morning(100)).problems

    assert problem.detail.startswith("search has no rows since Tue 30 Jan 2024, 15:00; ")
    assert problem.since == datetime(2024, 1, 30, 15, tzinfo=UTC)
    assert problem.until is None
    assert len(problem.periods) == MOST_LISTED
    assert problem.periods[-1] == f"{day(101)}T07:00"


def test_a_table_without_weekends_that_stopped_is_one_problem_that_goes_on(tmp_path: Path) -> None:
    rows = [(day(n), n + 1) for n in range(60) if n % 7 < 5]
    [problem] = ledger_of(tmp_path, rows, "date,orders").as_of(morning(76)).problems

    assert (problem.kind, problem.since, problem.until) == ("late", morning(59).replace(hour=0, minute=0), None)
    assert problem.periods == tuple(day(n) for n in range(60, 77) if n % 7 < 5)


def test_a_hole_over_a_weekend_without_business_is_one_problem_that_is_over(tmp_path: Path) -> None:
    rows = [(day(n), n + 1) for n in range(63) if n % 7 < 5 and not 50 <= n < 60]
    [problem] = ledger_of(tmp_path, rows, "date,orders").as_of(morning(60)).problems

    assert (problem.kind, problem.periods) == ("missing", tuple(day(n) for n in (50, 51, 52, 53, 56, 57, 58, 59)))
    assert problem.until == morning(59).replace(hour=0, minute=0)


def test_a_partial_load_goes_on_while_the_newest_day_is_partial_too(tmp_path: Path) -> None:
    rows = leafy(lambda n, c, r: n not in (37, 38) or (c < "h") == (r < "o"), days=39)
    more = leafy(lambda n, c, r: n not in (37, 38) or (c < "h") == (r < "o"), days=40)

    [going_on], [over] = look_leafy(tmp_path, rows, 38).problems, look_leafy(tmp_path, more, 39).problems

    assert (going_on.periods, going_on.until) == ((day(37), day(38)), None)
    assert (over.periods, over.until) == ((day(37), day(38)), morning(38).replace(hour=0, minute=0))


def test_a_channel_that_stays_away_for_four_weeks_has_ended(tmp_path: Path) -> None:
    rows = daily(lambda n, c: c == "search" or n < 40, days=80)
    business = SeriesKey("shop", None, "orders")

    away, ended, forgotten = (look(tmp_path, rows, at) for at in (66, 69, 79))

    assert [(p.since, p.until) for p in away.problems] == [(morning(39).replace(hour=0, minute=0), None)]
    assert [p.until for p in ended.problems] == [morning(67).replace(hour=0, minute=0)]
    assert forgotten.panel.values[forgotten.panel.keys.index(business), 40:].tolist() == pytest.approx(
        [float("nan")] * 28 + [10 + n % 7 for n in range(68, 80)], nan_ok=True
    )
