"""Tool server: a real MCP server on loopback, or on the pipes of a process.

It offers `add`, `echo`, `fail`, `sleep`, `long` and `surroundings`, which tells the environment of
its process. Served by HTTP it speaks streamable HTTP under /mcp and server-sent events under /sse,
keeps the headers of requests, and answers under /away with a redirect to wherever a test says.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ragflow.settings import environment
from ragflow.testing.threads import served


@dataclass
class RunningToolServer:
    """Describe a running server; `requests` holds path and headers of each request."""

    url: str = ""
    away: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def stdio_command() -> list[str]:
    """Return a command that serves the tools on its pipes, whatever its environment."""
    return [sys.executable, "-P", __file__]


@contextmanager
def tool_server() -> Iterator[RunningToolServer]:
    """Serve the tools on a free port for the length of the block."""
    state = RunningToolServer()
    with served(_Routed(state), "tool server", log_level="critical") as url:
        state.url = url
        yield state


class _Routed:
    """Keep what comes in and hand it to the transport that its path names."""

    def __init__(self, state: RunningToolServer) -> None:
        self._state = state
        from mcp.server.transport_security import TransportSecuritySettings

        any_name = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._streamable: ASGIApp = _server().streamable_http_app(transport_security=any_name)
        self._sse: ASGIApp = _server().sse_app(transport_security=any_name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # of its session manager
            await self._streamable(scope, receive, send)
            return
        request = Request(scope)
        self._state.requests.append((request.url.path, dict(request.headers)))
        if request.url.path == "/away":
            await RedirectResponse(self._state.away, 307)(scope, receive, send)
        elif request.url.path == "/flood":
            await Response("x" * (1 << 20), media_type="application/json")(scope, receive, send)
        elif request.url.path == "/mcp":
            await self._streamable(scope, receive, send)
        else:
            await self._sse(scope, receive, send)


def _server() -> Any:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    server = MCPServer("tools", log_level="CRITICAL")

    @server.tool()
    def add(a: int, b: int) -> str:
        """Add two numbers."""
        return str(a + b)

    @server.tool()
    def echo(text: str) -> str:
        """Say a text again."""
        return text

    @server.tool()
    def fail() -> str:
        """Fail."""
        raise ToolError("the tool broke")

    @server.tool()
    async def sleep(seconds: float) -> str:
        """Wait."""
        await asyncio.sleep(seconds)
        return "awake"

    @server.tool()
    def long(count: int) -> str:
        """Say much."""
        return "x" * count

    @server.tool()
    def surroundings() -> str:
        """Tell the process and its environment."""
        return json.dumps({"pid": os.getpid(), "environment": environment({})})

    return server


if __name__ == "__main__":
    _server().run("stdio")
