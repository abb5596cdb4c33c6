"""The grid of a table: which rows and columns each cell fills when merged cells are spread out.

In: a table whose merged cells stand once, where they begin. Out: its rows one by one, where a cell
that reaches down from above stands again in each row that it fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Cell, Table

_MOST_COLUMNS = 1000  # wider merges are mistakes of the file


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """Hold a cell and the rows and columns that it fills."""

    cell: Cell
    row: int
    column: int
    row_span: int
    column_span: int


def placed_rows(table: Table) -> Iterator[list[PlacedCell]]:
    """Yield the cells of each row from left to right."""
    reaching: list[PlacedCell] = []
    for index, cells in enumerate(table.rows):
        reaching = [placed for placed in reaching if placed.row + placed.row_span > index]
        row = reaching + _own_cells(cells, index, len(table.rows), reaching)
        row.sort(key=lambda placed: placed.column)
        yield row
        reaching += [placed for placed in row if placed.row == index and placed.row_span > 1]


def table_of(rows: Sequence[Sequence[PlacedCell]], first: int) -> list[list[PlacedCell]]:
    """Make a table of its own from consecutive rows, of which the top one is row `first`.

    Merged cells end at its edges; one that reaches in from above begins in the top row.
    """
    end = first + len(rows)
    return [
        [
            PlacedCell(
                placed.cell,
                index,
                placed.column,
                min(placed.row + placed.row_span, end) - index,
                placed.column_span,
            )
            for placed in row
            if placed.row == index or index == first
        ]
        for index, row in enumerate(rows, first)
    ]


def _own_cells(
    cells: Sequence[Cell], row: int, height: int, reaching: Sequence[PlacedCell]
) -> list[PlacedCell]:
    taken = {
        column
        for placed in reaching
        for column in range(placed.column, placed.column + placed.column_span)
    }
    own: list[PlacedCell] = []
    column = 0
    for cell in cells:
        while column in taken:
            column += 1
        width = 1
        while width < min(cell.column_span, _MOST_COLUMNS) and column + width not in taken:
            width += 1
        own.append(PlacedCell(cell, row, column, max(1, min(cell.row_span, height - row)), width))
        column += width
    return own
