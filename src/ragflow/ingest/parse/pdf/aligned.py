"""Tables without column lines: words that stand in columns by their alignment.

In: the words of an area, between rules or where rows of figures follow each other. Out: a table, or
nothing where the words are running text in columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.ingest.parse.pdf.cells import (
    CellWords,
    TableRegion,
    is_number,
    table_region,
    word_rows,
)
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_PROSE_WIDTH = 14.0  # of the size: columns wider than this on both sides are text, not cells
_MIN_ROWS = 4  # of a table that no rule marks
_MIN_COLUMNS = 3
_FIGURES = 0.4  # share of cells with figures that such a table needs


def unruled_tables(words: Sequence[Word], sheet: Sheet) -> list[tuple[TableRegion, list[Word]]]:
    """Return tables of figures that no rule marks, each with its words."""
    found: list[tuple[TableRegion, list[Word]]] = []
    if sum(word.text[-1].isdigit() for word in words) < _MIN_ROWS * (_MIN_COLUMNS - 1):
        return found
    for rows in _runs(word_rows(words)):
        inside = [word for row in rows for word in row]
        table = columned(hull(inside), inside, sheet)
        if table is not None and _is_of_figures(table):
            found.append((table, inside))
    return found


def _runs(rows: Sequence[list[Word]]) -> list[list[list[Word]]]:
    """Return the stretches of close rows that consist of several parts."""
    runs: list[list[list[Word]]] = [[]]
    for row in rows:
        apart = bool(runs[-1]) and (
            hull(row).top - hull(runs[-1][-1]).bottom > 1.5 * max(word.size for word in row)
        )
        if len(_stretches(row)) < 2:
            runs.append([])
        elif apart:
            runs.append([row])
        else:
            runs[-1].append(row)
    return [run for run in runs if len(run) >= _MIN_ROWS]


def _is_of_figures(table: TableRegion) -> bool:
    texts = [cell.text for row in table.rows for cell in row if cell.text]
    columns = max(sum(cell.column_span for cell in row) for row in table.rows)
    return columns >= _MIN_COLUMNS and sum(map(is_number, texts)) >= _FIGURES * len(texts)


def columned(rect: Rect, words: Sequence[Word], sheet: Sheet) -> TableRegion | None:
    """Return the table that words form by their alignment alone, or None if they form none."""
    rows = word_rows(words)
    if len(rows) < 2:
        return None
    gutters = _gutters(rows, rect)
    if not gutters or _is_prose(rows, gutters):
        return None
    cells: list[CellWords] = []
    for index, row in enumerate(rows):
        column = 0
        while column <= len(gutters):
            span = 1
            while column + span <= len(gutters) and _crossed(row, gutters[column + span - 1]):
                span += 1
            start = gutters[column - 1] if column else float("-inf")
            end = gutters[column + span - 1] if column + span <= len(gutters) else float("inf")
            inside = [w for w in row if start <= (w.rect.x0 + w.rect.x1) / 2 < end]
            cells.append(CellWords(index, column, 1, span, inside))
            column += span
    return table_region(cells, rect, words, sheet)


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
