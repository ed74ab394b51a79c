"""A PostgreSQL server of our own on a free port of this machine, thrown away at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

PASSWORD = "canary-p@ss/word"
_NUMBERS = count(1)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server and its superuser."""

    port: int

    def url(self, database: str = "postgres", user: str = "admin", password: str = PASSWORD) -> str:
        """The SQLAlchemy URL of a database."""
        return sa.URL.create("postgresql+psycopg", user, password, "127.0.0.1", self.port, database).render_as_string(
            hide_password=False
        )

    def new_database(self) -> str:
        """The URL of a database that nobody has used."""
        name = f"test_{next(_NUMBERS)}"
        self.run("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, database: str, *statements: str) -> None:
        """Run statements as the superuser, each by itself."""
        engine = sa.create_engine(self.url(database), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None: it is not installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    beside = [Path(found).parent for found in [shutil.which("initdb")] if found]
    return next((folder for folder in [*newest, *beside] if (folder / "postgres").exists()), None)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server whose files are in `folder`. PostgreSQL does not run as root: then it runs as `nobody`."""
    user: int | None = None
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody").pw_uid
        os.chown(folder, user, -1)
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    if user is not None:
        os.chown(secret, user, -1)
    tools = programs()
    assert tools is not None
    given = ["--username=admin", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
    _run([tools / "initdb", "--locale=C.UTF-8", *given, "-D", data], user)
    port = _free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off"
    )
    _run([tools / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"], user)
    try:
        yield Server(port=port)
    finally:
        _run([tools / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], user)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that another user may reach: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="channelwatch-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _run(command: list[str | Path], user: int | None) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
    )
    assert done.returncode == 0, done.stdout


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
