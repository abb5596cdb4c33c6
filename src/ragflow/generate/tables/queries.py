"""Queries: which rows a SELECT is about.

In: the text of a query that ran. Out: the same query with the numbers of its rows, where each row
of its result is one of the table's; or a query for the rows that its condition lets through, where
it counts and sums. Nothing where the query is not simple enough to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragflow.generate.tables.records import ROW, TABLE

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])
    |(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<word>\w+)|(?P<sign>[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = ("from", "where", "group", "having", "window", "order", "limit")
_JOINING = frozenset({"union", "intersect", "except", "join", "with"})
_GATHERING = frozenset({"avg", "count", "group_concat", "max", "min", "string_agg", "sum", "total"})


@dataclass(frozen=True, slots=True)
class _Outline:
    """Place the clauses of a simple query."""

    text: str
    starts: dict[str, int]
    gathering: tuple[str, ...]
    distinct: bool

    def clause(self, name: str) -> str:
        """Return a clause without its first word, empty where there is none."""
        if name not in self.starts:
            return ""
        start = self.starts[name]
        end = min((each for each in self.starts.values() if each > start), default=len(self.text))
        return self.text[start + len(name) : end].strip()


def with_rows(query: str) -> str | None:
    """Return a query that tells the number of each row first.

    Beside one greatest or least value, SQLite takes the other columns from the row that has it.
    """
    outline = _outline(query)
    if outline is None or outline.distinct:
        return None
    picks_rows = outline.gathering in (("max",), ("min",))
    if not picks_rows and (outline.gathering or "group" in outline.starts):
        return None
    return f"SELECT {ROW}, {outline.text[outline.starts['select'] + len('select') :]}"


def rows_behind(query: str) -> str | None:
    """Return a query for the numbers of the rows that another one gathers."""
    outline = _outline(query)
    if outline is None:
        return None
    condition = outline.clause("where")
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT {ROW} FROM {TABLE}{where}"  # noqa: S608 - it runs where the other one did


def _outline(query: str) -> _Outline | None:
    """Return the outline of one SELECT over the table alone, without others inside."""
    text = query.strip().rstrip(";").rstrip()
    tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "comment"]
    words = [match[0].lower() if match.lastgroup == "word" else "" for match in tokens]
    if words[:1] != ["select"] or words.count("select") > 1 or _JOINING & set(words):
        return None
    starts = _starts(tokens, words)
    if "from" not in starts:
        return None
    gathering = tuple(_gathering(tokens, words, starts["from"]))
    outline = _Outline(text, starts, gathering, "distinct" in words)
    table = outline.clause("from").strip('"`[] ').lower()
    return outline if table == TABLE else None


def _starts(tokens: Sequence[re.Match[str]], words: Sequence[str]) -> dict[str, int]:
    starts = {"select": tokens[0].start()}
    depth = 0
    for token, word in zip(tokens, words, strict=True):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and word in _CLAUSES:
            starts.setdefault(word, token.start())
    return starts


def _gathering(tokens: Sequence[re.Match[str]], words: Sequence[str], end: int) -> Iterator[str]:
    """Yield what gathers several rows, or looks at others, among what is selected."""
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if token.start() >= end:
            break
        called = index + 1 < len(tokens) and tokens[index + 1][0] == "("
        if word == "over" or (called and word in _GATHERING):
            yield word
