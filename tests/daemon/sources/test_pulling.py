"""Asking sources: for which periods, what is kept of the answers, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.inputs import Check
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources import answers, archive, fetch, stamp
from daemon.sources.ledger import Ledger
from daemon.sources.problems import ProblemKind
from daemon.sources.pulled import Notice, Rows
from daemon.sources.windows import window_of
from daemon.store import Store, open_store, pulls
from tests.daemon.sources import asked
from tests.daemon.sources.asked import Row, ask, day, kept, morning, rows_at, seen, steady
from tests.daemon.sources.build import row

LONDON = ZoneInfo("Europe/London")
SETTINGS = asked.settings()


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://")


def window(cadence: str, now: datetime, until: datetime | None = None, **more: int) -> tuple[str, str]:
    check = Check(source="s", period="p", channel="search", columns={"o": "orders"}, cadence=cadence, **more)
    found = window_of(check, LONDON, until, now)
    return f"{found.since:%Y-%m-%d %H:%M}", f"{found.until:%Y-%m-%d %H:%M}"


NOW = datetime(2024, 5, 15, 9, 30, tzinfo=LONDON)  # a Wednesday


@pytest.mark.parametrize(
    ("cadence", "since", "until"),
    [
        ("day", "2022-05-16 00:00", "2024-05-15 00:00"),
        ("hour", "2024-01-16 09:00", "2024-05-15 09:00"),
        ("month", "2019-05-01 00:00", "2024-05-01 00:00"),
        # On which day its weeks start is not known yet: the newest one may have ended last night.
        ("week", "2019-05-20 00:00", "2024-05-15 00:00"),
    ],
)
def test_the_first_question_is_for_the_history_up_to_the_period_that_is_running(
    cadence: str, since: str, until: str
) -> None:
    assert window(cadence, NOW) == (since, until)


@pytest.mark.parametrize(
    ("cadence", "before", "since", "until"),
    [
        ("day", datetime(2024, 5, 14, tzinfo=LONDON), "2024-04-10 00:00", "2024-05-15 00:00"),
        ("day", datetime(2024, 5, 15, tzinfo=LONDON), "2024-04-10 00:00", "2024-05-15 00:00"),
        ("hour", datetime(2024, 5, 15, 8, tzinfo=LONDON), "2024-05-12 09:00", "2024-05-15 09:00"),
        ("week", datetime(2024, 5, 5, tzinfo=LONDON), "2024-03-17 00:00", "2024-05-12 00:00"),
        ("month", datetime(2024, 4, 1, tzinfo=LONDON), "2024-02-01 00:00", "2024-05-01 00:00"),
    ],
)
def test_later_questions_are_for_the_newest_periods(cadence: str, before: datetime, since: str, until: str) -> None:
    assert window(cadence, NOW, before) == (since, until)


def test_after_a_pause_every_period_is_asked_for_until_it_is_as_old_as_usual() -> None:
    assert window("day", NOW, datetime(2024, 5, 5, tzinfo=LONDON)) == ("2024-04-01 00:00", "2024-05-15 00:00")


def test_a_clock_that_goes_back_asks_for_nothing_that_has_not_ended() -> None:
    assert window("day", NOW, datetime(2024, 5, 18, tzinfo=LONDON)) == ("2024-04-10 00:00", "2024-05-15 00:00")


def test_the_hour_that_the_clock_repeats_is_asked_for_when_it_has_ended_twice() -> None:
    first, second = (datetime(2024, 10, 27, 1, 30, tzinfo=LONDON, fold=fold) for fold in (0, 1))

    assert window("hour", first)[1] == window("hour", second)[1] == "2024-10-27 01:00"
    assert window("hour", datetime(2024, 10, 27, 2, 0, tzinfo=LONDON))[1] == "2024-10-27 02:00"


def test_what_does_not_change_is_kept_once(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))
    mark = stamp("shop", SETTINGS, tmp_path, store)
    ask(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    assert [pull.row_count for pull in kept(SETTINGS, store)] == [160, 0]
    assert stamp("shop", SETTINGS, tmp_path, store) == mark

    asked.put(tmp_path, steady(41))
    ask(SETTINGS, tmp_path, store, morning(41))

    assert [pull.row_count for pull in kept(SETTINGS, store)] == [160, 0, 4]
    assert stamp("shop", SETTINGS, tmp_path, store) != mark


def test_the_running_day_is_not_taken_as_a_finished_one_even_if_it_is_answered(tmp_path: Path, store: Store) -> None:
    everything = asked.settings("SELECT * FROM shop WHERE day >= :since OR day < :until")
    asked.put(tmp_path, steady(43))

    ask(everything, tmp_path, store, morning(40))

    assert fetch("shop", everything, tmp_path, store).period.max() == np.datetime64(day(39))


def test_a_row_that_comes_twice_stays_twice_and_is_found(tmp_path: Path, store: Store) -> None:
    rows = steady(40)
    asked.put(tmp_path, rows)
    ask(SETTINGS, tmp_path, store, morning(40))
    doubled = [r for r in steady(41) if r[0] == day(40)]
    asked.put(tmp_path, [*rows, *doubled, *doubled])
    ask(SETTINGS, tmp_path, store, morning(41))

    snapshot = seen(SETTINGS, tmp_path, store, morning(41))

    assert ProblemKind.DUPLICATE in {problem.kind for problem in snapshot.problems}

    asked.put(tmp_path, [*rows, *doubled])
    ask(SETTINGS, tmp_path, store, morning(41) + timedelta(hours=1))

    snapshot = seen(SETTINGS, tmp_path, store, morning(41) + timedelta(hours=1))
    assert snapshot.problems == ()
    assert row(snapshot, "email")[-1] == 2 * (10 + 40 % 7)


def test_of_a_key_that_comes_twice_with_one_changed_figure_all_rows_are_kept_again(
    tmp_path: Path, store: Store
) -> None:
    extra = (day(39), "email", "a", 7)
    asked.put(tmp_path, [*steady(40), extra])
    ask(SETTINGS, tmp_path, store, morning(40))
    asked.put(tmp_path, [*steady(40), (*extra[:3], 8)])
    ask(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    assert kept(SETTINGS, store)[-1].row_count == 2
    held = rows_at(asked.ledger(SETTINGS, tmp_path, store), morning(41))
    assert [n for d, c, k, n in held if (d, c, k) == (day(39), "email", "a")] == [8.0, 14.0]


def test_a_campaign_that_vanishes_is_zero_where_missing_rows_mean_zero(tmp_path: Path, store: Store) -> None:
    for missing, value in (("zero", 0.0), ("unknown", np.nan)):
        of = asked.settings(missing_rows=missing)
        state = open_store("sqlite://")
        asked.put(tmp_path, steady(40))
        ask(of, tmp_path, state, morning(40))
        asked.put(tmp_path, [r for r in steady(40) if r[:3] != (day(20), "email", "a")])
        ask(of, tmp_path, state, morning(40) + timedelta(hours=1))

        before = seen(of, tmp_path, state, morning(40))
        after = seen(of, tmp_path, state, morning(40) + timedelta(hours=1))

        assert row(before, "email", campaign="a")[20] == 16.0
        reported = after.reported[
            after.panel.keys.index(next(k for k in after.panel.keys if k.segment and k.channel == "email"))
        ]
        assert reported[20] == pytest.approx(value, nan_ok=True)


def test_a_whole_day_that_vanishes_is_missing_and_not_zero(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))
    asked.put(tmp_path, [r for r in steady(40) if r[0] != day(30)])
    ask(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    snapshot = seen(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    assert np.isnan(row(snapshot, "email")[30])
    assert [(p.kind, p.periods) for p in snapshot.problems] == [(ProblemKind.MISSING, (day(30),))]


def test_history_that_a_source_no_longer_keeps_stands(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))
    asked.put(tmp_path, [r for r in steady(41) if r[0] >= day(20)])
    ask(SETTINGS, tmp_path, store, morning(41))

    snapshot = seen(SETTINGS, tmp_path, store, morning(41))

    assert len(snapshot.panel.axis) == 41
    assert np.isfinite(snapshot.panel.values).all()


def test_an_empty_answer_changes_nothing_and_is_told(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))
    asked.put(tmp_path, [])

    with pytest.raises(SourceUnavailable, match=r"no rows for 2024-01-06 to before 2024-02-10 .*140 before"):
        ask(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    assert len(kept(SETTINGS, store)) == 1


def test_a_first_answer_without_rows_is_told(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, [])

    with pytest.raises(SourceUnavailable, match="is the table empty"):
        ask(SETTINGS, tmp_path, store, morning(40))

    with pytest.raises(SourceUnavailable, match="'warehouse' has not answered yet"):
        fetch("shop", SETTINGS, tmp_path, store)


def test_an_answer_to_another_question_is_told(tmp_path: Path, store: Store) -> None:
    wrong = asked.settings("SELECT * FROM shop WHERE day < :since OR day > date(:until)")
    asked.put(tmp_path, [("2020-01-01", "email", "a", 1)])

    with pytest.raises(SourceRejected, match="answered rows of 2020-01-01 to 2020-01-01 only"):
        ask(wrong, tmp_path, store, morning(40))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            asked.QUERY.replace("*", "day, channel, campaign, orders AS orders_all"),
            "has no column 'orders'. Nearest: 'orders_all'",
        ),
        (asked.QUERY.replace("*", "day, channel, orders"), "has no column 'campaign'"),
        (asked.QUERY.replace("*", "*, orders"), "has two columns named 'orders'"),
        (
            asked.QUERY.replace("*", "'soon' AS day, channel, campaign, orders"),
            "holds 'soon', which is not an ISO date",
        ),
        (asked.QUERY.replace("*", "day, channel, campaign, 'many' AS orders"), "holds no numbers at all"),
        (asked.QUERY.replace("*", "day, 'tv' AS channel, campaign, orders"), "none of the channels"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_words_about_source_and_check(
    query: str, words: str, tmp_path: Path, store: Store
) -> None:
    asked.put(tmp_path, steady(40))
    of = asked.settings(query)

    with pytest.raises(SourceRejected) as caught:
        ask(of, tmp_path, store, morning(40))

    assert words in str(caught.value)
    assert "the answer of source 'warehouse'" in str(caught.value)
    assert ".csv" not in str(caught.value)
    assert kept(of, store) == []


def test_rows_without_a_date_are_left_out_and_told_until_they_are_mended(tmp_path: Path, store: Store) -> None:
    of = asked.settings("SELECT * FROM shop WHERE day >= :since AND day < :until OR day = 'Total'")
    asked.put(tmp_path, [*steady(40), ("Total", "email", "a", 999)])
    ask(of, tmp_path, store, morning(40))

    told = seen(of, tmp_path, store, morning(40)).problems

    assert [(p.kind, p.overdue) for p in told] == [(ProblemKind.PARTIAL, False)]
    assert "1 row left out; first the answer of source 'warehouse': 'Total' is a totals row" in told[0].detail

    asked.put(tmp_path, steady(40))
    ask(of, tmp_path, store, morning(40) + timedelta(hours=1))
    assert seen(of, tmp_path, store, morning(40) + timedelta(hours=1)).problems == ()


def test_another_question_begins_anew_and_the_same_one_in_other_lines_does_not(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))
    lines, meant = asked.QUERY.replace(" AND", "\n  AND"), {"campaign": {"role": "campaign"}}
    same = asked.settings(lines, at="09:00", reread_periods=3, channel_column="channel", dimensions=meant)
    other = asked.settings(asked.QUERY.replace("*", "day, channel, campaign, orders * 2 AS orders"))

    assert len(kept(same, store)) == 1
    assert kept(other, store) == []

    ask(other, tmp_path, store, morning(41))

    assert row(seen(other, tmp_path, store, morning(41)), "email")[0] == 40.0
    assert kept(SETTINGS, store) == []


def test_a_clock_that_lies_far_behind_the_newest_answer_is_told(tmp_path: Path, store: Store) -> None:
    asked.put(tmp_path, steady(40))
    ask(SETTINGS, tmp_path, store, morning(40))

    with pytest.raises(SourceUnavailable, match="is this machine's clock right"):
        ask(SETTINGS, tmp_path, store, morning(39))


def growing(today: int) -> list[Row]:
    """A source whose days grow by 10 % on each of the four days after they ended, and then stay."""
    return [(day(d), "email", "a", 100 + 10 * min(today - d, 5)) for d in range(today)]


def test_the_first_answer_teaches_nothing_of_ages_and_later_ones_do(tmp_path: Path, store: Store) -> None:
    for today in range(30, 50):
        asked.put(tmp_path, growing(today))
        ask(SETTINGS, tmp_path, store, morning(today))

    book = asked.ledger(SETTINGS, tmp_path, store)
    snapshot = book.as_of(morning(49))

    total = next(i for i, k in enumerate(snapshot.panel.keys) if not k.segment)
    steps = list(snapshot.development())
    assert len(steps) == 4
    assert np.isnan(steps[0].earlier[total, :30]).all()
    assert steps[0].earlier[total, 30:].tolist() == pytest.approx([110.0] * 18 + [np.nan], nan_ok=True)
    assert steps[0].later[total, 30:].tolist() == pytest.approx([120.0] * 18 + [np.nan], nan_ok=True)
    assert row(snapshot, "email")[-6:] == [150.0, 150.0, 140.0, 130.0, 120.0, 110.0]
    assert all(np.isnan(step.later[total]).all() for step in book.as_of(morning(30)).development())


def test_our_own_pause_does_not_count_as_lateness_of_the_source(tmp_path: Path, store: Store) -> None:
    for today in [*range(30, 45), 60, *range(61, 70)]:
        asked.put(tmp_path, growing(today))
        ask(SETTINGS, tmp_path, store, morning(today))

    book = asked.ledger(SETTINGS, tmp_path, store)
    delays = book._delays(book.axis, 0, morning(69))

    assert np.nanmax(delays) == 8.25 * 3600
    assert np.flatnonzero(np.isfinite(delays[0])).tolist() == [*range(31, 44), *range(59, 69)]


def test_a_settled_figure_that_changes_is_told_as_restated(tmp_path: Path, store: Store) -> None:
    for today in range(30, 55):
        asked.put(tmp_path, growing(today))
        ask(SETTINGS, tmp_path, store, morning(today))
    changed = [(d, c, k, 300 if d == day(35) else n) for d, c, k, n in growing(55)]
    asked.put(tmp_path, changed)
    ask(SETTINGS, tmp_path, store, morning(55))

    told = {p.kind: p.detail for p in seen(SETTINGS, tmp_path, store, morning(55)).problems}

    assert told[ProblemKind.RESTATED] == "orders was restated after it had settled, by +100% (150 to 300)"
    assert seen(SETTINGS, tmp_path, store, morning(54)).problems == ()


LONG: dict[str, Any] = {
    "kpi_column": "campaign",
    "value_column": "orders",
    "columns": {"o": "orders", "s": "sessions"},
    "channel_column": "channel",
}


def test_in_a_long_table_the_kpis_of_a_key_come_and_go_together(tmp_path: Path, store: Store) -> None:
    of = asked.settings(**LONG)
    both: list[Row] = [(day(d), "email", k, n) for d in range(40) for k, n in (("o", 5), ("s", 100))]
    asked.put(tmp_path, both)
    ask(of, tmp_path, store, morning(40))
    asked.put(tmp_path, [(d, c, k, 6 if (d, k) == (day(39), "o") else n) for d, c, k, n in both])
    ask(of, tmp_path, store, morning(40) + timedelta(hours=1))
    snapshot = seen(of, tmp_path, store, morning(40) + timedelta(hours=1))
    assert (row(snapshot, "email")[-1], row(snapshot, "email", "sessions")[-1]) == (6.0, 100.0)

    asked.put(tmp_path, [r for r in both if r[0] != day(38)])
    ask(of, tmp_path, store, morning(40) + timedelta(hours=2))

    snapshot = seen(of, tmp_path, store, morning(40) + timedelta(hours=2))
    assert np.isnan([row(snapshot, "email")[38], row(snapshot, "email", "sessions")[38]]).all()


def test_weeks_that_start_on_sunday_are_judged_by_their_own_days(tmp_path: Path, store: Store) -> None:
    of = asked.settings(cadence="week")
    weeks: list[Row] = [(day(7 * w - 1), "email", "a", w) for w in range(1, 20)]  # Sundays
    asked.put(tmp_path, weeks)

    ask(of, tmp_path, store, morning(7 * 15 + 5))  # a Saturday: the week of the Sunday before is running

    assert fetch("shop", of, tmp_path, store).period.max() == np.datetime64(day(7 * 14 - 1))
    assert kept(of, store)[-1].until == datetime(2024, 4, 14, tzinfo=UTC)

    ask(of, tmp_path, store, morning(7 * 15 + 6))

    assert fetch("shop", of, tmp_path, store).period.max() == np.datetime64(day(7 * 15 - 1))


def test_the_two_hours_that_share_a_name_in_autumn_are_one_key(tmp_path: Path, store: Store) -> None:
    of = asked.settings("SELECT * FROM shop WHERE :since <> :until", cadence="hour", zone="Europe/London")
    instants = [datetime(2024, 10, 27, tzinfo=UTC) + timedelta(minutes=60 * h) for h in range(-48, 3)]
    rows: list[Row] = [(t.isoformat(), "email", "a", 10) for t in instants]
    asked.put(tmp_path, rows)
    ask(of, tmp_path, store, datetime(2024, 10, 27, 3, 10, tzinfo=UTC))
    second = datetime(2024, 10, 27, 1, tzinfo=UTC).isoformat()
    asked.put(tmp_path, [(t, c, k, 13 if t == second else n) for t, c, k, n in rows])
    ask(of, tmp_path, store, datetime(2024, 10, 27, 3, 20, tzinfo=UTC))

    snapshot = seen(of, tmp_path, store, datetime(2024, 10, 27, 3, 20, tzinfo=UTC))

    at = snapshot.panel.axis.local == np.datetime64("2024-10-27T01:00")
    assert snapshot.reported[0, at].tolist() == [23.0]


def test_what_a_source_says_against_its_answer_is_a_problem_of_the_check_until_the_next_answer(
    tmp_path: Path, store: Store
) -> None:
    def answer(now: datetime, *notices: Notice) -> None:
        before = kept(SETTINGS, store)
        window = window_of(SETTINGS.checks["shop"], ZoneInfo("UTC"), before[-1].until if before else None, now)
        rows: Any = steady(40)
        found = Rows(columns=("day", "channel", "campaign", "orders"), rows=rows, notices=list(notices))
        new = answers.new_in(found, "shop", SETTINGS, window, before, at=now, now=now)
        with store.transaction() as connection:
            pulls.add(connection, "shop", archive.asked("shop", SETTINGS), new)

    answer(morning(40), Notice(kind="partial", detail="Google sampled 12 % of sessions"))
    answer(morning(40) + timedelta(hours=1))
    book = Ledger.build(fetch("shop", SETTINGS, tmp_path, store), "shop", SETTINGS)

    told = book.as_of(morning(40)).problems

    assert [(p.kind, p.detail, p.periods) for p in told] == [
        (ProblemKind.PARTIAL, "Google sampled 12 % of sessions", (day(39),))
    ]
    assert book.as_of(morning(40) + timedelta(hours=1)).problems == ()


def test_names_with_quotes_commas_and_lines_survive_being_kept(tmp_path: Path, store: Store) -> None:
    odd = ['a,"b"', "c\nd", "e;f\t|", "\u202eg", " ", "=1+1", "'; DROP TABLE shop; --", "x" * 5000]
    rows: list[Row] = [(day(d), "email", name, 1) for d in range(40) for name in odd]
    asked.put(tmp_path, rows)
    ask(SETTINGS, tmp_path, store, morning(40))
    ask(SETTINGS, tmp_path, store, morning(40) + timedelta(hours=1))

    assert kept(SETTINGS, store)[-1].row_count == 0
    table = fetch("shop", SETTINGS, tmp_path, store)
    assert set(table.dimension_values[0]) == {*(name.strip()[:4000] for name in odd if name.strip()), "(none)"}
    assert len(table) == len(rows)
