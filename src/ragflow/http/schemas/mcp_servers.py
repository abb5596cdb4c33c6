"""MCP servers on the wire: bodies → drafts, servers → JSON objects without their secrets.

Clients that keep servers in a file name them in an object `mcpServers`, as this reads and writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ragflow.domain.answers import ToolSpec
from ragflow.domain.mcp_servers import McpServer
from ragflow.http.errors import Code, WireError
from ragflow.http.schemas.common import times
from ragflow.http.validation import text_in
from ragflow.services.mcp_servers import MASK, ImportedServer, McpServerDraft

_URL_CHARS = 2048
_TYPES = {"http": "streamable-http", "streamableHttp": "streamable-http"}  # as files name it


def mcp_server_draft(body: Mapping[str, Any]) -> McpServerDraft:
    """Read a body that creates or changes a server."""
    return McpServerDraft(
        name=_text(body, "name"),
        url=_text(body, "url", _URL_CHARS),
        server_type=_text(body, "server_type"),
        description=_text(body, "description"),
        variables=_texts(body, "variables"),
        headers=_texts(body, "headers"),
    )


def file_drafts(body: Mapping[str, Any]) -> list[McpServerDraft]:
    """Read the servers of a client's file; a `command` must be one that the operator names."""
    servers = body["mcpServers"]
    if not isinstance(servers, dict) or not all(
        isinstance(each, dict) for each in servers.values()
    ):
        raise WireError(Code.ARGUMENT, "`mcpServers` should be an object of objects.", data=None)
    return [_file_draft(name, described) for name, described in servers.items()]


def _file_draft(name: str, described: Mapping[str, Any]) -> McpServerDraft:
    kind = text_in(described, "type") or text_in(described, "transport")
    headers = dict(_texts(described, "headers") or {})
    token = text_in(described, "authorization_token")
    if token:
        headers["Authorization"] = token if token.startswith("Bearer ") else f"Bearer {token}"
    command = text_in(described, "command")
    return McpServerDraft(
        name=name,
        url=command or text_in(described, "url", _URL_CHARS),
        server_type="stdio" if command else _TYPES.get(kind, kind) or "streamable-http",
        description=text_in(described, "description"),
        variables=_texts(described, "variables"),
        headers=headers,
    )


def mcp_server_object(server: McpServer) -> dict[str, Any]:
    """Return a server; of variables and headers only the names are shown."""
    return {
        "id": server.id,
        "tenant_id": server.tenant_id,
        "name": server.name,
        "url": server.url,
        "server_type": server.server_type,
        "description": server.description,
        "variables": dict.fromkeys(server.variables, MASK),
        "headers": dict.fromkeys(server.headers, MASK),
        **times(server.create_time, server.update_time),
    }


def mcp_file_object(servers: Sequence[McpServer]) -> dict[str, Any]:
    """Return servers as a client's file holds them, without their secrets."""
    return {"mcpServers": {server.name: file_entry(server) for server in servers}}


def file_entry(server: McpServer) -> dict[str, Any]:
    """Return what a client's file holds of a server."""
    where = "command" if server.server_type == "stdio" else "url"
    return {
        "type": server.server_type,
        where: server.url,
        "description": server.description,
        "variables": dict.fromkeys(server.variables, MASK),
        "headers": dict.fromkeys(server.headers, MASK),
    }


def imported_object(imported: ImportedServer) -> dict[str, Any]:
    """Return what became of a server of a client's file."""
    server = imported.server
    return {
        "server": imported.name,
        "success": server is not None,
        "id": None if server is None else server.id,
        "message": imported.refusal,
    }


def tool_object(tool: ToolSpec) -> dict[str, Any]:
    """Return a tool of a server as MCP describes it."""
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": dict(tool.parameters),
    }


def _text(body: Mapping[str, Any], name: str, most: int = 65_535) -> str | None:
    return None if body.get(name) is None else text_in(body, name, most)


def _texts(body: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """Read an object of texts; numbers and switches are taken as they are written."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise WireError(Code.ARGUMENT, f"`{name}` should be an object.", data=None)
    scalars = (str, int, float)
    if not all(isinstance(each, scalars) for each in value.values()):
        raise WireError(Code.ARGUMENT, f"`{name}` should be an object of texts.", data=None)
    return {key: str(each) for key, each in value.items()}
