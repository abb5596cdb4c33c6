"""What a query may read, and all that it may not do."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ragflow.domain.chunks import RowValues
from ragflow.generate.tables.queries import rows_behind, with_rows
from ragflow.generate.tables.records import QueryRefused, Records


def test_values_keep_their_types_and_equal_rows_count(records: Records) -> None:
    assert [column.type for column in records.columns] == [
        "TEXT",
        "TEXT",
        "REAL",
        "INTEGER",
        "BOOLEAN",
        "TEXT",
    ]
    assert records.run("SELECT COUNT(*), SUM(stock) FROM records").rows == ((6, 31),)
    assert records.source(6) == records.source(5) == ("d1", "c4")


def test_columns_of_mixed_values_are_left_as_they_are() -> None:
    mixed = Records([RowValues("d", "c", {"a": "007"}), RowValues("d", "e", {"a": 7})], {})
    assert mixed.run("SELECT a FROM records").rows == (("007",), (7,))
    mixed.close()


def test_a_result_is_cut(records: Records) -> None:
    result = records.run("select part from records", most=2)
    assert (len(result.rows), result.more) == (2, True)


@pytest.mark.parametrize(
    "query",
    [
        "WITH cheap AS (SELECT part FROM records WHERE price < 1) SELECT * FROM cheap",
        "SELECT part FROM records WHERE stock > (SELECT AVG(stock) FROM records);",
        "SELECT strftime('%Y', bought) AS y, COUNT(*) FROM records GROUP BY y HAVING COUNT(*) > 1",
        "SELECT part, RANK() OVER (ORDER BY price DESC) FROM records",
        "SELECT part FROM records UNION SELECT city FROM records",
        "SELECT part FROM records WHERE LOWER(part) LIKE '%seal%'",
    ],
)
def test_queries_that_read_the_table_run(records: Records, query: str) -> None:
    assert records.run(query).rows


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH DATABASE '/tmp/x.db' AS other",
        "SELECT 1; ATTACH DATABASE 'x' AS y",
        "SELECT part FROM records; DROP TABLE records",
        "SELECT part FROM records UNION SELECT sql FROM sqlite_master",
        "SELECT name FROM sqlite_schema",
        "SELECT * FROM sqlite_temp_master",
        "SELECT * FROM pragma_table_info('records')",
        "SELECT * FROM pragma_database_list",
        "PRAGMA query_only=OFF",
        "SELECT load_extension('evil')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "SELECT randomblob(100000000)",
        "SELECT zeroblob(100000000)",
        "SELECT printf('%.*c', 100000000, 'x')",
        "SELECT fts3_tokenizer('x')",
        "SELECT * FROM json_each('[1]')",
        "SELECT * FROM generate_series(1, 10)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n",
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        "WITH gone AS (SELECT 1) DELETE FROM records",
        "INSERT INTO records (part) VALUES ('x')",
        "UPDATE records SET price = 0",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t AS SELECT * FROM records",
        "VACUUM INTO '/tmp/stolen.db'",
        "EXPLAIN SELECT 1",
        "SELECT * FROM users",
        "SELECT * FROM main.chunks",
        "",
        "SELECT",
        "SELECT '\ud800'",
        "SELECT 9223372036854775807 + part FROM records WHERE ((((",
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT '" + "x" * 20_000 + "'",
    ],
)
def test_all_else_is_refused_and_changes_nothing(records: Records, query: str) -> None:
    with pytest.raises(QueryRefused):
        records.run(query)
    assert records.run("SELECT COUNT(*), MIN(price) FROM records").rows == ((6, 0.1),)


def test_no_file_is_made(records: Records, tmp_path: Path) -> None:
    target = tmp_path / "stolen.db"
    for query in (
        f"VACUUM INTO '{target}'",
        f"ATTACH '{target}' AS x",
        f"SELECT writefile('{target}', 1)",
    ):
        with pytest.raises(QueryRefused):
            records.run(query)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT COUNT(*) FROM records" + "".join(f", records AS r{n}" for n in range(12)),
        "SELECT a.part FROM records a"
        + "".join(f", records AS r{n}" for n in range(9))
        + " ORDER BY a.price * r1.price",
    ],
)
def test_a_query_that_takes_too_long_is_stopped(records: Records, query: str) -> None:
    with pytest.raises(QueryRefused, match="interrupted"):
        records.run(query)


def test_a_text_that_grows_too_long_is_refused(records: Records) -> None:
    grown = "part"
    for _ in range(6):
        grown = f"replace({grown}, 'l', '{'l' * 40}')"
    with pytest.raises(QueryRefused, match="too big"):
        records.run(f"SELECT {grown} FROM records")


def test_closing_ends_a_query_that_is_under_way() -> None:
    opened = Records([RowValues("d", f"c{n}", {"a": n}) for n in range(500)], {}, seconds=60)
    refused: list[QueryRefused] = []

    def ask() -> None:
        try:
            opened.run("SELECT COUNT(*) FROM records a, records b, records c, records d")
        except QueryRefused as error:
            refused.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.2)
    opened.close()
    asking.join(5)
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("query", "listing"),
    [
        ("SELECT part FROM records", "SELECT row_id,  part FROM records"),
        ("select max(price), part from records", "SELECT row_id,  max(price), part from records"),
        ("SELECT COUNT(*) FROM records", None),
        ("SELECT DISTINCT city FROM records", None),
        ("SELECT city, SUM(stock) FROM records GROUP BY city", None),
        ("SELECT part FROM records UNION SELECT city FROM records", None),
        ("SELECT a.part FROM records a, records b", None),
        ("SELECT ROW_NUMBER() OVER () FROM records", None),
    ],
)
def test_a_listing_tells_the_rows_that_it_lists(query: str, listing: str | None) -> None:
    assert with_rows(query) == listing


@pytest.mark.parametrize(
    ("query", "behind"),
    [
        ("SELECT COUNT(*) FROM records", "SELECT row_id FROM records"),
        (
            "SELECT SUM(x) FROM records WHERE a = 'group by (' AND b IN (1) GROUP BY a LIMIT 2;",
            "SELECT row_id FROM records WHERE a = 'group by (' AND b IN (1)",
        ),
        ("SELECT COUNT(*) FROM (SELECT 1)", None),
        ("SELECT 1", None),
    ],
)
def test_a_number_has_the_rows_of_its_condition_behind_it(query: str, behind: str | None) -> None:
    assert rows_behind(query) == behind
