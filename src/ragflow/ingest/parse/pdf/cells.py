"""Table cells: words with their place in a table, and the table that they make.

In: cells that hold words. Out: a table region with the text of each cell and its header rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import gap_text, hull, join_row, lines_of, same_row
from ragflow.ingest.parse.pdf.reading_order import rows_of
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

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
class CellWords:
    row: int
    column: int
    row_span: int
    column_span: int
    words: list[Word]


def word_rows(words: Sequence[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.rect.top + w.rect.bottom, w.rect.x0)):
        if rows and same_row(rows[-1][0].rect, word.rect):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.rect.x0) for row in rows]


def table_region(
    cells: Sequence[CellWords], rect: Rect, words: Sequence[Word], sheet: Sheet
) -> TableRegion | None:
    """Return a table of the rows that have text; its first rows are headers if they look so."""
    filled_rows = sorted({cell.row for cell in cells if cell.words})
    filled_columns = {cell.column for cell in cells if cell.words}
    if len(filled_rows) < 2 or len(filled_columns) < 2:
        return None
    rtl = sum(word.rtl for word in words) * 2 > len(words)
    rows = {
        row: sorted(
            (c for c in cells if c.row == row and (c.words or filled_columns & _columns(c))),
            key=lambda cell: -cell.column if rtl else cell.column,
        )
        for row in filled_rows
    }
    texts = {id(cell): _cell_text(cell.words, sheet) for cell in cells}
    headers = _header_count([rows[row] for row in filled_rows], texts)
    drafts = [
        [
            CellDraft(
                texts[id(cell)],
                row_span=sum(cell.row <= r < cell.row + cell.row_span for r in filled_rows),
                column_span=len(filled_columns & _columns(cell)),
                header=position < headers,
                box=sheet.box(hull(cell.words)) if cell.words else None,
            )
            for cell in rows[row]
        ]
        for position, row in enumerate(filled_rows)
    ]
    return TableRegion(rect, sheet, max(word.size for word in words), drafts, rtl)


def _columns(cell: CellWords) -> set[int]:
    return set(range(cell.column, cell.column + cell.column_span))


def _cell_text(words: Sequence[Word], sheet: Sheet) -> str:
    text = ""
    for row in rows_of(lines_of(words, sheet)):
        line = join_row(row)
        text += gap_text(text, line.text) + line.text
    return text


def _header_count(rows: Sequence[Sequence[CellWords]], texts: dict[int, str]) -> int:
    """Count the leading rows that name columns: no numbers, where rows below have some."""
    if len(rows) < 2:
        return 0
    first = [cell for cell in rows[0] if cell.words]
    if not first or any(is_number(texts[id(cell)]) for cell in first):
        return 0
    spanning = any(cell.column_span > 1 for cell in first) or len(first) * 2 < len(rows[0])
    if not spanning or len(rows) < 3:
        return 1
    second = [cell for cell in rows[1] if cell.words]
    return 1 if any(is_number(texts[id(cell)]) for cell in second) else 2


def is_number(text: str) -> bool:
    return _NUMERIC.fullmatch(text) is not None and not re.fullmatch(r"(?:19|20)\d\d", text)
