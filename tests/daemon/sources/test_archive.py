"""What is kept of answers says at every instant what the source said then."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from daemon.errors import SourceUnavailable
from daemon.sources import merging, pulling, windows
from daemon.store import open_store
from detectors.cadence import Unit
from tests.daemon.sources import asked
from tests.daemon.sources.asked import Row, ask, day, ledger, morning, rows_at

DAYS = 9
REREAD = 4
SETTINGS = asked.settings(reread_periods=REREAD, history_periods=6)

# Of each of few days, channels and campaigns no, one or two rows.
KEYS = [(d, channel, campaign) for d in range(DAYS) for channel in ("email", "search") for campaign in ("a", "")]
Sheet = dict[tuple[int, str, str], tuple[int, ...]]


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """All that a source holds at one time."""
    known = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=len(KEYS)))
    figures = st.lists(st.integers(0, 2), min_size=1, max_size=2).map(tuple)
    return {key: draw(figures) for key in known}


def rows_of(sheet: Sheet) -> list[Row]:
    return [(day(d), channel, campaign, n) for (d, channel, campaign), numbers in sheet.items() for n in numbers]


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 3), sheets()), min_size=1, max_size=5), merge_at=st.integers(2, 5))
def test_the_view_at_each_instant_is_what_the_source_said_then(steps: list[tuple[int, Sheet]], merge_at: int) -> None:
    today, last, believed = 6, None, dict[tuple[int, str, str], tuple[int, ...]]()
    views = []
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder, store = Path(name), open_store("sqlite://")
        patch.setattr(pulling, "MOST_ANSWERS", merge_at)
        for number, (pause, sheet) in enumerate(steps):
            today = min(today + pause, DAYS)
            now = morning(today) + timedelta(minutes=number)
            since = today - 6 if last is None else min(last + 1, today) - REREAD
            answer = {key: figures for key, figures in sheet.items() if since <= key[0] < today}
            asked.put(folder, rows_of(sheet))
            if not answer and (last is None or any(since <= d < today for d, _, _ in believed)):
                with pytest.raises(SourceUnavailable):
                    ask(SETTINGS, folder, store, now)
                continue
            ask(SETTINGS, folder, store, now)
            last = today
            if answer:
                oldest = min(d for d, _, _ in answer)
                believed = {key: v for key, v in believed.items() if not oldest <= key[0] < today} | answer
            views.append((now, dict(believed)))
        target(float(len(views)))
        if not views:
            return

        book = ledger(SETTINGS, folder, store)

        first = views[0][0]
        for now, expected in views:
            held = [(d, c, k or "(none)", float(n)) for d, c, k, n in rows_of(expected)]  # type: ignore[arg-type]
            assert rows_at(book, now) == sorted(held), now - first


def test_what_is_old_stands_as_it_was_seen_last_and_what_is_older_than_anybody_asks_for_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store("sqlite://")
    of = asked.settings(reread_periods=4, history_periods=20)
    monkeypatch.setattr(pulling, "MOST_ANSWERS", 30)
    monkeypatch.setitem(merging.VERSIONS_KEPT, Unit.DAY, 10)
    monkeypatch.setitem(windows.HISTORY, Unit.DAY, 20)
    for today in range(20, 50):  # a day shows 10, 20 and 30 orders, and on its fourth morning it is gone in part
        sheet = [(day(d), "email", k, 10 * min(today - d, 3)) for d in range(today) for k in ("a", "b")]
        asked.put(tmp_path, [r for r in sheet if r[2] == "a" or r[0] > day(today - 4)])
        before = ledger(of, tmp_path, store) if today > 20 else None
        ask(of, tmp_path, store, morning(today))

    (one,) = asked.kept(of, store)
    after = ledger(of, tmp_path, store)

    assert before is not None
    newest = morning(49)
    assert [r for r in rows_at(after, newest) if r[0] < day(49)][-1:] != []
    # The history that is kept begins after two times 20 days; day 48 is the newest.
    assert min(r[0] for r in rows_at(after, newest)) == day(9)
    assert [r[3] for r in rows_at(after, newest) if r[0] == day(30)] == [30.0]
    assert [r[3] for r in rows_at(after, morning(31)) if r[0] == day(30)] == [30.0]
    # What is young is as it was.
    for today in range(43, 49):
        young = [r for r in rows_at(after, morning(today)) if r[0] >= day(40)]
        assert young == [r for r in rows_at(before, morning(today)) if r[0] >= day(40)]
    assert one.row_count < 150


def test_merging_changes_nothing_that_can_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart, together = open_store("sqlite://"), open_store("sqlite://")
    for number in range(12):
        asked.put(tmp_path, asked.steady(30 + number, orders=10 + number // 3))
        monkeypatch.setattr(pulling, "MOST_ANSWERS", 100)
        ask(SETTINGS, tmp_path, apart, morning(30 + number))
        monkeypatch.setattr(pulling, "MOST_ANSWERS", 5)
        ask(SETTINGS, tmp_path, together, morning(30 + number))

    assert (len(asked.kept(SETTINGS, apart)), len(asked.kept(SETTINGS, together))) == (12, 4)
    one, other = ledger(SETTINGS, tmp_path, apart), ledger(SETTINGS, tmp_path, together)
    for number in range(12):
        now = morning(30 + number)
        assert rows_at(one, now) == rows_at(other, now)
        assert repr(list(one.as_of(now).development())) == repr(list(other.as_of(now).development()))
