"""SQL is cut as its server cuts it, and what could be cut in two ways is refused."""

from __future__ import annotations

import contextlib

import pytest

from ragflow.domain.errors import InvalidInput
from ragflow.text.sql import sql_statements, sql_tokens


def _texts(statement: str, engine: str) -> list[str]:
    return [token.text for token in sql_tokens(statement, engine)]


@pytest.mark.parametrize(
    ("engine", "statement", "texts"),
    [
        ("postgresql", "SELECT \"A\"\"b\", 'it''s'", ["select", 'a"b', ",", "'it''s'"]),
        ("postgresql", "a /* x /* y */ ; */ b", ["a", "b"]),
        ("postgresql", "a -- x\rb", ["a", "b"]),
        ("postgresql", r"E'\'; drop' + '\'", [r"E'\'; drop'", "+", r"'\'"]),
        ("postgresql", "$x$ ; $y$ ' $x$ z$1", ["$x$ ; $y$ ' $x$", "z$1"]),
        ("postgresql", "a#b", ["a", "#", "b"]),
        ("postgresql", "\u0663e'\\'", ["\u0663e", "'\\'"]),  # a digit, but not one of SQL's
        ("mysql", "a -- x\rb\nc", ["a", "c"]),
        ("mysql", "5--3 # x\n+1", ["5", "-", "-", "3", "+", "1"]),
        ("mysql", r"'\'; drop' `B``c`" + r' "\"x"', [r"'\'; drop'", "b`c", r'"\"x"']),
        ("mysql", "a /* x /* y */ b", ["a", "b"]),
        ("mariadb", "1.into 1e5", ["1.", "into", "1e5"]),
        ("sqlite", "[a;b] `c` \"d\" '\\'", ["a;b", "c", "d", "'\\'"]),
    ],
)
def test_each_engine_has_its_own_strings_names_and_comments(
    engine: str, statement: str, texts: list[str]
) -> None:
    assert _texts(statement, engine) == texts


@pytest.mark.parametrize(
    ("engine", "statement"),
    [
        ("mysql", "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */"),
        ("mariadb", "SELECT 1 /*M!50000 INTO OUTFILE '/tmp/x' */"),
        ("mysql", "SELECT /*+ SET_VAR(sql_mode=ANSI_QUOTES) */ 1"),
        ("postgresql", 'SELECT U&"pg\\005fread_file"(1)'),
        ("postgresql", "SELECT E'a'\n'\\'', pg_sleep(1), '\\''"),
        ("postgresql", "SELECT 'open"),
        ("postgresql", 'SELECT "open'),
        ("postgresql", "SELECT /* open /* */"),
        ("mysql", "SELECT 'open\\'"),
        ("mysql", "SELECT `open"),
        ("postgresql", "SELECT $a$ open $b$"),
        ("sqlite", "SELECT [open"),
        ("sqlite", "SELECT 1\x00; DROP TABLE t"),
        ("sqlite", "SELECT '\ud800'"),
    ],
)
def test_what_could_hide_a_word_is_refused(engine: str, statement: str) -> None:
    with pytest.raises(InvalidInput):
        list(sql_tokens(statement, engine))


def test_statements_are_separated_outside_of_strings_and_comments_alone() -> None:
    text = "SELECT ';' -- ; \n, 1;; ; /* only this */ ;\nSELECT 2 ; -- the end"
    assert sql_statements(text, "postgresql") == ["SELECT ';' -- ; \n, 1", "SELECT 2"]


@pytest.mark.parametrize(
    ("engine", "piece"),
    [
        ("postgresql", "$a{}$ "),
        ("postgresql", "/* {} "),
        ("postgresql", "'{}'' "),
        ("postgresql", "[{} "),
        ("sqlite", "[{} "),
        ("mysql", "--{} "),
        ("mysql", "'\\'{} "),
        ("sqlite", '"{} '),
    ],
)
def test_a_long_hostile_text_is_read_before_the_limit_of_a_test(engine: str, piece: str) -> None:
    text = "".join(piece.format(number) for number in range(200_000))
    with contextlib.suppress(InvalidInput):
        list(sql_tokens(text, engine))
