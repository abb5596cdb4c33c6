"""Sections of a document, and how they become chunks.

In: an outline, and how large a chunk is to be. Out: chunks of one section each, in parts where it
is large; small sections share a chunk as `Cutting` says. Each chunk begins with the headings above
it that are not in it. Tables are chunks of their own; they may stand in their section as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ragflow.domain.documents import ParsedDocument, Span
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, table_caption
from ragflow.ingest.chunk.figures import Figures
from ragflow.ingest.chunk.merge import Piece, merge, text_pieces
from ragflow.ingest.chunk.outline import Outline
from ragflow.ingest.chunk.tables import table_pieces
from ragflow.text.tokens import count_tokens

_DECIMAL = re.compile(r"(?:chapter\s+)?(\d{1,3}(?:\.\d{1,3})*)(?:[.:]?\s|[.:]?$)", re.IGNORECASE)
_SENTENCE_ENDS = (".", ";", "。", "；")
_SHORTEST_PREAMBLE = 32  # tokens; less before the first heading is a name of the whole
_SHORTEST_END = 24  # tokens of the last part of a section
_LARGEST_TABLE = 512  # tokens of a table, or a part of one, that is a chunk
_LONGEST_HEADING = 64  # tokens; a longer one is a paragraph, and is not repeated below


@dataclass(frozen=True, slots=True)
class Cutting:
    """Say how sections become chunks; sizes are in tokens.

    A section of more than `size` is cut between its paragraphs. The next section joins a chunk of
    less than `small`; with `share` also one of its parent's sections that has room for it.
    """

    size: int
    small: int = 0
    share: bool = False
    tables_in_place: bool = False


@dataclass(slots=True)
class Section:
    """Hold a part of a document: its own heading first, then all down to the next heading."""

    above: tuple[Span, ...] = ()
    heading: Span | None = None
    elements: list[Element] = field(default_factory=list)

    @property
    def path(self) -> tuple[Span, ...]:
        """Return the headings that what is in the section stands under."""
        return self.above if self.heading is None else (*self.above, self.heading)


def sections_of(text: str, outline: Outline) -> list[Section]:
    """Divide a document at its headings; what precedes the first is a section without one.

    A heading does not stand under one whose number denies it, as 2.1.3 does not under 1.2: the one
    between them was not seen.
    """
    sections = [Section()]
    open_parts: list[tuple[int, Span]] = []
    for element, depth in zip(outline.elements, outline.depths, strict=True):
        if depth:
            number = _number(text, element.span)
            open_parts = [
                part
                for part in open_parts
                if part[0] < depth and not _denied(_number(text, part[1]), number)
            ]
            above = tuple(span for _, span in open_parts)
            sections.append(Section(above, element.span))
            open_parts.append((depth, element.span))
        sections[-1].elements.append(element)
    return [section for section in sections if section.elements]


class SectionCutter:
    """Cut the sections of one document."""

    def __init__(
        self, document: ParsedDocument, drafts: Drafts, figures: Figures, cutting: Cutting
    ) -> None:
        self._text = document.text
        self._drafts = drafts
        self._figures = figures
        self._cutting = cutting

    def cut(self, sections: Sequence[Section]) -> None:
        """Add the chunks of all sections."""
        for pieces in self._groups(sections):
            groups = list(merge(pieces, self._cutting.size))
            if len(groups) > 1 and sum(piece.tokens for piece in groups[-1]) < _SHORTEST_END:
                groups[-2:] = [groups[-2] + groups[-1]]
            for group in groups:
                self._drafts.add_text(group, above=self._repeated(group[0].above))

    def _groups(self, sections: Sequence[Section]) -> Iterator[list[Piece]]:
        """Yield the pieces of sections that may share a chunk."""
        group: list[Piece] = []
        parent: tuple[Span, ...] = ()
        is_first = True
        for section in sections:
            pieces = list(self._pieces(section))
            if group and not self._joins(group, parent, section, pieces, is_first=is_first):
                yield group
                group, is_first = [], False
            if not group:
                parent = section.above
            group.extend(pieces)
        if group:
            yield group

    def _joins(
        self,
        group: Sequence[Piece],
        parent: tuple[Span, ...],
        section: Section,
        pieces: Sequence[Piece],
        *,
        is_first: bool,
    ) -> bool:
        tokens = sum(piece.tokens for piece in group)
        if group[-1].title and group[-1].spans[-1] in section.above:
            return True  # a heading without a text of its own goes with the first part below it
        if section.above[: len(parent)] != parent:
            return False
        if tokens < self._cutting.small or (is_first and _is_name(group, tokens)):
            return True
        fits = tokens + sum(piece.tokens for piece in pieces) <= self._cutting.size
        return self._cutting.share and fits

    def _pieces(self, section: Section) -> Iterator[Piece]:
        for element in section.elements:
            is_heading = element.span == section.heading
            above = section.above if is_heading else section.path
            for piece in self._pieces_of(element):
                is_short = piece.tokens <= _LONGEST_HEADING
                is_name = is_heading and is_short and not piece.content.endswith(_SENTENCE_ENDS)
                yield replace(piece, above=above, title=element.is_title or is_name)

    def _pieces_of(self, element: Element) -> Iterator[Piece]:
        size = self._cutting.size
        if element.image is not None:
            self._figures.add(element, size)
        elif element.table is None:
            yield from text_pieces(self._text, element.span, size)
        else:
            caption = table_caption(self._text, element, fallback=element.table.sheet)
            size = min(size, _LARGEST_TABLE)
            self._drafts.add_table(element.table, caption, size)
            if self._cutting.tables_in_place:
                yield from table_pieces(self._text, element.table, caption, size)

    def _repeated(self, above: Sequence[Span]) -> list[Span]:
        return [
            span
            for span in above
            if count_tokens(self._text[span.start : span.end]) <= _LONGEST_HEADING
        ]


def _number(text: str, span: Span) -> list[str]:
    found = _DECIMAL.match(text, span.start, span.end)
    return found[1].split(".") if found else []


def _denied(above: Sequence[str], number: Sequence[str]) -> bool:
    """Tell whether a longer number begins otherwise than the one above it."""
    return 0 < len(above) < len(number) and list(number[: len(above)]) != list(above)


def _is_name(group: Sequence[Piece], tokens: int) -> bool:
    """Tell whether a document begins with no more than its name."""
    return tokens < _SHORTEST_PREAMBLE and all(piece.title or not piece.above for piece in group)
