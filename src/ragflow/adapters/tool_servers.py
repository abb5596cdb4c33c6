"""Tool servers: a client of MCP over streamable HTTP, server-sent events and stdio.

In: an MCP server, the name of a tool and its arguments. Out: tools, and answers as text. Refused:
private addresses, redirects away from the server, commands that the operator does not name,
servers that are too slow and answers that are too long. Each request has a connection of its own;
a process serves all requests of one run and ends with it, so that it can remember what it was asked
before. Lists of tools are kept for a short while.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ragflow.adapters.guarded_http import HttpClients
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.answers import ToolSpec
from ragflow.domain.errors import ToolFailed, spelled_out

if TYPE_CHECKING:
    from ragflow.adapters.mcp.held import HeldSession
    from ragflow.adapters.mcp.sessions import Sessions

_KEPT = 256  # lists of tools
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ToolServerLimits:
    """Bound what tool servers may take: seconds, bytes of all answers to one request, tools.

    `processes` commands run at once.
    """

    start_seconds: float = 20.0
    list_seconds: float = 20.0
    call_seconds: float = 120.0
    answer_bytes: int = 4 << 20
    tools: int = 512
    processes: int = 8
    kept_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class OperatorCommands:
    """Hold the commands that may be started, by name, and the PATH that they get."""

    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    path: str = ""


class McpToolServers:
    """Speak MCP with servers that users name."""

    def __init__(
        self,
        clients: HttpClients,
        commands: OperatorCommands | None = None,
        limits: ToolServerLimits | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = clients
        self._commands = commands or OperatorCommands()
        self._limits = limits or ToolServerLimits()
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(self._limits.processes)
        self._kept: dict[str, tuple[float, list[ToolSpec]]] = {}

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools of a server, as it was a moment ago at most.

        Raises `AddressRefused` or `ToolFailed`.
        """
        known = self.known(server)
        if known is not None:
            return known
        sessions = await self.sessions()
        async with self.place(server):
            found = await sessions.tools(server)
        self.keep(server, found)
        return list(found)

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers, as text. Raises `AddressRefused` or `ToolFailed`."""
        sessions = await self.sessions()
        async with self.place(server):
            return await sessions.call(server, name, arguments)

    def for_run(self) -> RunToolServers:
        """Return what one run asks; nothing is started yet."""
        return RunToolServers(self)

    def known(self, server: ToolServer) -> list[ToolSpec] | None:
        """Return the tools of a server as they were a moment ago, None where nobody asked."""
        until, kept = self._kept.get(_key(server), (0.0, []))
        return list(kept) if self._seconds() < until else None

    def keep(self, server: ToolServer, tools: list[ToolSpec]) -> None:
        """Remember the tools of a server for a while."""
        key, now = _key(server), self._seconds()
        fresh = {other: kept for other, kept in self._kept.items() if now < kept[0]}
        while len(fresh) >= _KEPT:
            del fresh[next(iter(fresh))]  # the oldest
        self._kept = {**fresh, key: (now + self._limits.kept_seconds, tools)}

    @asynccontextmanager
    async def place(self, server: ToolServer) -> AsyncIterator[None]:
        """Wait for a place among the processes, whichever event loop the others belong to."""
        if server.transport != "stdio":
            yield
            return
        deadline = time.monotonic() + self._limits.start_seconds
        while not self._places.acquire(blocking=False):
            if time.monotonic() > deadline:
                raise ToolFailed(
                    tool=server.name,
                    reason="too many commands run at once: try again later; the setting "
                    f"{spelled_out('agents.mcp_processes')} moves the limit",
                )
            await asyncio.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            self._places.release()

    async def sessions(self) -> Sessions:
        """Return what opens connections; the library behind takes a second to import."""
        return await asyncio.to_thread(self._made_sessions)

    def _made_sessions(self) -> Sessions:
        from ragflow.adapters.mcp.sessions import Sessions

        return Sessions(self._clients, self._commands, self._limits)


class RunToolServers:
    """Speak MCP for one run: each command that it needs is started once, and ends with the run."""

    def __init__(self, servers: McpToolServers) -> None:
        self._servers = servers
        self._held: dict[str, HeldSession] = {}
        self._opened: list[HeldSession] = []

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools of a server; raises as those of all runs do."""
        if server.transport != "stdio":
            return await self._servers.tools(server)
        known = self._servers.known(server)
        if known is not None:
            return known
        sessions = await self._servers.sessions()
        held = self._session(sessions, server)
        found = await held.ask(sessions.limits.list_seconds, sessions.listed)
        self._servers.keep(server, found)
        return list(found)

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers, as text; raises as the call of all runs does."""
        if server.transport != "stdio":
            return await self._servers.call(server, name, arguments)
        sessions = await self._servers.sessions()
        from ragflow.adapters.mcp.sessions import calling, said_in

        held = self._session(sessions, server)
        seconds = sessions.limits.call_seconds
        return said_in(await held.ask(seconds, calling(name, arguments)), name)

    async def aclose(self) -> None:
        """End all that was started."""
        await asyncio.gather(*(each.close() for each in self._opened))

    def _session(self, sessions: Sessions, server: ToolServer) -> HeldSession:
        """Return the session with a server, a new one where there is none that can be asked."""
        from ragflow.adapters.mcp.held import HeldSession

        key = _key(server)
        held = self._held.get(key)
        if held is None or not held.usable:
            held = HeldSession(sessions, server, self._servers.place(server))
            self._held[key] = held
            self._opened.append(held)
        return held


def _key(server: ToolServer) -> str:
    """Name a server with all that it is reached by; secrets among it cannot be read off."""
    parts = [
        server.id,
        server.url,
        server.transport,
        server.command,
        sorted(server.headers.items()),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()
