"""Parts of a line: words set apart by gaps wider than a word space.

In: the words of an area. Out: its lines, each as parts from left to right. What stands in a table
without column lines is told by where its parts begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import hull, same_row
from ragflow.ingest.parse.pdf.sheet import Rect

_WORD_SPACE = 0.6  # of the size: wider gaps set parts of a line apart
_LEADER_SPACE = 1.5
_LEADER = re.compile(r"[.·…_]+")


class Part(NamedTuple):
    """Hold words of one line that follow each other without a wide gap."""

    x0: float
    x1: float
    words: list[Word]

    @property
    def text(self) -> str:
        """Return the words with spaces between them."""
        return " ".join(word.text for word in self.words)


class PartedLine(NamedTuple):
    """Hold one line of text across a whole area."""

    words: list[Word]
    parts: list[Part]
    rect: Rect
    size: float


def parted_lines(words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines of an area from top to bottom."""
    return [_line(row, _parts(row)) for row in word_rows(words)]


def lines_if_parted(words: Sequence[Word], least: int) -> list[PartedLine]:
    """Return the lines of an area if so many of them consist of several parts, else none."""
    parted = [(row, _parts(row)) for row in word_rows(words)]
    if sum(len(parts) > 1 for _, parts in parted) < least:
        return []
    return [_line(row, parts) for row, parts in parted]


def line_of(parts: Sequence[Part]) -> PartedLine:
    """Return the line of parts that stand side by side, from left to right."""
    words = [word for part in parts for word in part.words]
    return _line(words, list(parts))


def _line(words: list[Word], parts: list[Part]) -> PartedLine:
    return PartedLine(words, parts, hull(words), _size(words))


def is_leader(word: Word) -> bool:
    """Tell whether a word is dots that lead the eye to a number."""
    return _LEADER.fullmatch(word.text) is not None


def _size(row: Sequence[Word]) -> float:
    """Return the size of the longest word; dots that lead to a number may be set in any size."""
    lengths = [len(word.text) for word in row]
    return max(row[lengths.index(max(lengths))].size, 1.0)


def word_rows(words: Sequence[Word]) -> list[list[Word]]:
    """Return words that stand side by side, from left to right, row by row."""
    rows: list[list[Word]] = []
    first: Rect | None = None
    rects = [word.rect for word in words]
    places = [(top + bottom, x0) for x0, _, top, bottom in rects]
    for index in sorted(range(len(words)), key=places.__getitem__):
        if first is not None and same_row(first, rects[index]):
            rows[-1].append(words[index])
        else:
            first = rects[index]
            rows.append([words[index]])
    for row in rows:
        if len(row) > 1:
            row.sort(key=_from_left)
    return rows


def _from_left(word: Word) -> float:
    return word.rect.x0


def _parts(row: Sequence[Word]) -> list[Part]:
    parts: list[Part] = []
    together: list[Word] = []
    least = max(row[0].size, 1.0)
    left = right = row[0].rect.x0
    for word in row:
        _, (x0, x1, _, _), size, _, _ = word
        size = size if size > least else least
        gap = x0 - right
        wide = gap >= _WORD_SPACE * size
        if wide and (gap >= _LEADER_SPACE * size or not is_leader(word)):
            parts.append(Part(left, right, together))
            left, right, together = x0, x1, []
        together.append(word)
        right = x1 if x1 > right else right
    return [*parts, Part(left, right, together)]
