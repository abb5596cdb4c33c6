"""The chunk method `naive`: running text in pieces of about the wanted size, tables on their own.

In: any parsed document. Out: chunks in reading order. Text is merged across tables and figures, so
that these do not tear a paragraph apart; rows of spreadsheets are merged line by line, each sheet
for itself; a figure with words is a chunk with its picture. The files inside a file, such as the
attachments of an e-mail, share no chunk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument, Table
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.delimiters import delimiter_pattern, split_at
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, elements, is_plain_text, table_caption
from ragflow.ingest.chunk.figures import FigureOptions, Figures
from ragflow.ingest.chunk.merge import Piece, merge, text_pieces
from ragflow.ingest.chunk.rows import row_pieces
from ragflow.ingest.chunk.stored import MOST_TOKENS
from ragflow.text.tokens import count_tokens

_EXCEL_HTML_ROWS = 12
_LONGEST_HEADING = 64  # tokens; longer ones stand above the first rows alone


class NaiveOptions(FigureOptions):
    """Steer the method. Stored configurations may hold anything: what cannot be read is default."""

    chunk_token_num: int = Field(
        512,
        ge=1,
        le=MOST_TOKENS,
        description="Wanted size of a chunk, in tokens; it may overrun by one piece.",
    )
    delimiter: str = Field(
        r"\n",
        description="Characters to split at; longer delimiters in back-quotes; escapes are read.",
    )
    html4excel: bool = Field(
        False, description="Make HTML tables of spreadsheets instead of one line per row."
    )


@chunkers.register("naive", "knowledge_graph")
class NaiveChunker:
    """Merge text by delimiter and size; `knowledge_graph` cuts documents in the same way."""

    Options: ClassVar[type[BaseModel]] = NaiveOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        """docx pdf csv tsv xls xlsx xlsm txt text log md markdown htm html json jsonl ldjson doc
        pptx eml py js jsx ts tsx java c cpp h hpp cs php go rs rb swift kt scala sh sql css yml
        yaml toml ini xml ppt rtf odt odp ods epub rst ipynb msg xhtml mdx tex
        org adoc""".split()  # noqa: SIM905, a word list reads best
    )

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,
        context: ChunkContext = ChunkContext(),  # noqa: B008 - frozen
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, NaiveOptions):
            options = NaiveOptions.model_validate(options.model_dump())
        return _Cut(document, options, context).result()


class _Cut:
    """Work through one document."""

    def __init__(
        self, document: ParsedDocument, options: NaiveOptions, context: ChunkContext
    ) -> None:
        self._document = document
        self._text = document.text
        self._options = options
        self._size = options.chunk_token_num
        self._pattern = delimiter_pattern(options.delimiter)
        self._is_plain = is_plain_text(document)
        self._running: list[Piece] = []
        self._part_begins = False
        self._drafts = Drafts(document)
        self._figures = Figures(document, self._drafts, options, context)

    def result(self) -> ChunkedDocument:
        parts = iter((*self._document.parts, math.inf))
        end = next(parts)
        for element in elements(self._document):
            while element.span.start >= end:  # an attachment begins
                self._end_text()
                end, self._part_begins = next(parts), True
            if element.table is not None:
                self._add_table(element, element.table)
            elif element.image is not None:
                self._figures.add(element, self._size)
            else:
                self._running.extend(self._pieces_of(element))
        self._end_text()
        return self._drafts.result()

    def _pieces_of(self, element: Element) -> Iterator[Piece]:
        """Yield the pieces of a running text.

        Plain text is always split at the delimiters; a paragraph of a richer format that fits into
        a chunk keeps them, as the contract has it.
        """
        span, title = element.span, element.is_title
        if not self._is_plain and count_tokens(self._text[span.start : span.end]) <= self._size:
            yield from text_pieces(self._text, span, self._size, title=title)
            return
        split = split_at(self._text, span, self._pattern)
        self._drafts.drop(split.drops)
        for piece in split.pieces:
            yield from text_pieces(self._text, piece, self._size, title=title)

    def _end_text(self) -> None:
        for group in merge(self._running, self._size):
            self._drafts.add_text(group)
        self._running.clear()

    def _add_table(self, element: Element, table: Table) -> None:
        if not element.is_sheet:
            self._drafts.add_table(table, table_caption(self._text, element), self._size)
            return
        named = self._name_of_part()
        self._end_text()
        if self._options.html4excel:
            title = table_caption(self._text, element, fallback=table.sheet)
            self._drafts.add_table(table, title, self._size, most_rows=_EXCEL_HTML_ROWS)
            return
        own = table_caption(self._text, element).spans
        above = [piece for span in own for piece in text_pieces(self._text, span, self._size)]
        above = [*named, *above]
        rows = row_pieces(table, self._size)
        if sum(piece.tokens for piece in above) <= _LONGEST_HEADING:
            self._add_rows(rows, above)
        else:
            self._add_rows([*above, *rows])

    def _name_of_part(self) -> list[Piece]:
        """Take the name of an attachment from the running text, to stand above its first table.

        Lines have a place for it; a table in HTML has none beside its own caption.
        """
        begins, self._part_begins = self._part_begins, False
        if not begins or self._options.html4excel or len(self._running) != 1:
            return []
        return [self._running.pop()] if self._running[0].title else []

    def _add_rows(self, pieces: Iterable[Piece], above: Sequence[Piece] = ()) -> None:
        """Add chunks of lines; what stands `above` is repeated in each, as it says what it is."""
        for group in merge(pieces, self._size):
            self._drafts.add_lines(group, above)
