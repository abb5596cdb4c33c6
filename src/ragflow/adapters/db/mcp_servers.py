"""MCP servers in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from ragflow.adapters.db.base import Repository, Values, fields_of, orderable, paged
from ragflow.adapters.db.tables import mcp_server_names, mcp_servers
from ragflow.domain.mcp_servers import McpServer
from ragflow.domain.repositories import Paging

_ORDERS = orderable(mcp_servers, McpServer)


class SqlMcpServers(Repository):
    """Keep MCP servers."""

    def add(self, server: McpServer) -> None:
        """Insert. Raises `Conflict` when the tenant has a server of the name."""
        with self._unique(mcp_server_names, "MCP server", server.name):
            self._insert(mcp_servers, _row(server))

    def get(self, server_id: str) -> McpServer | None:
        """Return a server."""
        row = self._row(select(mcp_servers).where(mcp_servers.c.id == server_id))
        return None if row is None else _value(row)

    def page(
        self,
        tenant_id: str,
        paging: Paging,
        keywords: str | None = None,
        server_ids: Sequence[str] | None = None,
    ) -> tuple[list[McpServer], int]:
        """List a tenant's servers; and their total."""
        listed = select(mcp_servers).where(mcp_servers.c.tenant_id == tenant_id)
        if keywords is not None:
            listed = listed.where(self._contains(mcp_servers.c.name_key, keywords))
        if server_ids is not None:
            listed = listed.where(mcp_servers.c.id.in_(server_ids))
        rows = self._rows(paged(listed, paging, _ORDERS, mcp_servers.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def update(self, server: McpServer) -> None:
        """Store the new value. Raises `Conflict` or `NotFound`."""
        with self._unique(mcp_server_names, "MCP server", server.name):
            self._update(mcp_servers, _row(server), "MCP server")

    def delete(self, server_id: str) -> None:
        """Delete, if there."""
        self._write(delete(mcp_servers).where(mcp_servers.c.id == server_id))


def _row(server: McpServer) -> Values:
    return fields_of(server) | {"name_key": server.name.casefold()}


def _value(row: Row[Any]) -> McpServer:
    values = dict(row._mapping)
    del values["name_key"]
    return McpServer(**values)
