"""Places: where on the pages a chunk stands.

In: a document's lines and the spans of a chunk. Out: few boxes in reading order, where the lines of
one column of a page make one box.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from ragflow.domain.documents import Box, Line, ParsedDocument, Span

_LARGEST_GAP = 1.6  # line heights between two lines of the same paragraph or column
_SMALLEST_OVERLAP = 0.4  # of the narrower line's width


class Places:
    """Find the boxes of spans; made once for a document."""

    def __init__(self, document: ParsedDocument) -> None:
        self._lines = sorted(document.lines, key=lambda line: line.span.start)
        # Lines may overlap, so the search starts at the first that can still reach a span.
        self._reach = list(accumulate((line.span.end for line in self._lines), max))

    def boxes(self, spans: Sequence[Span]) -> tuple[Box, ...]:
        """Return the boxes of a running text."""
        merged: list[Box] = []
        line_height = 0.0
        for line in self._lines_of(spans):
            box = line.box
            if merged and _continues(merged[-1], box, line_height):
                merged[-1] = _around(merged[-1], box)
            else:
                merged.append(box)
            line_height = box.bottom - box.top
        return tuple(dict.fromkeys(merged))

    def page_boxes(self, spans: Sequence[Span]) -> tuple[Box, ...]:
        """Return one box for each page, as a table or a picture has it."""
        pages: dict[int, Box] = {}
        for line in self._lines_of(spans):
            known = pages.get(line.box.page)
            pages[line.box.page] = _around(known, line.box) if known else line.box
        return tuple(pages.values())

    def _lines_of(self, spans: Sequence[Span]) -> list[Line]:
        found: dict[int, Line] = {}
        for span in spans:
            index = bisect_left(self._reach, span.start + 1)
            while index < len(self._lines) and self._lines[index].span.start < span.end:
                if self._lines[index].span.overlaps(span):
                    found[index] = self._lines[index]
                index += 1
        return [found[index] for index in sorted(found)]


def _continues(above: Box, below: Box, line_height: float) -> bool:
    """Tell whether a line goes on in the box that the lines before it fill."""
    if above.page != below.page:
        return False
    height = max(line_height, below.bottom - below.top)
    overlap = min(above.x1, below.x1) - max(above.x0, below.x0)
    narrower = min(above.x1 - above.x0, below.x1 - below.x0)
    same_line = below.top < above.bottom and below.bottom > above.bottom - height
    if overlap < _SMALLEST_OVERLAP * narrower:
        return same_line and 0 <= below.x0 - above.x1 < 2 * height
    return -height <= below.top - above.bottom <= _LARGEST_GAP * height


def _around(first: Box, second: Box) -> Box:
    return Box(
        first.page,
        min(first.x0, second.x0),
        max(first.x1, second.x1),
        min(first.top, second.top),
        max(first.bottom, second.bottom),
    )
