"""Places: where on the pages a chunk stands.

In: a document's lines and the runs that a chunk is made of. Out: few boxes in reading order,
where the lines of one column of a page make one box, and which characters of the chunk each holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ragflow.domain.documents import Box, ParsedDocument, Span

_LARGEST_GAP = 1.6  # line heights between two lines of the same paragraph or column
_SMALLEST_OVERLAP = 0.4  # of the narrower line's width


@dataclass(frozen=True, slots=True)
class Run:
    """Tie characters of a chunk's content to those of the document that they say."""

    content: Span
    spans: tuple[Span, ...]

    def part_in(self, line: Span) -> Span | None:
        """Return what a line of the document says in the chunk, None where it says nothing.

        Where the words are not rendered one by one, that is the whole run.
        """
        touched = [span for span in self.spans if span.overlaps(line)]
        if not touched:
            return None
        if len(self.spans) > 1 or len(self.spans[0]) != len(self.content):
            return self.content
        shift = self.content.start - self.spans[0].start
        start = max(line.start, self.spans[0].start)
        return Span(start + shift, min(line.end, self.spans[0].end) + shift)


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold boxes and, for each, the characters of the chunk's content that stand in it."""

    boxes: tuple[Box, ...]
    spans: tuple[Span, ...]


def runs_of(spans: Sequence[Span]) -> list[Run]:
    """Return the runs of a content that has the text of spans, one below the other."""
    starts = accumulate((len(span) + 1 for span in spans), initial=0)
    return [
        Run(Span(start, start + len(span)), (span,))
        for start, span in zip(starts, spans, strict=False)
    ]


def together(parts: Iterable[Placed]) -> Placed:
    """Join the places of several parts of a content."""
    unique: dict[Box, Span] = {}
    for part in parts:
        for box, span in zip(part.boxes, part.spans, strict=True):
            unique[box] = _across(unique.get(box, span), span)
    return Placed(tuple(unique), tuple(unique.values()))


class Places:
    """Find the boxes of runs; made once for a document."""

    def __init__(self, document: ParsedDocument) -> None:
        self._lines = sorted(document.lines, key=lambda line: line.span.start)
        # Lines may overlap, so the search starts at the first that can still reach a span.
        self._reach = list(accumulate((line.span.end for line in self._lines), max))

    def boxes(self, runs: Sequence[Run]) -> Placed:
        """Return the boxes of a running text."""
        merged: list[tuple[Box, Span]] = []
        line_height = 0.0
        for box, span in self._lines_of(runs):
            if merged and _continues(merged[-1][0], box, line_height):
                above, before = merged[-1]
                merged[-1] = _around(above, box), _across(before, span)
            else:
                merged.append((box, span))
            line_height = box.bottom - box.top
        return _placed(merged)

    def page_boxes(self, runs: Sequence[Run]) -> Placed:
        """Return one box for each page, as a table or a picture has it."""
        pages: dict[int, tuple[Box, Span]] = {}
        for box, span in self._lines_of(runs):
            known, before = pages.get(box.page, (box, span))
            pages[box.page] = _around(known, box), _across(before, span)
        return _placed(list(pages.values()))

    def _lines_of(self, runs: Sequence[Run]) -> list[tuple[Box, Span]]:
        """List the boxes of the lines, in reading order, and what they say in the chunk."""
        found: dict[int, Span] = {}
        for run in runs:
            for span in run.spans:
                index = bisect_left(self._reach, span.start + 1)
                while index < len(self._lines) and self._lines[index].span.start < span.end:
                    part = run.part_in(self._lines[index].span)
                    if part is not None:
                        found[index] = _across(found.get(index, part), part)
                    index += 1
        return [(self._lines[index].box, found[index]) for index in sorted(found)]


def _placed(boxes: Sequence[tuple[Box, Span]]) -> Placed:
    unique: dict[Box, Span] = {}
    for box, span in boxes:
        unique[box] = _across(unique.get(box, span), span)
    return Placed(tuple(unique), tuple(unique.values()))


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


def _across(first: Span, second: Span) -> Span:
    return Span(min(first.start, second.start), max(first.end, second.end))
