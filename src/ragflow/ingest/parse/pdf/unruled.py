"""Tables that no rule marks: close lines whose parts stand in columns.

In: the words of a sheet outside of ruled tables. Out: tables, each with its words. Figures make a
table of three columns or more; texts must be aligned and short, for prose stands in columns too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragflow.ingest.parse.pdf.aligned import columned
from ragflow.ingest.parse.pdf.cells import TableRegion, is_number
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines
from ragflow.ingest.parse.pdf.sheet import Sheet

_MIN_ROWS = 4
_APART = 1.6  # of the size: lines farther apart than this and the usual are not of one table
_FIGURES = 0.4  # share of cells with figures
_LONGEST_CELL = 60  # characters, of a table of texts


def unruled_tables(words: Sequence[Word], sheet: Sheet) -> list[tuple[TableRegion, list[Word]]]:
    """Return the tables that alignment alone marks, each with its words."""
    found: list[tuple[TableRegion, list[Word]]] = []
    for lines in _runs(parted_lines(words)):
        inside = [word for line in lines for word in line.words]
        table = columned(hull(inside), inside, sheet)
        if table is not None and (_is_of_figures(table) or _is_of_texts(table, lines)):
            found.append((table, inside))
    return found


def _runs(lines: Sequence[PartedLine]) -> Iterator[list[PartedLine]]:
    """Yield stretches of close lines that consist of several parts, with the headings in them."""
    run: list[PartedLine] = []
    lone: list[PartedLine] = []
    for line in lines:
        last = lone[-1] if lone else run[-1] if run else None
        apart = last is not None and line.rect.top - last.rect.bottom > _APART * line.size
        if apart or len(lone) > 2:
            yield from _long(run)
            run, lone = [], []
        if len(line.parts) > 1:
            run.extend([*lone, line])
            lone = []
        elif run and line.rect.x1 <= _middle(run):
            lone.append(line)
        elif run:
            yield from _long(run)
            run, lone = [], []
    yield from _long(run)


def _middle(run: Sequence[PartedLine]) -> float:
    """Return the middle of a run: what reaches over it is a sentence, not a heading."""
    return (min(line.rect.x0 for line in run) + max(line.rect.x1 for line in run)) / 2


def _long(run: list[PartedLine]) -> Iterator[list[PartedLine]]:
    if len(run) >= _MIN_ROWS:
        yield run


def _is_of_figures(table: TableRegion) -> bool:
    texts = [cell.text for row in table.rows for cell in row if cell.text]
    body = [row for row in table.rows if not row[0].header and len(row) > 1]
    figures = sum(map(is_number, texts))
    if table.column_count == 2:
        last = [row[-1].text for row in body if row[-1].text]
        names = [row[0].text for row in body]
        return (
            len(body) >= _MIN_ROWS
            and sum(map(is_number, last)) * 10 >= 9 * len(body)
            and not any(map(is_number, names))
        )
    return figures >= _FIGURES * len(texts)


def _is_of_texts(table: TableRegion, lines: Sequence[PartedLine]) -> bool:
    """Tell whether short texts are aligned at the left in at least three columns."""
    if table.column_count < 3 or any(line.words[0].style.mono for line in lines):
        return False
    cells = [cell for row in table.rows for cell in row]
    filled = [cell for cell in cells if cell.text]
    if len(filled) * 10 < 6 * len(cells) or max(len(c.text) for c in filled) > _LONGEST_CELL:
        return False
    full = sum(sum(bool(cell.text) for cell in row) * 2 > table.column_count for row in table.rows)
    return full * 10 >= 8 * len(table.rows) and _is_aligned(table)


def _is_aligned(table: TableRegion) -> bool:
    starts: dict[int, list[int]] = {}
    for row in table.rows:
        column = 0
        for cell in row:
            if cell.box is not None and cell.column_span == 1 and not cell.header:
                starts.setdefault(column, []).append(round(cell.box.x0))
            column += cell.column_span
    aligned = [
        sum(abs(x - max(set(xs), key=xs.count)) < 2 for x in xs) * 10 >= 8 * len(xs)
        for xs in starts.values()
    ]
    return sum(aligned) * 10 >= 7 * table.column_count
