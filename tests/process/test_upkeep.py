"""doctor, backup: what people and their schedulers call."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

from tests.process.command import assert_harmless, channelwatch, slack
from tests.process.database import state
from tests.process.running import START_SECONDS, running
from tests.receiver import Receiver


def test_the_doctor_of_a_working_setup_ends_well_and_leaves_nothing_behind(quiet: Path) -> None:
    before = sorted(quiet.rglob("*"))
    with Receiver() as receiver:
        told = channelwatch(quiet, "doctor", "--json", env=slack(growth=receiver.url))

    assert (told.code, told.err) == (0, "")
    assert told.json["verdict"] in ("ok", "warn")
    seen = {line["what"]: line["seen"] for line in told.json["lines"]}
    assert seen["destination growth"] == "127.0.0.1 answers; nothing was sent"
    assert set(seen) >= {"configuration", "state", "check marketing_daily", "memory"}
    assert receiver.requests == []
    assert sorted(quiet.rglob("*")) == before


def test_the_doctor_of_a_broken_setup_ends_with_1_and_says_what_to_do(quiet: Path) -> None:
    for table in (quiet / "tables").iterdir():
        table.unlink()

    told = channelwatch(quiet, "doctor")

    assert told.code == 1
    (line,) = [line for line in told.out.splitlines() if line.startswith("fail")]
    assert line.startswith("fail  check marketing_daily: ")
    assert line.endswith("does not exist: see checks.marketing_daily.table and sources.tables.path.")


def test_a_running_service_tells_monitoring_how_it_is_and_holds_none_of_the_science(
    quiet: Path, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(quiet, tmp_path / "run.log", {"CHANNELWATCH_UPKEEP__WEB__PORT": str(port)}) as service:
        service.wait_for("cycle")
        answers = {}
        for path in ("healthz", "readyz", "metrics"):
            with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                answers[path] = answer.read().decode()
        loaded = Path(f"/proc/{service.pid}/maps").read_text(encoding="utf-8")
        code = service.end()

    assert code == 0
    assert (answers["healthz"], answers["readyz"]) == ("ok\n", "ok\n")
    assert "channelwatch_cycle_seconds_count 1.0" in answers["metrics"]
    assert 'channelwatch_source_readable{check="marketing_daily"} 1.0' in answers["metrics"]
    assert "/numpy/" in loaded
    assert not [name for name in ("/scipy/", "/statsmodels/", "/pandas/") if name in loaded]


def test_a_backup_holds_every_row_of_the_state(fallen: Path) -> None:
    channelwatch(fallen, "check", "--now", "2026-03-03T09:00")

    told = channelwatch(fallen, "backup", "--to", "copy.db")

    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("Wrote copy.db (")
    with closing(sqlite3.connect(fallen / "copy.db")) as connection:
        copied = {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in sorted(state(fallen))
        }
    assert copied == state(fallen)


def test_a_backup_without_a_state_says_so(quiet: Path) -> None:
    told = channelwatch(quiet, "backup")

    assert told.code == 1
    assert "there is no state in" in told.err
    assert not (quiet / "channelwatch.db").exists()


def test_a_dead_mans_switch_hears_that_all_is_well_once_the_first_look_has_ended(quiet: Path, tmp_path: Path) -> None:
    with Receiver() as switch:
        heartbeat = json.dumps({"url": switch.url, "allow_private": True})
        with running(quiet, tmp_path / "run.log", {"CHANNELWATCH_UPKEEP__HEARTBEAT": heartbeat}) as service:
            switch.wait_for(1, START_SECONDS)
            looked = '"event": "cycle"' in service.words or '"event": "nothing_due"' in service.words
            code = service.end()

    assert code == 0
    assert looked
    assert [request.content for request in switch.requests] == [b"ok"]
    assert not switch.requests[0].path.endswith("/fail")
    assert_harmless(service.words)
