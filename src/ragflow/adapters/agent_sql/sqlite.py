"""Queries of SQLite files in the operator's folder.

In: the name of a file in it and a statement. Out: rows. Refused: everything where the operator set
no folder; names that lead out of it; and whatever the statement does beyond reading, or changing
rows where that is allowed: SQLite itself asks here before it does anything.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from ragflow.adapters.agent_sql.limits import QueryLimits, changed, collected, failed, too_slow
from ragflow.adapters.agent_sql.statements import check_statement
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import spelled_out

_OPERATIONS = 2000  # of SQLite's machine, between two looks at the clock
_LENGTHS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_CHANGING = frozenset(
    {
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_SYSTEM_TABLES = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master"})
_PRAGMAS = frozenset(
    """collation_list data_version foreign_key_list function_list index_info index_list index_xinfo
    table_info table_list table_xinfo""".split()  # noqa: SIM905, a word list reads best
)
_FORBIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_dbpage"}
)


def query_sqlite(
    directory: Path | None,
    connection: SqlConnection,
    statement: str,
    most_rows: int,
    limits: QueryLimits,
) -> SqlRows:
    """Return the rows of a statement. Raises `ToolFailed`."""
    path = _file(directory, connection.database)
    check_statement(statement, "sqlite", writes=limits.writes)
    mode = "rw" if limits.writes else "ro"
    end = time.monotonic() + limits.seconds
    try:
        with closing(
            sqlite3.connect(
                f"{path.as_uri()}?mode={mode}",
                uri=True,
                timeout=limits.seconds,
                check_same_thread=False,
            )
        ) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            for limit, value in _LENGTHS.items():
                database.setlimit(limit, value)
            database.set_authorizer(_changes if limits.writes else _reads)
            database.set_progress_handler(lambda: int(time.monotonic() > end), _OPERATIONS)
            with closing(database.execute(statement)) as cursor:
                if cursor.description is None:
                    rows = changed(cursor.rowcount)
                else:
                    columns = [column[0] for column in cursor.description]
                    rows = collected(columns, cursor, most_rows, limits)
            database.commit()
            return rows
    except (sqlite3.Error, sqlite3.Warning, OverflowError, MemoryError) as error:
        if time.monotonic() > end:
            raise too_slow(limits) from None
        raise failed(str(error)) from None


def _file(directory: Path | None, name: str) -> Path:
    """Return the file of a database, which is in the folder after all links are followed."""
    if directory is None:
        raise failed(
            "SQLite files are not open to agents on this server. The setting "
            f"{spelled_out('agents.sqlite_directory')} names a folder whose files they may read"
        )
    folder = directory.resolve()
    try:
        path = (folder / name).resolve()
    except (ValueError, OSError, RuntimeError):
        path = folder
    if not path.is_relative_to(folder) or not path.is_file():
        raise failed(f"there is no database {name!r} in the folder of SQLite files")
    return path


def _reads(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    """Tell SQLite whether a part of a statement only reads."""
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in _FORBIDDEN_FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() in _PRAGMAS
    elif action == sqlite3.SQLITE_UPDATE:
        # So SQLite asks before it opens a virtual table, such as json_each or one of FTS5; who
        # really updates the schema is refused by it later, for want of a pragma.
        allowed = first == "sqlite_master"
    else:
        allowed = action in _READING
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _changes(
    action: int, first: str | None, second: str | None, database: str | None, by: str | None
) -> int:
    """Tell SQLite whether a part of a statement reads, or changes rows of the user's tables."""
    if action in _CHANGING and (first or "").lower() not in _SYSTEM_TABLES:
        return sqlite3.SQLITE_OK
    return _reads(action, first, second, database, by)
