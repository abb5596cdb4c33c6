"""The chunk method `presentation`: each slide for itself.

In: a document with pages: slides, or a PDF. Out: one chunk for each page with all that is on it, in
its order: text, tables as HTML, the words of pictures, notes. It is placed on the whole page. Its
picture is the page's where pages can be drawn, as of a PDF, else the largest that the slide shows.
Pages on which nothing can be found by words are named in a warning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import Box, Page, ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.describe import side_of
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, elements, table_caption
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.merge import UNLIMITED, Piece, text_pieces
from ragflow.ingest.chunk.naive import NaiveChunker
from ragflow.ingest.chunk.paging import paged
from ragflow.ingest.chunk.tables import table_pieces

_MOST_NAMED = 20  # pages that a warning lists


@chunkers.register("presentation")
class PresentationChunker:
    """Make a chunk of each slide; what has no pages is cut as `naive` does."""

    Options: ClassVar[type[BaseModel]] = FigureOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(["pptx", "ppt", "pdf", "odp"])

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks of a document."""
        if not isinstance(options, FigureOptions):
            options = FigureOptions.model_validate(options.model_dump())
        if not document.pages:
            return NaiveChunker().chunk(document, options, context)
        return _Slides(document, options, context).result()


class _Slides:
    """Work through one document."""

    def __init__(
        self, document: ParsedDocument, options: FigureOptions, context: ChunkContext
    ) -> None:
        self._document = document
        self._text = document.text
        self._is_drawn = context.name.lower().endswith(".pdf")
        self._drafts = Drafts(document)
        self._figures = Figures(document, self._drafts, options, context)

    def result(self) -> ChunkedDocument:
        on_page: dict[int, list[Element]] = defaultdict(list)
        for element, page in paged(self._document, elements(self._document)):
            on_page[page].append(element)
        silent = [
            page.number
            for page in self._document.pages
            if not self._add(page, on_page[page.number])
        ]
        if silent:
            named = ", ".join(str(number) for number in silent[:_MOST_NAMED])
            more = f" and {len(silent) - _MOST_NAMED} more" if len(silent) > _MOST_NAMED else ""
            self._drafts.warn(f"No words were found on these pages: {named}{more}.")
        return self._drafts.result()

    def _add(self, page: Page, shown: list[Element]) -> bool:
        """Add the chunk of a page; tell whether there is one."""
        pieces = [piece for element in shown for piece in self._pieces(element)]
        if not pieces:
            return False
        pictures = [element.image for element in shown if element.image is not None]
        largest = None if self._is_drawn else max(pictures, key=side_of, default=None)
        whole = Box(page.number, 0.0, page.width, 0.0, page.height)
        self._drafts.add_page(pieces, whole, image=largest)
        return True

    def _pieces(self, element: Element) -> Iterator[Piece]:
        if element.table is not None:
            caption = table_caption(self._text, element)
            yield from table_pieces(self._text, element.table, caption, UNLIMITED)
        elif element.image is not None:
            yield from self._figures.pieces(element, UNLIMITED)
        else:
            yield from text_pieces(self._text, element.span, UNLIMITED)
