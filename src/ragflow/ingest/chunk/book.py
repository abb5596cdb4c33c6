"""The chunk method `book`: parts, chapters and sections.

In: any document. Out: one chunk for each section, in parts where it is large; small ones of the
same parent share a chunk. Chunks begin with the headings above them, up to five. Headings are the
titles that the parser found, or what is numbered where that says more. A text without headings is
merged at 256 tokens. The table of contents is left out; tables are chunks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.contents import without_contents
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, paragraphs
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.outline import Outline, outline_of_numbers, outline_of_titles
from ragflow.ingest.chunk.sections import Cutting, SectionCutter, sections_of
from ragflow.ingest.chunk.stored import MOST_TOKENS


class BookOptions(FigureOptions):
    """Steer the method."""

    chunk_token_num: int = Field(
        256,
        ge=1,
        le=MOST_TOKENS,
        description="Wanted size of a chunk, in tokens; it may overrun by one paragraph.",
    )


@chunkers.register("book")
class BookChunker:
    """Cut books at their headings."""

    Options: ClassVar[type[BaseModel]] = BookOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        ["docx", "pdf", "txt", "htm", "html", "doc", "epub", "odt", "rtf"]
    )

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, BookOptions):
            options = BookOptions.model_validate(options.model_dump())
        drafts = Drafts(document)
        figures = Figures(document, drafts, options, context)
        elements, contents = without_contents(document.text, paragraphs(document))
        drafts.drop(contents)
        cutting = Cutting(options.chunk_token_num, share=True)
        cutter = SectionCutter(document, drafts, figures, cutting)
        cutter.cut(sections_of(document.text, _outline(document.text, elements)))
        return drafts.result()


def _outline(text: str, elements: Sequence[Element]) -> Outline:
    """Go by titles, or by numbers where these open more parts."""
    titles = outline_of_titles(elements)
    numbers = outline_of_numbers(text, elements)
    if titles is None or (numbers is not None and numbers.parts > titles.parts):
        return numbers or Outline.flat(elements)
    return titles
