"""Cells beside several rows, though no lines are drawn around them.

In: the rows of a table without column lines. Out: which of its cells reach over several rows: the
label of a group that rules set apart, and a name between two rows of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ragflow.ingest.parse.pdf.cells import CellWords
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.rows import GroupedRows

Place = tuple[int, int]  # of a cell: its row and its column


def with_merged(cells: list[CellWords], grouped: GroupedRows) -> list[CellWords]:
    """Return the cells of a table with those merged that stand beside several rows."""
    merged = {**dict(_labels(cells, grouped)), **dict(_names(cells, grouped))}
    if not merged:
        return cells
    hidden = {
        (row, place[1])
        for place, (start, end) in merged.items()
        for row in range(start, end)
        if row != place[0]
    }
    kept = [cell for cell in cells if (cell.row, cell.column) not in hidden]
    return [
        replace(cell, row=place[0], row_span=place[1] - place[0])
        if (place := merged.get((cell.row, cell.column)))
        else cell
        for cell in kept
    ]


def _labels(cells: list[CellWords], grouped: GroupedRows) -> Iterator[tuple[Place, Place]]:
    """Yield the only labels of the groups of rows, if each group between two rules has just one."""
    first = {cell.row: cell for cell in cells if cell.column == 0}
    found: list[tuple[Place, Place]] = []
    for start, end in grouped.bands:
        own = [row for row in range(start, end) if first[row].words]
        single = all(first[row].column_span == 1 for row in range(start, end))
        if end - start < 2 or len(own) != 1 or not single:
            continue
        found.append(((own[0], 0), (start, end)))
    several = [band for band in grouped.bands if band[1] - band[0] > 1]
    if len(found) > 1 and len(found) == len(several):
        yield from found


def _names(cells: list[CellWords], grouped: GroupedRows) -> Iterator[tuple[Place, Place]]:
    """Yield the names that stand lower than one row of names and higher than the next."""
    empty = {(cell.row, cell.column) for cell in cells if not cell.words and cell.column_span == 1}
    for cell in cells:
        above = cell.row - 1
        if not 0 <= above < (grouped.headers or 0) - 1 or (above, cell.column) not in empty:
            continue
        if cell.words and cell.column_span == 1:
            rect = hull(cell.words)
            upper = max(line.line.rect.bottom for line in grouped.rows[above])
            lower = max(line.line.rect.top for line in grouped.rows[cell.row])
            middle = (rect.top + rect.bottom) / 2
            if rect.top < upper and middle < lower:
                yield (cell.row, cell.column), (above, cell.row + 1)
