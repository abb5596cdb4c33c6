"""The MCP server: the tools of `tools.py` spoken by the official package.

In: requests whose caller is known. Out: JSON replies. Nothing outlives a request: each has a
manager of sessions of its own, so there is nothing to start with the application or to end with it.
Refused: hosts and origins that are not ours, since a page may have its own name lead here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ListedTool
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from ragflow.domain.errors import RagflowError
from ragflow.http.errors import WireError
from ragflow.http.mcp.endpoint import ACTOR
from ragflow.http.mcp.tools import TOOLS
from ragflow.services.container import Services

_INSTRUCTIONS = (
    "Search the documents of a knowledge base with ragflow_retrieval, or let an assistant answer "
    "with citations by ragflow_ask. What there is, ragflow_list_datasets and ragflow_list_chats "
    "name."
)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Context = ServerRequestContext[dict[str, Any], Any]


class McpServer:
    """Offer tools to callers, each on what is the caller's."""

    def __init__(self, services: Services, hosts: Sequence[str]) -> None:
        self._services = services
        self._security = security(hosts)
        self._server: Server[dict[str, Any]] = Server(
            "ragflow",
            version=version("ragflow-engine"),
            instructions=_INSTRUCTIONS,
            on_list_tools=_listed,
            on_call_tool=self._call,
        )

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the caller is in the scope."""
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, security_settings=self._security
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    async def _call(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name}.")
        assert context.request is not None
        actor = context.request.scope[ACTOR]
        try:
            arguments = tool.arguments.model_validate(params.arguments or {})
            return _result(await tool.run(self._services, actor, arguments))
        except ValidationError as error:
            problems = (f"{_place(each['loc'])}: {each['msg']}" for each in error.errors())
            return _failure("; ".join(problems))
        except (RagflowError, WireError) as error:
            return _failure(str(error))


def security(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Return which values of `Host` and `Origin` are let in: loopback, and `hosts` on any port."""
    if "*" in hosts:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    names = [*_LOOPBACK, *(f"[{each}]" if ":" in each else each for each in hosts)]
    origins = [f"{scheme}://{name}" for scheme in ("http", "https") for name in names]
    return TransportSecuritySettings(
        allowed_hosts=[*names, *(f"{name}:*" for name in names)],
        allowed_origins=[*origins, *(f"{origin}:*" for origin in origins)],
    )


async def _listed(_context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(
        tools=[
            ListedTool(
                name=name,
                description=tool.description,
                input_schema=tool.arguments.model_json_schema(),
                annotations=ToolAnnotations(read_only_hint=tool.only_reads, open_world_hint=False),
            )
            for name, tool in TOOLS.items()
        ]
    )


def _result(value: Mapping[str, Any]) -> CallToolResult:
    text = json.dumps(value, ensure_ascii=False)
    return CallToolResult(content=[TextContent(text=text)], structured_content=dict(value))


def _failure(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def _place(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location)) or "arguments"
