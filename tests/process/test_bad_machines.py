"""A machine on bad days: a full disk, a state that may not be written, a state that another program holds, a database down."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import postgres as servers
from tests.process import command, watched
from tests.process.command import Done
from tests.process.database import is_intact
from tests.process.faults import ALL, FALL_TOLD, STORES_TOLD, UNTIL_BEFORE
from tests.process.story import morning_after
from tests.process.test_faults import PAGE, assert_told
from tests.process.warm import Warm
from tests.process.watched import BAD, BEFORE
from tests.receiver import Receiver

Run = Callable[..., Done]
# Root may write whatever the modes say; without these powers it is a user like others.
_AS_A_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@contextmanager
def no_room(folder: Path, run: Run) -> Iterator[Run]:
    """No file may grow."""
    yield lambda *arguments, **options: run(*arguments, **options, file_bytes=1024)


@contextmanager
def full_disk(folder: Path, run: Run) -> Iterator[Run]:
    """The folder is on a disk of its own, and that is full."""
    kept = folder.rename(folder.with_name("kept"))
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=True)
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        filler = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY)
        try:
            while True:
                os.write(filler, b"x" * 4096)
        except OSError:
            os.close(filler)
        yield run
        (folder / "filler").unlink()
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()
        kept.rename(folder)


@contextmanager
def read_only(folder: Path, run: Run) -> Iterator[Run]:
    """Neither the state nor its folder may be written."""
    (folder / "channelwatch.db").chmod(0o400)
    folder.chmod(0o500)

    def as_a_user(*arguments: str, env: dict[str, str]) -> Done:
        done = subprocess.run(
            [*_AS_A_USER, command.SCRIPT, *arguments],
            cwd=folder,
            env=command.environment(**env),
            capture_output=True,
            text=True,
            timeout=60,
        )
        command.assert_harmless(done.stdout, done.stderr)
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    yield as_a_user
    folder.chmod(0o700)
    (folder / "channelwatch.db").chmod(0o600)


@contextmanager
def held(folder: Path, run: Run) -> Iterator[Run]:
    """Another program writes to the state, and does not end."""
    connection = sqlite3.connect(folder / "channelwatch.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield run
    connection.execute("ROLLBACK")
    connection.close()


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with the machine, and what people see of it."""

    name: str
    made: Callable[[Path, Run], AbstractContextManager[Run]]
    said: str


_FULL = (
    "the state in {folder}/channelwatch.db could not be used (disk I/O error): "
    "the disk is full or has failed, or the folder may not be written: make room, or look at the disk"
)
TROUBLES = [
    Trouble(name="files may not grow", made=no_room, said=_FULL),
    Trouble(
        name="the state may not be written",
        made=read_only,
        said="the state in {folder}/channelwatch.db cannot be opened (Permission denied): "
        "check that its folder exists and may be written",
    ),
    Trouble(
        name="another program holds the state",
        made=held,
        said="the state in {folder}/channelwatch.db could not be used (database is locked): "
        "another program holds it: stop that one, or try again",
    ),
]


def _may_mount() -> bool:
    """Whether this machine lets us have a disk of our own: containers often do not."""
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(tried, capture_output=True).returncode == 0


if _may_mount():
    TROUBLES.append(Trouble(name="the disk is full", made=full_disk, said=_FULL))


