"""Soundness: whether what looks like a table reads as one.

In: a table that alignment or rules suggested. Out: yes or no. Drawings, forms and the axes of
charts have few rows with several cells, or cells that run over columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.pdf.cells import TableRegion, is_number
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import lines_of
from ragflow.ingest.parse.pdf.sheet import Sheet

_LONG_WORD = 4  # characters
_EQUAL = 1.03  # ratio of the widths of characters in a typewriter face
_FIGURES = 0.4  # share of cells with figures
_LAST_FIGURES = 0.9  # and of those of the last of two columns
_MIN_ROWS = 4
_FEWEST = 3  # rows of a table without column lines, cells that tell how a column is aligned
_LONG_CELL = 160  # characters: a table mostly of such cells is running text
_LONGEST_WORDS = 4  # in most cells of a table of texts
_LONGEST_CELL = 60  # characters, of a table of texts
_WHOLE = 0.9  # of the cells that begin as sentences do, where they are longer
_TALL = 1.8  # of the size: cells higher than this have several lines
_SERIES = re.compile(r"-?\d+(?:\.\d+)?")


def is_sound(table: TableRegion) -> bool:
    """Tell whether most rows have several cells, each in its column."""
    body = [row for row in table.rows if not all(cell.header for cell in row)] or table.rows
    several = sum(_filled(row) > 1 for row in body)
    spanning = sum(
        len(row) > 1 and any(cell.column_span > 1 and cell.text for cell in row) for row in body
    )
    sizes = [len(cell.text) for row in body for cell in row]
    long = sum(size for size in sizes if size > _LONG_CELL)
    return (
        len(table.rows) >= _FEWEST
        and several * 2 >= len(body)
        and spanning * 3 <= len(body)
        and long * 2 <= sum(sizes)
        and not has_axis(table)
    )


def is_doubtful(table: TableRegion) -> bool:
    """Tell whether a table without column lines holds two numbers in many of its cells."""
    if table.edges:
        return False
    texts = [cell.text for row in table.rows for cell in row if cell.text and not cell.header]
    return sum(map(_holds_two_numbers, texts)) * 10 > len(texts)


def _holds_two_numbers(text: str) -> bool:
    numbers = [part for part in text.split() if is_number(part)]
    thousands = all(re.fullmatch(r"\d{3}(?:[.,]\d+)?", part) for part in numbers[1:])
    return len(numbers) > 1 and not thousands


def is_program(words: Sequence[Word], sheet: Sheet) -> bool:
    """Tell whether most lines are set in a typewriter face: all characters are equally wide."""
    widths = [word.rect.width / len(word.text) for word in words if len(word.text) >= _LONG_WORD]
    if len(widths) > 1 and max(widths) < _EQUAL * min(widths):
        return True
    mono = [line.style.mono for line in lines_of(words, sheet)]
    return sum(mono) * 2 > len(mono)


def is_of_figures(table: TableRegion) -> bool:
    """Tell whether enough cells hold figures; of two columns, nearly all of the last."""
    texts = [cell.text for row in table.rows for cell in row if cell.text]
    if table.column_count > 2:
        return sum(map(is_number, texts)) >= _FIGURES * len(texts)
    body = [row for row in table.rows if not row[0].header and len(row) > 1]
    last = sum(is_number(row[-1].text) for row in body)
    named = not any(is_number(row[0].text) for row in body)
    return len(body) >= _MIN_ROWS and last >= _LAST_FIGURES * len(body) and named


def is_of_texts(table: TableRegion) -> bool:
    """Tell whether texts are aligned in at least three columns, short ones or whole sentences."""
    if table.column_count < 3:
        return False
    cells = [cell for row in table.rows for cell in row]
    filled = [cell for cell in cells if cell.text]
    if len(filled) * 10 < 6 * len(cells):
        return False
    if sum(cell.text[0].islower() for cell in filled) * 5 > 2 * len(filled):
        return False  # a sentence, cut at its word spaces
    many = median(len(cell.text.split()) for cell in filled) > _LONGEST_WORDS
    long = max(len(cell.text) for cell in filled) > _LONGEST_CELL
    if (many or long) and not _is_of_sentences(filled, table.size):
        return False  # columns of a page
    full = sum(_filled(row) * 2 > table.column_count for row in table.rows)
    return full * 10 >= 8 * len(table.rows) and _is_aligned(table)


def _is_of_sentences(cells: Sequence[CellDraft], size: float) -> bool:
    """Tell whether cells of several lines begin as sentences, names and figures do."""
    begun = sum(cell.text[0].isupper() or cell.text[0].isdigit() for cell in cells)
    tall = sum(
        cell.box is not None and cell.box.bottom - cell.box.top > _TALL * size for cell in cells
    )
    return tall > 1 and begun >= _WHOLE * len(cells)


def has_axis(table: TableRegion) -> bool:
    """Tell whether the last row counts up in even steps, as the axis of a chart does."""
    numbers = _SERIES.findall(" ".join(cell.text for cell in table.rows[-1]))
    if len(numbers) < 5 or any(re.search(r"[^\W\d]", cell.text) for cell in table.rows[-1]):
        return False
    steps = {round(float(b) - float(a), 6) for a, b in pairwise(numbers)}
    return len(steps) == 1 and steps != {0.0}


def _filled(row: Sequence[CellDraft]) -> int:
    return sum(bool(cell.text) for cell in row)


def _is_aligned(table: TableRegion) -> bool:
    """Tell whether the cells of most columns share an edge or their middle."""
    places: dict[int, list[tuple[float, float, float]]] = {}
    for row in table.rows:
        column = 0
        for cell in row:
            box = cell.box
            if box is not None and cell.column_span == 1 and not cell.header:
                middle = (box.x0 + box.x1) / 2
                places.setdefault(column, []).append((box.x0, middle, box.x1))
            column += cell.column_span
    aligned = [
        len(column) >= _FEWEST
        and any(_agree([round(p[side]) for p in column]) for side in range(3))
        for column in places.values()
    ]
    return sum(aligned) * 10 >= 7 * table.column_count


def _agree(xs: Sequence[int]) -> bool:
    usual = max(set(xs), key=xs.count)
    return sum(abs(x - usual) < 2 for x in xs) * 10 >= 8 * len(xs)
