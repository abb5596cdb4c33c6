"""Tables: words that lie in a grid of ruling lines, or in columns.

In: the words and rulings of a sheet. Out: tables, and the words that are in none. A grid is a set
of touching lines; cells that no line divides are merged. Where only horizontal rules are drawn, as
in most printed tables, or none at all, the empty strips between the words give the columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from ragflow.ingest.parse.pdf.aligned import columned
from ragflow.ingest.parse.pdf.areas import RuledArea, lines_above, lines_below, ruled_areas
from ragflow.ingest.parse.pdf.cells import CellWords, TableRegion, table_region
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.grids import Grid, find_grids
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.rulings import Rulings
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.ingest.parse.pdf.splits import split_cells
from ragflow.ingest.parse.pdf.unruled import unruled_tables

_LONG_CELL = 700  # characters
_NARROW = 12.0  # points: empty columns narrower than this are gaps between double lines

Found = tuple[TableRegion, list[Word]]


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
    for area in ruled_areas(rulings, rest):
        found = _between_rules(area, rest, sheet)
        if found is not None:
            tables.append(found[0])
            rest = _without(rest, found[1])
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


def _between_rules(area: RuledArea, words: Sequence[Word], sheet: Sheet) -> Found | None:
    """Return the table between rules, with the lines above and below that belong to it."""
    inside = [word for word in words if _within(word.rect, area.rect)]
    table = columned(area.rect, inside, sheet, area.rules)
    best: Found | None = (table, inside) if table is not None else None
    for lines in (lines_above(area, words), lines_below(area, words)):
        known = {id(word) for word in best[1]} if best else {id(word) for word in inside}
        more = [word for line in lines for word in line.words if id(word) not in known]
        if not more:
            continue
        wider = [*more, *(best[1] if best else inside)]
        rect = area.rect.union(hull(wider))
        table = columned(rect, wider, sheet, area.rules)
        if table is not None and (best is None or _grows(best[0], table)):
            best = table, wider
    return best


def _grows(table: TableRegion, wider: TableRegion) -> bool:
    """Tell whether lines around a table fit into its columns."""
    return wider.column_count >= table.column_count and len(wider.rows) > len(table.rows)


def _ruled(grid: Grid, words: Sequence[Word], sheet: Sheet) -> TableRegion | None:
    """Return the table of a grid, or None if the grid is a frame or a drawing."""
    if not words:
        return None
    if len(grid.xs) < 3:  # rows without column lines
        return columned(grid.rect, words, sheet, grid.rules) if len(grid.ys) >= 3 else None
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
    if _is_layout(cells) or _is_drawing(cells):
        return None
    split = split_cells(cells, grid.xs)
    return table_region(split.cells, grid.rect, words, sheet, kept=_wide_columns(split.xs))


def _wide_columns(xs: Sequence[float]) -> set[int]:
    return {index for index, (start, end) in enumerate(pairwise(xs)) if end - start > _NARROW}


def _is_layout(cells: Sequence[CellWords]) -> bool:
    """Tell whether lines frame running text or a drawing rather than the cells of a table."""
    sizes = [sum(len(word.text) for word in cell.words) for cell in cells if cell.words]
    long = sum(size for size in sizes if size > _LONG_CELL)
    merged = sum(cell.row_span * cell.column_span > 1 for cell in cells)
    empty = len(cells) - len(sizes)
    return long * 10 > 6 * sum(sizes) or (merged * 10 > 6 * len(cells) and empty * 4 > len(cells))


def _is_drawing(cells: Sequence[CellWords]) -> bool:
    """Tell whether no two cells stand side by side: boxes in boxes, one below the other."""
    filled: dict[int, int] = {}
    for cell in cells:
        if cell.words:
            for row in range(cell.row, cell.row + cell.row_span):
                filled[row] = filled.get(row, 0) + 1
    return max(filled.values()) < 2