@pytest.fixture(scope="module")
def prepared(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the last good day was judged, and whose files have the bad day."""
    folder = tmp_path_factory.mktemp("machine") / "work"
    watched.configure(folder, *watched.FILES)
    watched.write_file(folder, UNTIL_BEFORE)
    watched.stores(folder, BEFORE)
    assert warm.channelwatch(folder, "check", "--now", morning_after(BEFORE)).code == 0
    watched.write_file(folder, ALL)
    watched.stores(folder, BAD)
    return folder


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_a_state_that_cannot_be_written_fails_the_run_in_a_sentence_and_nothing_is_lost(
    trouble: Trouble, prepared: Path, warm: Warm, tmp_path: Path
) -> None:
    folder = shutil.copytree(prepared, tmp_path / "work")
    with Receiver() as receiver:
        env = watched.told_to(receiver.url)

        def run(*arguments: str, **options: object) -> Done:
            return warm.channelwatch(folder, *arguments, **options)  # type: ignore[arg-type]

        with trouble.made(folder, run) as harmed:
            failed = harmed("check", "--now", morning_after(BAD), "--json", env=env)
        told_meanwhile = list(receiver.requests)
        mended = run("check", "--now", morning_after(BAD), "--json", env=env)
        told = [request.body["text"] for request in receiver.requests]
        again = run("check", "--now", morning_after(BAD), "--json", env=env)

    assert (failed.code, failed.out, failed.err) == (1, "", trouble.said.format(folder=folder) + "\n")
    assert told_meanwhile == []
    assert (mended.code, mended.json["data_problems"]) == (0, [])
    assert_told(sorted(told), (STORES_TOLD, FALL_TOLD))
    assert (again.code, len(receiver.requests)) == (0, 2)
    assert again.json["incidents"] == mended.json["incidents"]
    assert is_intact(folder)


def test_a_database_server_that_stops_or_stands_still_is_told_and_asked_again(warm: Warm, tmp_path: Path) -> None:
    if servers.programs() is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with servers.temporary_folder() as home, servers.running(home) as server, Receiver() as receiver:
        url = server.new_database()
        columns = "date date, channel text, sessions int, orders int, revenue numeric"
        database = url.rpartition("/")[2]
        server.run(database, f"CREATE TABLE web ({columns})", *_inserts(UNTIL_BEFORE))
        source, question = watched.SQL
        folder = tmp_path / "work"
        watched.configure(folder, source.replace("kind: sql", "kind: sql, timeout_seconds: 1"), question)
        watched.stores(folder, BEFORE)
        env = {"WEB_URL": url} | watched.told_to(receiver.url)

        def check(at: str) -> Done:
            return warm.channelwatch(folder, "check", "--now", at, "--json", env=env, constants=_HURRIED)

        assert check(morning_after(BEFORE)).code == 0
        watched.stores(folder, BAD)
        server.run(database, *_inserts([row for row in ALL if row[0] == str(BAD)]))
        _control(home, "stop")
        stopped = check("2026-03-03T09:00")
        _control(home, "start", "-o", f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=")
        everyone = _processes(home)
        for process in everyone:
            os.kill(process, signal.SIGSTOP)
        still = check("2026-03-03T10:00")
        for process in everyone:
            os.kill(process, signal.SIGCONT)
        told_meanwhile = [request.body["text"] for request in receiver.requests]
        mended = check("2026-03-03T11:00")
        told = [request.body["text"] for request in receiver.requests]

    page = PAGE.read_text(encoding="utf-8")
    assert (stopped.code, still.code, mended.code) == (1, 1, 0)
    for done, said in ((stopped, STOPPED.format(port=server.port)), (still, STANDS_STILL)):
        assert done.err == f"check web cannot be read: {said}\n"
        assert next(p["detail"] for p in done.json["data_problems"]) == f"cannot be read: {said}"
    assert STOPPED.format(port=5432) in page
    assert STANDS_STILL in page
    assert_told(told_meanwhile, (STORES_TOLD,))
    assert_told(told, (STORES_TOLD, FALL_TOLD))
    assert mended.json["data_problems"] == []
    assert is_intact(folder)


STOPPED = (
    "the database of source 'web' cannot be reached (checks.web): connection failed: connection to server at "
    '"127.0.0.1", port {port} failed: Connection refused. '
    "Is it running, and is the address in sources.web.url right? It is asked again later."
)
STANDS_STILL = (
    "the database of source 'web' has not answered the query of checks.web for 1 seconds. "
    "Make it lighter, e.g. by an index on its date, or raise sources.web.timeout_seconds."
)
_HURRIED = {"daemon.sources.sql._SLACK_SECONDS": 0.5, "daemon.sources.sql.CONNECT_SECONDS": 1}


def _inserts(rows: list[watched.Row]) -> list[str]:
    values = ", ".join(f"('{day}', '{channel}', {s}, {o}, {r})" for day, channel, s, o, r in rows)
    return [f"INSERT INTO web VALUES {values}"]


def _control(home: Path, *what: str) -> None:
    tools = servers.programs()
    assert tools is not None
    user = home.joinpath("data").stat().st_uid
    command_line: list[str | Path] = [
        tools / "pg_ctl",
        "-D",
        home / "data",
        "-l",
        home / "log",
        "-w",
        "-m",
        "fast",
        *what,
    ]
    subprocess.run(command_line, user=user, cwd="/", check=True, capture_output=True, timeout=60)


def _processes(home: Path) -> list[int]:
    """The server and what it started."""
    first = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *(int(child) for child in children)]


def test_the_page_on_bad_days_tells_what_people_see_of_machines() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [t.name for t in TROUBLES if t.said.replace("{folder}/", "") not in page] == []
