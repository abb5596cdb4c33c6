"""Table cells: words with their place in a table, and the table that they make.

In: cells that hold words. Out: a table region with the text of each cell and its header rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from ragflow.domain.documents import Box
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import gap_text, hull, join_row, lines_of
from ragflow.ingest.parse.pdf.reading_order import rows_of
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_NUMERIC = re.compile(r"[\s\-+−–—(]*[$€£¥]?\s*[\d.,:/%()\s+\-−–—$€£¥]*\d[\d.,:/%()\s$€£¥]*")

_LETTER = re.compile(r"[^\W\d_]")
_MOST_HEADERS = 6


@dataclass(frozen=True, slots=True)
class Repeated:
    """Hold text that stands once more on a later page of a table."""

    text: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class LinedCell(CellDraft):
    """Propose a cell whose text stands in `lines` on the page."""

    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRegion:
    """Hold a table and its place on a sheet.

    `edges` are where its columns begin and end, if lines tell.
    """

    rect: Rect
    sheet: Sheet
    size: float
    rows: list[list[LinedCell]]
    rtl: bool = False
    edges: tuple[float, ...] = ()
    repeated: tuple[Repeated, ...] = ()

    @property
    def column_count(self) -> int:
        """Count the columns."""
        return max(sum(cell.column_span for cell in row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class CellWords:
    """Hold the words of one cell and the rows and columns that it fills."""

    row: int
    column: int
    row_span: int
    column_span: int
    words: list[Word]


def table_region(
    cells: Sequence[CellWords],
    rect: Rect,
    words: Sequence[Word],
    sheet: Sheet,
    *,
    headers: int | None = None,
    kept: Set[int] = frozenset(),
) -> TableRegion | None:
    """Return a table of the rows and columns that have text, and of the columns `kept` anyway.

    The first `headers` rows name the columns; without a number, those that look so.
    """
    filled_rows = sorted({cell.row for cell in cells if cell.words})
    filled_columns = {cell.column for cell in cells if cell.words}
    if len(filled_rows) < 2 or len(filled_columns) < 2:
        return None
    filled_columns |= kept
    lettered = [word for word in words if _LETTER.search(word.text)]
    rtl = sum(word.rtl for word in lettered) * 2 > len(lettered)
    rows = {
        row: sorted(
            (c for c in cells if c.row == row and (c.words or filled_columns & _columns(c))),
            key=lambda cell: -cell.column if rtl else cell.column,
        )
        for row in filled_rows
    }
    lines = {id(cell): _cell_lines(cell.words, sheet) for cell in cells}
    texts = {cell: _joined(own) for cell, own in lines.items()}
    if headers is None:
        named = _header_count([rows[row] for row in filled_rows], texts)
    else:
        named = sum(row < headers for row in filled_rows)
    drafts = [
        [
            LinedCell(
                texts[id(cell)],
                row_span=sum(cell.row <= r < cell.row + cell.row_span for r in filled_rows),
                column_span=len(filled_columns & _columns(cell)),
                header=position < named,
                box=sheet.box(hull(cell.words)) if cell.words else None,
                lines=lines[id(cell)],
            )
            for cell in rows[row]
        ]
        for position, row in enumerate(filled_rows)
    ]
    return TableRegion(rect, sheet, max(word.size for word in words), drafts, rtl)


def _columns(cell: CellWords) -> set[int]:
    return set(range(cell.column, cell.column + cell.column_span))


def _cell_lines(words: Sequence[Word], sheet: Sheet) -> tuple[str, ...]:
    if len(words) < 2:
        return tuple(word.text for word in words)
    lines = lines_of(words, sheet)
    if len(lines) == 1:
        return (lines[0].text,)
    return tuple(join_row(row).text for row in rows_of(lines))


def _joined(lines: Sequence[str]) -> str:
    text = ""
    for line in lines:
        text += gap_text(text, line) + line
    return text


def _header_count(rows: Sequence[Sequence[CellWords]], texts: dict[int, str]) -> int:
    """Count the leading rows that name columns: no numbers, where rows below have some."""
    if len(rows) < 2:
        return 0
    first = [cell for cell in rows[0] if cell.words]
    if not first or _has_figures(first, texts) or _names_rows(rows):
        return 0
    if len(first) == 1 and first[0].column_span == 1 and _has_figures(rows[1], texts):
        return 0
    count = max(cell.row_span for cell in first)
    while count < min(len(rows) - 1, _MOST_HEADERS) and _goes_on(rows, count, texts):
        count += max((cell.row_span for cell in rows[count] if cell.words), default=1)
    return count if count < len(rows) else 1


def _has_figures(row: Sequence[CellWords], texts: dict[int, str]) -> bool:
    return any(is_number(texts[id(cell)]) for cell in row if cell.words)


def _goes_on(rows: Sequence[Sequence[CellWords]], count: int, texts: dict[int, str]) -> bool:
    """Tell whether the row after `count` rows of column names is one of them too."""
    above = [cell for cell in rows[count - 1] if cell.words]
    spanning = any(cell.column_span > 1 for cell in above) or len(above) * 2 < len(rows[count - 1])
    own = [cell for cell in rows[count] if cell.words]
    if not spanning or _has_figures(own, texts):
        return False
    return len(own) > 1 or (len(above) == 1 and len(rows[count]) == 1)


def _names_rows(rows: Sequence[Sequence[CellWords]]) -> bool:
    """Tell whether the first of two columns alone is bold: it names the rows."""
    pairs = [row for row in rows if len(row) == 2 and all(cell.words for cell in row)]
    if len(pairs) < len(rows) or not pairs:
        return False
    bold = [[all(word.style.bold for word in cell.words) for cell in row] for row in pairs]
    first, second = zip(*bold, strict=True)
    return (all(first) and not any(second)) or (all(second) and not any(first))


def is_number(text: str) -> bool:
    """Tell whether a text is a figure rather than a name; a year alone names a column."""
    return _NUMERIC.fullmatch(text) is not None and not re.fullmatch(r"(?:19|20)\d\d", text)
