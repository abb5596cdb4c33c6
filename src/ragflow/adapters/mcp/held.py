"""A session that is held: opened once, then asked from whatever task until it is closed.

In: requests. Out: what the server answers. The session lives in a task of its own, since what opens
it must close it. Every failure comes out as `ToolFailed`; a session that broke takes no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from anyio import BrokenResourceError, ClosedResourceError
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED

from ragflow.adapters.mcp.sessions import Sessions, reason_of
from ragflow.adapters.mcp.stdio import Allowance
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.errors import ToolFailed

T = TypeVar("T")


class HeldSession:
    """Hold one session; `place` is taken for as long as it is open."""

    def __init__(
        self, sessions: Sessions, server: ToolServer, place: AbstractAsyncContextManager[None]
    ) -> None:
        self._sessions = sessions
        self._server = server
        self._place = place
        self._allowance = Allowance(sessions.limits.answer_bytes)
        self._client: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()
        self._owner = asyncio.create_task(self._own())

    @property
    def usable(self) -> bool:
        """Tell whether it can be asked."""
        return not (self._closing.is_set() or self._owner.done())

    async def ask(self, seconds: float, ask: Callable[[Client], Awaitable[T]]) -> T:
        """Return an answer. Raises `AddressRefused` or `ToolFailed`."""
        await asyncio.wait((self._client, self._owner), return_when=asyncio.FIRST_COMPLETED)
        if not self._client.done():
            raise self._failure()
        self._allowance.renew()
        request = asyncio.ensure_future(ask(self._client.result()))
        try:
            await asyncio.wait(
                (request, self._owner), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if self._owner.done():
                raise self._failure()
            if not request.done():
                raise ToolFailed(tool=self._server.name, reason="it did not answer in time")
            return request.result()
        except (MCPError, BrokenResourceError, ClosedResourceError) as error:
            if not isinstance(error, MCPError) or error.code == CONNECTION_CLOSED:
                await self.close()  # what ended the connection is known then
            raise self._failure(reason_of(error)) from error
        finally:
            request.cancel()
            await asyncio.wait((request,))

    async def close(self) -> None:
        """End the session and what it started."""
        self._closing.set()
        if not self._client.done():
            self._owner.cancel()
        await asyncio.gather(self._owner, return_exceptions=True)

    async def _own(self) -> None:
        async with self._place:
            await self._sessions.hold(self._server, self._serve, self._allowance)

    async def _serve(self, client: Client) -> None:
        self._client.set_result(client)
        await self._closing.wait()

    def _failure(self, reason: str = "it has ended") -> Exception:
        """Return why the session ended, the reason given where it has not, or by itself."""
        ended = self._owner.done() and not self._owner.cancelled()
        error = self._owner.exception() if ended else None
        if isinstance(error, ToolFailed):
            return error
        return ToolFailed(tool=self._server.name, reason=reason)
