"""The network below HTTP: connects only to addresses that were checked, and ends every wait at one deadline.

The check sits where the connection is made, so nothing can come between the look-up and the connection.
"""

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
from httpcore import SOCKET_OPTION

from daemon import addresses
from daemon.addresses import Reach


class NotAllowed(Exception):
    """The address must not be asked; nothing was sent. Somebody must change the configuration."""


@dataclass(slots=True)
class Deadline:
    """The instant of `time.monotonic` at which waiting ends; moved when a new part begins."""

    ends: float

    def left(self, timeout: float | None) -> float:
        """Seconds that one step may take; 0: none."""
        left = max(0.0, self.ends - time.monotonic())
        return left if timeout is None else min(left, timeout)


@dataclass(frozen=True, slots=True)
class CheckedNetwork(httpcore.NetworkBackend):
    """TCP to checked addresses."""

    deadline: Deadline
    allow_private: bool
    encrypted: bool

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the host up, check all its addresses, connect to the first that answers."""
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._checked(host, port, timeout):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, self.deadline.left(timeout), local_address, socket_options
                )
                return _Stream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError

    def _checked(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            found = addresses.resolve(host, port, self.deadline.left(timeout))
        except addresses.NotFound:
            raise httpcore.ConnectError from None
        kinds = {addresses.reach_of(address) for address in found}
        if Reach.NOWHERE in kinds:
            raise NotAllowed(f"{host} leads to an address that is {Reach.NOWHERE} (link-local, multicast or reserved)")
        if Reach.PRIVATE in kinds and not self.allow_private:
            raise NotAllowed(f"{host} is in a private network: if that is meant, set allow_private: true")
        if Reach.PUBLIC in kinds and not self.encrypted:
            raise NotAllowed(f"{host} is on the open internet: use https")
        return [str(address) for address in found]


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline: a slow drip cannot stretch it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
