"""Tells systemd how the service is: ready, reloading, alive, stopping. Without systemd nothing is told, and nothing fails.

The protocol is one datagram to the socket that $NOTIFY_SOCKET names; a leading @ means Linux's abstract namespace.
"""

import os
import socket
import time

# A socket that systemd does not read must not hold up the service.
_PATIENCE_SECONDS = 2.0
_LONGEST_STATUS = 1000


def ready(status: str = "") -> None:
    """Started, or done with reloading."""
    _tell("READY=1", *_status(status))


def reloading() -> None:
    """The configuration is being read again; `ready` must follow. Without the instant systemd would wait for it."""
    _tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    """No new work begins."""
    _tell("STOPPING=1")


def watchdog() -> None:
    """Alive. Only from a loop that knows it: threads that made no progress must fall silent."""
    _tell("WATCHDOG=1")


def status(text: str) -> None:
    """One line for `systemctl status`."""
    _tell(*_status(text))


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear `watchdog` at the latest; None where it does not ask this process."""
    asked_of = os.environ.get("WATCHDOG_PID", "")
    if asked_of and asked_of != str(os.getpid()):
        return None
    try:
        seconds = int(os.environ.get("WATCHDOG_USEC", "")) / 1_000_000
    except ValueError:
        return None
    return seconds if seconds > 0 else None


def _status(text: str) -> list[str]:
    line = " ".join(text.split())[:_LONGEST_STATUS]
    return [f"STATUS={line}"] if line else []


def _tell(*lines: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not lines or address[:1] not in ("/", "@"):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_systemd:
            to_systemd.settimeout(_PATIENCE_SECONDS)
            to_systemd.sendto("\n".join(lines).encode("utf-8", errors="replace"), address)
    except (OSError, ValueError):
        return  # not told is not broken: systemd's own deadlines notice
