"""MCP servers are kept, changed, tried and brought in, and their secrets are never shown."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.errors import ToolFailed
from ragflow.services.errors import McpServerInvalid
from ragflow.services.mcp_servers import McpServerDraft, McpServerService

SECRET = "s3cret-token"
SERVER = {
    "name": "weather",
    "url": "https://${place}.example/mcp",
    "server_type": "streamable-http",
    "description": "Forecasts",
    "variables": {"token": SECRET, "place": "weather"},
    "headers": {"Authorization": "Bearer ${token}", "X-Plain": SECRET},
}


class Routes:
    """Call the routes with one key."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def __call__(self, name: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.api.key}"}
        method = "GET" if name == "detail" else "POST"
        url = f"/v1/mcp_server/{name}"
        options = {} if body is None else {"json": body}
        reply = self.api.client.request(method, url, headers=headers, params=query, **options)
        assert SECRET not in reply.text
        return reply.json()

    def data(self, name: str, body: Any = None, **query: Any) -> Any:
        reply = self(name, body, **query)
        assert reply["code"] == 0, reply
        return reply["data"]

    def add(self, **changes: Any) -> str:
        return str(self.data("create", SERVER | changes)["id"])


@pytest.fixture
def mcp(api: Any) -> Routes:
    return Routes(api)


def reached(world: Any, server_id: str) -> ToolServer:
    accounts = world.services.accounts
    owner = accounts.actor_of(accounts.first_account())
    return world.services.mcp_servers.reached(owner, server_id)  # type: ignore[no-any-return]


def test_a_server_comes_back_without_its_secrets(mcp: Routes) -> None:
    created = mcp.data("create", SERVER)
    assert created["name"] == "weather"
    assert created["headers"] == {"Authorization": "***", "X-Plain": "***"}
    assert created["variables"] == {"token": "***", "place": "***"}
    assert mcp.data("detail", mcp_id=created["id"]) == created
    assert mcp.data("list", {}) == {"mcp_servers": [created], "total": 1}


def test_variables_are_filled_in_where_a_server_is_reached(world: Any, mcp: Routes) -> None:
    server = reached(world, mcp.add())
    assert server.url == "https://weather.example/mcp"
    assert server.headers == {"Authorization": f"Bearer {SECRET}", "X-Plain": SECRET}


def test_masked_values_stay_and_others_are_replaced(world: Any, mcp: Routes) -> None:
    server_id = mcp.add()
    mcp.data("update", {"mcp_id": server_id, "headers": {"X-Plain": "***", "X-New": "n"}})
    assert reached(world, server_id).headers == {"X-Plain": SECRET, "X-New": "n"}
    assert mcp.data("detail", mcp_id=server_id)["description"] == "Forecasts"


def test_lists_are_paged_and_filtered(mcp: Routes) -> None:
    ids = [mcp.add(name=name) for name in ("rain", "rainbow", "sun")]
    found = mcp.data("list", {}, keywords="RAIN", page_size=1, orderby="name", desc="false")
    assert ([each["name"] for each in found["mcp_servers"]], found["total"]) == (["rain"], 2)
    assert mcp.data("list", {"mcp_ids": ids[2:]})["total"] == 1
    assert mcp("list", {}, orderby="headers")["code"] == 100


def test_servers_are_deleted_all_or_none(mcp: Routes) -> None:
    first, second = mcp.add(name="a"), mcp.add(name="b")
    assert mcp("rm", {"mcp_ids": [first, "unknown"]})["code"] == 102
    assert mcp.data("list", {})["total"] == 2
    assert mcp.data("rm", {"mcp_ids": [first, second]}) is True
    assert mcp.data("list", {})["total"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "`name` is required"),
        ({"name": "n" * 256}, "255 bytes"),
        ({"name": "WEATHER"}, "Duplicated"),
        ({"name": None}, "required argument are missing: name"),
        ({"server_type": "carrier-pigeon"}, "none of streamable-http, sse, stdio"),
        ({"url": "ftp://x.example/"}, "`url` must be an address"),
        ({"url": "https://x.example:0/"}, "`url` must be an address"),
        ({"url": "https://x.example/a b"}, "`url` must be an address"),
        ({"url": "https://u:p@x.example/"}, "not in `url`"),
        ({"url": 1}, "`url` should be a string"),
        ({"headers": {"a b": "x"}}, "no header 'a b'"),
        ({"headers": {"Host": "x"}}, "no header 'Host'"),
        ({"headers": {"x": "a\r\ny: b"}}, "characters of no header"),
        ({"headers": {"x": "${v}"}, "variables": {"v": "a\nb"}}, "characters of no header"),
        ({"headers": {"x": "***"}}, "masked"),
        ({"headers": ["x"]}, "should be an object"),
        ({"headers": {"x": {}}}, "object of texts"),
        ({"headers": {f"x{n}": "" for n in range(65)}}, "64 headers"),
        ({"variables": {f"x{n}": "" for n in range(65)}}, "64 variables"),
        ({"server_type": "stdio", "url": "rm"}, "no command 'rm'"),
    ],
)
def test_what_cannot_be_used_is_refused(mcp: Routes, changes: Any, said: str) -> None:
    mcp.add()
    reply = mcp("create", SERVER | {"name": "other"} | changes)
    assert reply["code"] != 0
    assert said in reply["message"]
    assert mcp.data("list", {})["total"] == 1


