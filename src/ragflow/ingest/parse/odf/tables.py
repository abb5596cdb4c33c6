"""OpenDocument tables: merged cells stand once, repeated cells and rows as often as they show.

In: a table and a function that reads a cell. Out: the table, then the figures and notes in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.grid import is_header
from ragflow.ingest.parse.odf.names import TABLE
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_GROUPS = frozenset(f"{TABLE}{name}" for name in ("table-rows", "table-row-group"))
_HEADER = f"{TABLE}table-header-rows"
_WIDEST = 1000  # cells and rows that a repetition makes at most

Read = Callable[["_Element"], list[Piece]]


def read_table(table: _Element, read: Read) -> Iterator[Piece]:
    """Yield the table; one of a single cell is a frame around its content."""
    rows = list(_rows(table))
    cells = [cell for _, row in rows for cell in _cells(row)]
    if len(cells) == 1 and len(rows) == 1:
        yield from read(cells[0])
        return
    beside: list[Piece] = []
    drafts: list[list[CellDraft]] = []
    for header, row in rows:
        made: list[CellDraft] = []
        for cell in _cells(row):
            pieces = read(cell)
            beside.extend(beside_cells(pieces))
            text = lines_of(pieces)
            height = _number(cell, "number-rows-spanned")
            width = _number(cell, "number-columns-spanned")
            repeated = _number(cell, "number-columns-repeated") if text else 1
            made += [CellDraft(text, height, width, header)] * repeated
        drafts += [made] * (
            _number(row, "number-rows-repeated") if any(d.text for d in made) else 1
        )
    yield Piece(BlockKind.TABLE, "", rows=_fitted(drafts))
    yield from beside


def _fitted(rows: list[list[CellDraft]]) -> tuple[tuple[CellDraft, ...], ...]:
    """Return the rows with a header, and without cells that reach below the table."""
    texts = [[cell.text for cell in row] for row in rows]
    guessed = not any(cell.header for row in rows for cell in row) and is_header(
        texts, max(map(len, texts), default=0)
    )
    return tuple(
        tuple(
            CellDraft(
                cell.text,
                min(cell.row_span, len(rows) - index),
                cell.column_span,
                cell.header or (guessed and index == 0),
            )
            for cell in row
        )
        for index, row in enumerate(rows)
    )


def _rows(parent: _Element, header: bool = False) -> Iterator[tuple[bool, _Element]]:
    for child in parent:
        if child.tag == f"{TABLE}table-row":
            yield header, child
        elif child.tag in _GROUPS or child.tag == _HEADER:
            yield from _rows(child, header or child.tag == _HEADER)


def _cells(row: _Element) -> list[_Element]:
    return [child for child in row if child.tag == f"{TABLE}table-cell"]


def _number(element: _Element, name: str) -> int:
    text = element.get(f"{TABLE}{name}", "1")
    return max(1, min(int(text), _WIDEST)) if text.isdigit() else 1
