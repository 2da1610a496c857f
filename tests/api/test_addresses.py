"""Where webhooks may lead, with resolver and connection stubbed: nothing is sent to an address that is not public."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import httpcore
import pytest
from pydantic import ValidationError

from api.addresses import Network, may_be_sent_to, resolve
from api.settings import Settings, read_settings
from api.webhooks import Outcome, Sender
from db.webhooks import new_secret

PUBLIC = ("8.8.8.8", "93.184.215.14", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e", "2600:1f18::1")
IPV4 = (
    *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/31"),
    *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16"),
    *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32"),
)
"""The IANA IPv4 special-purpose address registry."""
IPV6 = (
    *("::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64"),
    *("2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32"),
    *("2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16"),
    *("2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
)
"""The IANA IPv6 special-purpose address registry."""
BESIDE = ("224.0.0.0/4", "ff00::/8", "fec0::/10", "::/96", "4000::/3", "e000::/4")
"""Multicast, what was site-local, what was compatible with IPv4, what is not given out."""


class Nowhere(httpcore.AsyncNetworkBackend):
    """Connects nowhere; keeps where to it should have."""

    def __init__(self, answers: Iterable[bytes] = (), unreachable: Sequence[str] = ()) -> None:
        self.answers, self.unreachable = list(answers), unreachable
        self.connected: list[str] = []
        self.names: list[str | None] = []
        self.contexts: list[ssl.SSLContext] = []
        self.sent = b""

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        if host in self.unreachable:
            raise httpcore.ConnectError(host)
        return Stream(self)


class Stream(httpcore.AsyncMockStream):
    """Answers what it should; what was sent, and for which name TLS was begun, is kept."""

    def __init__(self, network: Nowhere) -> None:
        super().__init__(list(network.answers))
        self.network = network

    async def write(self, buffer: bytes, *_: Any, **__: Any) -> None:
        self.network.sent += buffer

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, *_: Any, **__: Any
    ) -> httpcore.AsyncNetworkStream:
        self.network.names.append(server_hostname)
        self.network.contexts.append(ssl_context)
        return self


class Names:
    """A resolver: for each time that it is asked, other addresses."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = iter(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return next(self.answers)


def send(url: str, names: Names, nowhere: Nowhere, *networks: str, times: int = 1) -> list[Outcome]:
    """Send something so many times; gives what came of it."""
    named = tuple(map(ip_network, networks))

    async def sending() -> list[Outcome]:
        async with Sender(Settings(webhook_networks=named), names, connecting=nowhere) as sender:
            return [await sender.send(url, [new_secret()], "1", "{}", datetime.now(UTC)) for _ in range(times)]

    return asyncio.run(sending())


def refused(names: Names, url: str = "https://treaties.example/hook", *networks: str) -> str:
    """Why nothing was sent; nothing was even connected to."""
    nowhere = Nowhere()
    [outcome] = send(url, names, nowhere, *networks)
    assert (nowhere.connected, outcome.status) == ([], None)
    assert outcome.error is not None
    return outcome.error


TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


# Which addresses


def ends(network: Network) -> set[str]:
    """The first address of a network, the last, and one between."""
    return {str(network[0]), str(network[-1]), str(network[network.num_addresses // 2])}


@pytest.mark.parametrize("text", [*IPV4, *IPV6, *BESIDE])
def test_no_special_purpose_range_is_sent_to(text: str) -> None:
    """Whether the registry calls it globally reachable or not; nor what carries one of IPv4."""
    network = ip_network(text)
    for address in ends(network):
        assert not may_be_sent_to(address)
        if network.version == 4:
            number = int(ip_address(address))
            carrying = (f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}")
            six_to_four = IPv6Address((0x2002 << 112) | (number << 80))
            teredo = IPv6Address((0x20010000 << 96) | (~number & 0xFFFFFFFF))
            for each in (*carrying, str(six_to_four), str(teredo)):
                assert not may_be_sent_to(each)
            for each in (f"::ffff:{address}", f"64:ff9b::{address}", str(six_to_four), str(teredo)):
                assert not may_be_sent_to(each, [ip_network("::/0")]), "what it carries is judged too"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_sent_to(address: str) -> None:
    assert may_be_sent_to(address)


def test_ranges_end_where_they_end() -> None:
    """What lies next to a special range is public."""
    for address in ("9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0"):
        assert may_be_sent_to(address)
    for address in ("2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "3ffe:ffff::", "3fff:1000::"):
        assert may_be_sent_to(address)


def test_named_networks_are_sent_to() -> None:
    """They and no others; NAT64 only to what is public."""
    networks = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"), ip_network("64:ff9b::/96")]
    for address in ("10.1.2.3", "fd00:1::5", "64:ff9b::8.8.8.8", "64:ff9b::10.1.2.3"):
        assert may_be_sent_to(address, networks)
    for address in ("10.2.0.1", "fd00:2::5", "127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"):
        assert not may_be_sent_to(address, networks)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "::1%lo"])
def test_an_address_with_a_zone_is_judged(address: str) -> None:
    assert not may_be_sent_to(address)


# What resolvers say


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_every_form_of_loopback_is_refused(host: str) -> None:
    """Decimal, octal, hexadecimal, shortened, mapped: the machine's resolver reads them, without asking anybody."""
    nowhere = Nowhere()

    async def sending() -> Outcome:
        async with Sender(Settings(), resolve, connecting=nowhere) as sender:
            return await sender.send(f"http://{host}:8000/", [new_secret()], "1", "{}", datetime.now(UTC))

    outcome = asyncio.run(sending())
    assert outcome.error is not None
    assert outcome.error.startswith("Refused: ")
    assert nowhere.connected == []


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "fd00::1"]
)
def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    assert refused(Names([address])) == f"Refused: treaties.example leads to {address}, where nothing is sent."


