"""What spreadsheets and delimited files share: a grid of texts becomes the rows of a table.

In: rows of cell texts and the merged areas. Out: rows of cell drafts without the empty rows and
trailing empty columns; the first row is marked as header where it looks like one. Titles above it,
each alone in its row, stand apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ragflow.ingest.parse.base import CellDraft

_VALUE = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d\s.,:/\-T%)eE+]*")
_YEAR = re.compile(r"(?:19|20)\d\d")  # a name where it is merged over columns
_EMPTY = CellDraft("")
_SAMPLE = 20  # rows that show whether the first one names columns
_MOST_HEADERS = 4
_MOST_SPREAD = 200  # columns
_MOST_TITLES = 6  # lone cells above a table; more of them are a column


@dataclass(frozen=True, slots=True)
class Merge:
    """Delimit a merged area; counts from 0, last row and column included."""

    top: int
    left: int
    bottom: int
    right: int


def titled_rows(
    rows: Sequence[Sequence[str]], merges: Sequence[Merge] = ()
) -> tuple[list[str], list[list[CellDraft]]]:
    """Return the titles above a table and the drafts of its rows."""
    titles: list[str] = []
    reaching_down = {merge.top for merge in merges if merge.bottom > merge.top}
    for index, row in enumerate(rows):
        filled = [text for text in row if text]
        if len(filled) > 1 and titles:
            below = [
                Merge(merge.top - index, merge.left, merge.bottom - index, merge.right)
                for merge in merges
            ]
            return titles, table_rows(rows[index:], below)
        if len(filled) > 1 or index in reaching_down or len(titles) == _MOST_TITLES:
            break
        titles += filled
    return [], table_rows(rows, merges)


def table_rows(
    rows: Sequence[Sequence[str]], merges: Iterable[Merge] = ()
) -> list[list[CellDraft]]:
    """Return the drafts of a grid; a merged cell stands once, where it begins."""
    width = max((_used_width(row) for row in rows), default=0)
    spans, covered = _places(merges, len(rows), width)
    kept = [index for index, row in enumerate(rows) if any(row) or covered.get(index)]
    heights = _heights(spans.values(), kept, len(rows)) if spans else {}
    headers = _header_count(rows, kept, spans, width)
    drafts: list[list[CellDraft]] = []
    for position, index in enumerate(kept):
        row = rows[index][:width]
        if position < headers:
            row = [*row, *[""] * (width - len(row))]
            cells = [CellDraft(text, header=True) for text in row]
        else:
            cells = [CellDraft(text) if text else _EMPTY for text in row]
        if index in covered:
            cells = _merged(cells, index, spans, heights, covered[index])
        drafts.append(cells)
    return drafts


def _header_count(
    rows: Sequence[Sequence[str]],
    kept: Sequence[int],
    spans: dict[tuple[int, int], Merge],
    width: int,
) -> int:
    """Count the leading rows that name columns: the first, and those that its merges ask for."""
    sample = [rows[index] for index in kept[:_SAMPLE]]
    if not sample:
        return 0
    first = [merge for (row, _), merge in spans.items() if row == kept[0]]
    if not first:
        return int(is_header(sample, width))
    spread = list(sample[0]) + [""] * (width - len(sample[0]))
    for merge in first:
        name = rows[merge.top][merge.left]
        name = f"in {name}" if _YEAR.fullmatch(name) else name
        spread[merge.left : merge.right + 1] = [name] * (merge.right - merge.left + 1)
    if not is_header([spread, *sample[1:]], width):
        return 0
    count = max(sum(index <= merge.bottom for index in kept) for merge in first)
    across = any(merge.right > merge.left for merge in first)
    if across and count < len(kept) - 1 and _names_parts(rows[kept[count]], spread, first):
        count += count == 1
    return min(count, _MOST_HEADERS) if count < len(kept) else 1


def _names_parts(row: Sequence[str], above: Sequence[str], merges: Sequence[Merge]) -> bool:
    """Tell whether a row names the columns below each merged name."""
    places = [place for m in merges if m.right > m.left for place in range(m.left, m.right + 1)]
    named = [row[place] for place in places if place < len(row) and row[place] and above[place]]
    return len(named) == len(places) and not any(map(is_value, named))


def is_value(text: str) -> bool:
    """Tell whether a text is a number, a date or the like."""
    return _VALUE.fullmatch(text.strip()) is not None


def _merged(
    cells: list[CellDraft],
    index: int,
    spans: dict[tuple[int, int], Merge],
    heights: dict[Merge, int],
    covered: frozenset[int],
) -> list[CellDraft]:
    """Return the cells of a row without those that a merge covers."""
    left: list[CellDraft] = []
    for column, cell in enumerate(cells):
        merge = spans.get((index, column))
        if merge is not None:
            across = merge.right - merge.left + 1
            left.append(CellDraft(cell.text, heights[merge], across, cell.header))
        elif column not in covered:
            left.append(cell)
    return left


def _used_width(row: Sequence[str]) -> int:
    width = len(row)
    while width and not row[width - 1]:
        width -= 1
    return width


def _places(
    merges: Iterable[Merge], height: int, width: int
) -> tuple[dict[tuple[int, int], Merge], dict[int, frozenset[int]]]:
    """Clip the merges to the grid; return them by their first cell, and the columns they cover."""
    spans: dict[tuple[int, int], Merge] = {}
    covered: dict[int, frozenset[int]] = {}
    for merge in merges:
        merge = Merge(
            merge.top, merge.left, min(merge.bottom, height - 1), min(merge.right, width - 1)
        )
        if not (0 <= merge.top <= merge.bottom and 0 <= merge.left <= merge.right):
            continue
        spans[merge.top, merge.left] = merge
        columns = frozenset(range(merge.left, merge.right + 1))
        for row in range(merge.top, merge.bottom + 1):
            own = columns - {merge.left} if row == merge.top else columns
            covered[row] = covered.get(row, frozenset()) | own
    return spans, covered


def _heights(merges: Iterable[Merge], kept: Sequence[int], height: int) -> dict[Merge, int]:
    """Count the kept rows that each merge spans."""
    before = [0] * (height + 1)
    for index in kept:
        before[index + 1] = 1
    for index in range(height):
        before[index + 1] += before[index]
    return {merge: before[merge.bottom + 1] - before[merge.top] for merge in merges}


def header_row_count(rows: Sequence[Sequence[CellDraft]]) -> int:
    """Count the leading rows of drafts that name columns, those too that merged names ask for."""
    if len(rows) < 2:
        return 0
    texts = [_spread(row) for row in rows[:_SAMPLE]]
    if not is_header(texts, max(map(len, texts))):
        return 0
    count = max((cell.row_span for cell in rows[0]), default=1)
    across = any(cell.column_span > 1 for cell in rows[0])
    if across and count == 1 and len(rows) > 2:
        below = [cell.text for cell in rows[1]]
        count += all(below) and not any(map(is_value, below))
    return min(count, _MOST_HEADERS) if count < len(rows) else 1


def _spread(row: Sequence[CellDraft]) -> list[str]:
    """Return the texts of a row, merged ones in each of their columns; years may be names there."""
    texts: list[str] = []
    for cell in row:
        merged = cell.column_span > 1 and _YEAR.fullmatch(cell.text)
        text = f"in {cell.text}" if merged else cell.text
        texts.extend([text] * min(cell.column_span, _MOST_SPREAD))
    return texts


def is_header(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether the first row names columns: texts, not values, over most of the width."""
    if len(rows) < 2:
        return False
    first = [text for text in rows[0] if text]
    if 2 * len(first) < width or any(map(is_value, first)):
        return False
    if width > 1:
        return True
    return any(is_value(text) for row in rows[1:] for text in row if text)
