"""silence: what is silenced is found, named with its reason wherever one looks, and told when the silence is over."""

import json
import re
from datetime import timedelta
from pathlib import Path

from tests.process import business
from tests.process.business import FELL, Fall
from tests.process.command import channelwatch, slack
from tests.process.conftest import Made
from tests.receiver import Receiver

_MORNING = f"{FELL + timedelta(days=1)}T09:00"
_UNTIL = f"{FELL + timedelta(days=3)}"
_ADD = ("silence", "add", "--channel", "paid_*", "--reason", "relaunch of the shop", "--author", "ana")


def test_a_silence_hides_a_trouble_says_so_everywhere_and_lets_it_be_told_at_its_end(
    made: Made, tmp_path: Path
) -> None:
    lasts = Fall(last=FELL + timedelta(days=3))
    folder = made.copied_to(tmp_path / "silent", FELL, lasts)
    with Receiver() as receiver:
        env = slack(growth=receiver.url)
        added = channelwatch(folder, *_ADD, "--until", _UNTIL, "--now", _MORNING, env=env)
        assert (added.code, added.err) == (0, "")
        assert added.out.startswith(f"1            paid_*, until {_UNTIL} 00:00; ana: relaunch of the shop")

        checked = channelwatch(folder, "check", "--now", _MORNING, "--json", env=env)
        assert checked.code == 0, checked.err
        assert receiver.requests == []
        reason = f"not told, silence 1 of ana until {_UNTIL} 00:00: relaunch of the shop"
        (listed,) = channelwatch(folder, "incidents", "--json", env=env).json
        for command in (
            ("incidents", listed["id"]),
            ("why-not", "paid_search", "orders", f"{FELL}"),
            ("outbox",),
        ):
            assert reason in channelwatch(folder, *command, env=env).out, command
        assert "silenced, not told yet" in channelwatch(folder, "incidents", env=env).out

        business.write(folder / "tables", FELL + timedelta(days=2), lasts)
        channelwatch(folder, "check", "--now", f"{FELL + timedelta(days=3)}T09:00", env=env)
        assert len(receiver.requests) == 1
        assert "paid search" in receiver.requests[0].words.lower()


def test_a_silence_needs_something_to_silence_an_end_and_a_reason(quiet: Path) -> None:
    wrong = {
        ("--until", "3d", "--reason", "x"): "what is silenced?",
        ("--channel", "*", "--reason", "x"): "Missing option '--until'",
        ("--channel", "*", "--until", "3d"): "Missing option '--reason'",
        ("--channel", "*", "--until", "3d", "--reason", " "): "say why",
        ("--channel", "paid_serch", "--until", "3d", "--reason", "x"): "Did you mean 'paid_search'?",
        ("--channel", "*", "--until", "2020-01-01", "--reason", "x"): "is over already",
        ("--channel", "*", "--until", "3d", "--from", "4d", "--reason", "x"): "does not lie between now and --until",
        ("--segment", "campaign", "--until", "3d", "--reason", "x"): "write campaign=brand",
    }
    for arguments, words in wrong.items():
        told = channelwatch(quiet, "silence", "add", *arguments)
        assert told.code == 2, arguments
        assert words in re.sub(r"[│\s]+", " ", told.err), told.err


def test_a_silence_is_listed_ended_and_remembered(quiet: Path) -> None:
    channelwatch(
        quiet, *_ADD, "--kpi", "orders", "--segment", "device=mobile", "--max-severity", "warning", "--until", "2d"
    )

    (listed,) = json.loads(channelwatch(quiet, "silence", "list", "--json").out)
    assert (listed["segment"], listed["max_severity"]) == ({"device": "mobile"}, "warning")
    assert channelwatch(quiet, "silence", "end", "1", "--author", "bob").code == 0
    assert channelwatch(quiet, "silence", "end", "1", "--author", "bob").code == 2
    assert channelwatch(quiet, "silence", "list").out == "Nothing is silenced.\n"
    to_come = channelwatch(quiet, *_ADD, "--from", "2d", "--until", "3d").out
    assert re.search(r"from \d{4}-\d\d-\d\d \d\d:\d\d until", to_come)
    assert "(ended by bob)" in channelwatch(quiet, "silence", "list", "--all").out
