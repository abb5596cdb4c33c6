"""Queries of MySQL and MariaDB servers.

In: a server that a user named and a statement. Out: rows, read one by one. The connection goes to
an address that the guard let pass; the server cannot ask for files of this machine. Where nothing
may be written, the transaction is read-only. The way of writing strings is set by us, since it
decides what a statement says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ragflow.adapters.agent_sql.limits import (
    TOOL,
    QueryLimits,
    changed,
    collected,
    failed,
    too_much,
    too_slow,
)
from ragflow.adapters.agent_sql.statements import check_statement
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.adapters.guarded_sockets import cut_off, guarded_connection, metered_end
from ragflow.domain.agent_ports import SqlConnection, SqlRows

_PORT = 3306
_CONNECT_SECONDS = 10.0
_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"  # with neither ANSI_QUOTES nor other escapes
_OUT_OF_TIME = frozenset({1028, 1317, 1969, 3024})  # error numbers of both servers


def query_mysql(
    guard: AddressGuard,
    connection: SqlConnection,
    statement: str,
    most_rows: int,
    limits: QueryLimits,
) -> SqlRows:
    """Return the rows of a statement. Raises `AddressRefused` or `ToolFailed`."""
    import pymysql

    check_statement(statement, "mysql", writes=limits.writes)
    port = connection.port or _PORT
    seconds = min(limits.seconds, _CONNECT_SECONDS)
    with (
        guarded_connection(guard, TOOL, connection.host, port, seconds) as far,
        cut_off(far.fileno(), limits.seconds) as deadline,
        metered_end(far, limits.bytes) as (near, meter),
    ):
        try:
            database = pymysql.connect(
                host=connection.host,
                port=port,
                user=connection.username,
                password=connection.password.encode(),
                database=connection.database or None,
                charset="utf8mb4",
                sql_mode=_MODE,
                read_timeout=limits.seconds,
                write_timeout=limits.seconds,
                local_infile=False,
                cursorclass=pymysql.cursors.SSCursor,
                defer_connect=True,
            )
            database.connect(sock=near)
            with closing(database):
                _begin(database, limits)
                rows = _run(database, statement, most_rows, limits)
                if limits.writes:
                    database.commit()
        except (pymysql.Error, RuntimeError, OSError, ValueError) as error:
            code = error.args[0] if error.args else None
            if meter.exceeded:
                raise too_much(limits) from None
            if deadline.passed or code in _OUT_OF_TIME:
                raise too_slow(limits) from None
            raise failed(str(error.args[1] if len(error.args) > 1 else error)) from None
    return rows


def _begin(database: Any, limits: QueryLimits) -> None:
    milliseconds = int(limits.seconds * 1000)
    is_mariadb = "mariadb" in database.get_server_info().lower()
    with database.cursor() as cursor:
        if is_mariadb:
            cursor.execute(f"SET SESSION max_statement_time = {limits.seconds:f}")
        else:
            cursor.execute(f"SET SESSION max_execution_time = {milliseconds}")
        if not limits.writes:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("START TRANSACTION READ ONLY")


def _run(database: Any, statement: str, most_rows: int, limits: QueryLimits) -> SqlRows:
    cursor = database.cursor()
    cursor.execute(statement)
    if cursor.description is None:
        return changed(cursor.rowcount)
    columns = [column[0] for column in cursor.description]
    try:
        return collected(columns, _rows(cursor), most_rows, limits)
    finally:
        cursor._result.unbuffered_active = False  # else the rest would be read, to be thrown away


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while (row := cursor.fetchone()) is not None:
        yield row
