"""Figures: a picture with the words that belong to it, as a chunk of its own.

In: an element with a picture. Out: a chunk with what the file says in and beside the picture, and
the picture. One without any words is not lost to search, as it has none.
"""

from __future__ import annotations

from ragflow.domain.chunks import ChunkKind
from ragflow.ingest.chunk.delimiters import stripped
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element
from ragflow.ingest.chunk.merge import Piece, merge, text_pieces


def add_figure(drafts: Drafts, text: str, element: Element, chunk_token_num: int) -> None:
    """Add a picture; where its words fill several chunks, the first has it."""
    pieces = figure_words(text, element, chunk_token_num)
    for number, group in enumerate(merge(pieces, chunk_token_num)):
        image = element.image if number == 0 else None
        drafts.add_block(group, kind=ChunkKind.IMAGE, image=image)


def figure_words(text: str, element: Element, chunk_token_num: int) -> list[Piece]:
    """Return what the file says in and beside a picture, in its order."""
    words = [stripped(text, span) for span in (element.span, element.caption) if span is not None]
    return [
        piece
        for span in sorted(words)
        if len(span)
        for piece in text_pieces(text, span, chunk_token_num)
    ]
