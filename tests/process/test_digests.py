"""Eight days with a budget of one new incident a day and a digest every morning: what people get, over real HTTP."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.process import business
from tests.process.business import DAYS, FELL, Fall
from tests.process.command import CONFIG, channelwatch
from tests.receiver import Receiver

_DAY = timedelta(days=1)
_LAST = FELL + 2 * _DAY
_REASON = "held for the digest: the budget of 1 a day is used up"
# Orders of one channel fall a little, and another table's complaints rise, on the same days: two warnings.
_FALL = Fall(first=FELL, last=_LAST, channel="email", left=0.88)


@dataclass(frozen=True, kw_only=True)
class Days:
    """Every message by the run in which it came, and what the commands said after the first morning."""

    folder: Path
    env: dict[str, str]
    messages: dict[str, list[str]]
    said: dict[str, str]
    preview: str

    @property
    def digests(self) -> list[str]:
        """The digests, in order."""
        return [text for texts in self.messages.values() for text in texts if "Daily digest" in text]

    @property
    def alerts(self) -> list[str]:
        """Everything else."""
        return [text for texts in self.messages.values() for text in texts if "Daily digest" not in text]


def _complaints(folder: Path, through: date) -> None:
    lines = ["date,complaints"]
    for back in reversed(range(DAYS)):
        day = through - back * _DAY
        more = 1.3 if FELL <= day <= _LAST else 1.0
        lines.append(f"{day},{round(300 * more * random.Random(f'complaints {day}').gauss(1, 0.03))}")
    (folder / "stores_daily.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """The mornings from the one before the fall to a week later; each check runs before and after the digest's time."""
    folder = tmp_path_factory.mktemp("days")
    business.write(folder / "tables", FELL - _DAY)
    _complaints(folder / "tables", FELL - _DAY)
    made = ("init", "--from", "tables", "--output", CONFIG, "--timezone", "Europe/London", "--currency", "GBP")
    assert channelwatch(folder, *made).code == 0
    messages: dict[str, list[str]] = {}
    said: dict[str, str] = {}
    preview = ""
    with Receiver() as receiver:
        env = {
            "CHANNELWATCH_DESTINATIONS": json.dumps({"growth": {"kind": "slack_webhook", "url": receiver.url}}),
            "CHANNELWATCH_ROUTES": json.dumps([{"to": ["growth"], "most_per_day": 1}]),
            "CHANNELWATCH_DIGESTS": json.dumps([{"to": ["growth"], "every": "day", "at": "09:30"}]),
        }
        for number in range(-1, 7):
            through, morning = FELL + number * _DAY, FELL + (number + 1) * _DAY
            business.write(folder / "tables", through, _FALL)
            _complaints(folder / "tables", through)
            for clock in ("09:00", "09:31") if number else ("09:00", "09:31", "09:32"):
                if (number, clock) == (0, "09:31"):
                    for command in (("incidents",), ("outbox",), ("outbox", "--json")):
                        said[" ".join(command)] = channelwatch(folder, *command, env=env).out
                    why = ("why-not", "stores", "spam_complaints", f"{FELL}")
                    said["why-not"] = channelwatch(folder, *why, env=env).out
                    said["why-not --json"] = channelwatch(folder, *why, "--json", env=env).out
                    preview = channelwatch(folder, "digest", "growth", "--now", f"{morning}T{clock}", env=env).out
                before = len(receiver.requests)
                done = channelwatch(folder, "check", "--now", f"{morning}T{clock}", env=env)
                assert (done.code, done.err) == (0, "")
                messages[f"{morning} {clock}"] = [r.body["text"] for r in receiver.requests[before:]]
        yield Days(folder=folder, env=env, messages=messages, said=said, preview=preview)


def test_a_digest_comes_every_morning_once_and_after_its_time(days: Days) -> None:
    assert {when[-5:] for when, texts in days.messages.items() if any("digest" in t for t in texts)} == {"09:31"}
    assert len(days.digests) == 8


def test_of_two_troubles_on_one_morning_the_budget_lets_the_more_urgent_through(days: Days) -> None:
    first, *_ = days.alerts

    assert "Orders" in first
    assert "in email" in first
    assert not [text for text in days.alerts if "complaints" in text.lower()], "what was held is told by digests alone"


def test_what_was_held_back_is_new_in_the_next_digest_and_known_in_those_after(days: Days) -> None:
    _, second, third, *_ = days.digests

    assert "2 open (1 new)" in second
    new = second.partition("New here, the budget of 1 a day was used up (1)")[2].partition("Still open (1)")
    assert "complaints +" in new[0].lower()
    assert "Orders -" in new[2]
    assert "New here" not in third
    assert "complaints +" in third.lower()


def test_the_end_of_what_was_told_is_told_and_of_what_was_held_stands_in_a_digest(days: Days) -> None:
    (end,) = [text for text in days.alerts if "Resolved" in text or "Over" in text]

    assert "orders" in end.lower()
    closed = [d.partition("Closed since")[2] for d in days.digests if "Closed since" in d]
    assert sum("complaints" in text.lower() for text in closed) == 1
    assert sum("orders" in text.lower().partition("against what")[0] for text in closed) == 1


def test_a_morning_without_anything_says_so_and_how_the_totals_did(days: Days) -> None:
    for quiet in (days.digests[0], days.digests[-1]):
        assert quiet.startswith("ℹ️ Daily digest: all quiet: 17 series judged since") or "all quiet" in quiet
        assert "within its range" in quiet


def test_why_it_was_not_told_stands_wherever_one_looks(days: Days) -> None:
    assert "held for the digest at growth" in days.said["incidents"]
    assert _REASON in days.said["outbox"]
    assert f"Its newest news: not told, {_REASON}, at growth (first seen)." in days.said["why-not"]
    (told_nowhere,) = json.loads(days.said["why-not --json"])["not_told"]
    assert _REASON in told_nowhere["reason"]
    (held,) = [d for d in json.loads(days.said["outbox --json"]) if d["state"] == "held"]
    assert (held["destination"], held["reason"]) == ("growth", _REASON)
    ids = [i["id"] for i in channelwatch(days.folder, "incidents", "--all", "--json", env=days.env).json]
    (name,) = [i for i in ids if "complaints" in i]
    shown = channelwatch(days.folder, "incidents", name, "--json", env=days.env).json
    assert f"not told, {_REASON}, at growth (first seen)" in [entry["reason"] for entry in shown["history"]]


def test_the_preview_is_what_comes_and_counts_as_nothing(days: Days) -> None:
    lines = [line for line in days.preview.splitlines() if line and line not in ("To growth:", "Warning")]

    assert days.preview.startswith("To growth:\n\n⚠️ Daily digest: 2 open (1 new)")
    assert lines == [line for line in days.digests[1].splitlines() if line]


def test_a_destination_without_a_digest_has_none_to_show(days: Days) -> None:
    wrong = channelwatch(days.folder, "digest", "desk", env=days.env)

    assert wrong.code == 2
    assert "desk gets no digest. Those that do: growth." in wrong.err
