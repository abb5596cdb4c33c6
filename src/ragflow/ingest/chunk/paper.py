"""The chunk method `paper`: scientific articles.

In: a PDF, whose parser brings columns into order. Out: a chunk with the title and the authors, one
with the abstract, which is found by words such as "summary" as well, and one for each section after
them, in parts where it is large. References are a section like any other; tables are chunks of
their own. Where no abstract is found, all is cut by sections.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, paragraphs
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.merge import text_pieces
from ragflow.ingest.chunk.outline import Outline, outline_of_numbers, outline_of_titles
from ragflow.ingest.chunk.sections import Cutting, Section, SectionCutter, sections_of
from ragflow.ingest.chunk.stored import MOST_TOKENS
from ragflow.text.tokens import count_tokens

ABSTRACT_KEYWORDS = ("abstract", "summary", "summarize", "overview", "摘要", "总结", "概括")

_SMALL = 32
_LONGEST_FRONT = 80  # elements before the abstract
_LONGEST_ABSTRACT = 1024  # tokens
_SHORTEST_ABSTRACT = 20  # tokens; less is a line of the front page
_ABSTRACT = re.compile(
    r"(?:abstract|summary|zusammenfassung|résumé|resumen|resumo|摘\s*要|内容提要)"
    r"(?:\s*$|\s*[:：.—–-]\s*|\s+(?=[A-Z]))",
    re.IGNORECASE,
)
_AFTER_ABSTRACT = re.compile(
    r"(?:key\s?words?|index\s+terms|ccs\s+concepts|categories\s+and\s+subject|general\s+terms"
    r"|acm\s+reference|关\s*键\s*词|(?:(?:1|I)\.?\s+)?introduction\b|1?\s*引\s*言)",
    re.IGNORECASE,
)


class PaperOptions(FigureOptions):
    """Steer the method."""

    chunk_token_num: int = Field(
        512,
        ge=1,
        le=MOST_TOKENS,
        description="Size of a chunk inside one section, in tokens; it may overrun by a paragraph.",
    )


@chunkers.register("paper")
class PaperChunker:
    """Cut scientific articles."""

    Options: ClassVar[type[BaseModel]] = PaperOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(["pdf"])

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, PaperOptions):
            options = PaperOptions.model_validate(options.model_dump())
        text, elements = document.text, paragraphs(document)
        drafts = Drafts(document)
        figures = Figures(document, drafts, options, context)
        cutting = Cutting(options.chunk_token_num, small=_SMALL)
        cutter = SectionCutter(document, drafts, figures, cutting)
        start, end = _abstract(text, elements)
        if end > start:
            cutter.cut([Section(elements=elements[:start])])
            pieces = [
                piece
                for element in elements[start:end]
                for piece in text_pieces(text, element.span, _LONGEST_ABSTRACT)
            ]
            drafts.add_text(pieces, important_keywords=ABSTRACT_KEYWORDS)
        body = elements[end:]
        outline = outline_of_titles(body) or outline_of_numbers(text, body) or Outline.flat(body)
        cutter.cut(sections_of(text, outline))
        return drafts.result()


def _abstract(text: str, elements: Sequence[Element]) -> tuple[int, int]:
    """Return the range of elements that are the abstract with its heading; an empty one if none."""
    for start, element in enumerate(elements[:_LONGEST_FRONT]):
        words = text[element.span.start : element.span.end]
        opening = _ABSTRACT.match(words)
        if not element.is_text or opening is None:
            continue
        end = start + 1
        tokens = count_tokens(words[opening.end() :])
        while end < len(elements) and _goes_on(text, elements[end]):
            tokens += count_tokens(text[elements[end].span.start : elements[end].span.end])
            if tokens > _LONGEST_ABSTRACT and end > start + 1:
                break
            end += 1
        if tokens >= _SHORTEST_ABSTRACT:
            return start, end
    return 0, 0


def _goes_on(text: str, element: Element) -> bool:
    words = text[element.span.start : element.span.start + 64]
    return element.is_text and not element.is_title and _AFTER_ABSTRACT.match(words) is None
