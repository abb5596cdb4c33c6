"""Parts of a line: words set apart by gaps wider than a word space.

In: the words of an area. Out: its lines, each as parts from left to right. What stands in a table
without column lines is told by where its parts begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class PartedLine:
    """Hold one line of text across a whole area."""

    words: list[Word]
    parts: list[Part]
    rect: Rect
    size: float


def parted_lines(words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines of an area from top to bottom."""
    return [PartedLine(row, _parts(row), hull(row), _size(row)) for row in word_rows(words)]


def line_of(parts: Sequence[Part]) -> PartedLine:
    """Return the line of parts that stand side by side, from left to right."""
    words = [word for part in parts for word in part.words]
    return PartedLine(words, list(parts), hull(words), _size(words))


def is_leader(word: Word) -> bool:
    """Tell whether a word is dots that lead the eye to a number."""
    return _LEADER.fullmatch(word.text) is not None


def _size(row: Sequence[Word]) -> float:
    """Return the size of the longest word; dots that lead to a number may be set in any size."""
    return max(max(row, key=lambda word: len(word.text)).size, 1.0)


def word_rows(words: Sequence[Word]) -> list[list[Word]]:
    """Return words that stand side by side, from left to right, row by row."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.rect.top + w.rect.bottom, w.rect.x0)):
        if rows and same_row(rows[-1][0].rect, word.rect):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.rect.x0) for row in rows]


def _parts(row: Sequence[Word]) -> list[Part]:
    parts: list[Part] = []
    for word in row:
        gap = _LEADER_SPACE if is_leader(word) else _WORD_SPACE
        if parts and word.rect.x0 - parts[-1].x1 < gap * max(row[0].size, word.size, 1.0):
            last = parts[-1]
            parts[-1] = Part(last.x0, max(last.x1, word.rect.x1), [*last.words, word])
        else:
            parts.append(Part(word.rect.x0, word.rect.x1, [word]))
    return parts
