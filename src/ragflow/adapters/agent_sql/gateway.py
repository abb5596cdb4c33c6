"""Databases of users, which agents may query; one module beside this one per family of engines.

In: a connection as a canvas names it, and one statement. Out: its rows. Refused: engines that are
not known or have no driver here, and what each module refuses.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from ragflow.adapters.agent_sql.limits import QueryLimits, failed
from ragflow.adapters.agent_sql.mysql import query_mysql
from ragflow.adapters.agent_sql.postgresql import query_postgresql
from ragflow.adapters.agent_sql.sqlite import query_sqlite
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.domain.agent_ports import SqlConnection, SqlRows


@dataclass(frozen=True, slots=True)
class Databases:
    """Query databases within limits; `sqlite_directory` None means that no SQLite file is open."""

    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: QueryLimits = field(default_factory=QueryLimits)
    sqlite_directory: Path | None = None

    async def query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        """Return the rows of one statement. Raises `AddressRefused` or `ToolFailed`."""
        return await asyncio.to_thread(self._query, connection, statement, most_rows)

    def _query(self, connection: SqlConnection, statement: str, most_rows: int) -> SqlRows:
        match connection.engine.lower():
            case "sqlite":
                return query_sqlite(
                    self.sqlite_directory, connection, statement, most_rows, self.limits
                )
            case "postgresql" | "postgres":
                return query_postgresql(self.guard, connection, statement, most_rows, self.limits)
            case "mysql" | "mariadb":
                return query_mysql(self.guard, connection, statement, most_rows, self.limits)
            case "mssql":
                raise failed(
                    "this server has no driver for SQL Server: let the agent query a copy of the "
                    "tables in PostgreSQL, MySQL, MariaDB or SQLite"
                )
            case other:
                raise failed(
                    f"there is no engine {other!r}: take sqlite, postgresql, mysql or mariadb"
                )
