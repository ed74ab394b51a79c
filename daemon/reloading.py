"""How a service answers whoever told it to take over a new configuration.

A signal carries no answer, and the service alone has the secrets that the configuration names. So it leaves what came of it in its
runtime folder ($RUNTIME_DIRECTORY, as systemd calls it), where `channelwatch reload` waits for it.
"""

import os
import signal
import time
from pathlib import Path
from threading import Event

from daemon.errors import WrongUsage

_FILE = "reload"
_LOOK_EVERY_SECONDS = 0.05


def answer(refused: str) -> None:
    """Say what came of it: nothing, where it was taken over. Without a runtime folder nobody waits for it."""
    file = _file()
    if file is not None:
        new = file.with_suffix(".new")
        new.write_text(refused, encoding="utf-8")
        new.replace(file)


def ask(pid: int, patience_seconds: float) -> str | None:
    """Tell a service to take over what is written now: why it refused, "" where it did not, None: it says nothing.

    Raises:
        WrongUsage: there is no such service, or no folder for its answer.
    """
    file = _file()
    if file is None:
        raise WrongUsage("RUNTIME_DIRECTORY names no folder: set it for the service and for this command alike")
    file.unlink(missing_ok=True)
    _tell(pid, signal.SIGHUP)
    ends = time.monotonic() + patience_seconds
    while not file.exists():
        _tell(pid, 0)  # only whether it is still there
        if time.monotonic() > ends:
            return None
        Event().wait(_LOOK_EVERY_SECONDS)
    return file.read_text(encoding="utf-8")


def _tell(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError as error:
        raise WrongUsage(f"process {pid} cannot be told ({error.strerror})") from None


def _file() -> Path | None:
    folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder) / _FILE if folder else None
