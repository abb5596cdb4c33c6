"""Queries of PostgreSQL servers.

In: a server that a user named and a statement. Out: rows, of which the server sends no more than
are wanted. The connection goes to an address that the guard let pass and takes nothing of the
operator's own from this machine: no password file, certificate, service or ticket. Where nothing
may be written, the transaction is read-only and cannot be made another any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from ragflow.adapters.agent_sql.limits import (
    TOOL,
    QueryLimits,
    changed,
    collected,
    failed,
    too_much,
    too_slow,
)
from ragflow.adapters.agent_sql.statements import changes_rows, check_statement
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.adapters.guarded_sockets import cut_off, guarded_connection, metered_port
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.text.sql import SqlToken

if TYPE_CHECKING:
    import psycopg

_PORT = 5432
_CONNECT_SECONDS = 10.0
_BATCH = 32  # rows
_NOWHERE = os.devnull + "/none"  # no file can be there
# The snapshot that this takes is what forbids every later change of the transaction's mode.
_PREPARE = """SELECT set_config('statement_timeout', %s, true),
    set_config('standard_conforming_strings', 'on', true),
    set_config('default_transaction_read_only', %s, false)"""


def query_postgresql(
    guard: AddressGuard,
    connection: SqlConnection,
    statement: str,
    most_rows: int,
    limits: QueryLimits,
) -> SqlRows:
    """Return the rows of a statement. Raises `AddressRefused` or `ToolFailed`."""
    import psycopg

    tokens = check_statement(statement, "postgresql", writes=limits.writes)
    with ExitStack() as stack:
        far = guarded_connection(
            guard,
            TOOL,
            connection.host,
            connection.port or _PORT,
            min(limits.seconds, _CONNECT_SECONDS),
        )
        stack.enter_context(far)
        deadline = stack.enter_context(cut_off(far.fileno(), limits.seconds))
        port, meter = stack.enter_context(metered_port(far, limits.bytes))
        try:
            database = stack.enter_context(closing(_connected(connection, port, limits)))
            database.read_only = not limits.writes
            milliseconds = str(int(limits.seconds * 1000))
            database.execute(_PREPARE, (milliseconds, "off" if limits.writes else "on"))
            rows = _run(database, statement, tokens, most_rows, limits)
            if limits.writes:
                database.commit()
        except psycopg.errors.QueryCanceled:
            raise too_slow(limits) from None
        except (psycopg.Error, UnicodeError, MemoryError) as error:
            if meter.exceeded:
                raise too_much(limits) from None
            if deadline.passed:
                raise too_slow(limits) from None
            raise failed(_told(error)) from None
    return rows


def _connected(
    wanted: SqlConnection, port: int, limits: QueryLimits
) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect through a port of this machine; names and certificates are the server's own."""
    import psycopg

    return psycopg.connect(
        host=wanted.host,
        hostaddr="127.0.0.1",
        port=port,
        user=wanted.username,
        password=wanted.password,
        dbname=wanted.database,
        passfile=_NOWHERE,
        sslcertmode="disable",
        gssencmode="disable",
        require_auth="password,md5,scram-sha-256,none",
        connect_timeout=max(int(min(limits.seconds, _CONNECT_SECONDS)), 1),
        client_encoding="UTF8",
        application_name="agent",
    )


def _told(error: Exception) -> str:
    """Return what a server said, without the port of this machine."""
    text = str(error).strip()
    return text.partition(" failed: ")[2] or text


def _run(
    database: psycopg.Connection[tuple[Any, ...]],
    statement: str,
    tokens: Sequence[SqlToken],
    most_rows: int,
    limits: QueryLimits,
) -> SqlRows:
    """Run a statement by the protocol that takes one alone; a cursor of the server where it can."""
    by_cursor = tokens[0].text in ("select", "with", "values", "table", "(")
    if by_cursor and not changes_rows(tokens):
        with database.cursor("agent_rows") as named:
            named.execute(statement)
            return collected(_names(named), _batches(named), most_rows, limits)
    with database.cursor() as plain:
        plain.execute(statement, prepare=True)
        if plain.description is None:
            return changed(plain.rowcount)
        return collected(_names(plain), plain, most_rows, limits)


def _batches(
    cursor: psycopg.ServerCursor[tuple[Any, ...]],
) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _names(cursor: psycopg.Cursor[Any] | psycopg.ServerCursor[Any]) -> list[str]:
    return [column.name for column in cursor.description or ()]
