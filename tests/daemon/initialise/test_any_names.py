"""Names as people choose them: whatever a table calls its columns and channels, what is written can be read back."""

import csv
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from config.inputs import Column
from daemon.initialise import InitError
from daemon.initialise.write import _scalar
from tests.daemon.initialise.tables import configured, days

_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
_TRICKY = st.sampled_from(
    [
        "y",
        "no",
        "null",
        "1e3",
        "${HOME}",
        "a: b",
        "#1",
        "'",
        '"',
        "\\",
        "Größe",
        "売上",
        "{x}",
        "- a",
        "2024-01-01",
        "(none)",
    ]
)


@settings(max_examples=12, deadline=None)
@given(st.lists(_WORDS | _TRICKY, min_size=2, max_size=4, unique_by=str.lower), _WORDS | _TRICKY)
def test_any_column_and_channel_can_be_written_and_read_back(columns: list[str], channel: str) -> None:
    columns = [c for c in columns if c.lower() not in ("date", "channel")]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "t.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
                [
                    ["date", "channel", *columns],
                    *([d, channel, *(i + k + 0.5 for k in range(len(columns)))] for i, d in enumerate(days(8))),
                ]
            )
        try:
            written, _ = configured(table)
        except InitError:
            return  # names such as `id` leave nothing to watch; that is told
        check = written.checks["t"]
        named = {held.kpi if isinstance(held, Column) else held for held in check.columns.values()}

        assert set(check.columns) <= set(columns)
        assert named <= set(written.kpis)
        assert check.channel_column is None or channel in written.channels or not channel.isprintable()


def test_text_is_quoted_only_where_it_must_be() -> None:
    assert [_scalar(text) for text in ("paid_search", "Google Ads", "y", "2024-01-01", "a: b", 'x"y', "${A}")] == [
        "paid_search",
        "Google Ads",
        '"y"',
        '"2024-01-01"',
        '"a: b"',
        '"x\\"y"',
        '"$${A}"',
    ]