@pytest.mark.parametrize("addresses", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["2001:4860::1", "::1"]])
def test_one_private_address_of_several_is_enough(addresses: list[str]) -> None:
    assert refused(Names(addresses)).startswith("Refused: ")


def test_a_name_without_addresses_is_no_address() -> None:
    """It is said, and tried again as any failure is."""
    assert refused(Names([])) == "ConnectError: treaties.example has no address"
    nowhere = Nowhere()

    async def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    async def sending() -> Outcome:
        async with Sender(Settings(), unknown, connecting=nowhere) as sender:
            return await sender.send("http://a.example", [new_secret()], "1", "{}", datetime.now(UTC))

    assert asyncio.run(sending()).error == "ConnectError: a.example cannot be resolved"


# Connections


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """The name is resolved once; TLS and Host have the name."""
    names, nowhere = Names(["8.8.8.8"]), Nowhere([TAKEN])
    [outcome] = send("https://treaties.example:8443/hook?a=b", names, nowhere)
    assert outcome.status == 204
    assert (names.asked, nowhere.connected) == (["treaties.example"], ["8.8.8.8"])
    assert nowhere.names == ["treaties.example"]
    assert [(each.check_hostname, each.verify_mode) for each in nowhere.contexts] == [(True, ssl.CERT_REQUIRED)]
    assert nowhere.sent.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert b"\r\nHost: treaties.example:8443\r\n" in nowhere.sent


def test_a_name_that_changes_between_check_and_use_changes_nothing() -> None:
    """What was judged is what is used: nobody asks a second time for the same connection."""
    names, nowhere = (
        Names(["8.8.8.8"], ["127.0.0.1"]),
        Nowhere([b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"]),
    )
    first, second = send("http://treaties.example/", names, nowhere, times=2)
    assert nowhere.connected == ["8.8.8.8"]
    assert first.status == 204
    assert second.error == "Refused: treaties.example leads to 127.0.0.1, where nothing is sent."


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """Of those that were judged, in their order."""
    nowhere = Nowhere([TAKEN], unreachable=["2001:4860::1"])
    [outcome] = send("http://treaties.example/", Names(["2001:4860::1", "8.8.8.8"]), nowhere)
    assert (outcome.status, nowhere.connected) == (204, ["2001:4860::1", "8.8.8.8"])
    nowhere = Nowhere(unreachable=["8.8.8.8", "8.8.4.4"])
    [outcome] = send("http://treaties.example/", Names(["8.8.8.8", "8.8.4.4"]), nowhere)
    assert (outcome.status, outcome.error) == (None, "ConnectError: 8.8.4.4")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_host_is_not_followed(status: int) -> None:
    """Nor to any other: it is an answer that is no success."""
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    names, nowhere = Names(["8.8.8.8"]), Nowhere([head.encode()])
    [outcome] = send("http://treaties.example/", names, nowhere)
    assert (outcome.status, nowhere.connected, names.asked) == (status, ["8.8.8.8"], ["treaties.example"])


@pytest.mark.parametrize("answer", [b"", b"what?\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1_000_000])
def test_what_is_no_answer_is_a_failure(answer: bytes) -> None:
    """A connection that ends, something that is no HTTP, a head without an end."""
    [outcome] = send("http://treaties.example/", Names(["8.8.8.8"]), Nowhere([answer] if answer else []))
    assert outcome.status is None
    assert outcome.error is not None
    assert "ProtocolError" in outcome.error


def test_networks_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """CIDRs with commas between them; what is none is refused at the start."""
    monkeypatch.setenv("BILATERAL_WEBHOOK_NETWORKS", "10.1.0.0/16, fd00:1::/32")
    assert read_settings().webhook_networks == (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
    for wrong in ("10.1.0.1/16", "intranet", "10.0.0.0/8;127.0.0.0/8"):
        monkeypatch.setenv("BILATERAL_WEBHOOK_NETWORKS", wrong)
        with pytest.raises(ValidationError):
            read_settings()
