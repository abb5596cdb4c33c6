"""The chunk method `manual`: handbooks, each section for itself.

In: a document with headings. Out: one chunk for each section, up to 1024 tokens, in parts where it
is larger. A section reaches from one heading to the next of the level that most headings have, or
of a higher one; sections of less than 32 tokens go with the next. In formats without pages, whose
headings are certain, every heading opens a section, however small. Chunks begin with the headings
above them. The table of contents is left out. Tables stand in their section and are chunks of their
own as well, so that both a question about the section and one about a value find them; for the
ledger their characters are in two chunks and count once.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.contents import without_contents
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import paragraphs
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.outline import (
    Outline,
    outline_of_numbers,
    outline_of_titles,
    usual_level,
)
from ragflow.ingest.chunk.sections import Cutting, SectionCutter, sections_of
from ragflow.ingest.chunk.stored import MOST_TOKENS

_SMALL = 32


class ManualOptions(FigureOptions):
    """Steer the method."""

    chunk_token_num: int = Field(
        1024,
        ge=1,
        le=MOST_TOKENS,
        description="Size of a chunk inside one section, in tokens; it may overrun by a paragraph.",
    )


@chunkers.register("manual")
class ManualChunker:
    """Cut handbooks at their headings."""

    Options: ClassVar[type[BaseModel]] = ManualOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(["pdf", "docx", "doc", "odt", "rtf"])

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, ManualOptions):
            options = ManualOptions.model_validate(options.model_dump())
        drafts = Drafts(document)
        figures = Figures(document, drafts, options, context)
        small = _SMALL if document.pages else 0
        cutting = Cutting(options.chunk_token_num, small=small, tables_in_place=True)
        cutter = SectionCutter(document, drafts, figures, cutting)
        elements, contents = without_contents(document.text, paragraphs(document))
        drafts.drop(contents)
        lowest = usual_level(elements) if document.pages else None
        outline = (
            outline_of_titles(elements, lowest)
            or outline_of_numbers(document.text, elements)
            or Outline.flat(elements)
        )
        cutter.cut(sections_of(document.text, outline))
        return drafts.result()
