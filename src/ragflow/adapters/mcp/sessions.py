"""Sessions with MCP servers: for one request, or held for several, over the server's transport.

In: a server and what to ask of it. Out: tools and texts. Every error of the library, of the network
and of the server comes out as `ToolFailed` or `AddressRefused`.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import anyio
import httpx2
from mcp.client import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.mcp.guarded import GuardedRequests
from ragflow.adapters.mcp.stdio import Allowance, process_streams
from ragflow.adapters.tool_servers import OperatorCommands, ToolServerLimits
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.answers import ToolSpec
from ragflow.domain.errors import ToolFailed, spelled_out

T = TypeVar("T")
Streams = AbstractAsyncContextManager[tuple[Any, Any]]

_CLOSE_SECONDS = 5.0
_REASON_CHARS = 2000


class Sessions:
    """Open sessions, ask in each and close them."""

    def __init__(
        self, clients: HttpClients, commands: OperatorCommands, limits: ToolServerLimits
    ) -> None:
        self.limits = limits
        self._clients = clients
        self._commands = commands

    async def tools(self, server: ToolServer) -> list[ToolSpec]:
        """List the tools of a server. Raises `AddressRefused` or `ToolFailed`."""
        return await self._asked(server, self.limits.list_seconds, self.listed)

    async def call(self, server: ToolServer, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers. Raises `AddressRefused` or `ToolFailed`."""
        seconds = self.limits.call_seconds
        result = await self._asked(server, seconds, calling(name, arguments))
        return said_in(result, name)

    async def hold(
        self,
        server: ToolServer,
        serve: Callable[[Client], Awaitable[None]],
        allowance: Allowance,
    ) -> None:
        """Connect, and leave when `serve` has returned. Raises `AddressRefused` or `ToolFailed`."""
        await self._asked(server, math.inf, serve, allowance)

    async def listed(self, client: Client) -> list[ToolSpec]:
        """List what a client is offered, page by page."""
        found: list[ToolSpec] = []
        cursor: str | None = None
        while len(found) < self.limits.tools:
            page = await client.list_tools(cursor=cursor)
            found += [
                ToolSpec(tool.name, tool.description or "", tool.input_schema)
                for tool in page.tools
            ]
            cursor = page.next_cursor
            if not cursor:
                break
        return found[: self.limits.tools]

    async def _asked(
        self,
        server: ToolServer,
        seconds: float,
        ask: Callable[[Client], Awaitable[T]],
        allowance: Allowance | None = None,
    ) -> T:
        """Connect, ask and leave; what goes wrong once the answer is there does not matter."""
        answers: list[T] = []
        failures: list[ToolFailed] = []
        reason = ""
        allowance = allowance or Allowance(self.limits.answer_bytes)
        try:
            # The deadline is that of the step at hand; within the group every error is grouped.
            with anyio.move_on_after(self.limits.start_seconds) as scope:
                async with (
                    anyio.create_task_group(),
                    Client(self._streams(server, failures, allowance), cache=None) as client,
                ):
                    scope.deadline = anyio.current_time() + seconds
                    answers.append(await ask(client))
                    scope.deadline = anyio.current_time() + _CLOSE_SECONDS
        except ExceptionGroup as error:
            causes = list(_causes(error))
            failures += [cause for cause in causes if isinstance(cause, ToolFailed)]
            reason = reason_of(causes[0])
        if answers:
            return answers[0]
        if failures:
            raise failures[0]
        raise ToolFailed(tool=server.name, reason=reason or "it did not answer in time")

    def _streams(
        self, server: ToolServer, failures: list[ToolFailed], allowance: Allowance
    ) -> Streams:
        if server.transport == "stdio":
            return self._process(server, allowance)
        return self._connection(server, failures)

    def _process(self, server: ToolServer, allowance: Allowance) -> Streams:
        command = self._commands.lines.get(server.command)
        if not command:
            reason = (
                f"there is no command {server.command!r}; the setting "
                f"{spelled_out('agents.mcp_commands')} names those that may be started"
            )
            raise ToolFailed(tool=server.name, reason=reason)
        return process_streams(server.name, command, self._commands.path, allowance)

    @asynccontextmanager
    async def _connection(
        self, server: ToolServer, failures: list[ToolFailed]
    ) -> AsyncIterator[tuple[Any, Any]]:
        seconds = max(self.limits.start_seconds, self.limits.call_seconds)
        async with self._clients.async_client(trusted=False, seconds=seconds) as guarded:
            most = self.limits.answer_bytes
            requests = GuardedRequests(server.name, guarded, most, failures)

            def client(
                headers: dict[str, str] | None = None,
                timeout: httpx2.Timeout | None = None,
                auth: httpx2.Auth | None = None,
            ) -> httpx2.AsyncClient:
                return httpx2.AsyncClient(
                    transport=requests,
                    trust_env=False,
                    headers={"accept-encoding": "identity", **server.headers, **(headers or {})},
                    timeout=timeout,
                    auth=auth,
                )

            if server.transport == "sse":
                opened = sse_client(server.url, httpx_client_factory=client)
                async with opened as streams:
                    yield streams
            else:
                async with (
                    client() as http,
                    streamable_http_client(server.url, http_client=http) as streams,
                ):
                    yield streams


def calling(
    name: str, arguments: Mapping[str, Any]
) -> Callable[[Client], Awaitable[CallToolResult]]:
    """Return what calls a tool."""

    async def called(client: Client) -> CallToolResult:
        return await client.call_tool(name, dict(arguments))

    return called


def said_in(result: CallToolResult, name: str) -> str:
    """Return what a tool answered, as text. Raises `ToolFailed` where it failed."""
    text = text_of(result)
    if result.is_error:
        raise ToolFailed(tool=name, reason=text[:_REASON_CHARS])
    return text


def text_of(result: CallToolResult) -> str:
    """Return an answer as text; what is none is named by its kind."""
    if not result.content and result.structured_content is not None:
        return json.dumps(result.structured_content, ensure_ascii=False)
    return "\n".join(_text(block) for block in result.content)


def _text(block: ContentBlock) -> str:
    if isinstance(block, TextContent):
        return block.text
    if isinstance(block, EmbeddedResource):
        resource = block.resource
        if isinstance(resource, TextResourceContents):
            return resource.text
        return f"[{resource.uri}]"
    if isinstance(block, ResourceLink):
        return f"[{block.uri}]"
    return f"[{block.mime_type}]"


def _causes(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    else:
        yield error


def reason_of(error: BaseException) -> str:
    """Return why something failed, in the words of who says so."""
    text = error.message if isinstance(error, MCPError) else str(error)
    return (text or type(error).__name__)[:_REASON_CHARS]
