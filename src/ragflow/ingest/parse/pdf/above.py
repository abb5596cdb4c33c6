"""Column names that stand above a ruled grid, outside of its lines.

In: the lines above a grid and its columns. Out: the cells of header rows. Names above several
columns each are spread evenly, as years over pairs of columns are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.ingest.parse.pdf.cells import CellWords
from ragflow.ingest.parse.pdf.gutters import Columns, Slot, in_columns
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import PartedLine
from ragflow.ingest.parse.pdf.rows import header_rows, slotted


def cells_above(lines: Sequence[PartedLine], xs: Sequence[float]) -> list[list[CellWords]]:
    """Return rows of cells over the columns with edges `xs`; none if the lines do not fit."""
    columns = Columns(list(xs[1:-1]), [set() for _ in xs[1:]], [set() for _ in xs[1:]])
    rows: list[list[CellWords]] = []
    best = 0
    placed = slotted(lines, columns)
    if any(line.figures for line in placed):
        return []
    for index, group in enumerate(header_rows(placed)):
        slots = _spread([slot for line in group for slot in line.slots], xs)
        best = max(best, sum(slot.span for slot in slots))
        cells = in_columns(slots, columns.count)
        rows.append([CellWords(index, c.column, 1, c.span, c.words) for c in cells])
    return rows if best * 2 >= columns.count else []


def _spread(slots: Sequence[Slot], xs: Sequence[float]) -> list[Slot]:
    """Return names with the columns that each of them stands above."""
    count = len(xs) - 1
    slots = in_columns(slots, count)
    slots = [slot for slot in slots if slot.words]
    first = min((slot.column for slot in slots), default=0)
    for start in range(first, -1, -1):
        width, rest = divmod(count - start, max(len(slots), 1))
        if rest or width < 2 or len(slots) < 2:
            continue
        spread = [
            slot._replace(column=start + index * width, span=width)
            for index, slot in enumerate(slots)
        ]
        if all(_is_centred(slot, xs) for slot in spread):
            return spread
    return slots


def _is_centred(slot: Slot, xs: Sequence[float]) -> bool:
    rect = hull(slot.words)
    start, end = xs[slot.column], xs[slot.column + slot.span]
    return abs(rect.x0 + rect.x1 - start - end) < 0.5 * (end - start)
