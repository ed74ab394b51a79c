"""Which addresses a URL from the configuration may lead to: the open internet; the own network only where that is allowed.

Server-side request forgery: a name that somebody else controls could lead into our network, or to a cloud's metadata
service. `is_global` of Python is not enough: it is true of multicast, and of 64:ff9b::169.254.169.254.
"""

import socket
import threading
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Reach(StrEnum):
    """What kind of place an address is."""

    PUBLIC = "public"
    PRIVATE = "private"  # this machine, the own network, carrier-grade NAT and overlay networks
    NOWHERE = "no host's own"  # link-local (cloud metadata), multicast, unspecified, reserved, tunnels


_PRIVATE = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
# Not one host's own though Python calls them global, in some version or another: 6to4 and its relays, Teredo, local NAT64,
# protocol assignments, benchmarks, site-local.
_NOWHERE = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "fec0::/10",
    )
)
# RFC 6052: the last 32 bits are the IPv4 address that a gateway will reach.
_NAT64 = IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFF_FFFF


class NotFound(Exception):
    """The name has no address, or none came in time."""


def reach_of(address: Address) -> Reach:
    """What kind of place an address is; one that holds another (IPv4-mapped, NAT64) is judged by that."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return reach_of(address.ipv4_mapped)
        if address in _NAT64:
            return reach_of(IPv4Address(int(address) & _LAST_32_BITS))
    if _within(address, _PRIVATE):
        return Reach.PRIVATE
    odd = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    if odd or not address.is_global or _within(address, _NOWHERE):
        return Reach.NOWHERE
    return Reach.PUBLIC


def resolve(host: str, port: int, seconds: float) -> Sequence[Address]:
    """Every address of a host, in the system's order.

    Raises:
        NotFound: it has none, or the answer did not come in time.
    """
    found: list[Address] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(ip_address(str(place[0]).partition("%")[0]) for *_, place in answers)

    # The system's resolver knows no time limit; a thread that hangs in it ends with the process.
    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive() or not found:
        raise NotFound
    return tuple(dict.fromkeys(found))


def _within(address: Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
