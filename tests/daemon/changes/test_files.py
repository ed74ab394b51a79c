"""Files of changes: what each row says, and what is told of rows that say nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.changes import ChangeFeed
from config.settings import Settings
from daemon.changes import files
from daemon.errors import SourceError
from tests.builders.troubles import settings

BERLIN = {"timezone": "Europe/Berlin"}


def of(feed: ChangeFeed) -> Settings:
    return settings().model_copy(update={"changes": {"edits": feed}, **BERLIN})


def read(folder: Path, text: str, **feed: object) -> list[tuple[datetime, bool, str, str, str | None]]:
    (folder / "edits.txt").write_text(text, encoding="utf-8")
    found = files.read("edits", of(ChangeFeed.model_validate({"path": "edits.txt", **feed})), folder)
    assert found.trouble is None
    return [(c.at, c.whole_day, c.kind, c.title, c.channel) for c in found.changes]


def trouble(folder: Path, text: str, **feed: object) -> str:
    (folder / "edits.txt").write_text(text, encoding="utf-8")
    try:
        return str(files.read("edits", of(ChangeFeed.model_validate({"path": "edits.txt", **feed})), folder).trouble)
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize(
    ("written", "at", "whole_day"),
    [
        ("2026-10-14T09:20", datetime(2026, 10, 14, 7, 20, tzinfo=UTC), False),
        ("2026-10-14 09:20:30+00:00", datetime(2026, 10, 14, 9, 20, 30, tzinfo=UTC), False),
        ("2026-10-14T09:20:00Z", datetime(2026, 10, 14, 9, 20, tzinfo=UTC), False),
        ("1791969600", datetime(2026, 10, 14, 9, 20, tzinfo=UTC), False),
        ("1791969600000", datetime(2026, 10, 14, 9, 20, tzinfo=UTC), False),
        ("2026-10-14", datetime(2026, 10, 13, 22, 0, tzinfo=UTC), True),
        ("20261014", datetime(2026, 10, 13, 22, 0, tzinfo=UTC), True),
    ],
)
def test_instants_are_read_as_people_and_tools_write_them(
    written: str, at: datetime, whole_day: bool, tmp_path: Path
) -> None:
    assert read(tmp_path, f"at,title\n{written},v2\n", kind="deploy") == [(at, whole_day, "deploy", "v2", None)]


def test_a_csv_a_json_list_and_json_lines_say_the_same(tmp_path: Path) -> None:
    rows = [{"at": "2026-10-14T09:20", "kind": "Hotfix", "title": "v2", "channel": "email", "who": None}]
    csv = "at,kind,title,channel\n2026-10-14T09:20,Hotfix,v2,email\n"
    lines = "\n".join(json.dumps(row) for row in rows)

    told = {str(read(tmp_path, text, kinds={"hotfix": "deploy"})) for text in (csv, json.dumps(rows, indent=2), lines)}

    assert len(told) == 1
    assert "'deploy', 'v2', 'email'" in told.pop()


@pytest.mark.parametrize(
    ("text", "feed", "said"),
    [
        ("at,name\n2026-10-14,v2\n", {}, "edits.txt has no column 'title'"),
        ("at,titel\n2026-10-14,v2\n", {}, "but 'titel'"),
        ("at,title\n2026-10-14,v2\n", {"who": "author"}, "has no column 'author'"),
        ("at,title\nsoon,v2\n", {}, "edits.txt line 2: at is 'soon', no instant"),
        ("at,title\n2026-10-14,v1\n2026-10-15,\n", {}, "edits.txt line 3: title is empty"),
        ("at,title,channel\n2026-10-14,v2,e-mail\n", {}, "line 2: channel is 'e-mail', no channel"),
        ('[{"at": "2026-10-14",\n "title": "v2"},\n {"at": "2026-10-14"}]', {}, "line 3: title is empty"),
        ('[{"at": "2026-10-14",\n "title" "v2"}]', {}, "edits.txt line 2: this is no JSON"),
        ("[1]", {}, "edits.txt line 1: a change is an object"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, feed: dict[str, str], said: str, tmp_path: Path) -> None:
    assert said in trouble(tmp_path, text, **feed)


def test_rows_that_can_be_read_stand_beside_those_that_cannot(tmp_path: Path) -> None:
    (tmp_path / "edits.txt").write_text("at,title\nsoon,v1\n2026-10-14,v2\nlater,v3\n", encoding="utf-8")

    found = files.read("edits", of(ChangeFeed(path="edits.txt", kind="deploy")), tmp_path)

    assert [c.title for c in found.changes] == ["v2"]
    assert found.trouble is not None
    assert "2 rows are left out" in found.trouble
