"""Questions to databases: SQL that an author or a model wrote, run statement by statement.

In: SQL, bare or in Markdown fences, and how to reach a database. Out: the rows, as Markdown tables
for a model and as objects. Refused: what the gateway refuses, too many statements, and more text
than a tool may make.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.references import as_text
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.pages import table
from ragflow.agents.tools.readings import Words
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import InvalidInput, ToolFailed, spelled_out
from ragflow.text.sql import sql_statements

_FENCED = re.compile(
    r"```[ \t]*(?:(?:\w*sql\w*|mariadb|postgres)\b)?(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE
)
_MOST_STATEMENTS = 20
_POSTGRESQL_PORT = 5432


def _engine(value: object) -> object:
    """Return the name of an engine, by which other programs may call it, too."""
    name = value.strip().lower() if isinstance(value, str) else value
    return "postgresql" if name == "postgres" else name


class ExeSQLOptions(Options):
    """Hold SQL and how to reach the database that it is for."""

    sql: Words = Field(
        "{sys.query}",
        description="SQL in the dialect of the database; several statements are separated by ;",
    )
    db_type: Annotated[
        Literal["mysql", "postgresql", "mariadb", "mssql", "sqlite"], BeforeValidator(_engine)
    ] = "mysql"
    database: str = ""
    username: str = ""
    host: str = ""
    port: int = Field(3306, ge=0, le=65535)
    password: str = Field("", repr=False)
    max_records: int = Field(1024, ge=1, le=100_000)


@tools.register("ExeSQL")
class ExeSQL(Tool[ExeSQLOptions]):
    """Query a database."""

    function = "execute_sql"
    description = "Query a database with SQL and return the rows. Ask for no more than you need."
    asked = ("sql",)
    changes_things = True  # where the operator lets agents change rows
    options = ExeSQLOptions

    async def run(self, options: ExeSQLOptions, environment: Environment) -> ToolResult:
        """Return the rows of each statement. Raises `ToolFailed`."""
        connection = SqlConnection(
            engine=options.db_type,
            database=options.database,
            host=options.host,
            port=_port(options),
            username=options.username,
            password=options.password,
        )
        tables: list[str] = []
        records: list[dict[str, Any]] = []
        most = left = environment.limits.text_chars
        for statement in _statements(options):
            found = await environment.databases.query(connection, statement, options.max_records)
            columns = _distinct(found.columns)
            tables.append(_told(columns, found))
            left -= len(tables[-1])
            if left < 0:
                raise _failed(
                    f"the rows make more than {most} characters: select less of them; the setting "
                    f"{spelled_out('agents.text_chars')} moves this limit"
                )
            records += [dict(zip(columns, row, strict=True)) for row in found.rows]
        return ToolResult("\n\n".join(tables), data=records)


def _port(options: ExeSQLOptions) -> int:
    if options.db_type == "postgresql" and "port" not in options.model_fields_set:
        return _POSTGRESQL_PORT
    return options.port


def _statements(options: ExeSQLOptions) -> list[str]:
    fenced = _FENCED.findall(options.sql)
    try:
        statements = [
            statement
            for text in fenced or [options.sql]
            for statement in sql_statements(text, options.db_type)
        ]
    except InvalidInput as error:
        raise _failed(str(error)) from None
    if not statements:
        raise _failed("there is no statement")
    if len(statements) > _MOST_STATEMENTS:
        raise _failed(f"{_MOST_STATEMENTS} statements are run at most")
    return statements


def _failed(reason: str) -> ToolFailed:
    return ToolFailed(tool="ExeSQL", reason=reason)


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return names that differ, so that an object can have all of them."""
    found: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in found:
            name, number = f"{column}_{number}", number + 1
        found.append(name)
    return found


def _told(columns: Sequence[str], found: SqlRows) -> str:
    if not found.rows:
        return "There are no such rows."
    told = table(columns, (map(as_text, row) for row in found.rows))
    if found.truncated:
        told += f"\n\nThese are the first {len(found.rows)} rows; there are more."
    return told
