"""HTML tables as people read them: each row with the names of its columns.

In: text with `<table>` markup in it. Out: where each table stands, and its rows as fields. Merged
cells count for every row that they fill, header rows one below the other make one name; a table
without header cells names nothing. Broken markup is read as far as it goes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Cell, Span, Table
from ragflow.text.grid import PlacedCell, placed_rows

_TABLE = re.compile(r"<table\b[^<>]*>(.*?)(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_CAPTION = re.compile(r"<caption\b[^<>]*>(.*?)(?:</caption>|(?=<tr\b)|\Z)", re.DOTALL | re.I)
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)(?:</tr>|(?=<tr\b)|\Z)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(
    r"<(?P<tag>t[hd])\b(?P<attributes>[^<>]*)>(?P<text>.*?)(?:</t[hd]>|(?=<t[hd]\b)|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_MERGE = re.compile(r"\b(row|col)span\s*=\s*[\"']?(\d{1,4})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LABELLED = 2  # a heading and its value


@dataclass(frozen=True, slots=True)
class Field:
    """Hold one value of a row; `name` is empty where nothing names it."""

    value: str
    name: str = ""

    @property
    def text(self) -> str:
        """Return `name: value`; a name may end in a colon already."""
        name = self.name.rstrip(" :：")
        return f"{name}: {self.value}" if name else self.value


@dataclass(frozen=True, slots=True)
class TableRow:
    """Hold a row that says something; `span` is its markup. A heading names columns or rows."""

    span: Span
    fields: tuple[Field, ...]
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """Hold a table; `span` is its markup."""

    span: Span
    caption: str
    rows: tuple[TableRow, ...]


def html_tables(text: str) -> Iterator[HtmlTable]:
    """Yield the tables of a text."""
    for table in _TABLE.finditer(text):
        caption = _CAPTION.search(table[1])
        rows = list(_ROW.finditer(text, *table.span(1)))
        yield HtmlTable(
            Span(*table.span()),
            plain(caption[1]) if caption else "",
            tuple(_rows([Span(*row.span()) for row in rows], _table(text, rows))),
        )


def plain(markup: str) -> str:
    """Return the words of markup, on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _table(text: str, rows: Sequence[re.Match[str]]) -> Table:
    return Table(tuple(tuple(map(_cell, _CELL.finditer(text, *row.span(1)))) for row in rows))


def _cell(cell: re.Match[str]) -> Cell:
    merges = {kind.lower(): max(int(number), 1) for kind, number in _MERGE.findall(cell[2])}
    return Cell(
        plain(cell["text"]),
        Span(*cell.span()),
        merges.get("row", 1),
        merges.get("col", 1),
        cell["tag"].lower() == "th",
    )


def _rows(spans: Sequence[Span], table: Table) -> Iterator[TableRow]:
    header = table.header_row_count
    placed = list(placed_rows(table))
    names = _names(placed[:header])
    for index, (span, row) in enumerate(zip(spans, placed, strict=True)):
        filled = [cell for cell in row if cell.cell.text]
        if not filled:
            continue
        if index < header:
            fields = tuple(Field(cell.cell.text) for cell in filled)
        else:
            fields = _fields([cell for cell in filled if cell.row >= header], names)
        if fields:
            yield TableRow(span, fields, all(cell.cell.header for cell in filled))


def _names(header: Sequence[Sequence[PlacedCell]]) -> dict[int, str]:
    """Join the names above each column, from the top down."""
    above: dict[int, dict[Cell, None]] = {}
    for row in header:
        for placed in row:
            if placed.cell.text:
                for column in range(placed.column, placed.column + placed.column_span):
                    above.setdefault(column, {})[placed.cell] = None
    return {column: " ".join(cell.text for cell in cells) for column, cells in above.items()}


def _fields(row: Sequence[PlacedCell], names: dict[int, str]) -> tuple[Field, ...]:
    if not names and len(row) == _LABELLED and [cell.cell.header for cell in row] == [True, False]:
        return (Field(row[1].cell.text, row[0].cell.text),)
    if len(row) == 1 and row[0].column_span > 1:
        return (Field(row[0].cell.text),)  # across the table: it belongs to no column
    return tuple(Field(placed.cell.text, _name(placed, names)) for placed in row)


def _name(placed: PlacedCell, names: dict[int, str]) -> str:
    columns = range(placed.column, placed.column + placed.column_span)
    return ", ".join(dict.fromkeys(names[column] for column in columns if column in names))
