"""What a database must do with MCP servers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, NotFound
from ragflow.domain.repositories import Database, Paging
from ragflow.testing.database.samples import TENANT, an_mcp_server, fill


class McpServersContract:
    """State what holds for MCP servers."""

    def test_an_mcp_server_comes_back_as_stored(self, database: Database) -> None:
        fill(database, an_mcp_server())
        changed = replace(an_mcp_server(), name="Rain", headers={}, update_time=2)
        with database.transaction() as work:
            assert work.mcp_servers.get("server-1") == an_mcp_server()
            assert work.mcp_servers.get("unknown") is None
            work.mcp_servers.update(changed)
        with database.reading() as work:
            assert work.mcp_servers.get("server-1") == changed

    def test_a_name_of_an_mcp_server_is_taken_in_any_case(self, database: Database) -> None:
        fill(database, an_mcp_server(), an_mcp_server("server-2", "Other"))
        with pytest.raises(Conflict) as conflict:
            fill(database, an_mcp_server("server-3", "wEATHER"))
        assert conflict.value.facts == {"noun": "MCP server", "name": "wEATHER"}
        with pytest.raises(Conflict), database.transaction() as work:
            work.mcp_servers.update(an_mcp_server("server-2", "WEATHER"))
        fill(database, an_mcp_server("server-4", tenant_id="tenant-2"))

    def test_mcp_servers_are_listed_by_name_and_id(self, database: Database) -> None:
        names = ("Café maps", "100% maps", "weather")
        fill(database, *(an_mcp_server(f"s{n}", name) for n, name in enumerate(names)))
        fill(database, an_mcp_server("s9", tenant_id="tenant-2"))
        with database.reading() as work:
            page = work.mcp_servers.page
            listed, total = page(TENANT, Paging(1, 1, "name", False))
            assert ([each.name for each in listed], total) == (["Café maps"], 3)
            assert page(TENANT, Paging(), "CAFÉ")[1] == 1
            assert page(TENANT, Paging(), "0%")[1] == 1
            found, total = page(TENANT, Paging(), None, ["s2", "s9"])
            assert ([each.id for each in found], total) == (["s2"], 1)
            assert page(TENANT, Paging(), None, []) == ([], 0)

    def test_a_deleted_mcp_server_is_gone_and_cannot_change(self, database: Database) -> None:
        fill(database, an_mcp_server())
        with database.transaction() as work:
            work.mcp_servers.delete("server-1")
            work.mcp_servers.delete("server-1")
        with pytest.raises(NotFound), database.transaction() as work:
            work.mcp_servers.update(an_mcp_server())
        fill(database, an_mcp_server("server-2"))
