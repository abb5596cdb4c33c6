"""Tables of a Word file: rows of cells, put together from the marks at their ends.

In: the paragraphs of one table with what they say. Out: the table, then what stands beside its
cells. The edges of the cells tell how many columns each spans.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.doc.paragraphs import Paragraph
from ragflow.ingest.parse.doc.properties import ROW_CELLS
from ragflow.ingest.parse.grid import is_header
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

_SAME_EDGE = 20  # twips between edges that are meant to be one
_CELL_SIZE = 20


@dataclass(slots=True)
class _Cell:
    text: str
    pieces: list[Piece]
    edges: tuple[int, int] | None = None
    continues: bool = False  # the cell above
    joined: bool = False  # to the cell on the left
    height: int = 1


@dataclass(slots=True)
class TableBuilder:
    """Collect one table; `depth` counts the tables that it is in, itself included."""

    depth: int = 1
    _inner: TableBuilder | None = None
    _rows: list[list[_Cell]] = field(default_factory=list)
    _cells: list[_Cell] = field(default_factory=list)
    _pieces: list[Piece] = field(default_factory=list)

    def add(self, paragraph: Paragraph, pieces: Sequence[Piece]) -> None:
        """Add a paragraph that stands in the table."""
        if paragraph.depth > self.depth:
            self._inner = self._inner or TableBuilder(self.depth + 1)
            self._inner.add(paragraph, pieces)
            return
        self._end_inner()
        if paragraph.ends_row(self.depth):
            self._end_row(paragraph)
            return
        self._pieces += pieces
        if paragraph.ends_cell(self.depth):
            self._end_cell()

    def result(self) -> list[Piece]:
        """Return the table; of one with a single cell, what is in it."""
        self._end_inner()
        if self._cells or self._pieces:  # a table that is cut off
            self._end_cell()
            self._rows.append(self._cells)
        if len(self._rows) == 1 and len(self._rows[0]) == 1:
            return self._rows[0][0].pieces
        cells = [cell for row in self._rows for cell in row]
        beside = [piece for cell in cells for piece in beside_cells(cell.pieces)]
        return [Piece(BlockKind.TABLE, "", rows=self._drafts()), *beside]

    def _end_inner(self) -> None:
        if self._inner is not None:
            self._pieces += self._inner.result()
            self._inner = None

    def _end_cell(self) -> None:
        self._cells.append(_Cell(lines_of(self._pieces), self._pieces))
        self._pieces = []

    def _end_row(self, paragraph: Paragraph) -> None:
        _place(self._cells, paragraph.properties.changes.get(ROW_CELLS, b""))
        kept: list[_Cell] = []
        for cell in self._cells:
            above = self._above(cell) if cell.continues else None
            if cell.joined and kept and cell.edges and kept[-1].edges:
                kept[-1].edges = (kept[-1].edges[0], cell.edges[1])
                kept[-1].pieces += cell.pieces
                kept[-1].text = lines_of(kept[-1].pieces)
            elif above is not None and not cell.text:
                above.height += 1
            else:
                kept.append(cell)
        self._rows.append(kept)
        self._cells = []

    def _above(self, cell: _Cell) -> _Cell | None:
        """Return the cell that reaches down to the place of another."""
        if cell.edges is None:
            return None
        for distance, row in enumerate(reversed(self._rows), start=1):
            for other in row:
                same = other.edges and abs(other.edges[0] - cell.edges[0]) < _SAME_EDGE
                if same and other.height >= distance:
                    return other
        return None

    def _drafts(self) -> tuple[tuple[CellDraft, ...], ...]:
        texts = [[cell.text for cell in row] for row in self._rows]
        header = is_header(texts, max(map(len, texts), default=0))
        edges = _columns(self._rows)
        return tuple(
            tuple(
                CellDraft(
                    cell.text,
                    min(cell.height, len(self._rows) - index),
                    _width(cell, edges),
                    header and index == 0,
                )
                for cell in row
            )
            for index, row in enumerate(self._rows)
        )


def _place(cells: Sequence[_Cell], definition: bytes) -> None:
    """Give the cells of a row their edges and merges."""
    count = definition[0] if definition else 0
    if count < len(cells) or len(definition) < 1 + 2 * (count + 1):
        return
    edges = struct.unpack_from(f"<{count + 1}h", definition, 1)
    start = 1 + 2 * (count + 1)
    for number, cell in enumerate(cells):
        cell.edges = (edges[number], edges[number + 1])
        flags = definition[start + _CELL_SIZE * number : start + _CELL_SIZE * number + 2]
        value = int.from_bytes(flags, "little")
        cell.joined = value & 3 == 1
        cell.continues = value >> 5 & 3 == 1


def _columns(rows: Sequence[Sequence[_Cell]]) -> list[int]:
    """Return the edges at which columns begin or end, near ones taken for one."""
    found = sorted({edge for row in rows for cell in row if cell.edges for edge in cell.edges})
    kept: list[int] = []
    for edge in found:
        if not kept or edge - kept[-1] >= _SAME_EDGE:
            kept.append(edge)
    return kept


def _width(cell: _Cell, columns: Sequence[int]) -> int:
    if cell.edges is None:
        return 1
    left, right = cell.edges
    inside = [edge for edge in columns if left + _SAME_EDGE <= edge < right - _SAME_EDGE]
    return len(inside) + 1
