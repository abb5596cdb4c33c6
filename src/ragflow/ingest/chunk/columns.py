"""Columns: what the header of a table calls them, for people and as keys of their values.

In: the rows of a header, or its fields. Out: columns with names and keys; `price/cost(EUR)` has the
key `price` and the other words as synonyms. Refused with a `BadHeader`: names that occur twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Span, Table
from ragflow.domain.errors import BadHeader
from ragflow.text.grid import PlacedCell, placed_rows

RUNNING_NUMBERS = frozenset({"id", "_id", "index", "idx"})
"""Names of columns that count rows and say nothing of them."""

LONGEST_NAME = 255
"""Characters of a column's name; a longer one is a text."""

_RESERVED = frozenset({"row_id", "rowid", "oid", "_rowid_"})  # of the tables that SQL asks
_SYNONYMS = re.compile(r"[(（\[【].*?[)）\]】]|[/／].*", re.DOTALL)
_NOT_IN_KEYS = re.compile(r"\W+")
_VALUE = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d\s.,:/\-T%)eE+]*")
_DEEPEST_HEADER = 5


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a column: its place, its whole name and where the header says it."""

    place: int
    name: str
    spans: tuple[Span, ...] = ()
    key: str = ""

    @property
    def counts_rows(self) -> bool:
        """Tell whether the column holds running numbers."""
        return self.name.lower() in RUNNING_NUMBERS

    @property
    def shown(self) -> str:
        """Return the name as people read it."""
        return self.name.replace("_", " ").strip() or self.name


def keyed(columns: Sequence[Column], file_name: str) -> list[Column]:
    """Return the columns with keys; those without a name are called by their places.

    Raises `BadHeader`.
    """
    named = [
        column if column.name else Column(column.place, f"column {column.place + 1}", column.spans)
        for column in columns
    ]
    times = Counter(column.name.casefold() for column in named)
    twice = [column.name for column in named if times[column.name.casefold()] > 1]
    if twice:
        reason = f"the column name {twice[0]!r} stands in the header more than once"
        raise BadHeader(name=file_name, reason=reason)
    short = Counter(field_key(_SYNONYMS.sub("", column.name)) for column in named)
    taken: set[str] = set()
    result: list[Column] = []
    for column in named:
        key = field_key(_SYNONYMS.sub("", column.name))
        if not key or short[key] > 1:
            key = field_key(column.name) or f"column_{column.place + 1}"
        while key in taken:
            key += "_"
        taken.add(key)
        result.append(Column(column.place, column.name, column.spans, key))
    return result


def field_key(name: str) -> str:
    """Return a name as a key: small letters, digits and single underscores."""
    key = _NOT_IN_KEYS.sub("_", unicodedata.normalize("NFKC", name)).strip("_").lower()
    return f"c_{key}" if key[:1].isdecimal() or key in _RESERVED else key


def header_depth(table: Table) -> int:
    """Count the rows that name columns: the first, and those that group names reach over."""
    rows = []
    for row in placed_rows(table):
        rows.append(row)
        if len(rows) > _DEEPEST_HEADER:
            break
    depth = max(1, table.header_row_count)
    index = 0
    while index < depth < min(len(rows), _DEEPEST_HEADER):
        for placed in rows[index]:
            if placed.row == index and placed.cell.text.strip():
                depth = max(depth, index + placed.row_span)
        if index == depth - 1 and _groups(rows[index]) and _names(rows[index + 1], rows[index]):
            depth += 1
        index += 1
    return min(depth, len(table.rows))


def header_columns(table: Table, depth: int) -> list[Column]:
    """Return the columns of a table; names above each other are joined by hyphens."""
    found: dict[int, Column] = {}
    rows = placed_rows(table)
    for _, row in zip(range(depth), rows, strict=False):
        for placed in row:
            text = " ".join(placed.cell.text.split())
            for place in range(placed.column, placed.column + placed.column_span):
                known = found.get(place, Column(place, ""))
                if text and placed.cell.span not in known.spans:
                    name = f"{known.name}-{text}" if known.name else text
                    known = Column(place, name, (*known.spans, placed.cell.span))
                found[place] = known
    for row in rows:
        for placed in row:
            if placed.cell.text.strip() and placed.column not in found:
                found[placed.column] = Column(placed.column, "")
    return [found[place] for place in sorted(found)]


def _groups(row: Sequence[PlacedCell]) -> bool:
    """Tell whether a row of a header holds a name for several columns."""
    return any(placed.column_span > 1 and placed.cell.text.strip() for placed in row)


def _names(below: Sequence[PlacedCell], above: Sequence[PlacedCell]) -> bool:
    """Tell whether a row names the columns of the groups above it: texts that all differ there."""
    for group in above:
        if group.column_span == 1 or not group.cell.text.strip():
            continue
        reach = range(group.column, group.column + group.column_span)
        texts = [placed.cell.text.strip() for placed in below if placed.column in reach]
        filled = [text for text in texts if text]
        if len(filled) < 2 or len(set(filled)) < len(filled):
            return False
        if any(_VALUE.fullmatch(text) and not _is_year(text) for text in filled):
            return False
    return True


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and text[:2] in ("19", "20")
