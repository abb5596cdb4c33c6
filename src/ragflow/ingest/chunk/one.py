"""The chunk method `one`: the whole file is one chunk, in its own order.

In: any document. Out: one chunk; tables stand in their place as HTML, those of a spreadsheet under
the name of their sheet. Pictures give their words; their images are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, elements, table_caption
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.merge import UNLIMITED, Piece, text_pieces
from ragflow.ingest.chunk.tables import table_pieces


@chunkers.register("one")
class OneChunker:
    """Keep a file in one piece."""

    Options: ClassVar[type[BaseModel]] = FigureOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        """docx pdf xls xlsx xlsm csv tsv txt text md markdown htm html doc epub odt rtf""".split()  # noqa: SIM905, a word list reads best
    )

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunk of a document; none where it says nothing."""
        if not isinstance(options, FigureOptions):
            options = FigureOptions.model_validate(options.model_dump())
        drafts = Drafts(document)
        figures = Figures(document, drafts, options, context)
        pieces = [
            piece
            for element in elements(document)
            for piece in _pieces(document.text, element, figures)
        ]
        if pieces:
            drafts.add_block(pieces)
        return drafts.result()


def _pieces(text: str, element: Element, figures: Figures) -> Iterator[Piece]:
    if element.table is not None:
        caption = table_caption(text, element, fallback=element.table.sheet)
        yield from table_pieces(text, element.table, caption, UNLIMITED)
    elif element.image is not None:
        yield from figures.pieces(element, UNLIMITED)
    else:
        yield from text_pieces(text, element.span, UNLIMITED)
