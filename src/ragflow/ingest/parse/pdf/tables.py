"""Tables: words that lie in a grid of ruling lines, or in columns.

In: the words and rulings of a sheet. Out: tables, and the words that are in none. A grid is a set
of touching lines; cells that no line divides are merged. Where only horizontal rules are drawn, as
in most printed tables, or none at all, the empty strips between the words give the columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from ragflow.ingest.parse.pdf.aligned import columned, unruled_tables
from ragflow.ingest.parse.pdf.cells import (
    CellWords,
    TableRegion,
    is_number,
    table_region,
    word_rows,
)
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.grids import Grid, find_grids, rule_groups
from ragflow.ingest.parse.pdf.rulings import Rulings
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_LONG_CELL = 700  # characters
_ALIGNED = 4.0  # points by which figures of one row may differ in height


def find_tables(
    words: Sequence[Word], rulings: Rulings, sheet: Sheet
) -> tuple[list[TableRegion], list[Word]]:
    """Return the tables of a sheet and the words outside of them, in their order."""
    tables: list[TableRegion] = []
    rest = list(words)
    for grid in find_grids(rulings):
        inside = [word for word in rest if _within(word.rect, grid.rect)]
        table = _ruled(grid, inside, sheet)
        if table is not None:
            tables.append(table)
            rest = _without(rest, inside)
    for rect in rule_groups(rulings):
        inside = [word for word in rest if _within(word.rect, rect)]
        table = columned(rect, inside, sheet)
        if table is not None:
            tables.append(table)
            rest = _without(rest, inside)
    for table, inside in unruled_tables(rest, sheet):
        tables.append(table)
        rest = _without(rest, inside)
    return tables, rest


def _within(rect: Rect, outer: Rect) -> bool:
    x, y = (rect.x0 + rect.x1) / 2, (rect.top + rect.bottom) / 2
    return outer.x0 <= x <= outer.x1 and outer.top <= y <= outer.bottom


def _without(words: list[Word], taken: Sequence[Word]) -> list[Word]:
    gone = {id(word) for word in taken}
    return [word for word in words if id(word) not in gone]


def _ruled(grid: Grid, words: Sequence[Word], sheet: Sheet) -> TableRegion | None:
    """Return the table of a grid, or None if the grid is a frame or a drawing."""
    if not words:
        return None
    if len(grid.xs) < 3:  # rows without column lines
        return columned(grid.rect, words, sheet) if len(grid.ys) >= 3 else None
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = (word.rect.x0 + word.rect.x1) / 2, (word.rect.top + word.rect.bottom) / 2
        row = min(max(bisect_right(grid.ys, y) - 1, 0), len(grid.ys) - 2)
        column = min(max(bisect_right(grid.xs, x) - 1, 0), len(grid.xs) - 2)
        inside.setdefault(grid.owner(row, column), []).append(word)
    cells = [
        CellWords(row, column, row_span, column_span, inside.get((row, column), []))
        for row, column, row_span, column_span in grid.cells()
    ]
    filled = sum(bool(cell.words) for cell in cells)
    if filled < 2 or (len(grid.ys) < 3 and filled < 3) or filled * 5 < len(cells):
        return None
    cells = _split_rows(cells)
    return None if _is_layout(cells) else table_region(cells, grid.rect, words, sheet)


def _is_layout(cells: Sequence[CellWords]) -> bool:
    """Tell whether lines frame running text or a drawing rather than the cells of a table."""
    sizes = [sum(len(word.text) for word in cell.words) for cell in cells if cell.words]
    long = sum(size for size in sizes if size > _LONG_CELL)
    merged = sum(cell.row_span * cell.column_span > 1 for cell in cells)
    empty = len(cells) - len(sizes)
    return long * 10 > 6 * sum(sizes) or (merged * 10 > 6 * len(cells) and empty * 4 > len(cells))


def _split_rows(cells: Sequence[CellWords]) -> list[CellWords]:
    """Cut rows in which several cells hold figures one below the other, line by line."""
    rows = sorted({cell.row for cell in cells})
    bottoms = {row: _figure_lines([cell for cell in cells if cell.row == row]) for row in rows}
    place: list[int] = [0]  # where each row begins once the rows before it are cut
    for row in range(max(rows) + max(cell.row_span for cell in cells)):
        place.append(place[-1] + max(len(bottoms.get(row, [])), 1))
    split: list[CellWords] = []
    for cell in cells:
        start, end = place[cell.row], place[cell.row + cell.row_span]
        if cell.row_span > 1:
            split.append(replace(cell, row=start, row_span=end - start))
            continue
        for index, words in enumerate(_pieces(cell, bottoms[cell.row])):
            split.append(replace(cell, row=start + index, words=words))
    return split


def _figure_lines(cells: Sequence[CellWords]) -> list[float]:
    """Return the lower edges of a row's lines of figures, where its cells agree on them."""
    stacks: list[list[float]] = []
    for cell in cells:
        if cell.row_span > 1 or not cell.words:
            continue
        rows = word_rows(cell.words)
        figures = sum(is_number(" ".join(word.text for word in row)) for row in rows)
        if len(rows) > 1 and figures * 5 >= len(rows) * 4:
            stacks.append([max(word.rect.bottom for word in row) for row in rows])
    if len(stacks) < 2:
        return []
    longest = max(stacks, key=len)
    aligned = all(
        min(abs(bottom - other) for other in longest) < _ALIGNED
        for stack in stacks
        for bottom in stack
    )
    return longest if aligned else []


def _pieces(cell: CellWords, bottoms: Sequence[float]) -> list[list[Word]]:
    pieces: list[list[Word]] = [[] for _ in bottoms] or [[]]
    for word in cell.words:
        middle = (word.rect.top + word.rect.bottom) / 2
        pieces[min(bisect_right(bottoms, middle), len(pieces) - 1)].append(word)
    return pieces
