"""How deep the items of lists are nested, told by where their words begin and how they are marked.

In: the paragraphs of a document in reading order. Out: a depth from 1 per list item. An item that
begins further in than the one before is of a list inside it; so is one that is numbered otherwise
at the same place. What stands between items further out ends the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ragflow.domain.documents import BlockKind, Span
from ragflow.ingest.parse.pdf.paragraphs import BULLET, LIST_MARKER, Paragraph

_DEEPEST = 6
_SAME = 0.75  # of the size by which items of one list may begin at different places
_DIGITS = re.compile(r"\d+")
_CHINESE_NUMERALS = re.compile("[一二三四五六七八九十]+")
_CIRCLED = re.compile("[①-⑳]")
_UPPER, _LOWER = re.compile("[A-Z]+"), re.compile("[a-z]+")
_BULLET_KIND = "bullet"


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold where the items of an open list begin, and how they are marked."""

    start: float
    kind: str


class Nesting:
    """Follow the paragraphs of a document and tell the depth of its list items."""

    def __init__(self) -> None:
        self._open: list[_Place] = []
        self._last: Paragraph | None = None

    def depth(self, paragraph: Paragraph, kind: BlockKind) -> int:
        """Return how deep the next paragraph is nested; 0 for what is no list item."""
        shift = self._shift(paragraph)
        if shift:
            self._open = [_Place(place.start + shift, place.kind) for place in self._open]
        self._last = paragraph
        if kind is not BlockKind.LIST_ITEM:
            if kind is BlockKind.TITLE or (kind is BlockKind.TEXT and self._ends(paragraph)):
                self._open = []
            return 0
        place = _Place(_words_start(paragraph), _marker_kind(paragraph))
        slack = _SAME * paragraph.size
        while self._open and self._open[-1].start > place.start + slack:
            self._open.pop()
        same = [i for i, other in enumerate(self._open) if other.start > place.start - slack]
        known = next((i for i in same if self._open[i].kind == place.kind), None)
        if known is not None:
            del self._open[known + 1 :]
            self._open[known] = place
        elif same and _BULLET_KIND in (place.kind, self._open[-1].kind):
            self._open[-1] = place
        elif len(self._open) < _DEEPEST:
            self._open.append(place)
        return len(self._open)

    def _shift(self, paragraph: Paragraph) -> float:
        """Return how far the column of a paragraph lies from the one before, if it is another."""
        last = self._last
        if last is None or not self._open or last.lines[-1].sheet != paragraph.lines[0].sheet:
            return 0.0
        if paragraph.rect.top >= last.rect.top:
            return 0.0
        return _start(paragraph.left, paragraph.right, paragraph) - _start(
            last.left, last.right, last
        )

    def _ends(self, paragraph: Paragraph) -> bool:
        """Tell whether a paragraph stands further out than the words of all open items."""
        first = self._open[0].start if self._open else 0.0
        return _outer(paragraph) < first - _SAME * paragraph.size


def _start(left: float, right: float, paragraph: Paragraph) -> float:
    return -right if paragraph.lines[0].rtl else left


def _outer(paragraph: Paragraph) -> float:
    """Return where the line of a paragraph that reaches furthest out begins."""
    rect = paragraph.rect
    return _start(rect.x0, rect.x1, paragraph)


def _words_start(paragraph: Paragraph) -> float:
    """Return where the words of an item begin, after its marker."""
    line = paragraph.lines[0]
    match = None if line.bullet else LIST_MARKER.match(line.text)
    rect = line.rect
    if match is not None:
        rest = Span(match.end(), len(line.text))
        rect = line.places.rect(line.text, rest, line.rtl) or rect
    return _start(rect.x0, rect.x1, paragraph)


def _marker_kind(paragraph: Paragraph) -> str:
    """Return how an item is marked: what all items of its list have in common."""
    line = paragraph.lines[0]
    match = LIST_MARKER.match(line.text)
    if line.bullet or match is None or BULLET.match(line.text):
        return _BULLET_KIND
    marker = match[0].strip()
    for pattern, kind in ((_DIGITS, "1"), (_CHINESE_NUMERALS, "一"), (_UPPER, "A"), (_LOWER, "a")):
        marker = pattern.sub(kind, marker)
    return _CIRCLED.sub("①", marker)
