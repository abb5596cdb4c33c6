"""SQLite files are open in the operator's folder alone, and only for reading."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ragflow.adapters.agent_sql.gateway import Databases
from ragflow.adapters.agent_sql.limits import QueryLimits
from ragflow.domain.agent_ports import SqlConnection, SqlRows
from ragflow.domain.errors import ToolFailed

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data ?#"
    made.mkdir()
    for path in (made / "shop.db", tmp_path / "secret.db"):
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE items (name TEXT, price REAL, picture BLOB)")
            rows = [("lamp", 9.5, b"\x01\xff"), ("café", None, None), ("sofa", 300.0, b"")]
            database.executemany("INSERT INTO items VALUES (?, ?, ?)", rows)
            database.commit()
    (made / "link.db").symlink_to(tmp_path / "secret.db")
    return made


def _query(
    folder: Path | None,
    statement: str,
    *,
    file: str = "shop.db",
    most: int = 10,
    limits: QueryLimits = QueryLimits(),  # noqa: B008 - frozen
) -> SqlRows:
    databases = Databases(limits=limits, sqlite_directory=folder)
    return asyncio.run(databases.query(SqlConnection("sqlite", file), statement, most))


def test_rows_come_with_values_that_json_has(folder: Path) -> None:
    found = _query(folder, "SELECT name, price, picture FROM items")
    assert found == SqlRows(
        ("name", "price", "picture"),
        (("lamp", 9.5, "0x01ff"), ("café", None, None), ("sofa", 300.0, "0x")),
    )


def test_columns_come_without_rows_too(folder: Path) -> None:
    assert _query(folder, "SELECT name FROM items WHERE 0") == SqlRows(("name",), ())


def test_more_rows_than_asked_for_are_cut_and_told(folder: Path) -> None:
    found = _query(folder, "SELECT name FROM items", most=2)
    assert len(found.rows) == 2
    assert found.truncated
    assert not _query(folder, "SELECT name FROM items", most=3).truncated


def test_a_result_is_cut_before_it_grows_too_large(folder: Path) -> None:
    limits = QueryLimits(chars=10)
    found = _query(folder, "SELECT name FROM items", limits=limits)
    assert found == SqlRows(("name",), (("lamp",), ("café",)), truncated=True)
    with pytest.raises(ToolFailed, match="select less"):
        _query(folder, "SELECT 'longer than ten'", limits=limits)


def test_a_query_that_takes_too_long_ends(folder: Path) -> None:
    with pytest.raises(ToolFailed, match="RAGFLOW_AGENTS__SQL_SECONDS"):
        _query(folder, ENDLESS, limits=QueryLimits(seconds=0.2))


@pytest.mark.parametrize("file", ["../secret.db", "link.db", "", ".", "none.db", "a\0b"])
def test_no_file_outside_of_the_folder_is_opened(folder: Path, file: str) -> None:
    with pytest.raises(ToolFailed, match="no database"):
        _query(folder, "SELECT * FROM items", file=file)


def test_an_absolute_path_outside_of_the_folder_is_refused(folder: Path) -> None:
    with pytest.raises(ToolFailed, match="no database"):
        _query(folder, "SELECT 1", file=str(folder.parent / "secret.db"))


def test_without_a_folder_no_file_is_open(folder: Path) -> None:
    with pytest.raises(ToolFailed, match="RAGFLOW_AGENTS__SQLITE_DIRECTORY"):
        _query(None, "SELECT 1", file=str(folder / "shop.db"))


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM pragma_database_list",
        "EXPLAIN ATTACH 'x' AS y",
        "SELECT \"load_extension\"('x')",
        "SELECT * FROM missing",
        "WITH a AS (SELECT 1) SELECT * FROM a, b",
    ],
)
@pytest.mark.parametrize("writes", [False, True])
def test_sqlite_itself_refuses_what_the_words_do_not_show(
    folder: Path, statement: str, writes: bool
) -> None:
    with pytest.raises(ToolFailed):
        _query(folder, statement, limits=QueryLimits(writes=writes))


def test_structure_can_be_asked_for(folder: Path) -> None:
    found = _query(folder, "PRAGMA table_info(items)")
    assert [row[1] for row in found.rows] == ["name", "price", "picture"]
    assert _query(folder, "SELECT name FROM sqlite_master").rows == (("items",),)


def test_full_text_and_json_can_be_asked(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(line)")
        database.execute("INSERT INTO words VALUES ('a red lamp')")
        database.commit()
    assert _query(folder, "SELECT line FROM words WHERE words MATCH 'lamp'").rows == (
        ("a red lamp",),
    )
    assert _query(folder, "SELECT value FROM json_each('[1, 2]')").rows == ((1,), (2,))


def test_rows_change_only_where_the_operator_allows_it(folder: Path) -> None:
    statement = "UPDATE items SET price = 1 WHERE price IS NOT NULL"
    with pytest.raises(ToolFailed):
        _query(folder, statement)
    changed = _query(folder, statement, limits=QueryLimits(writes=True))
    assert changed == SqlRows(("affected_rows",), ((2,),))
    assert _query(folder, "SELECT sum(price) FROM items").rows == ((2.0,),)
    with pytest.raises(ToolFailed):
        _query(folder, "UPDATE sqlite_master SET sql = ''", limits=QueryLimits(writes=True))


@pytest.mark.parametrize("engine", ["mssql", "oracle", ""])
def test_engines_without_a_driver_are_refused_with_what_to_do(folder: Path, engine: str) -> None:
    with pytest.raises(ToolFailed, match=r"(?i)postgresql"):
        asyncio.run(Databases().query(SqlConnection(engine, "d"), "SELECT 1", 1))
