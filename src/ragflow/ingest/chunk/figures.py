"""Figures: a picture with the words that belong to it, as a chunk of its own.

In: an element with a picture. Out: a chunk with what the file says in and beside the picture, how a
model describes it where there is one, and the picture. One without any words is not lost to search,
as it has none.
"""

from __future__ import annotations

from pydantic import Field

from ragflow.domain.chunks import ChunkKind
from ragflow.domain.documents import ParsedDocument, Span
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.delimiters import stripped
from ragflow.ingest.chunk.describe import Descriptions
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element
from ragflow.ingest.chunk.merge import Piece, merge, text_pieces
from ragflow.ingest.chunk.stored import StoredOptions
from ragflow.text.tokens import count_tokens


class FigureOptions(StoredOptions):
    """Steer what is done with pictures."""

    figure_descriptions: int = Field(
        64,
        ge=0,
        le=5000,
        description="How many pictures of a document an image-to-text model describes, if there "
        "is one by default; 0 asks it nothing.",
    )


class Figures:
    """Make the chunks of one document's pictures."""

    def __init__(
        self,
        document: ParsedDocument,
        drafts: Drafts,
        options: FigureOptions,
        context: ChunkContext,
    ) -> None:
        self._text = document.text
        self._drafts = drafts
        self._descriptions = Descriptions(context, drafts, options.figure_descriptions)

    def add(self, element: Element, chunk_token_num: int) -> None:
        """Add a picture; where its words fill several chunks, the first has it."""
        pieces = self.pieces(element, chunk_token_num)
        for number, group in enumerate(merge(pieces, chunk_token_num)):
            image = element.image if number == 0 else None
            self._drafts.add_block(group, element.box, kind=ChunkKind.IMAGE, image=image)

    def pieces(self, element: Element, chunk_token_num: int) -> list[Piece]:
        """Return the words in and beside a picture in their order, then its description."""
        words = [
            stripped(self._text, span)
            for span in (element.span, element.caption)
            if span is not None
        ]
        pieces = [
            piece
            for span in sorted(words)
            if len(span)
            for piece in text_pieces(self._text, span, chunk_token_num)
        ]
        told = self._descriptions.of(element.image) if element.image is not None else None
        if told is not None:
            pieces.append(generated(told, at=element.span.end))
        return pieces


def generated(words: str, *, at: int) -> Piece:
    """Return words that a model wrote about a place; none is a character of the document."""
    return Piece(words, (Span(at, at),), count_tokens(words))
