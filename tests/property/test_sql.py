"""What a database runs is never hidden from the reader of statements, however it is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.errors import InvalidInput
from ragflow.text.sql import sql_statements, sql_tokens

MARK = "mark()"
PIECES = (
    *(MARK, "1", "'x'", "'it''s'", "'\\'", "''", '"a"', "`a`", "[a]", "x'41'", "/* ' */", "-- '\n"),
    *(
        "'",
        '"',
        "`",
        "[",
        "]",
        "/*",
        "*/",
        "--",
        "\n",
        "\r",
        "\\",
        ";",
        "#",
        "$$",
        "é",
        "\u00a0",
        "\u0663",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8)


def _runs_mark(statement: str) -> bool:
    called: list[int] = []
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("mark", 0, lambda: called.append(1))
        try:
            database.execute(statement).fetchall()
        except (sqlite3.Error, sqlite3.Warning):
            return False
    return bool(called)


@settings(max_examples=600, deadline=None)
@given(TEXTS, st.sampled_from([",", " ", ""]))
def test_sqlite_runs_no_function_that_was_not_seen(pieces: list[str], between: str) -> None:
    statement = f"SELECT {between.join(pieces)}"
    if _runs_mark(statement):
        try:
            words = [token.text for token in sql_tokens(statement, "sqlite")]
        except InvalidInput:
            return
        assert "mark" in words


@given(TEXTS, st.sampled_from(["postgresql", "mysql", "mariadb", "sqlite", "mssql"]))
def test_tokens_are_pieces_of_the_text_in_order(pieces: list[str], engine: str) -> None:
    text = " ".join(pieces)
    try:
        tokens = list(sql_tokens(text, engine))
    except InvalidInput:
        return
    ends = [0, *(token.end for token in tokens)]
    assert all(
        before <= token.start < token.end for before, token in zip(ends, tokens, strict=False)
    )
    statements = sql_statements(text, engine)
    assert all(
        statement in text and statement.strip(" \t\n\r\f\v") == statement
        for statement in statements
    )
    assert [token.text for each in statements for token in sql_tokens(each, engine)] == [
        token.text for token in tokens if (token.kind, token.text) != ("sign", ";")
    ]
