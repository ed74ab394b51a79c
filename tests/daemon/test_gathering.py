"""Sources are asked side by side: who hangs or fails delays and hurts nobody else."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from structlog.testing import capture_logs

from daemon.errors import SourceUnavailable
from daemon.gathering import Gatherer

NOW = datetime(2026, 3, 3, 8, 15, tzinfo=UTC)
SOURCES = {"shop": "warehouse", "stores": "warehouse", "site": "analytics"}


class Answers:
    """Sources that answer as they are told: at once, with an error, or when they are let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.wrong: dict[str, Exception] = {}
        self.hangs: dict[str, Event] = {}
        self.reached: dict[str, Event] = {}

    def hang(self, check: str) -> Event:
        self.reached[check] = Event()
        self.hangs[check] = Event()
        return self.hangs[check]

    def pull(self, check: str, now: datetime) -> None:
        self.asked.append(check)
        if check in self.hangs:
            self.reached[check].set()
            assert self.hangs[check].wait(30)
        if check in self.wrong:
            raise self.wrong[check]


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    yield made
    for event in made.hangs.values():
        event.set()
    for thread in threading.enumerate():
        if thread.name.startswith("ask-"):
            thread.join(30)


def gatherer(answers: Answers) -> Gatherer:
    return Gatherer(answers.pull, SOURCES, lambda text: text.replace("hunter2", "[hidden]"))


def test_every_check_that_has_to_be_asked_for_is_asked_once(answers: Answers) -> None:
    unanswered = gatherer(answers).ask(["shop", "stores", "site", "of_files"], NOW, patience_seconds=None)

    assert sorted(answers.asked) == ["shop", "site", "stores"]
    assert unanswered == {}


def test_a_failing_check_says_why_without_secrets_and_its_neighbours_answer(answers: Answers) -> None:
    answers.wrong["shop"] = SourceUnavailable("warehouse refused the password hunter2")

    unanswered = gatherer(answers).ask(["shop", "stores", "site"], NOW, patience_seconds=None)

    assert unanswered == {"shop": "warehouse refused the password [hidden]"}
    assert sorted(answers.asked) == ["shop", "site", "stores"]


def test_a_crash_of_a_reader_is_told_logged_and_hurts_no_neighbour(answers: Answers) -> None:
    answers.wrong["shop"] = ZeroDivisionError("of ours")

    with capture_logs() as logs:
        unanswered = gatherer(answers).ask(["shop", "stores"], NOW, patience_seconds=None)

    assert list(unanswered) == ["shop"]
    assert "ZeroDivisionError" in unanswered["shop"]
    assert [(line["event"], line["check"]) for line in logs] == [("pull_crashed", "shop")]
    assert answers.asked == ["shop", "stores"]


def test_a_source_that_hangs_is_not_waited_for_longer_than_patience_and_not_asked_a_second_time(
    answers: Answers,
) -> None:
    answers.hang("shop")
    asking = gatherer(answers)

    first = asking.ask(["shop", "site"], NOW, patience_seconds=0.05)
    assert answers.reached["shop"].wait(30)
    second = asking.ask(["shop"], NOW, patience_seconds=0.0)

    assert list(first) == list(second) == ["shop"]
    assert "has not answered" in first["shop"]
    assert answers.asked.count("shop") == 1


def test_a_late_answer_counts_at_a_look_soon_after_without_asking_again(answers: Answers) -> None:
    let_go = answers.hang("shop")
    asking = gatherer(answers)
    asking.ask(["shop"], NOW, patience_seconds=0.0)

    let_go.set()
    late = asking.ask(["shop"], NOW + timedelta(minutes=1), patience_seconds=None)

    assert late == {}
    assert answers.asked == ["shop"]


def test_an_answer_of_long_ago_does_not_count(answers: Answers) -> None:
    let_go = answers.hang("shop")
    asking = gatherer(answers)
    asking.ask(["shop"], NOW, patience_seconds=0.0)

    let_go.set()
    asking.ask(["shop"], NOW + timedelta(hours=1), patience_seconds=None)

    assert answers.asked == ["shop", "shop"]


def test_a_failure_is_asked_for_again_at_the_next_look(answers: Answers) -> None:
    answers.wrong["shop"] = SourceUnavailable("down")
    asking = gatherer(answers)
    asking.ask(["shop"], NOW, patience_seconds=None)
    del answers.wrong["shop"]

    assert asking.ask(["shop"], NOW, patience_seconds=None) == {}
    assert answers.asked == ["shop", "shop"]


def test_nothing_is_waited_for_twice_when_two_looks_ask_at_once(answers: Answers) -> None:
    let_go = answers.hang("shop")
    asking = gatherer(answers)
    found: list[dict[str, str]] = []
    looks = [
        threading.Thread(target=lambda: found.append(asking.ask(["shop"], NOW, patience_seconds=None)))
        for _ in range(2)
    ]
    for look in looks:
        look.start()
    assert answers.reached["shop"].wait(30)
    let_go.set()
    for look in looks:
        look.join(30)

    assert found == [{}, {}]
    assert answers.asked == ["shop"]
