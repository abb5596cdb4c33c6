"""Words that a page draws over themselves a second time, as bold type is sometimes made.

In: the words of a sheet. Out: each word once, and those that are drawn again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ragflow.ingest.parse.pdf.sheet import Rect

if TYPE_CHECKING:
    from ragflow.ingest.parse.pdf.characters import Word

_TWICE = 0.15  # of the size: how far from itself a word may be drawn again
_CELL = 3.0  # points; lines of the smallest print are farther apart


def stand_apart(rects: Any) -> bool:
    """Tell from the sides of words, each a row, whether no two stand at about the same place."""
    import numpy as np

    places = np.rint(rects[0] / _CELL) + 1j * np.rint(rects[3] / _CELL)
    return len(set(places.tolist())) == len(places)


def without_repeats(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """Return words, and those that are drawn over themselves again, as bold type sometimes is."""
    if len({_cell(word) for word in words}) == len(words):
        return words, []
    drawn: dict[tuple[str, int, int], list[Rect]] = {}
    once: list[Word] = []
    again: list[Word] = []
    for word in words:
        near = _TWICE * word.size
        if any(_near(word.rect, other, near) for other in drawn.get(_cell(word), ())):
            again.append(word)
            continue
        for cell in {_cell(word, dx, dy) for dx in (-near, near) for dy in (-near, near)}:
            drawn.setdefault(cell, []).append(word.rect)
        once.append(word)
    return once, again


def _near(rect: Rect, other: Rect, distance: float) -> bool:
    return abs(rect.x0 - other.x0) < distance and abs(rect.bottom - other.bottom) < distance


def _cell(word: Word, dx: float = 0.0, dy: float = 0.0) -> tuple[str, int, int]:
    rect = word.rect
    return word.text, round((rect.x0 + dx) / _CELL), round((rect.bottom + dy) / _CELL)