def test_a_command_is_named_and_never_chosen(world: Any) -> None:
    ports, accounts = world.ports, world.services.accounts
    servers = McpServerService(
        ports.database, ports.agents.tool_servers, ports.clock, ports.ids, ["files"]
    )
    owner = accounts.actor_of(accounts.first_account())
    stored = servers.create(owner, McpServerDraft("mine", "files", "stdio"))
    reached = servers.reached(owner, stored.id)
    assert (reached.transport, reached.command, reached.url) == ("stdio", "files", "")
    with pytest.raises(McpServerInvalid, match="Known: files"):
        servers.update(owner, stored.id, McpServerDraft(url="rm -rf /"))


def test_tools_are_listed_of_stored_and_of_proposed_servers(mcp: Routes) -> None:
    server_id = mcp.add()
    (tool,) = mcp.data("list_tools", {"mcp_ids": [server_id]})[server_id]
    assert tool["name"] == "add"
    assert tool["inputSchema"]["type"] == "object"
    assert mcp.data("test_mcp", {"url": "https://x.example/", "server_type": "sse"})
    assert mcp("test_mcp", {"url": "https://x.example/"})["code"] == 101
    assert mcp("list_tools", {"mcp_ids": ["x"] * 2})["code"] == 102
    assert mcp("list_tools", {"mcp_ids": [str(n) for n in range(21)]})["code"] == 101


def test_a_stored_server_is_tried_with_its_secrets(
    world: Any, mcp: Routes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ToolServer] = []

    async def tools(server: ToolServer) -> list[Any]:
        asked.append(server)
        raise ToolFailed(tool=server.name, reason="it is asleep")

    monkeypatch.setattr(world.ports.agents.tool_servers, "tools", tools)
    body = {"mcp_id": mcp.add(), "headers": {"X-Plain": "***"}, "url": "https://y.example/"}
    reply = mcp("test_mcp", body)
    assert (reply["code"], reply["message"]) == (102, "weather failed: it is asleep")
    assert (asked[0].url, asked[0].headers) == ("https://y.example/", {"X-Plain": SECRET})


def test_a_file_of_a_client_is_brought_in_and_given_out(mcp: Routes) -> None:
    mcp.add()
    file = {
        "plain": {"url": "https://a.example/mcp"},
        "old": {"type": "sse", "url": "https://a.example/sse", "headers": {"X": SECRET}},
        "keyed": {"type": "http", "url": "https://a.example/", "authorization_token": SECRET},
        "local": {"command": "rm", "args": ["-rf", "/"]},
        "Weather": {"url": "https://a.example/mcp"},
    }
    results = mcp.data("import", {"mcpServers": file})["results"]
    assert [each["success"] for each in results] == [True, True, True, False, False]
    assert all(bool(each["id"]) != bool(each["message"]) for each in results)
    given = mcp.data("export", {"mcp_ids": [each["id"] for each in results[:3]]})["mcpServers"]
    assert [each["type"] for each in given.values()] == [
        "streamable-http",
        "sse",
        "streamable-http",
    ]
    assert given["keyed"]["headers"] == {"Authorization": "***"}
    assert set(mcp.data("export", {})["mcpServers"]) == {"plain", "old", "keyed", "weather"}


@pytest.mark.parametrize("servers", [[], "x", {"a": []}])
def test_a_file_of_another_form_is_refused(mcp: Routes, servers: Any) -> None:
    assert mcp("import", {"mcpServers": servers})["code"] == 101


def test_secrets_are_not_logged(mcp: Routes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        server_id = mcp.add()
        mcp("update", {"mcp_id": server_id, "name": ""})
    assert SECRET not in caplog.text


def test_a_servers_repr_holds_no_secret(world: Any, mcp: Routes) -> None:
    server_id = mcp.add()
    with world.ports.database.reading() as unit:
        assert SECRET not in repr(unit.mcp_servers.get(server_id))
    assert SECRET not in repr(reached(world, server_id))


def test_a_run_ends_what_it_started_of_its_servers(api: Any, world: Any) -> None:
    agent_id = api.agent()
    api.data("POST", f"/agents/{agent_id}/completions", json={"question": "x", "stream": False})
    assert world.ports.agents.tool_servers.closed == 1
