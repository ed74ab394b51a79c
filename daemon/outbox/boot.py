"""Names this run of the program, so that another run can tell a delivery in progress from one that a crash left behind."""

import os
import secrets
import socket


def new_boot() -> str:
    """host:process:random, new for every start."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"


def is_gone(boot: str, other: str | None) -> bool:
    """Whether the run `other` is known to have ended: it is of this host, and its process is no more, or is us by now.

    False also where nobody can know (another host); then its lease decides.
    """
    if other is None or other == boot:
        return other is None
    host, process, _ = other.rsplit(":", 2)
    our_host, our_process, _ = boot.rsplit(":", 2)
    return host == our_host and (process == our_process or not _runs(int(process)))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks only
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
