"""Which addresses may be asked: known traps by name, and properties that hold of all."""

import socket
import threading
import time
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon import addresses
from daemon.addresses import Reach, reach_of
from daemon.http_client import NotAllowed, NotSent, request
from tests.receiver import Receiver


@pytest.mark.parametrize("text", ["8.8.8.8", "142.250.185.78", "2a00:1450:4001:80b::200e", "64:ff9b::808:808"])
def test_the_open_internet_is_public(text: str) -> None:
    assert reach_of(ip_address(text)) is Reach.PUBLIC


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
    ],
)
def test_the_own_network_is_private(text: str) -> None:
    assert reach_of(ip_address(text)) is Reach.PRIVATE


@pytest.mark.parametrize(
    "text",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "fe80::1",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "192.88.99.1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fec0::1",
        "::7f00:1",
    ],
)
def test_what_is_no_hosts_own_is_never_asked(text: str) -> None:
    assert reach_of(ip_address(text)) is Reach.NOWHERE


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(inner: IPv4Address) -> None:
    mapped = IPv6Address((0xFFFF << 32) | int(inner))
    behind_nat64 = IPv6Address((0x64FF9B << 96) | int(inner))

    assert reach_of(mapped) is reach_of(behind_nat64) is reach_of(inner)


@settings(deadline=None)
@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_local(address: IPv4Address | IPv6Address) -> None:
    if address.is_private and not (isinstance(address, IPv6Address) and address.ipv4_mapped):
        assert reach_of(address) is not Reach.PUBLIC


def resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str]:
    """Let every name lead to these addresses; returns the names that were looked up."""
    asked: list[str] = []

    def resolve(host: str, port: int, seconds: float) -> list[addresses.Address]:
        asked.append(host)
        return [ip_address(address) for address in found]

    monkeypatch.setattr(addresses, "resolve", resolve)
    return asked


@pytest.mark.parametrize("found", [("127.0.0.1",), ("8.8.8.8", "10.0.0.7"), ("::ffff:192.168.0.1",)])
def test_a_name_that_leads_into_the_own_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, found: tuple[str, ...]
) -> None:
    resolving(monkeypatch, *found)

    with pytest.raises(NotAllowed, match=r"api\.example is in a private network: .*allow_private: true"):
        request("GET", "https://api.example/canary")


def test_cloud_metadata_is_not_asked_even_where_private_networks_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "169.254.169.254")

    with pytest.raises(NotAllowed, match="link-local"):
        request("GET", "http://metadata.example/canary", allow_private=True)


def test_plain_http_goes_only_to_private_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "8.8.8.8")

    with pytest.raises(NotAllowed, match="use https"):
        request("GET", "http://api.example/")
    assert asked == []
    with pytest.raises(NotAllowed, match="open internet: use https"):
        request("GET", "http://api.example/", allow_private=True)


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolving(monkeypatch, "127.0.0.1")

    with Receiver() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        reply = request("POST", f"http://shop.example:{port}/", json={}, allow_private=True)

    assert reply.status == 200
    assert asked == ["shop.example"]
    assert receiver.requests[0].headers["Host"] == f"shop.example:{port}"


def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.77.0.1", "127.0.0.1")

    with Receiver() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        assert request("POST", f"http://shop.example:{port}/", json={}, allow_private=True).status == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary@api.example/",
        "ftp://api.example/canary",
        "canary",
        "https://[canary/x",
        "https://api.example:99999/canary",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        request("GET", url)

    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.parametrize("value", ["canary\r\nx: y", "canaryé€"])
def test_a_header_that_http_cannot_carry_is_refused_without_repeating_it(value: str) -> None:
    with Receiver() as receiver, pytest.raises((NotAllowed, NotSent)) as refused:
        request("POST", receiver.url, json={}, headers={"authorization": value}, allow_private=True)

    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert receiver.requests == []


def test_a_look_up_that_hangs_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: free.wait(10) and [])
    began = time.monotonic()

    with pytest.raises(addresses.NotFound):
        addresses.resolve("api.example", 443, 0.05)
    free.set()

    assert time.monotonic() - began < 5
