"""The chunk method `laws`: articles, each with the path of headings above it.

In: a law, a regulation, a contract. Out: one chunk for each article, in parts where it is large.
An article is what begins with its number: `第五条`, `Article 5`, `Art. 5`, `§ 5`; where there are
none, a numbered paragraph (`一、`, `5.`, `5.1`) or a heading. Above it stand the headings of its
book, part, chapter and section, five at most; for the ledger a heading is in each chunk that
repeats it, and counts once. The table of contents is left out; tables are chunks of their own.
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
from ragflow.ingest.chunk.outline import Outline, outline_of_numbers, outline_of_titles
from ragflow.ingest.chunk.sections import Cutting, SectionCutter, sections_of
from ragflow.ingest.chunk.stored import MOST_TOKENS

_SMALL = 32  # tokens; of what is no article, less goes with the next


class LawsOptions(FigureOptions):
    """Steer the method."""

    chunk_token_num: int = Field(
        512,
        ge=1,
        le=MOST_TOKENS,
        description="Size above which an article is cut, in tokens.",
    )


@chunkers.register("laws")
class LawsChunker:
    """Cut laws at their articles."""

    Options: ClassVar[type[BaseModel]] = LawsOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        ["docx", "pdf", "txt", "htm", "html", "doc", "odt", "rtf"]
    )

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, LawsOptions):
            options = LawsOptions.model_validate(options.model_dump())
        drafts = Drafts(document)
        figures = Figures(document, drafts, options, context)
        elements, contents = without_contents(document.text, paragraphs(document))
        drafts.drop(contents)
        outline = (
            outline_of_numbers(document.text, elements, sentences=True)
            or outline_of_titles(elements)
            or Outline.flat(elements)
        )
        small = 0 if outline.has_articles else _SMALL
        cutting = Cutting(options.chunk_token_num, small=small)
        SectionCutter(document, drafts, figures, cutting).cut(sections_of(document.text, outline))
        return drafts.result()
