"""Bullets that a page draws instead of writing them: discs, rings and squares before a line.

In: the small marks that a page draws and the lines of the same sheet. Out: the lines, those told
before which a mark stands. Browsers print lists like that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ragflow.ingest.parse.pdf.lines import TextLine
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_LEAST, _MOST = 0.15, 0.9  # of the size: how large a bullet is
_LOPSIDED = 1.4  # ratio of its sides
_REACH = 2.5  # of the size, between a bullet and its line


def with_bullets(lines: Sequence[TextLine], marks: Sequence[Rect], sheet: Sheet) -> list[TextLine]:
    """Return the lines of a sheet and of others, with `bullet` set where a mark stands before."""
    round_ones = [mark for mark in marks if _is_square(mark)]
    if not round_ones:
        return list(lines)
    places = sorted((_middle(mark), mark) for mark in round_ones)
    return [
        replace(line, bullet=True) if line.sheet == sheet and _has_bullet(line, places) else line
        for line in lines
    ]


def _has_bullet(line: TextLine, places: Sequence[tuple[float, Rect]]) -> bool:
    for middle, mark in places[bisect_left(places, (line.rect.top,)) :]:
        if middle > line.rect.bottom:
            return False
        gap = mark.x0 - line.rect.x1 if line.rtl else line.rect.x0 - mark.x1
        if 0 <= gap < _REACH * line.size and _LEAST < mark.height / max(line.size, 1.0) < _MOST:
            return True
    return False


def _is_square(mark: Rect) -> bool:
    longer, shorter = max(mark.width, mark.height), min(mark.width, mark.height)
    return longer <= _LOPSIDED * shorter


def _middle(mark: Rect) -> float:
    return (mark.top + mark.bottom) / 2
