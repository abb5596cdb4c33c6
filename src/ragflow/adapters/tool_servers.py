"""Tool servers: a client of MCP over streamable HTTP, server-sent events and stdio.

In: an MCP server, the name of a tool and its arguments. Out: tools, and answers as text. Refused:
private addresses, redirects away from the server, commands that the operator does not name,
servers that are too slow and answers that are too long. Each question has a connection or a process
of its own, which ends with it; lists of tools are kept for a short while.
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
    from ragflow.adapters.mcp.sessions import Sessions

_KEPT = 256  # lists of tools
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ToolServerLimits:
    """Bound what tool servers may take: seconds, bytes of all answers to one question, tools.

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
        key, now = _key(server), self._seconds()
        until, kept = self._kept.get(key, (0.0, []))
        if now < until:
            return list(kept)
        sessions = await self._sessions()
        async with self._place(server):
            found = await sessions.tools(server)
        self._keep(key, found)
        return list(found)

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers, as text. Raises `AddressRefused` or `ToolFailed`."""
        sessions = await self._sessions()
        async with self._place(server):
            return await sessions.call(server, name, arguments)

    def _keep(self, key: str, tools: list[ToolSpec]) -> None:
        now = self._seconds()
        fresh = {other: kept for other, kept in self._kept.items() if now < kept[0]}
        while len(fresh) >= _KEPT:
            del fresh[next(iter(fresh))]  # the oldest
        self._kept = {**fresh, key: (now + self._limits.kept_seconds, tools)}

    @asynccontextmanager
    async def _place(self, server: ToolServer) -> AsyncIterator[None]:
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

    async def _sessions(self) -> Sessions:
        """Return what opens connections; the library behind takes a second to import."""
        return await asyncio.to_thread(self._made_sessions)

    def _made_sessions(self) -> Sessions:
        from ragflow.adapters.mcp.sessions import Sessions

        return Sessions(self._clients, self._commands, self._limits)


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
