"""Text that stands on end in a table, such as the names of narrow columns.

In: the words of the other directions of a page. Out: each of their lines as one word of the sheet
that the table is on, so that a cell can hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.ingest.parse.pdf.characters import Word, WrittenSheet
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import parted_lines
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_MOST = 400  # lines; more is a page of its own


@dataclass(frozen=True, slots=True)
class TurnedLine:
    """Hold a line of another direction as one word, and the words that it consists of."""

    word: Word
    words: list[Word]


def turned_lines(others: Sequence[WrittenSheet], sheet: Sheet) -> list[TurnedLine]:
    """Return the lines of other directions as they lie on a sheet."""
    found: list[TurnedLine] = []
    for other in others:
        if len(other.words) > _MOST or other.sheet.turn == sheet.turn:
            continue
        for line in parted_lines(other.words):
            for part in line.parts:
                words = part.words[::-1] if part.words[0].rtl else part.words
                text = " ".join(word.text for word in words)
                rect = _on_sheet(hull(words), other.sheet, sheet)
                first = words[0]
                found.append(TurnedLine(Word(text, rect, first.size, first.style, True), words))
    return found


def _on_sheet(rect: Rect, own: Sheet, sheet: Sheet) -> Rect:
    box = own.box(rect)
    xa, ya = sheet.turned(box.x0, box.top)
    xb, yb = sheet.turned(box.x1, box.bottom)
    return Rect(min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb))
