"""Tables: words that lie in a grid of ruling lines, or in columns between horizontal rules.

In: the words and rulings of a sheet. Out: tables, and the words that are in none. A grid is a set
of touching lines; cells that no line divides are merged. Where only horizontal rules are drawn, as
in most printed tables, the empty strips between the words give the columns.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.grids import Grid, find_grids, rule_groups
from ragflow.ingest.parse.pdf.lines import gap_text, lines_of, same_row
from ragflow.ingest.parse.pdf.rulings import Rulings
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_PROSE_WIDTH = 14.0  # of the size: columns wider than this on both sides are text, not cells
_NUMERIC = re.compile(r"[\s\-+−–—(]*[$€£¥]?\s*[\d.,:/%()\s+\-−–—$€£¥]*\d[\d.,:/%()\s$€£¥]*")


@dataclass(frozen=True, slots=True)
class TableRegion:
    """Hold a table and its place on a sheet."""

    rect: Rect
    sheet: Sheet
    size: float
    rows: list[list[CellDraft]]
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class _CellWords:
    row: int
    column: int
    row_span: int
    column_span: int
    words: list[Word]


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
        table = _columned(rect, inside, sheet)
        if table is not None:
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
        return _columned(grid.rect, words, sheet) if len(grid.ys) >= 3 else None
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = (word.rect.x0 + word.rect.x1) / 2, (word.rect.top + word.rect.bottom) / 2
        row = min(max(bisect_right(grid.ys, y) - 1, 0), len(grid.ys) - 2)
        column = min(max(bisect_right(grid.xs, x) - 1, 0), len(grid.xs) - 2)
        inside.setdefault(grid.owner(row, column), []).append(word)
    cells = [
        _CellWords(row, column, row_span, column_span, inside.get((row, column), []))
        for row, column, row_span, column_span in grid.cells()
    ]
    filled = sum(bool(cell.words) for cell in cells)
    if filled < 2 or (len(grid.ys) < 3 and filled < 3) or filled * 5 < len(cells):
        return None
    return _region(cells, grid.rect, words, sheet)


def _columned(rect: Rect, words: Sequence[Word], sheet: Sheet) -> TableRegion | None:
    """Return the table that words form by their alignment alone, or None if they form none."""
    rows = _word_rows(words)
    if len(rows) < 2:
        return None
    gutters = _gutters(rows, rect)
    if not gutters or _is_prose(rows, gutters):
        return None
    cells: list[_CellWords] = []
    for index, row in enumerate(rows):
        column = 0
        while column <= len(gutters):
            span = 1
            while column + span <= len(gutters) and _crossed(row, gutters[column + span - 1]):
                span += 1
            start = gutters[column - 1] if column else float("-inf")
            end = gutters[column + span - 1] if column + span <= len(gutters) else float("inf")
            inside = [w for w in row if start <= (w.rect.x0 + w.rect.x1) / 2 < end]
            cells.append(_CellWords(index, column, 1, span, inside))
            column += span
    return _region(cells, rect, words, sheet)


def _word_rows(words: Sequence[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.rect.top + w.rect.bottom, w.rect.x0)):
        if rows and same_row(rows[-1][0].rect, word.rect):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.rect.x0) for row in rows]


def _gutters(rows: Sequence[Sequence[Word]], rect: Rect) -> list[float]:
    """Return the middles of strips that nearly all rows leave empty and most have text around."""
    allowed = len(rows) // 6  # rows with a heading that spans columns
    size = max(min(word.size for row in rows for word in row), 1.0)
    crossings = sorted(
        event
        for row in rows
        for stretch in _stretches(row)
        for event in ((stretch[0], 1), (stretch[1], -1))
    )
    gutters, covered, since = [], 0, rect.x0
    for x, step in crossings:
        before = covered
        covered += step
        if before > allowed >= covered:
            since = x
        elif before <= allowed < covered and x - since > 0.8 * size and since > rect.x0:
            middle = (since + x) / 2
            if _splits(rows, middle):
                gutters.append(middle)
    return gutters


def _stretches(row: Sequence[Word]) -> list[tuple[float, float]]:
    stretches: list[tuple[float, float]] = []
    for word in row:
        if stretches and word.rect.x0 - stretches[-1][1] < 0.6 * word.size:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], word.rect.x1))
        else:
            stretches.append((word.rect.x0, word.rect.x1))
    return stretches


def _splits(rows: Sequence[Sequence[Word]], x: float) -> bool:
    both = sum(row[0].rect.x0 < x < row[-1].rect.x1 for row in rows)
    return both * 2 >= len(rows) and both >= 2


def _crossed(row: Sequence[Word], x: float) -> bool:
    return any(start < x < end for start, end in _stretches(row))


def _is_prose(rows: Sequence[Sequence[Word]], gutters: Sequence[float]) -> bool:
    """Tell whether two columns of running text were taken for a table."""
    if len(gutters) != 1:
        return False
    wide = [0, 0]
    for row in rows:
        for start, end in _stretches(row):
            wide[start > gutters[0]] += end - start > _PROSE_WIDTH * row[0].size
    return min(wide) * 2 > len(rows)


def _region(
    cells: Sequence[_CellWords], rect: Rect, words: Sequence[Word], sheet: Sheet
) -> TableRegion | None:
    """Return a table of the rows that have text; its first rows are headers if they look so."""
    filled_rows = sorted({cell.row for cell in cells if cell.words})
    filled_columns = {cell.column for cell in cells if cell.words}
    if len(filled_rows) < 2 or len(filled_columns) < 2:
        return None
    rows = {row: [cell for cell in cells if cell.row == row] for row in filled_rows}
    texts = {id(cell): _cell_text(cell.words, sheet) for cell in cells}
    headers = _header_count([rows[row] for row in filled_rows], texts)
    drafts = [
        [
            CellDraft(
                texts[id(cell)],
                row_span=sum(cell.row <= r < cell.row + cell.row_span for r in filled_rows),
                column_span=cell.column_span,
                header=position < headers,
                box=sheet.box(_hull(cell.words)) if cell.words else None,
            )
            for cell in sorted(rows[row], key=lambda cell: cell.column)
        ]
        for position, row in enumerate(filled_rows)
    ]
    return TableRegion(rect, sheet, max(word.size for word in words), drafts)


def _hull(words: Sequence[Word]) -> Rect:
    rect = words[0].rect
    for word in words[1:]:
        rect = rect.union(word.rect)
    return rect


def _cell_text(words: Sequence[Word], sheet: Sheet) -> str:
    text = ""
    for line in lines_of(words, sheet):
        text += gap_text(text, line.text) + line.text
    return text


def _header_count(rows: Sequence[Sequence[_CellWords]], texts: dict[int, str]) -> int:
    """Count the leading rows that name columns: no numbers, where rows below have some."""
    if len(rows) < 2:
        return 0
    first = [cell for cell in rows[0] if cell.words]
    if not first or any(_is_number(texts[id(cell)]) for cell in first):
        return 0
    spanning = any(cell.column_span > 1 for cell in first) or len(first) * 2 < len(rows[0])
    if not spanning or len(rows) < 3:
        return 1
    second = [cell for cell in rows[1] if cell.words]
    return 1 if any(_is_number(texts[id(cell)]) for cell in second) else 2


def _is_number(text: str) -> bool:
    return _NUMERIC.fullmatch(text) is not None and not re.fullmatch(r"(?:19|20)\d\d", text)
