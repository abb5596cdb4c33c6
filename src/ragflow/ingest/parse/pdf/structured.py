"""Tables as the structure model sees them, filled with the words of the page.

In: words in an area and the cells that the model sees in its picture. Out: a table with each word
in one cell, or nothing where words and cells do not agree. The words may come from a text layer or
from recognition; the model only tells where the cells are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.ingest.parse.pdf.cells import CellWords, TableRegion, table_region
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import parted_lines
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.vision.table_structure import SeenCell, SeenTable

_SURE = 0.9  # score of the model from which it is believed
_MET = 0.85  # share of the parts of lines that must lie in the cells
_TORN = 0.15  # share of lines that may lie in several rows
_REACH = 0.4  # of the size by which a part may lie outside of its cell


def structured_table(
    words: Sequence[Word], rect: Rect, seen: SeenTable, sheet: Sheet
) -> TableRegion | None:
    """Return the table that the words of an area make in the cells that the model sees in it."""
    if seen.score < _SURE or len(seen.cells) < 4:
        return None
    boxes = [_placed(cell, rect) for cell in seen.cells]
    inside: list[list[Word]] = [[] for _ in boxes]
    lines = parted_lines(words)
    parts, met, torn = 0, 0, 0
    for line in lines:
        rows: set[int] = set()
        for part in line.parts:
            place = hull(part.words)
            best = min(range(len(boxes)), key=lambda index: _distance(place, boxes[index]))
            parts += 1
            met += _distance(place, boxes[best]) < _REACH * part.words[0].size
            inside[best].extend(part.words)
            if seen.cells[best].row_span == 1:
                rows.add(seen.cells[best].row)
        torn += len(rows) > 1
    if met < _MET * parts or torn > _TORN * len(lines):
        return None
    cells = [
        CellWords(cell.row, cell.column, cell.row_span, cell.column_span, held)
        for cell, held in zip(seen.cells, inside, strict=True)
    ]
    headers = min((cell.row for cell in seen.cells if not cell.header), default=0)
    return table_region(cells, hull(words), words, sheet, headers=headers)


def _placed(cell: SeenCell, rect: Rect) -> Rect:
    return Rect(
        rect.x0 + cell.x0 * rect.width,
        rect.x0 + cell.x1 * rect.width,
        rect.top + cell.top * rect.height,
        rect.top + cell.bottom * rect.height,
    )


def _distance(part: Rect, cell: Rect) -> float:
    """Return how far the middle of a part is from a cell; less than 0 by how deep it lies in it."""
    x, y = (part.x0 + part.x1) / 2, (part.top + part.bottom) / 2
    across = max(cell.x0 - x, x - cell.x1)
    down = max(cell.top - y, y - cell.bottom)
    if across <= 0 and down <= 0:
        return max(across, down) / max(cell.height, 1.0)
    return max(across, 0.0) + 2 * max(down, 0.0)
