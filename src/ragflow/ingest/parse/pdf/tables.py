"""Tables: words that lie in a grid of ruling lines, or in columns.

In: the words and rulings of a sheet. Out: tables, and the words that are in none. A grid is a set
of touching lines; cells that no line divides are merged. Where only horizontal rules are drawn, as
in most printed tables, or none at all, the empty strips between the words give the columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ragflow.ingest.parse.pdf.above import cells_above
from ragflow.ingest.parse.pdf.aligned import columned
from ragflow.ingest.parse.pdf.areas import RuledArea, lines_above, lines_below, pieces, ruled_areas
from ragflow.ingest.parse.pdf.cells import CellWords, TableRegion, table_region
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.grids import Grid, find_grids
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import PartedLine
from ragflow.ingest.parse.pdf.rulings import Rulings
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.ingest.parse.pdf.sound import (
    has_axis,
    is_doubtful,
    is_of_figures,
    is_of_texts,
    is_sound,
)
from ragflow.ingest.parse.pdf.splits import split_cells
from ragflow.ingest.parse.pdf.stacked import join_stacked
from ragflow.ingest.parse.pdf.turned import TurnedLine
from ragflow.ingest.parse.pdf.unruled import unruled_tables

_LONG_CELL = 700  # characters
_FEWEST_ROWS = 3  # in a grid of one ruled row and two columns
_WHOLE = 0.85  # of the sheet's area: what a grid without margins covers
_TITLE = 1.5  # times the usual size: what a cell is not set in
_NARROW = 12.0  # points: empty columns narrower than this are gaps between double lines

Found = tuple[TableRegion, list[Word]]


@dataclass(frozen=True, slots=True)
class FoundTables:
    """Hold the tables of a sheet and the words outside of them, in their order.

    `unsure` says that words looked like a table and are in none, or that a table is doubtful;
    `turned` are the words of lines on end that stand in cells.
    """

    tables: list[TableRegion]
    words: list[Word]
    unsure: bool = False
    turned: tuple[Word, ...] = ()


def find_tables(
    words: Sequence[Word],
    rulings: Rulings,
    sheet: Sheet,
    turned: Sequence[TurnedLine] = (),
) -> FoundTables:
    """Return what lines and alignment tell of the tables of a sheet.

    Empty cells of grids also take in `turned` lines.
    """
    tables: list[TableRegion] = []
    on_end: list[Word] = []
    rest = list(words)
    for grid in find_grids(rulings):
        outline = grid.rect
        inside = [word for word in rest if _within(word.rect, outline)]
        found = _ruled(grid, inside, rest, sheet, turned)
        if found is not None:
            tables.append(found[0])
            rest = _without(rest, found[1])
            taken = {id(word) for word in found[1]}
            on_end += [word for line in turned if id(line.word) in taken for word in line.words]
    free = _outside(rulings, [table.rect for table in tables])
    for area in ruled_areas(free, rest):
        for table, inside in _between_rules(area, rest, free, sheet):
            tables.append(table)
            rest = _without(rest, inside)
    unruled = unruled_tables(rest, sheet)
    for table, inside in unruled.found:
        tables.append(table)
        rest = _without(rest, inside)
    unsure = unruled.unsure or any(map(is_doubtful, tables))
    return FoundTables(join_stacked(tables, rest), rest, unsure, tuple(on_end))


def _within(rect: Rect, outer: Rect) -> bool:
    (x0, x1, top, bottom), (left, right, highest, lowest) = rect, outer
    return left <= (x0 + x1) / 2 <= right and highest <= (top + bottom) / 2 <= lowest


def _without(words: list[Word], taken: Sequence[Word]) -> list[Word]:
    gone = {id(word) for word in taken}
    return [word for word in words if id(word) not in gone]


def _outside(rulings: Rulings, rects: Sequence[Rect]) -> Rulings:
    """Return the rulings without the horizontal ones of tables that are found."""
    return replace(
        rulings,
        horizontal=tuple(
            rule
            for rule in rulings.horizontal
            if not any(
                rect.top - 1 <= rule.at <= rect.bottom + 1
                and rect.x0 - 3 <= rule.start
                and rule.end <= rect.x1 + 3
                for rect in rects
            )
        ),
    )


def _between_rules(
    area: RuledArea, words: Sequence[Word], rulings: Rulings, sheet: Sheet
) -> list[Found]:
    """Return the table between rules, or those that lone lines between two rules set apart."""
    left = {id(word) for word in words}
    if not all(id(word) in left for word in area.words):
        return []  # a smaller area has taken them
    whole = _of_area(area, words, sheet)
    parts = [_of_area(piece, words, sheet) for piece in pieces(area, rulings)]
    found = [part for part in parts if part is not None and is_sound(part[0])]
    if whole is None or not is_sound(whole[0]):
        return found
    wider = any(part[0].column_count > whole[0].column_count for part in found)
    return found if wider else [whole]


def _of_area(area: RuledArea, words: Sequence[Word], sheet: Sheet) -> Found | None:
    """Return the table of an area, with the lines above and below that belong to it."""
    if not area.words or _is_page(area.rect, area.words, sheet):
        return None
    table = columned(area.rect, area.words, sheet, area.drawn)
    best: Found | None = (table, area.words) if table is not None else None
    if not area.closed:
        for lines in (lines_above(area, words), lines_below(area, words)):
            best = _extended(best, area, lines, sheet)
    if best is None or len(area.rules) > 2:
        return best
    return best if is_of_figures(best[0]) or is_of_texts(best[0]) else None


def _extended(
    best: Found | None, area: RuledArea, lines: Sequence[PartedLine], sheet: Sheet
) -> Found | None:
    """Return a table with the lines beside it if they fit into its columns."""
    if not lines or max(len(line.parts) for line in lines) * 2 < (
        best[0].column_count if best else 0
    ):
        return best
    wider = [word for line in lines for word in line.words] + (best[1] if best else area.words)
    table = columned(area.rect.union(hull(wider)), wider, sheet, area.drawn)
    if table is None or (best and table.column_count < best[0].column_count):
        return best
    return table, wider


def _ruled(
    grid: Grid,
    words: Sequence[Word],
    around: Sequence[Word],
    sheet: Sheet,
    turned: Sequence[TurnedLine],
) -> Found | None:
    """Return the table of a grid, or None if the grid is a frame or a drawing."""
    if not words or _is_page(grid.rect, words, sheet):
        return None
    if len(grid.xs) < 3:  # rows without column lines
        table = columned(grid.rect, words, sheet, grid.rules) if len(grid.ys) > 2 else None
        return None if table is None else (table, list(words))
    cells = _with_turned(_grid_cells(grid, words), grid, turned)
    filled = sum(bool(cell.words) for cell in cells)
    if filled < 2 or filled * 5 < len(cells):
        return None
    if _is_layout(cells) or _is_drawing(cells):
        return None
    split = split_cells(cells, grid.xs)
    if len(grid.ys) < 3 and filled < 3 and len({cell.row for cell in split.cells}) < _FEWEST_ROWS:
        return None
    area = RuledArea(grid.rect, grid.rules, grid.rules, ())
    above = cells_above(lines_above(area, around), split.xs)
    every = [cell for row in above for cell in row]
    held = [word for cell in (*every, *cells) for word in cell.words]
    taken = list({id(word): word for word in (*words, *held)}.values())
    every += [replace(cell, row=cell.row + len(above)) for cell in split.cells]
    kept = _wide_columns(split.xs)
    table = table_region(every, grid.rect.union(hull(taken)), taken, sheet, kept=kept)
    if table is None or has_axis(table):
        return None
    return replace(table, edges=tuple(split.xs)), taken


def _is_page(rect: Rect, words: Sequence[Word], sheet: Sheet) -> bool:
    """Tell whether lines divide a whole slide or poster, with titles and text in it."""
    if rect.width * rect.height < _WHOLE * sheet.width * sheet.height:
        return False
    sizes = [word.size for word in words]
    return max(sizes) > _TITLE * median(sizes)


def _grid_cells(grid: Grid, words: Sequence[Word]) -> list[CellWords]:
    """Return the cells of a grid with the words in them."""
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        inside.setdefault(_owner(grid, word), []).append(word)
    return [
        CellWords(row, column, row_span, column_span, inside.get((row, column), []))
        for row, column, row_span, column_span in grid.cells()
    ]


def _owner(grid: Grid, word: Word) -> tuple[int, int]:
    """Return where the cell begins in which the middle of a word lies."""
    x, y = (word.rect.x0 + word.rect.x1) / 2, (word.rect.top + word.rect.bottom) / 2
    row = min(max(bisect_right(grid.ys, y) - 1, 0), len(grid.ys) - 2)
    column = min(max(bisect_right(grid.xs, x) - 1, 0), len(grid.xs) - 2)
    return grid.owner(row, column)


def _with_turned(
    cells: Sequence[CellWords], grid: Grid, turned: Sequence[TurnedLine]
) -> list[CellWords]:
    """Return the cells with the lines on end that stand in empty ones."""
    inside: dict[tuple[int, int], list[Word]] = {}
    for line in turned:
        if _within(line.word.rect, grid.rect):
            inside.setdefault(_owner(grid, line.word), []).append(line.word)
    return [
        cell if cell.words else replace(cell, words=inside.get((cell.row, cell.column), []))
        for cell in cells
    ]


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
