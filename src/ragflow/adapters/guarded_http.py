"""Guarded HTTP: the clients for every request that leaves the server.

An address that a user supplied may name this machine or its private network. A guarded client
resolves the host itself, refuses it unless every address is public, and connects to the address it
checked, so that a second answer of the name server changes nothing; each redirect is checked again.
A proxy that a user names is checked as well as what it is asked for; it resolves names by itself.
Endpoints that the operator configured are trusted and reach any address. Neither kind of client
reads proxies or passwords from the environment.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address

import httpx

from ragflow.domain.errors import AddressRefused, spelled_out

Resolver = Callable[[str, int], Sequence[str]]
"""Return the addresses of a host and port. Raises `OSError`."""

_MAX_REDIRECTS = 3
_SCHEMES = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")  # public to older versions of ipaddress
_PINNED = httpx.Limits(max_keepalive_connections=0)  # one address may serve hosts we must not mix


class BlockedAddress(httpx.ConnectError):
    """Say that a user's address leads to a network that is not public."""


@dataclass(frozen=True)
class AddressGuard:
    """Choose the addresses that a host may be reached at.

    `allowed_hosts` names hosts, as written in URLs, that may be private.
    """

    allowed_hosts: tuple[str, ...] = ()
    resolve: Resolver = field(default_factory=lambda: resolve)

    def addresses(self, url: httpx.URL) -> list[str]:
        """Return the addresses to try. Raises `BlockedAddress` or `httpx.ConnectError`."""
        if url.scheme not in _SCHEMES:
            raise BlockedAddress(f"the scheme {url.scheme!r} is not allowed")
        host = url.host
        try:
            found = list(dict.fromkeys(self.resolve(host, url.port or _SCHEMES[url.scheme])))
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"the host {host} cannot be resolved: {error}") from error
        if not found:
            raise httpx.ConnectError(f"the host {host} has no address")
        if host.lower().rstrip(".") not in self.allowed_hosts:
            for address in found:
                if not is_public(address):
                    raise BlockedAddress(f"the host {host} is in a private network")
        return found


@dataclass(frozen=True)
class HttpClients:
    """Make HTTP clients; whoever makes one closes it."""

    guard: AddressGuard = field(default_factory=AddressGuard)

    def client(self, *, trusted: bool, seconds: float) -> httpx.Client:
        """Return a client; `seconds` limits connecting and each read."""
        transport: httpx.BaseTransport = (
            httpx.HTTPTransport(verify=self._tls)
            if trusted
            else GuardedTransport(self.guard, httpx.HTTPTransport(verify=self._tls, limits=_PINNED))
        )
        return httpx.Client(
            transport=transport,
            timeout=_timeout(seconds),
            trust_env=False,
            follow_redirects=True,
            max_redirects=_MAX_REDIRECTS,
        )

    def async_client(self, *, trusted: bool, seconds: float) -> httpx.AsyncClient:
        """Return an asynchronous client; `seconds` limits connecting and each read."""
        transport: httpx.AsyncBaseTransport = (
            httpx.AsyncHTTPTransport(verify=self._tls)
            if trusted
            else AsyncGuardedTransport(
                self.guard, httpx.AsyncHTTPTransport(verify=self._tls, limits=_PINNED)
            )
        )
        return httpx.AsyncClient(
            transport=transport,
            timeout=_timeout(seconds),
            trust_env=False,
            follow_redirects=True,
            max_redirects=_MAX_REDIRECTS,
        )

    def proxied_client(self, proxy: str, *, seconds: float) -> httpx.AsyncClient:
        """Return an untrusted client that goes through the proxy at the address `proxy`."""
        return httpx.AsyncClient(
            transport=AsyncProxiedTransport(self.guard, proxy, self._tls),
            timeout=_timeout(seconds),
            trust_env=False,
            follow_redirects=True,
            max_redirects=_MAX_REDIRECTS,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)  # slow to make, so made once


class GuardedTransport(httpx.BaseTransport):
    """Send requests through `inner`, to addresses that the guard let pass."""

    def __init__(self, guard: AddressGuard, inner: httpx.BaseTransport) -> None:
        self._guard = guard
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Check the host, then send; a second address is tried when the first does not listen."""
        *others, last = _pinned(request, self._guard.addresses(request.url))
        for pinned in others:
            try:
                return self._inner.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._inner.handle_request(last)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """Send requests through `inner`, to addresses that the guard let pass."""

    def __init__(self, guard: AddressGuard, inner: httpx.AsyncBaseTransport) -> None:
        self._guard = guard
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the host, then send; a second address is tried when the first does not listen."""
        addresses = await asyncio.to_thread(self._guard.addresses, request.url)
        *others, last = _pinned(request, addresses)
        for pinned in others:
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(last)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class AsyncProxiedTransport(httpx.AsyncBaseTransport):
    """Send requests through a user's proxy, where it and the host asked for are let pass.

    The proxy is given the name of the host, since it puts the host of an address in the place of
    the header: where it is public, what it finds by the name is not in a network of ours.
    """

    def __init__(self, guard: AddressGuard, proxy: str, tls: ssl.SSLContext) -> None:
        self._guard = guard
        self._proxy = httpx.URL(proxy)
        self._tls = tls
        self._inner: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the host and the proxy, then send."""
        await asyncio.to_thread(self._guard.addresses, request.url)
        if self._inner is None:
            address = await asyncio.to_thread(self._address)
            self._inner = httpx.AsyncHTTPTransport(
                verify=self._tls, limits=_PINNED, proxy=self._proxy.copy_with(host=address)
            )
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._inner is not None:
            await self._inner.aclose()

    def _address(self) -> str:
        if self._proxy.scheme != "http":
            raise BlockedAddress("the address of a proxy begins with http://")
        return self._guard.addresses(self._proxy)[0]


def refused_to_agents(tool: str, error: BlockedAddress) -> AddressRefused:
    """Return the error for an address that an agent may not reach, with what can be done."""
    allowed = spelled_out("agents.allowed_private_hosts")
    return AddressRefused(
        tool=tool,
        reason=f"{error}. Agents reach public addresses and the hosts in {allowed} alone",
    )


def is_public(address: str) -> bool:
    """Tell whether an address, and every address written inside it, is on the public internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False  # a scoped address such as fe80::1%eth0
    return all(_is_public(part) for part in _with_embedded(parsed))


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address in _LOCAL_NAT64
    )


def _with_embedded(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """Yield the address that counts: IPv6 can carry IPv4 addresses in four ways."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo


def _pinned(request: httpx.Request, addresses: Sequence[str]) -> Iterator[httpx.Request]:
    """Yield the request as sent to each address; host header and certificate stay the host's."""
    for address in addresses:
        yield httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )


def _timeout(seconds: float) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=min(seconds, 10.0))
