"""HTTP of agents: requests to addresses that a user or a model chose, through the guard.

In: a request. Out: the whole answer, whatever its status. Refused, with a reason that holds no
secret: addresses that are not public, proxies that are not, answers that are too long or unpack to
too much, and whatever does not answer in time. Guarded clients keep no connections, so each request
has a client of its own: there is nothing to share between event loops and nothing to close.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from dataclasses import dataclass

import httpx

from ragflow.adapters.guarded_http import BlockedAddress, HttpClients, refused_to_agents
from ragflow.domain.agent_ports import HttpRequest, HttpResponse
from ragflow.domain.errors import ToolFailed, spelled_out

_MAX_REDIRECTS = 5
_USER_AGENT = "Mozilla/5.0 (compatible; ragflow-engine)"
_REASON_CHARS = 300
# What a connection needs said about it is ours to say.
_OURS = frozenset(
    [
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "upgrade",
    ]
)
# What another host may see when it is led to; every other header may be a key.
_HARMLESS = frozenset(
    [
        "accept",
        "accept-encoding",
        "accept-language",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    ]
)
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bound one request; `answer_bytes` are those of the unpacked answer."""

    answer_bytes: int
    seconds: float


class GuardedHttp:
    """Send requests to public addresses, and to the private ones that the guard allows."""

    def __init__(self, clients: HttpClients, limits: HttpLimits) -> None:
        self._clients = clients
        self._limits = limits

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer; redirects are followed. Raises `AddressRefused` or `ToolFailed`."""
        seconds = min(request.seconds, self._limits.seconds)
        host = ""
        try:
            url = httpx.URL(request.url)
            host = url.host
            if request.params:
                url = url.copy_merge_params(dict(request.params))
            async with asyncio.timeout(seconds):
                return await self._exchange(request, url, seconds)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise _failed(host, f"nothing answered within {seconds:g} s") from error
        except BlockedAddress as error:
            raise refused_to_agents(_asked(host), error) from error
        except httpx.LocalProtocolError as error:  # its words hold the header, which may be a key
            raise _failed(host, "a header or the method cannot be sent like this") from error
        except httpx.HTTPError as error:
            raise _failed(host, _reason(error)) from error
        except httpx.InvalidURL as error:
            raise _failed(host, "it has no address as web pages have") from error
        except ValueError as error:
            raise _failed(host, f"it cannot be sent like this: {error}") from error

    async def _exchange(self, request: HttpRequest, url: httpx.URL, seconds: float) -> HttpResponse:
        client = (
            self._clients.proxied_client(request.proxy, seconds=seconds)
            if request.proxy
            else self._clients.async_client(trusted=False, seconds=seconds)
        )
        async with client:
            sent = _written(client, request, url)
            for _ in range(_MAX_REDIRECTS + 1):
                reply = await client.send(sent, stream=True, follow_redirects=False)
                try:
                    following = reply.next_request
                    if following is None:
                        content = await self._content(url.host, reply)
                        headers = {name.lower(): value for name, value in reply.headers.items()}
                        return HttpResponse(reply.status_code, str(reply.url), headers, content)
                finally:
                    await reply.aclose()
                sent = _led_on(sent, following)
        raise _failed(url.host, f"it was led on more than {_MAX_REDIRECTS} times")

    async def _content(self, host: str, reply: httpx.Response) -> bytes:
        """Return the unpacked answer; no more of it is ever unpacked than is let in."""
        most = self._limits.answer_bytes
        packing = reply.headers.get("content-encoding", "identity").strip().lower()
        if packing not in _PACKED | {"", "identity"}:
            raise _failed(host, f"it was answered in the encoding {packing!r}, not asked for")
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if packing in _PACKED else None
        content = bytearray()
        async for raw in reply.aiter_raw():
            try:
                content += inflater.decompress(raw, most + 1 - len(content)) if inflater else raw
            except zlib.error as error:
                raise _failed(host, f"its answer is damaged: {error}") from error
            if len(content) > most:
                moves = spelled_out("agents.http_mib")
                raise _failed(
                    host,
                    f"its answer is longer than {most / 2**20:g} MiB. {moves} moves the limit",
                )
        if inflater and content and not inflater.eof:
            raise _failed(host, "its answer is damaged: it ends too early")
        return bytes(content)


def _written(client: httpx.AsyncClient, request: HttpRequest, url: httpx.URL) -> httpx.Request:
    headers = {
        "user-agent": _USER_AGENT,
        "accept": "*/*",
        **{
            name.strip().lower(): value
            for name, value in request.headers.items()
            if name.strip().lower() not in _OURS
        },
        "accept-encoding": "gzip, deflate",
    }
    return client.build_request(
        request.method.upper(),
        url,
        headers=headers,
        json=request.json,
        data=dict(request.form) if request.form is not None else None,
        content=request.content,
    )


def _led_on(sent: httpx.Request, following: httpx.Request) -> httpx.Request:
    """Return the request that a redirect asks for; keys in headers stay with their host."""
    before, after = sent.url, following.url
    if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
        for name in set(following.headers) - _HARMLESS:
            del following.headers[name]
    return following


def _asked(host: str) -> str:
    return f"The request to {host}" if host else "The request"


def _failed(host: str, reason: str) -> ToolFailed:
    return ToolFailed(tool=_asked(host), reason=reason[:_REASON_CHARS])


def _reason(error: httpx.HTTPError) -> str:
    """Say what went wrong; a proxy's address may hold a password and is in none of the words."""
    fault: BaseException | None = error
    while fault is not None:
        if isinstance(fault, ssl.SSLError):
            return f"no safe connection could be made: {fault.reason or fault}: {error}"
        fault = fault.__cause__ or fault.__context__
    return str(error) or f"the connection broke ({type(error).__name__})"
