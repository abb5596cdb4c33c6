"""A client of MCP asks servers over all transports, and no server gets more than it may have."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.guarded_http import AddressGuard, HttpClients
from ragflow.adapters.tool_servers import McpToolServers, OperatorCommands, ToolServerLimits
from ragflow.domain.agent_ports import ToolServer
from ragflow.domain.errors import AddressRefused, ToolFailed
from ragflow.settings import environment
from ragflow.testing.tool_server import RunningToolServer, stdio_command, tool_server

NAMES = ["add", "echo", "fail", "sleep", "long", "surroundings"]
LOCAL = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
PATH = environment({})["PATH"]
COMMANDS = OperatorCommands(
    {"tools": stdio_command(), "silent": ["sleep", "100"], "gone": ["no-such-program"]},
    PATH,
)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningToolServer]:
    with tool_server() as server:
        yield server


@pytest.fixture(params=["streamable-http", "sse", "stdio"])
def server(request: pytest.FixtureRequest, running: RunningToolServer) -> ToolServer:
    path = {"streamable-http": "/mcp", "sse": "/sse", "stdio": ""}[request.param]
    return ToolServer("1", "mine", running.url + path, request.param, "tools", {"x-key": "s3cret"})


def client(clients: HttpClients = LOCAL, **limits: Any) -> McpToolServers:
    return McpToolServers(clients, COMMANDS, ToolServerLimits(**limits))


def tools(server: ToolServer, asked: McpToolServers | None = None) -> list[str]:
    return [tool.name for tool in asyncio.run((asked or client()).tools(server))]


def call(server: ToolServer, name: str, *, by: McpToolServers | None = None, **values: Any) -> str:
    return asyncio.run((by or client()).call(server, name, values))


def at(url: str) -> ToolServer:
    return ToolServer("1", "mine", url)


def test_tools_are_listed_with_what_they_take(server: ToolServer) -> None:
    found = asyncio.run(client().tools(server))
    assert [tool.name for tool in found] == NAMES
    assert found[0].description == "Add two numbers."
    assert set(found[0].parameters["properties"]) == {"a", "b"}


def test_a_tool_answers_as_text(server: ToolServer) -> None:
    assert call(server, "add", a=2, b=3) == "5"


def test_a_tool_that_fails_says_why(server: ToolServer) -> None:
    with pytest.raises(ToolFailed, match="the tool broke"):
        call(server, "fail")


def test_a_slow_tool_is_left(server: ToolServer) -> None:
    with pytest.raises(ToolFailed, match="in time"):
        call(server, "sleep", by=client(call_seconds=0.3), seconds=60)


def test_long_answers_are_refused(server: ToolServer) -> None:
    with pytest.raises(ToolFailed, match="exceed 100000 bytes"):
        call(server, "long", by=client(answer_bytes=100_000), count=200_000)


def test_no_more_tools_are_listed_than_may_be(server: ToolServer) -> None:
    assert tools(server, client(tools=2)) == NAMES[:2]


def test_headers_go_to_the_server_alone(
    running: RunningToolServer, server: ToolServer, caplog: pytest.LogCaptureFixture
) -> None:
    running.requests.clear()
    with caplog.at_level("DEBUG"):
        tools(server)
    if server.transport != "stdio":
        assert running.requests
        assert all(headers["x-key"] == "s3cret" for _, headers in running.requests)
    assert "s3cret" not in caplog.text
    assert "s3cret" not in repr(server)


def test_a_list_is_kept_for_a_while(running: RunningToolServer) -> None:
    now = [0.0]
    asked = McpToolServers(LOCAL, limits=ToolServerLimits(kept_seconds=30), seconds=lambda: now[0])
    first = at(f"{running.url}/mcp")
    tools(first, asked)
    running.requests.clear()
    tools(first, asked)
    assert not running.requests
    tools(ToolServer("1", "mine", first.url, headers={"x": "other"}), asked)
    assert running.requests
    running.requests.clear()
    now[0] = 31
    tools(first, asked)
    assert running.requests


@pytest.mark.parametrize("path", ["/mcp", "/sse"])
def test_private_addresses_are_refused(running: RunningToolServer, path: str) -> None:
    running.requests.clear()
    kind: Any = {"/mcp": "streamable-http", "/sse": "sse"}[path]
    with pytest.raises(AddressRefused, match="private"):
        tools(ToolServer("1", "mine", running.url + path, kind), client(HttpClients()))
    assert not running.requests


@pytest.mark.parametrize("kind", ["streamable-http", "sse"])
def test_redirects_to_private_addresses_are_not_followed(
    running: RunningToolServer, kind: Any
) -> None:
    with tool_server() as inner:
        running.away = inner.url.replace("127.0.0.1", "localhost") + "/mcp"
        with pytest.raises(ToolFailed):
            tools(ToolServer("1", "mine", f"{running.url}/away", kind))
        assert not inner.requests


def test_a_redirect_within_the_server_is_followed_and_its_host_looked_up_again(
    running: RunningToolServer,
) -> None:
    looked_up = []

    def resolve(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    url = running.url.replace("127.0.0.1", "tools.test")
    running.away = f"{url}/mcp"
    running.requests.clear()
    guard = AddressGuard(("tools.test",), resolve)
    assert tools(at(f"{url}/away"), client(HttpClients(guard))) == NAMES
    assert len(looked_up) == len(running.requests) > 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/mcp", "http://127.0.0.1:x/", "file:///etc"])
def test_what_does_not_answer_fails(url: str) -> None:
    with pytest.raises(ToolFailed):
        tools(at(url))


def test_an_answer_without_end_is_refused(running: RunningToolServer) -> None:
    with pytest.raises(ToolFailed, match="exceed"):
        tools(at(f"{running.url}/flood"), client(answer_bytes=1000))


def test_a_process_knows_nothing_of_this_one() -> None:
    told = json.loads(call(ToolServer("1", "m", "", "stdio", "tools"), "surroundings"))
    assert set(told["environment"]) <= {"PATH", "LC_CTYPE"}  # the interpreter sets the latter


def test_a_process_ends_with_its_question() -> None:
    told = json.loads(call(ToolServer("1", "m", "", "stdio", "tools"), "surroundings"))
    assert not is_alive(told["pid"])


def test_a_process_serves_all_requests_of_a_run_and_ends_with_it() -> None:
    server = ToolServer("1", "m", "", "stdio", "tools")

    async def told() -> list[int]:
        async with aclosing(client().for_run()) as run:
            assert [tool.name for tool in await run.tools(server)] == NAMES
            asked = [run.call(server, "surroundings", {}) for _ in range(2)]
            answers = [*await asyncio.gather(*asked), await run.call(server, "surroundings", {})]
            with pytest.raises(ToolFailed, match="the tool broke"):
                await run.call(server, "fail", {})
            answers.append(await run.call(server, "surroundings", {}))
            pids = [json.loads(answer)["pid"] for answer in answers]
            assert is_alive(pids[0])
            return pids

    pids = asyncio.run(told())
    assert len(pids) == 4
    assert len(set(pids)) == 1
    assert not lives_on(pids[0])


def test_a_run_starts_anew_what_has_ended_or_said_too_much() -> None:
    server = ToolServer("1", "m", "", "stdio", "tools")

    async def told() -> None:
        asked = client(answer_bytes=100_000, call_seconds=10)
        async with aclosing(asked.for_run()) as run:
            first = json.loads(await run.call(server, "surroundings", {}))["pid"]
            os.kill(first, signal.SIGKILL)
            with pytest.raises(ToolFailed):
                await run.call(server, "echo", {"text": "x"})
            assert await run.call(server, "echo", {"text": "x"}) == "x"
            with pytest.raises(ToolFailed, match="exceed 100000 bytes"):
                await run.call(server, "long", {"count": 200_000})
            for _ in range(3):  # the bound is one of each request
                assert len(await run.call(server, "long", {"count": 40_000})) == 40_000

    asyncio.run(told())


def test_a_run_leaves_slow_tools_and_commands_that_do_not_speak() -> None:
    server = ToolServer("1", "m", "", "stdio", "tools")

    async def told() -> None:
        async with aclosing(client(call_seconds=0.5).for_run()) as run:
            with pytest.raises(ToolFailed, match="in time"):
                await run.call(server, "sleep", {"seconds": 60})
        async with aclosing(client(start_seconds=0.5).for_run()) as run:
            with pytest.raises(ToolFailed, match="in time"):
                await run.tools(ToolServer("1", "m", "", "stdio", "silent"))

    asyncio.run(told())


def test_a_process_ends_with_all_it_started_when_nobody_waits_any_more(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = 'sleep 100 & echo $$ $! >"$0"; exec cat >/dev/null'
    commands = OperatorCommands({"it": ["sh", "-c", script, str(pids)]}, PATH)

    async def left() -> list[int]:
        asked = McpToolServers(LOCAL, commands)
        task = asyncio.create_task(asked.tools(ToolServer("1", "m", "", "stdio", "it")))
        while not (pids.exists() and pids.read_text().endswith("\n")):
            await asyncio.sleep(0.01)
        started = [int(pid) for pid in pids.read_text().split()]
        assert all(map(is_alive, started))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return started

    assert not any(map(lives_on, asyncio.run(left())))


def test_no_more_commands_run_at_once_than_may() -> None:
    asked = client(processes=1, start_seconds=0.5)
    silent = ToolServer("1", "m", "", "stdio", "silent")

    async def both() -> list[Any]:
        return await asyncio.gather(
            *(asked.tools(silent) for _ in range(3)), return_exceptions=True
        )

    said = [str(failure) for failure in asyncio.run(both())]
    assert sum("at once" in text for text in said) == 2
    with pytest.raises(ToolFailed, match="in time"):
        tools(silent, asked)  # the place is free again


@pytest.mark.parametrize("name", ["", "python", "silent", "gone"])
def test_only_commands_of_the_operator_start_and_must_speak(name: str) -> None:
    with pytest.raises(ToolFailed) as failed:
        tools(ToolServer("1", "m", "", "stdio", name), client(start_seconds=0.5))
    assert "no-such-program" not in str(failed.value)


def lives_on(pid: int) -> bool:
    """Tell whether a process outlives its killing, which takes a moment on a busy machine."""
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_alive(pid)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead may wait for whoever inherits it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
