"""SQL cut into its tokens, as the server that will run it cuts it.

In: a text of one or more statements and the engine that they are for. Out: tokens without comments
and white space, or the single statements. Refused with `InvalidInput`: what servers or their
settings read in different ways, so that nobody can hide a word from a reader here that the server
sees: comments that are run, Unicode escapes, strings that go on after a gap, and what has no end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ragflow.domain.errors import InvalidInput

TokenKind = Literal["word", "name", "string", "number", "sign"]


@dataclass(frozen=True, slots=True)
class SqlToken:
    """Hold a token: words and names in lower case, names without their quotes."""

    kind: TokenKind
    text: str
    start: int
    end: int


_LETTER = r"A-Za-z_\u0080-\U0010ffff"
_WORD = rf"[{_LETTER}][{_LETTER}0-9$]*+"
_TAG = re.compile(rf"\$(?:[{_LETTER}][{_LETTER}0-9]*+)?\$")
_NUMBER = r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
_PLAIN = r"'(?:[^']|'')*+'"
_ESCAPED = r"'(?:[^'\\]|''|\\.)*+'"
_QUOTED = r'"(?:[^"]|"")*+"'
_BACKTICKED = r"`(?:[^`]|``)*+`"


def _pattern(space: str, string: str, name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<space>[ \t\n\r\f\v]++|{space})|(?P<string>{string})|(?P<name>{name})"
        rf"|(?P<number>{_NUMBER})|(?P<word>{_WORD})|(?P<sign>.)",
        re.DOTALL,
    )


_POSTGRESQL = _pattern(r"--[^\n\r]*+", rf"[eE]{_ESCAPED}|{_PLAIN}", _QUOTED)
_MYSQL = _pattern(
    r"(?:\#|--(?=[\x00-\x20\x7f]|\Z))[^\n]*+",
    rf"{_ESCAPED}|" + _ESCAPED.replace("'", '"'),
    _BACKTICKED,
)
_SQLITE = _pattern(r"--[^\n]*+", _PLAIN, rf"{_QUOTED}|{_BACKTICKED}|\[[^\]]*+\]")
_PATTERNS = {
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": _SQLITE,
    "mssql": _SQLITE,
}
_UNICODE_ESCAPE = re.compile(r"[uU]&['\"]")
_RUN_COMMENT = re.compile(r"/\*(?:!|M!|\+)")
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_OPENINGS = {_POSTGRESQL: "'\"", _MYSQL: "'\"`", _SQLITE: "'\"`["}
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def sql_tokens(text: str, engine: str) -> Iterator[SqlToken]:
    """Yield the tokens of a text. Raises `InvalidInput`."""
    pattern = _PATTERNS[engine]
    nested = pattern is _POSTGRESQL
    if _NO_TEXT.search(text):
        raise InvalidInput("A statement must be valid Unicode without the character NUL.")
    place, after_string = 0, False
    while place < len(text):
        if text.startswith("/*", place):
            place = _comment_end(text, place, nested=nested)
            continue
        if nested and _UNICODE_ESCAPE.match(text, place):
            raise InvalidInput("Unicode escapes (U&) are not read here: write the characters.")
        tag = _TAG.match(text, place) if nested else None
        found = pattern.match(text, place)
        assert found is not None  # a sign is any character
        start, place = place, found.end() if tag is None else _tagged_end(text, tag)
        if found.lastgroup == "space":
            continue
        kind = found.lastgroup if tag is None else "string"
        token = _token(kind, text[start:place], start, place, _OPENINGS[pattern])
        if nested and after_string and token.kind == "string":
            raise InvalidInput("Two strings that follow each other are not read here: use ||.")
        after_string = token.kind == "string"
        yield token


def sql_statements(text: str, engine: str) -> list[str]:
    """Return the statements of a text that semicolons separate. Raises `InvalidInput`."""
    found: list[str] = []
    start: int | None = None
    end = 0
    for token in sql_tokens(text, engine):
        if token.kind == "sign" and token.text == ";":
            if start is not None:
                found.append(text[start:end])
            start = None
        else:
            start = token.start if start is None else start
            end = token.end
    if start is not None:
        found.append(text[start:end])
    return found


def _token(kind: str | None, text: str, start: int, end: int, openings: str) -> SqlToken:
    match kind:
        case "word":
            return SqlToken("word", text.lower(), start, end)
        case "name":
            return SqlToken("name", _unquoted(text).lower(), start, end)
        case "string":
            return SqlToken("string", text, start, end)
        case "number":
            return SqlToken("number", text, start, end)
        case _:
            if text in openings:
                raise _unclosed(text)
            return SqlToken("sign", text, start, end)


def _unquoted(name: str) -> str:
    quote = name[-1]
    return name[1:-1].replace(quote * 2, quote)


def _tagged_end(text: str, tag: re.Match[str]) -> int:
    end = text.find(tag[0], tag.end())
    if end < 0:
        raise _unclosed(tag[0])
    return end + len(tag[0])


def _unclosed(opening: str) -> InvalidInput:
    return InvalidInput(f"The statement has a {opening} that is never closed.")


def _comment_end(text: str, start: int, *, nested: bool) -> int:
    if _RUN_COMMENT.match(text, start):
        raise InvalidInput("Comments that a server runs (/*! or /*+) are not allowed.")
    depth, place = 1, start + 2
    while depth:
        edge = _COMMENT_EDGE.search(text, place)
        if edge is None:
            raise _unclosed("/*")
        place = edge.end()
        if edge[0] == "*/":
            depth -= 1
        elif nested:
            depth += 1
    return place
