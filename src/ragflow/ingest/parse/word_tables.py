"""Tables as old Word formats write them: cells between marks, their places beside the rows.

In: pieces, ends of cells, and ends of rows with the edges of their cells. Out: the table, then what
stands beside its cells. The edges tell how many columns a cell spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.grid import is_header
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

_SAME_EDGE = 20  # twips between edges that are meant to be one


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Say where a cell lies, in twips, and whether it goes on with the one above or on its left."""

    left: int
    right: int
    continues: bool = False
    joined: bool = False


@dataclass(slots=True)
class _Cell:
    pieces: list[Piece]
    text: str
    left: int = 0
    right: int = 0
    height: int = 1


@dataclass(slots=True)
class WordTable:
    """Collect one table."""

    _rows: list[list[_Cell]] = field(default_factory=list)
    _cells: list[_Cell] = field(default_factory=list)
    _pieces: list[Piece] = field(default_factory=list)

    def add(self, pieces: Sequence[Piece]) -> None:
        """Add to the cell that is open."""
        self._pieces += pieces

    def end_cell(self) -> None:
        """Close the cell that is open."""
        self._cells.append(_Cell(self._pieces, lines_of(self._pieces)))
        self._pieces = []

    def end_row(self, places: Sequence[CellPlace]) -> None:
        """Close the row that is open; without the places of its cells each is one column."""
        if self._pieces:
            self.end_cell()
        placed = len(places) >= len(self._cells)
        kept: list[_Cell] = []
        for number, cell in enumerate(self._cells):
            if placed:
                place = places[number]
                cell.left, cell.right = place.left, place.right
                if place.joined and kept:
                    kept[-1].right = place.right
                    kept[-1].pieces += cell.pieces
                    kept[-1].text = lines_of(kept[-1].pieces)
                    continue
                above = self._above(cell) if place.continues and not cell.text else None
                if above is not None:
                    above.height += 1
                    continue
            kept.append(cell)
        self._rows.append(kept)
        self._cells = []

    def result(self) -> list[Piece]:
        """Return the table; of one with a single cell, what is in it."""
        if self._cells or self._pieces:  # a table that is cut off
            self.end_row(())
        if len(self._rows) == 1 and len(self._rows[0]) == 1:
            return self._rows[0][0].pieces
        cells = [cell for row in self._rows for cell in row]
        beside = [piece for cell in cells for piece in beside_cells(cell.pieces)]
        return [Piece(BlockKind.TABLE, "", rows=self._drafts()), *beside]

    def _above(self, cell: _Cell) -> _Cell | None:
        """Return the cell that reaches down to the place of another."""
        for distance, row in enumerate(reversed(self._rows), start=1):
            for other in row:
                if abs(other.left - cell.left) < _SAME_EDGE and other.height >= distance:
                    return other
        return None

    def _drafts(self) -> tuple[tuple[CellDraft, ...], ...]:
        texts = [[cell.text for cell in row] for row in self._rows]
        header = is_header(texts, max(map(len, texts), default=0))
        edges = self._edges()
        return tuple(
            tuple(
                CellDraft(
                    cell.text,
                    min(cell.height, len(self._rows) - index),
                    _columns(cell, edges),
                    header and index == 0,
                )
                for cell in row
            )
            for index, row in enumerate(self._rows)
        )

    def _edges(self) -> list[int]:
        """Return the edges at which columns begin or end, near ones taken for one."""
        cells = [cell for row in self._rows for cell in row if cell.right > cell.left]
        kept: list[int] = []
        for edge in sorted({edge for cell in cells for edge in (cell.left, cell.right)}):
            if not kept or edge - kept[-1] >= _SAME_EDGE:
                kept.append(edge)
        return kept


def _columns(cell: _Cell, edges: Sequence[int]) -> int:
    first, last = cell.left + _SAME_EDGE, cell.right - _SAME_EDGE
    return 1 + sum(first <= edge < last for edge in edges)
