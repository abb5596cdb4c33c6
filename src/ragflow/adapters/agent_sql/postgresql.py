"""Queries of PostgreSQL servers.

In: a server that a user named and a statement. Out: rows, of which the server sends no more than
are wanted. The connection goes to an address that the guard let pass and takes nothing of the
operator's own from this machine: no password file, certificate, service or ticket. Where nothing
may be written, the transaction is read-only and cannot be made another any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ragflow.adapters.agent_sql.limits import (
    TOOL,
    QueryLimits,
    changed,
    collected,
    failed,
    too_slow,
)
from ragflow.adapters.agent_sql.statements import changes_rows, check_statement
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.adapters.guarded_sockets import checked_addresses, cut_off
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.text.sql import SqlToken

if TYPE_CHECKING:
    import psycopg

_PORT = 5432
_CONNECT_SECONDS = 10
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
    with (
        closing(_connected(guard, connection, limits)) as database,
        cut_off(database.fileno(), limits.seconds) as deadline,
    ):
        try:
            database.read_only = not limits.writes
            milliseconds = str(int(limits.seconds * 1000))
            database.execute(_PREPARE, (milliseconds, "off" if limits.writes else "on"))
            rows = _run(database, statement, tokens, most_rows, limits)
            if limits.writes:
                database.commit()
        except psycopg.errors.QueryCanceled:
            raise too_slow(limits) from None
        except (psycopg.Error, UnicodeError, MemoryError) as error:
            if deadline.passed:
                raise too_slow(limits) from None
            raise failed(str(error).strip()) from None
    return rows


def _connected(
    guard: AddressGuard, wanted: SqlConnection, limits: QueryLimits
) -> psycopg.Connection[tuple[Any, ...]]:
    import psycopg

    port = wanted.port or _PORT
    reason = ""
    for address in checked_addresses(guard, TOOL, wanted.host, port):
        try:
            return psycopg.connect(
                host=wanted.host,
                hostaddr=address,
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
        except (psycopg.Error, UnicodeError) as error:
            reason = str(error).strip()
    raise failed(reason)


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
