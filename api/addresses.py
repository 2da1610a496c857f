"""Where webhooks may lead: a name is resolved, each of its addresses is judged, the connection goes to one of those.

What is refused are the ranges of the IANA special-purpose address registries for IPv4 and IPv6, globally reachable ones
too, multicast, and of IPv6 what lies outside of global unicast (2000::/3). An address that carries another (mapped,
6to4, NAT64, Teredo) is judged by both. Networks that a setting names are let through.
"""

import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, in the order in which they are to be tried; OSError if it has none."""

SPECIAL: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private use
            "100.64.0.0/10",  # shared address space
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local
            "172.16.0.0/12",  # private use
            "192.0.0.0/24",  # IETF protocol assignments, with all that is assigned in it
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays, deprecated; the 6a44 relay in it
            "192.168.0.0/16",  # private use
            "192.175.48.0/24",  # AS112, directly delegated
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, with the limited broadcast
            "::/3",  # unspecified, loopback, mapped, NAT64, discard-only, dummy
            "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, AMT, ORCHID, DETs
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",  # AS112, directly delegated
            "3fff::/20",  # documentation
            "4000::/2",  # not given out; segment routing
            "8000::/1",  # not given out; unique local, link-local, site-local, multicast
        ),
    )
)
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class Forbidden(Exception):
    """The host has an address to which nothing is sent."""


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries."""
    if not isinstance(address, IPv6Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in NAT64):
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def may_be_sent_to(text: str, networks: Iterable[Network] = ()) -> bool:
    """Whether an address, as a resolver gives it, and what it carries are public, or in one of the networks."""
    address = ip_address(text.partition("%")[0])
    named = tuple(networks)
    return all(
        any(each in network for network in named) or not any(each in network for network in SPECIAL)
        for each in (address, *_carried(address))
    )


async def resolve(host: str, port: int) -> list[str]:
    """What the machine's resolver says, which reads decimal, octal and shortened forms of addresses too."""
    lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    thread = CapacityLimiter(1)  # of its own: a resolver that does not answer takes none from those who ask the service
    found = await run_sync(lookup, abandon_on_cancel=True, limiter=thread)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guarded(httpcore.AsyncNetworkBackend):
    """Connects to the very addresses that were judged; the name stays that of the request, for TLS and `Host`."""

    def __init__(
        self, networks: Iterable[Network], resolve: Resolve, connecting: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._networks, self._resolve = tuple(networks), resolve
        self._connecting = connecting or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the interface's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._judged(host, port):
            try:
                return await self._connecting.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _judged(self, host: str, port: int) -> Sequence[str]:
        """All addresses of the host; Forbidden if one of them is."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved") from error
        for address in addresses:
            if not may_be_sent_to(address, self._networks):
                raise Forbidden(f"{host} leads to {address}, where nothing is sent")
        return addresses

    async def sleep(self, seconds: float) -> None:
        await self._connecting.sleep(seconds)
