"""Commands as processes of their own that need not start Python: forked from one that has imported everything already.

Each runs with its own folder, environment, output and limits, and ends as any process does. `python -m tests.process.warm`
is the one they are forked from: it reads a JSON line for each command and answers with its pid, then its exit code.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.process.command import Done, assert_harmless, environment

_REPO = Path(__file__).resolve().parents[2]
# What a check imports only once it needs it.
_LATE = (
    "daemon.checking",
    "daemon.app",
    "daemon.service",
    "daemon.sources.http",
    "daemon.sources.pulling",
    "daemon.sources.sql",
    "daemon.status",
    "alembic.command",
    "duckdb",
    "jsonpath",
    "sqlalchemy.dialects.sqlite",
    "statsmodels.tsa.seasonal",
)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command. constants: dotted name -> another value, for waits that no test can wait for; file_bytes: the largest
    file that it may write; first: a function of the tests, by its dotted name, that is called in the process before.
    """

    folder: Path
    arguments: Sequence[str]
    env: Mapping[str, str]
    constants: Mapping[str, float]
    file_bytes: int | None = None
    first: tuple[str, Sequence[object]] | None = None


class Warm:
    """The process that others are forked from."""

    def __init__(self) -> None:
        self._outputs = TemporaryDirectory(prefix="channelwatch-warm-")
        self._count = 0
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.process.warm"],
            cwd=_REPO,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def channelwatch(
        self,
        folder: Path,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        constants: Mapping[str, float] | None = None,
        file_bytes: int | None = None,
        first: tuple[str, Sequence[object]] | None = None,
        may_crash: bool = False,
    ) -> Done:
        """Run a command in a folder to its end; no run may show a traceback or a secret, unless it is made to crash."""
        order = Order(
            folder=folder,
            arguments=[str(a) for a in arguments],
            env=env or {},
            constants=constants or {},
            file_bytes=file_bytes,
            first=first,
        )
        code, out, err = self._run(order)
        if not may_crash:
            assert_harmless(out, err)
        return Done(code=code, out=out, err=err)

    def close(self) -> None:
        """End it."""
        with self._process as process:
            process.stdin.close()  # type: ignore[union-attr]
        self._outputs.cleanup()

    def _run(self, order: Order) -> tuple[int, str, str]:
        with self._turn:
            self._count += 1
            out, err = (Path(self._outputs.name) / f"{self._count}.{name}" for name in ("out", "err"))
            asked = vars(order) | {"folder": str(order.folder), "env": environment(**order.env)}
            asked |= {"out": str(out), "err": str(err)}
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


def _serve() -> None:
    """Fork a process for every line; in the forked one, go on as the command."""
    import daemon.cli
    from config import causes

    for name in _LATE:
        import_module(name)
    causes.shipped()  # kept by whoever reads it once
    while line := sys.stdin.readline():
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(asked)
            daemon.cli.main()
            return
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(asked: dict[str, Any]) -> None:
    """Take over a command's folder, output, environment and limits."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), number)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["channelwatch", *asked["arguments"]]
    for name, value in asked["constants"].items():
        module, _, constant = name.rpartition(".")
        assert hasattr(import_module(module), constant), name
        setattr(import_module(module), constant, value)
    if asked["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["file_bytes"], asked["file_bytes"]))
    if asked["first"] is not None:
        name, arguments = asked["first"]
        module, _, function = name.rpartition(".")
        getattr(import_module(module), function)(*arguments)


if __name__ == "__main__":
    _serve()
