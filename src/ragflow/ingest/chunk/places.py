"""Places: where on the pages a chunk stands.

In: a document's lines and the runs that a chunk is made of. Out: few boxes in reading order that
hold the chunk's characters and no others of the document, and which characters of the chunk each
holds. The lines of one column of a page make one box where nothing else stands in it; of a line
that the chunk shares with another, only its part counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ragflow.domain.documents import Box, Line, ParsedDocument, Span

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


@dataclass(frozen=True, slots=True)
class _Piece:
    """Hold lines of a chunk, or a part of one: their numbers, box and part of the content."""

    lines: frozenset[int]
    box: Box
    span: Span

    def with_(self, other: _Piece) -> _Piece:
        return _Piece(
            self.lines | other.lines, around(self.box, other.box), _across(self.span, other.span)
        )


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
        self._text = document.text
        self._lines = sorted(document.lines, key=lambda line: line.span.start)
        # Lines may overlap, so the search starts at the first that can still reach a span.
        self._reach = list(accumulate((line.span.end for line in self._lines), max))
        self._on_page: defaultdict[int, list[int]] = defaultdict(list)
        for number, line in enumerate(self._lines):
            self._on_page[line.box.page].append(number)

    def boxes(self, runs: Sequence[Run]) -> Placed:
        """Return the boxes of a running text."""
        return _placed(self._merged(self._pieces(runs)))

    def page_boxes(self, runs: Sequence[Run]) -> Placed:
        """Return one box for each page, as a table or a picture has it, where that is free."""
        pages: dict[int, list[_Piece]] = {}
        for piece in self._pieces(runs):
            pages.setdefault(piece.box.page, []).append(piece)
        placed: list[_Piece] = []
        for pieces in pages.values():
            whole = pieces[0]
            for piece in pieces[1:]:
                whole = whole.with_(piece)
            placed += [whole] if self._is_free(whole) else self._merged(pieces)
        return _placed(placed)

    def _merged(self, pieces: Iterable[_Piece]) -> list[_Piece]:
        """Join pieces that follow each other in a column, as long as nothing else is between."""
        merged: list[_Piece] = []
        line_height = 0.0
        for piece in pieces:
            joined = None
            if merged and _continues(merged[-1].box, piece.box, line_height):
                joined = merged[-1].with_(piece)
            if joined is not None and self._is_free(joined):
                merged[-1] = joined
            else:
                merged.append(piece)
            line_height = piece.box.bottom - piece.box.top
        return merged

    def _is_free(self, piece: _Piece) -> bool:
        """Tell whether no line stands in a box but those that belong there as a whole."""
        return not any(
            number not in piece.lines and _stands_in(self._lines[number].box, piece.box)
            for number in self._on_page[piece.box.page]
        )

    def _pieces(self, runs: Sequence[Run]) -> list[_Piece]:
        """List the lines of a chunk in reading order, each with what it says in the chunk.

        A line that the chunk has only a part of has no number, so that the rest counts as foreign.
        """
        said: dict[int, Span] = {}
        covered: dict[int, list[Span]] = {}
        for run in runs:
            for span in run.spans:
                index = bisect_left(self._reach, span.start + 1)
                while index < len(self._lines) and self._lines[index].span.start < span.end:
                    line = self._lines[index].span
                    part = run.part_in(line)
                    if part is not None and span.overlaps(line):
                        said[index] = _across(said.get(index, part), part)
                        covered.setdefault(index, []).append(span)
                    index += 1
        return [self._piece(index, said[index], covered[index]) for index in sorted(said)]

    def _piece(self, number: int, said: Span, covered: Collection[Span]) -> _Piece:
        line = self._lines[number]
        start = max(min(span.start for span in covered), line.span.start)
        end = min(max(span.end for span in covered), line.span.end)
        if line.cut is None or self._is_whole(line, start, end):
            return _Piece(frozenset((number,)), line.box, said)
        part = Span(start - line.span.start, end - line.span.start)
        return _Piece(frozenset(), line.cut(part), said)

    def _is_whole(self, line: Line, start: int, end: int) -> bool:
        """Tell whether nothing but spaces is left of a line outside [start, end)."""
        before, after = self._text[line.span.start : start], self._text[end : line.span.end]
        return not before.strip() and not after.strip()


def _placed(pieces: Sequence[_Piece]) -> Placed:
    unique: dict[Box, Span] = {}
    for piece in pieces:
        unique[piece.box] = _across(unique.get(piece.box, piece.span), piece.span)
    return Placed(tuple(unique), tuple(unique.values()))


def _stands_in(box: Box, outer: Box) -> bool:
    """Tell whether a box reaches into another so far that the middles of its letters may be in."""
    middle = (box.top + box.bottom) / 2
    return outer.top < middle < outer.bottom and box.x0 < outer.x1 and box.x1 > outer.x0


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


def around(first: Box, second: Box) -> Box:
    """Return the smallest box around two of one page."""
    return Box(
        first.page,
        min(first.x0, second.x0),
        max(first.x1, second.x1),
        min(first.top, second.top),
        max(first.bottom, second.bottom),
    )


def _across(first: Span, second: Span) -> Span:
    return Span(min(first.start, second.start), max(first.end, second.end))
