"""MySQL is asked for rows over a socket to a checked address, in a transaction that cannot write.

A server of the `mysql-mimic` package speaks the protocol; what it is told to do is kept, and rows
come from the test.
"""

from __future__ import annotations

import asyncio
import datetime
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from mysql_mimic import MysqlServer, Session

from ragflow.adapters.agent_sql.gateway import Databases
from ragflow.adapters.agent_sql.limits import QueryLimits
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import AddressRefused, ToolFailed

NAME = "db.example.org"
GUARD = AddressGuard(allowed_hosts=(NAME,), resolve=lambda _host, _port: ["127.0.0.1"])


@dataclass
class Served:
    """Hold what the server was told, and what it answers to queries of tables."""

    port: int = 0
    told: list[str] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    columns: list[str] = field(default_factory=lambda: ["name", "price"])
    delay: float = 0.0


def _session(served: Served) -> type[Session]:
    class Shop(Session):
        async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
            served.told.append(sql)
            if "items" not in sql:
                return [], []
            await asyncio.sleep(served.delay)
            return served.rows, served.columns

    return Shop


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served(rows=[("lamp", 9.5), ("café", None)])
    ready, loops = threading.Event(), []

    async def serve() -> None:
        server = MysqlServer(session_factory=_session(made))
        await server.start_server(host="127.0.0.1", port=0)
        made.port = server.sockets()[0].getsockname()[1]
        ended = asyncio.Event()
        loops.append((asyncio.get_running_loop(), ended))
        ready.set()
        await ended.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    yield made
    loop, ended = loops[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join()


def _query(
    port: int,
    statement: str,
    limits: QueryLimits = QueryLimits(seconds=20),  # noqa: B008 - frozen
    guard: AddressGuard = GUARD,
    most: int = 10,
    host: str = NAME,
) -> SqlRows:
    connection = SqlConnection("mysql", "shop", host, port, "reader", "")
    return asyncio.run(Databases(guard, limits).query(connection, statement, most))


def test_rows_come_in_a_transaction_that_cannot_write(served: Served) -> None:
    found = _query(served.port, "SELECT * FROM items WHERE name LIKE '%é'")
    assert found == SqlRows(("name", "price"), (("lamp", 9.5), ("café", None)))
    *before, asked = served.told
    assert asked == "SELECT * FROM items WHERE name LIKE '%é'"
    assert before[-2:] == ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"]
    assert "SET SESSION max_execution_time = 20000" in before
    assert any(told.startswith("SET sql_mode='STRICT_ALL_TABLES") for told in before)


def test_where_writing_is_allowed_it_is_committed(served: Served) -> None:
    limits = QueryLimits(seconds=20, writes=True)
    _query(served.port, "UPDATE items SET price = 1", limits)
    assert served.told[-1] == "COMMIT"
    assert not any("READ ONLY" in told for told in served.told)


def test_more_rows_than_asked_for_are_cut_without_reading_them(served: Served) -> None:
    served.rows = [(f"item {number}", 1) for number in range(50_000)]
    found = _query(served.port, "SELECT * FROM items", most=3)
    assert len(found.rows) == 3
    assert found.truncated


def test_a_server_cannot_fill_the_memory(served: Served) -> None:
    served.rows = [("x" * 3_000_000, 1)]
    with pytest.raises(ToolFailed, match="the server sent more than 1 MiB"):
        _query(served.port, "SELECT * FROM items", QueryLimits(seconds=20, bytes=1 << 20))


def test_values_become_what_json_has(served: Served) -> None:
    served.rows = [(7, datetime.datetime(2025, 1, 2, 3, 4, 5))]
    assert _query(served.port, "SELECT * FROM items").rows == ((7, "2025-01-02T03:04:05"),)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT 1; DELETE FROM items",
        "DROP TABLE items",
    ],
)
def test_what_may_not_run_is_not_even_connected_for(served: Served, statement: str) -> None:
    with pytest.raises(ToolFailed):
        _query(served.port, statement)
    assert served.told == []


def test_a_query_that_takes_too_long_ends(served: Served) -> None:
    served.delay = 30
    with pytest.raises(ToolFailed, match="RAGFLOW_AGENTS__SQL_SECONDS"):
        _query(served.port, "SELECT * FROM items", QueryLimits(seconds=1))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001"])
def test_private_addresses_are_refused(served: Served, host: str) -> None:
    with pytest.raises(ToolFailed) as caught:
        _query(served.port, "SELECT 1", guard=AddressGuard(), host=host)
    assert isinstance(caught.value, AddressRefused) or host.startswith("[")
    assert served.told == []


def test_a_server_that_drips_does_not_hold_the_caller() -> None:
    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            try:
                while True:
                    connection.sendall(b"\x4a")
                    time.sleep(0.1)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        with pytest.raises(ToolFailed):
            _query(server.getsockname()[1], "SELECT 1", QueryLimits(seconds=1))
        thread.join()


def test_a_port_that_nobody_listens_on_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ToolFailed, match="does not answer"):
        _query(port, "SELECT 1")
