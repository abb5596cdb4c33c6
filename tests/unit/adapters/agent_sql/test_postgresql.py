"""PostgreSQL is asked for rows, by an address that was checked, in a transaction that cannot write.

The server is a real one that trusts everybody, and its user may do everything.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from ragflow.adapters.agent_sql.gateway import Databases
from ragflow.adapters.agent_sql.limits import QueryLimits
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import AddressRefused, ToolFailed
from ragflow.testing.postgres import postgres_server

NAME = "db.example.org"
GUARD = AddressGuard(allowed_hosts=(NAME,), resolve=lambda _host, _port: ["127.0.0.1"])
WRITING = QueryLimits(writes=True)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    options = ("fsync=off", "listen_addresses=127.0.0.1", f"port={free}")
    with ExitStack() as stack:
        stack.enter_context(postgres_server(options=options))
        with psycopg.connect(
            host="127.0.0.1", port=free, user="postgres", autocommit=True
        ) as database:
            database.execute("CREATE TABLE items (name text, price numeric, sold date)")
            database.execute(
                "INSERT INTO items VALUES ('lamp', 9.50, '2025-01-02'), ('x', 3, NULL)"
            )
            database.execute(
                "CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS "
                "$$ INSERT INTO items VALUES ('sneaked') RETURNING 1 $$"
            )
        yield free


def _query(
    port: int,
    statement: str,
    limits: QueryLimits = QueryLimits(),  # noqa: B008 - frozen
    guard: AddressGuard = GUARD,
    most: int = 10,
    **other: Any,
) -> SqlRows:
    wanted = {"database": "postgres", "username": "postgres", "host": NAME, "port": port, **other}
    connection = SqlConnection("postgresql", **wanted)
    return asyncio.run(Databases(guard, limits).query(connection, statement, most))


def _count(port: int) -> int:
    return int(_query(port, "SELECT count(*) FROM items").rows[0][0])


def test_rows_come_with_values_that_json_has(port: int) -> None:
    statement = """SELECT *, '\\x01ff'::bytea AS b, '{"a": [1]}'::json AS j, ARRAY[1.5, 2] AS a,
        'NaN'::float8 AS f, NULL AS n, interval '1 day' AS i FROM items LIMIT 1"""
    found = _query(port, statement)
    assert found.columns == ("name", "price", "sold", "b", "j", "a", "f", "n", "i")
    assert found.rows == (
        ("lamp", 9.5, "2025-01-02", "0x01ff", {"a": [1]}, [1.5, 2], "nan", None, "1 day, 0:00:00"),
    )


@pytest.mark.parametrize(
    "statement", ["SELECT name FROM items WHERE false", "(SELECT name FROM items) LIMIT 0"]
)
def test_columns_come_without_rows_too(port: int, statement: str) -> None:
    assert _query(port, statement) == SqlRows(("name",), ())


def test_only_the_rows_that_are_wanted_leave_the_server(port: int) -> None:
    found = _query(port, "SELECT generate_series(1, 1000000000)", most=100)
    assert len(found.rows) == 100
    assert found.truncated


@pytest.mark.parametrize(
    "statement", ["EXPLAIN SELECT * FROM items", "SHOW server_version", "TABLE items", "VALUES (1)"]
)
def test_other_statements_that_read_are_run_too(port: int, statement: str) -> None:
    assert _query(port, statement).rows


def test_percent_signs_are_no_parameters(port: int) -> None:
    assert _query(port, "SELECT name FROM items WHERE name LIKE 'l%s'").rows == ()
    assert _query(port, "SELECT 7 % 4 AS r").rows == ((3,),)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sneaky()",
        "EXPLAIN ANALYZE SELECT sneaky()",
        "SELECT nextval('pg_catalog.nothing')",
        "EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1",
        "SELECT * FROM items FOR SHARE",
    ],
)
def test_what_the_words_do_not_show_is_refused_by_the_transaction(
    port: int, statement: str
) -> None:
    before = _count(port)
    with pytest.raises(ToolFailed):
        _query(port, statement)
    assert _count(port) == before


def test_the_transaction_cannot_be_made_to_write(port: int) -> None:
    hidden = "CREATE FUNCTION loosen() RETURNS text LANGUAGE sql AS $$ SELECT set_config({}) $$"
    setting = "'transaction_read_only', 'off', false"
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres") as database:
        database.execute(hidden.format(setting))  # type: ignore[arg-type]
    with pytest.raises(ToolFailed, match="read-write mode must be set before"):
        _query(port, "SELECT loosen(), sneaky()")


def test_rows_change_only_where_the_operator_allows_it(port: int) -> None:
    before = _count(port)
    with pytest.raises(ToolFailed, match="must begin"):
        _query(port, "INSERT INTO items VALUES ('new')")
    statement = "WITH new AS (INSERT INTO items VALUES ('new') RETURNING name) SELECT * FROM new"
    assert _query(port, statement, WRITING) == SqlRows(("name",), (("new",),))
    assert _query(port, "DELETE FROM items WHERE name = 'new'", WRITING).rows == ((1,),)
    assert _count(port) == before


def test_one_statement_is_run_even_if_the_words_were_misread(port: int) -> None:
    from ragflow.adapters.agent_sql import postgresql

    tokens = postgresql.check_statement("SELECT 1", "postgresql", writes=True)
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres") as database:
        for first in ("SELECT 1", "SHOW port"):
            with pytest.raises(psycopg.errors.SyntaxError):
                postgresql._run(database, f"{first}; DELETE FROM items", tokens, 1, WRITING)
            database.rollback()


def test_a_query_that_takes_too_long_ends(port: int) -> None:
    with pytest.raises(ToolFailed, match="RAGFLOW_AGENTS__SQL_SECONDS"):
        _query(port, "SELECT pg_sleep(60)", QueryLimits(seconds=0.5))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "/tmp", "", "169.254.169.254", "a,b"])
def test_private_addresses_and_sockets_are_refused(port: int, host: str) -> None:
    with pytest.raises(ToolFailed) as caught:
        _query(port, "SELECT 1", guard=AddressGuard(), host=host)
    if host in ("127.0.0.1", "localhost", "169.254.169.254"):
        assert isinstance(caught.value, AddressRefused)


def test_nothing_in_the_name_of_a_database_leads_elsewhere(port: int) -> None:
    for name in ("postgres host=10.0.0.1", "postgresql://10.0.0.1/postgres", "x' hostaddr='::1"):
        with pytest.raises(ToolFailed, match="does not exist"):
            _query(port, "SELECT 1", database=name)


def test_errors_of_the_server_are_told(port: int) -> None:
    with pytest.raises(ToolFailed, match="missing"):
        _query(port, "SELECT * FROM missing")


@pytest.mark.parametrize("statement", ["SELECT repeat('x', 30000000)", "EXPLAIN SELECT 1"])
def test_a_server_cannot_fill_the_memory(port: int, statement: str) -> None:
    limits = QueryLimits(bytes=1 << 20 if "repeat" in statement else 100)
    with pytest.raises(ToolFailed, match="the server sent more than"):
        _query(port, statement, limits)


def test_a_server_that_says_nothing_does_not_hold_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ToolFailed):
        _query(silent.getsockname()[1], "SELECT 1", QueryLimits(seconds=2))
