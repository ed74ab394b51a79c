"""Bad days of sources: people are told what, where and what to do; nothing false is sent, nothing is lost or sent twice."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.process import watched
from tests.process.api import NAMES
from tests.process.command import Done
from tests.process.database import is_intact, state
from tests.process.faults import ALL, FAULTS, UNTIL_BEFORE, Database, Fault, File, Source, Vendor
from tests.process.story import morning_after
from tests.process.warm import Warm
from tests.process.watched import BAD, BEFORE
from tests.receiver import Receiver

PAGE = Path(__file__).parents[2] / "docs" / "bad-days.md"
# No test waits as long as an API is waited for.
HURRIED = {"daemon.sources.asking._FIRST_WAIT": 0.01}
COLUMNS = ",".join(NAMES)
# One of each kind of source: a look costs time.
_LOOKED_AT_AGAIN = [next(fault for fault in FAULTS if fault.of is kind) for kind in (File, Database, Vendor)]
Kinds = dict[type[File | Database | Vendor], tuple[Source, Path]]


@pytest.fixture(scope="module")
def kinds(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kinds]:
    """Each kind of source with a folder in which the last good day was judged."""
    made: Kinds = {}
    vendor = Vendor()
    with vendor.api:
        for source in (File(), Database(), vendor):
            folder = tmp_path_factory.mktemp(type(source).__name__.lower())
            source.configure(folder)
            source.holds(folder, UNTIL_BEFORE, COLUMNS)
            watched.stores(folder, BEFORE)
            done = _check(warm, folder, source, BEFORE, "http://127.0.0.1:9/services/none")
            assert (done.code, done.json["incidents"], done.json["data_problems"]) == (0, [], []), done
            made[type(source)] = source, folder
        yield made


def _check(warm: Warm, folder: Path, source: Source, day: date, url: str, at: str = "09:00") -> Done:
    now = morning_after(day).replace("09:00", at)
    env = source.environment(folder) | watched.told_to(url)
    return warm.channelwatch(folder, "check", "--now", now, "--json", env=env, constants=HURRIED)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_bad_day_is_told_harms_no_other_check_and_is_made_up_for_once_it_is_over(
    fault: Fault, kinds: Kinds, warm: Warm, tmp_path: Path
) -> None:
    source, prepared = kinds[fault.of]
    folder = shutil.copytree(prepared, tmp_path / "work")
    source.holds(folder, UNTIL_BEFORE, COLUMNS)
    watched.stores(folder, BAD)

    with Receiver() as receiver:

        def check(at: str) -> tuple[Done, list[str]]:
            already = len(receiver.requests)
            done = _check(warm, folder, source, BAD, receiver.url, at)
            return done, [request.body["text"] for request in receiver.requests[already:]]

        fault.harm(source, folder)
        bad, told = check("09:00")
        judged_meanwhile = _judged(folder)
        source.holds(folder, ALL, COLUMNS)
        mended, told_later = check("12:00")
        again, told_again = check("15:00") if fault in _LOOKED_AT_AGAIN else (mended, [])

    said = fault.said.format(folder=folder)
    problems = [p["detail"] for p in bad.json["data_problems"] if p["check"] == "web"]
    assert bad.code == (1 if fault.unreadable else 0)
    if fault.unreadable:
        assert bad.err == f"check web cannot be read: {said}\n"
        assert f"cannot be read: {said}" in problems
        assert judged_meanwhile["web"] < judged_meanwhile["stores"]
    else:
        assert bad.err == ""
        assert said in problems
    assert_told(told, fault.alerts)
    assert_told(told_later, fault.after)
    assert_told(told_again, ())
    assert [(done.code, done.err, done.json["data_problems"]) for done in (mended, again)] == [(0, "", [])] * 2
    assert _judged(folder) == dict.fromkeys(("web", "stores"), "2026-03-03T00:00:00.000000+00:00")
    assert is_intact(folder)


def test_the_page_on_bad_days_tells_what_people_see() -> None:
    page = PAGE.read_text(encoding="utf-8")

    missing = [f.name for f in FAULTS if f.name not in page or f.said.replace("{folder}/", "") not in page]
    assert missing == []


def assert_told(messages: list[str], expected: tuple[str, ...]) -> None:
    """So many messages came, one for each pattern, in order."""
    assert len(messages) == len(expected), messages
    for message, pattern in zip(messages, expected, strict=True):
        assert re.search(pattern, message), message


def _judged(folder: Path) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in state(folder)["judged"]}
