"""Tables of a Word file: paragraphs with marks at the ends of cells and rows.

In: the paragraphs of one table with what they say. Out: the table, then what stands beside its
cells; a table inside a cell becomes lines of that cell.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragflow.ingest.parse.doc.paragraphs import Paragraph
from ragflow.ingest.parse.doc.properties import ROW_CELLS
from ragflow.ingest.parse.pieces import Piece
from ragflow.ingest.parse.word_tables import CellPlace, WordTable

_CELL_SIZE = 20


@dataclass(slots=True)
class TableBuilder:
    """Collect one table; `depth` counts the tables that it is in, itself included."""

    depth: int = 1
    _table: WordTable = field(default_factory=WordTable)
    _inner: TableBuilder | None = None

    def add(self, paragraph: Paragraph, pieces: Sequence[Piece]) -> None:
        """Add a paragraph that stands in the table."""
        if paragraph.depth > self.depth:
            self._inner = self._inner or TableBuilder(self.depth + 1)
            self._inner.add(paragraph, pieces)
            return
        self._end_inner()
        if paragraph.ends_row(self.depth):
            self._table.end_row(_places(paragraph.properties.changes.get(ROW_CELLS, b"")))
            return
        self._table.add(pieces)
        if paragraph.ends_cell(self.depth):
            self._table.end_cell()

    def result(self) -> list[Piece]:
        """Return the table; of one with a single cell, what is in it."""
        self._end_inner()
        return self._table.result()

    def _end_inner(self) -> None:
        if self._inner is not None:
            self._table.add(self._inner.result())
            self._inner = None


def _places(definition: bytes) -> list[CellPlace]:
    """Return the places of a row's cells."""
    count = definition[0] if definition else 0
    start = 1 + 2 * (count + 1)
    if not count or len(definition) < start:
        return []
    edges = struct.unpack_from(f"<{count + 1}h", definition, 1)
    places: list[CellPlace] = []
    for number in range(count):
        at = start + _CELL_SIZE * number
        flags = int.from_bytes(definition[at : at + 2], "little")
        places.append(
            CellPlace(edges[number], edges[number + 1], flags >> 5 & 3 == 1, flags & 3 == 1)
        )
    return places
