"""ExeSQL runs statements one by one and shows rows as tables and as objects."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.agent_sql.gateway import Databases
from ragflow.agents.tools.base import ToolResult, spec_of
from ragflow.agents.tools.exe_sql import ExeSQL, ExeSQLOptions
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

ROWS = SqlRows(("name", "note", "name"), (("a|b", None, {"x": 1}), ("c", "two\nlines", 2)))


def _run(outside: FakeOutside, **params: Any) -> ToolResult:
    options = ExeSQLOptions.model_validate(params)
    return asyncio.run(ExeSQL().run(options, outside.environment()))


def test_rows_become_a_table_and_objects() -> None:
    outside = FakeOutside()
    outside.databases.rows = ROWS
    result = _run(outside, sql="SELECT 1")
    assert result.text.splitlines() == [
        "| name | note | name_2 |",
        "| --- | --- | --- |",
        '| a\\|b |  | {"x": 1} |',
        "| c | two lines | 2 |",
    ]
    assert result.data == [
        {"name": "a|b", "note": None, "name_2": {"x": 1}},
        {"name": "c", "note": "two\nlines", "name_2": 2},
    ]


def test_statements_are_run_one_by_one() -> None:
    outside = FakeOutside()
    outside.databases.rows = SqlRows(("n",), ((1,),), truncated=True)
    result = _run(outside, sql="SELECT ';'; -- first\nSELECT 2;", max_records=7)
    asked = [(statement, most) for _, statement, most in outside.databases.statements]
    assert asked == [("SELECT ';'", 7), ("SELECT 2", 7)]
    assert result.data == [{"n": 1}, {"n": 1}]
    assert result.text.count("These are the first 1 rows; there are more.") == 2


@pytest.mark.parametrize(
    "sql", ["```sql\nSELECT 1\n```", "Here it is:\n```\nSELECT 1;\n```\nGood?", "``` SELECT 1"]
)
def test_fences_of_a_model_are_taken_off(sql: str) -> None:
    outside = FakeOutside()
    assert _run(outside, sql=sql).text == "There are no such rows."
    assert [statement for _, statement, _ in outside.databases.statements] == ["SELECT 1"]


def test_the_connection_is_that_of_the_canvas() -> None:
    outside = FakeOutside()
    params = {"database": "d", "username": "u", "host": "h", "password": "p"}
    _run(outside, sql="SELECT 1", **params)
    _run(outside, sql="SELECT 1", db_type="postgresql", port="", **params)
    _run(outside, sql="SELECT 1", db_type="postgresql", port="6000", **params)
    assert [connection for connection, *_ in outside.databases.statements] == [
        SqlConnection("mysql", "d", "h", 3306, "u", "p"),
        SqlConnection("postgresql", "d", "h", 5432, "u", "p"),
        SqlConnection("postgresql", "d", "h", 6000, "u", "p"),
    ]
    assert outside.databases.statements[0][2] == 1024


@pytest.mark.parametrize("sql", ["", " ; ", "SELECT 'open", "SELECT 1;" * 21])
def test_what_is_no_reasonable_sql_is_refused(sql: str) -> None:
    with pytest.raises(ToolFailed, match="ExeSQL failed"):
        _run(FakeOutside(), sql=sql)


def test_more_text_than_a_tool_may_make_is_refused() -> None:
    outside = FakeOutside()
    outside.databases.rows = SqlRows(("text",), (("x" * 600_000,),) * 2)
    with pytest.raises(ToolFailed, match="1000000 characters"):
        _run(outside, sql="SELECT 1")


def test_a_real_file_is_asked(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE items (name TEXT)")
        database.execute("INSERT INTO items VALUES ('lamp')")
        database.commit()
    outside = FakeOutside(databases=Databases(sqlite_directory=tmp_path))  # type: ignore[arg-type]
    found = _run(outside, sql="SELECT * FROM items", db_type="sqlite", database="shop.db")
    assert found.data == [{"name": "lamp"}]
    with pytest.raises(ToolFailed, match="must begin"):
        _run(outside, sql="DROP TABLE items", db_type="sqlite", database="shop.db")


def test_a_model_fills_the_sql_alone() -> None:
    spec = spec_of(ExeSQL)
    assert spec.name == "execute_sql"
    assert list(spec.parameters["properties"]) == ["sql"]
