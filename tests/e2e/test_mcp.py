"""The official client of MCP works with a running server, which itself reaches MCP servers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import TextContent

from ragflow.adapters.guarded_http import AddressGuard, HttpClients
from ragflow.adapters.tool_servers import McpToolServers
from ragflow.domain.agent_ports import ToolServer
from ragflow.testing.server import RunningServer
from ragflow.testing.tool_server import stdio_command, tool_server
from ragflow_sdk import DataSet, RAGFlow

MODES = ["auto", "legacy", "2026-07-28"]


def with_key(key: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)


def text_of(result: Any) -> Any:
    assert not result.is_error, result
    (block,) = result.content
    assert isinstance(block, TextContent)
    return json.loads(block.text)


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_lists_searches_and_asks(
    server: RunningServer, rag: RAGFlow, library: DataSet, mode: str
) -> None:
    chat = rag.create_chat(f"guide {mode}", dataset_ids=[library.id])

    async def work() -> None:
        async with (
            with_key(server.api_key) as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode) as mcp,
        ):
            assert len((await mcp.list_tools()).tools) == 4
            datasets = text_of(await mcp.call_tool("ragflow_list_datasets"))["datasets"]
            assert library.id in {each["id"] for each in datasets}
            asked = {"question": "What does fault code E-42 mean?"}
            found = text_of(await mcp.call_tool("ragflow_retrieval", asked))
            assert "E-42" in found["chunks"][0]["content"]
            answer = text_of(await mcp.call_tool("ragflow_ask", {"chat_id": chat.id, **asked}))
            assert "[ID:0]" in answer["answer"]
            assert answer["citations"]

    asyncio.run(work())


def test_curl_is_enough(server: RunningServer, library: DataSet) -> None:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ragflow_retrieval", "arguments": {"question": "E-42"}},
    }
    headers = {
        "Authorization": f"Bearer {server.api_key}",
        "Accept": "application/json, text/event-stream",
    }
    reply = httpx.post(f"{server.url}/mcp", json=message, headers=headers, timeout=60)
    assert reply.json()["result"]["structuredContent"]["chunks"]


def test_a_key_that_is_wrong_is_refused(server: RunningServer) -> None:
    async def work() -> None:
        async with (
            with_key("wrong") as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http)),
        ):
            pass

    refused = pytest.RaisesExc(MCPError, match="valid API key")
    with pytest.RaisesGroup(refused, flatten_subgroups=True):
        asyncio.run(work())


def test_our_own_client_reaches_our_own_server(server: RunningServer) -> None:
    clients = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
    headers = {"Authorization": f"Bearer {server.api_key}"}
    ours = ToolServer("1", "ours", f"{server.url}/mcp", headers=headers)
    tools = asyncio.run(McpToolServers(clients).tools(ours))
    assert "ragflow_retrieval" in {tool.name for tool in tools}
    answer = asyncio.run(McpToolServers(clients).call(ours, "ragflow_list_datasets", {}))
    assert "datasets" in json.loads(answer)


def test_a_server_uses_tools_that_the_operator_and_the_tenant_name(
    serve: Any, small_model: dict[str, str]
) -> None:
    """Start a command by its name, reach an allowed address, and refuse a private one."""
    started = serve(
        **small_model,
        RAGFLOW_WORKER__PROCESSES="0",
        RAGFLOW_AGENTS__MCP_COMMANDS=json.dumps({"tools": stdio_command()}),
        RAGFLOW_AGENTS__ALLOWED_PRIVATE_HOSTS='["127.0.0.1"]',
    )

    def tools(url: str, kind: str) -> Any:
        reply = httpx.post(
            f"{started.url}/v1/mcp_server/test_mcp",
            json={"url": url, "server_type": kind},
            headers={"Authorization": f"Bearer {started.api_key}"},
            timeout=60,
        ).json()
        return [tool["name"] for tool in reply["data"]] if reply["code"] == 0 else reply["message"]

    with tool_server() as other:
        assert "add" in tools("tools", "stdio")
        assert "add" in tools(f"{other.url}/mcp", "streamable-http")
        assert "add" in tools(f"{other.url}/sse", "sse")
        local = other.url.replace("127.0.0.1", "localhost")
        assert "private network" in tools(f"{local}/mcp", "streamable-http")
        assert "no command" in tools("sh", "stdio")
