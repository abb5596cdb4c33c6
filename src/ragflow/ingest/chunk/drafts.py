"""Drafts: the chunks of one document while a chunk method works through it.

In: pieces of text, tables and pictures, in any order. Out: chunks in reading order with their
places on the pages, and what was left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument, ChunkKind
from ragflow.domain.documents import Box, Drop, ParsedDocument, Span, Table
from ragflow.ingest.chunk.merge import Piece, joined
from ragflow.ingest.chunk.passages import passage
from ragflow.ingest.chunk.places import Placed, Places, Run, around, together
from ragflow.ingest.chunk.tables import Caption, html_parts


class Drafts:
    """Collect chunks, drops and warnings."""

    def __init__(self, document: ParsedDocument) -> None:
        self._text = document.text
        self._places = Places(document)
        self._chunks: list[ChunkDraft] = []
        self._drops: list[Drop] = []
        self._warnings: list[str] = []

    def add_text(
        self, pieces: Sequence[Piece], *, above: Iterable[Span] = (), **facts: Any
    ) -> None:
        """Add a chunk of pieces; the lines of one column make one box, a table has its own."""
        made = passage(self._text, pieces, above)
        placed = together(
            self._places.page_boxes(stretch.runs)
            if stretch.rendered
            else self._places.boxes(stretch.runs)
            for stretch in made.stretches
        )
        self._chunks.append(
            ChunkDraft(
                made.content, made.spans, boxes=placed.boxes, box_spans=placed.spans, **facts
            )
        )

    def add_block(self, pieces: Sequence[Piece], box: Box | None = None, **facts: Any) -> None:
        """Add a chunk of pieces; what stands on one page makes one box, as of a picture.

        `box` is the picture's own; words in it, and those without a place, stand there.
        """
        made = passage(self._text, pieces)
        placed = self._places.page_boxes(made.runs)
        if box is not None:
            placed = _with_picture(box, placed, Span(0, len(made.content)))
        self._chunks.append(
            ChunkDraft(
                made.content, made.spans, boxes=placed.boxes, box_spans=placed.spans, **facts
            )
        )

    def add_page(self, pieces: Sequence[Piece], page: Box, image: bytes | None) -> None:
        """Add a chunk of all that is on a page; its place is the whole page."""
        made = passage(self._text, pieces)
        inside = Span(0, len(made.content))
        self._chunks.append(
            ChunkDraft(made.content, made.spans, boxes=(page,), box_spans=(inside,), image=image)
        )

    def add_lines(self, pieces: Sequence[Piece], above: Sequence[Piece] = ()) -> None:
        """Add a chunk of rendered lines; `above` is repeated in it."""
        shown = [*above, *pieces]
        spans = sorted({span for piece in shown for span in piece.spans})
        content = "\n".join(piece.content for piece in shown)
        placed = self._places.page_boxes([Run(Span(0, len(content)), tuple(spans))])
        self._chunks.append(
            ChunkDraft(
                content, joined(self._text, spans), boxes=placed.boxes, box_spans=placed.spans
            )
        )

    def add_table(
        self, table: Table, caption: Caption, chunk_token_num: int, most_rows: int | None = None
    ) -> None:
        """Add a table as HTML, in several chunks where it is large."""
        for part in html_parts(table, caption, chunk_token_num, most_rows):
            placed = self._places.page_boxes(part.own)
            self._chunks.append(
                ChunkDraft(
                    part.content,
                    joined(self._text, part.spans),
                    ChunkKind.TABLE,
                    placed.boxes,
                    box_spans=placed.spans,
                )
            )

    def drop(self, drops: Iterable[Drop]) -> None:
        """Account for what is left out."""
        self._drops.extend(drops)

    def warn(self, message: str) -> None:
        """Note something that a reader of the result should know; the same is noted once."""
        if message not in self._warnings:
            self._warnings.append(message)

    def result(self) -> ChunkedDocument:
        """Return all that was added; chunks in the order of their own words."""
        chunks = sorted(self._chunks, key=lambda draft: draft.spans[0].start)
        return ChunkedDocument(tuple(chunks), tuple(self._drops), tuple(self._warnings))


def _with_picture(box: Box, placed: Placed, whole: Span) -> Placed:
    """Return the box of a picture, with what overlaps it, and those of words outside of it."""
    outside: list[tuple[Box, Span]] = []
    for other, span in zip(placed.boxes, placed.spans, strict=True):
        if _overlap(box, other):
            box = around(box, other)
        else:
            outside.append((other, span))
    return Placed((box, *(other for other, _ in outside)), (whole, *(span for _, span in outside)))


def _overlap(one: Box, other: Box) -> bool:
    across = one.x0 < other.x1 and other.x0 < one.x1
    return one.page == other.page and across and one.top < other.bottom and other.top < one.bottom
