"""The chunk method `naive`: running text in pieces of about the wanted size, tables on their own.

In: any parsed document. Out: chunks in reading order. Text is merged across tables and figures, so
that these do not tear a paragraph apart; rows of spreadsheets are merged line by line, each sheet
for itself; a figure with words is a chunk with its picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument, ChunkKind
from ragflow.domain.documents import Block, BlockKind, Drop, ParsedDocument, Span, Table
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.delimiters import delimiter_pattern, split_at, stripped
from ragflow.ingest.chunk.merge import Piece, content_of, joined, merge, text_pieces
from ragflow.ingest.chunk.places import Places, Run, runs_of
from ragflow.ingest.chunk.rows import row_pieces
from ragflow.ingest.chunk.tables import Caption, html_parts
from ragflow.text.tokens import count_tokens

_DEFAULT_TOKENS = 512
_MOST_TOKENS = 100_000
_DEFAULT_DELIMITER = r"\n"
_EXCEL_HTML_ROWS = 12
_LONGEST_HEADING = 64  # tokens; longer ones stand above the first rows alone
_TRUE = frozenset({"true", "1", "yes", "y", "on"})


class NaiveOptions(BaseModel):
    """Steer the method. Stored configurations may hold anything: what cannot be read is default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    chunk_token_num: int = Field(
        _DEFAULT_TOKENS,
        ge=1,
        le=_MOST_TOKENS,
        description="Wanted size of a chunk, in tokens; it may overrun by one piece.",
    )
    delimiter: str = Field(
        _DEFAULT_DELIMITER,
        description="Characters to split at; longer delimiters in back-quotes; escapes are read.",
    )
    html4excel: bool = Field(
        False, description="Make HTML tables of spreadsheets instead of one line per row."
    )

    @field_validator("chunk_token_num", mode="before")
    @classmethod
    def _read_number(cls, value: Any) -> int:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return _DEFAULT_TOKENS
        if math.isnan(number):
            return _DEFAULT_TOKENS
        return int(min(max(number, 1.0), float(_MOST_TOKENS)))

    @field_validator("delimiter", mode="before")
    @classmethod
    def _read_delimiter(cls, value: Any) -> str:
        return value if isinstance(value, str) and value else _DEFAULT_DELIMITER

    @field_validator("html4excel", mode="before")
    @classmethod
    def _read_flag(cls, value: Any) -> bool:
        return value.strip().lower() in _TRUE if isinstance(value, str) else bool(value)


@chunkers.register("naive", "knowledge_graph")
class NaiveChunker:
    """Merge text by delimiter and size; `knowledge_graph` cuts documents in the same way."""

    Options: ClassVar[type[BaseModel]] = NaiveOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        """docx pdf csv tsv xls xlsx xlsm txt text log md markdown htm html json jsonl ldjson doc
        pptx eml py js jsx ts tsx java c cpp h hpp cs php go rs rb swift kt scala sh sql css yml
        yaml toml ini xml ods""".split()  # noqa: SIM905, a word list reads best
    )

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,
        context: ChunkContext = ChunkContext(),  # noqa: ARG002, B008 - frozen; nothing of it is needed
    ) -> ChunkedDocument:
        """Return the chunks and drops of a document."""
        if not isinstance(options, NaiveOptions):
            options = NaiveOptions.model_validate(options.model_dump())
        return _Cut(document, options).result()


class _Cut:
    """Work through one document."""

    def __init__(self, document: ParsedDocument, options: NaiveOptions) -> None:
        self._text = document.text
        self._blocks = document.blocks
        self._options = options
        self._places = Places(document)
        self._pattern = delimiter_pattern(options.delimiter)
        self._is_plain = _is_plain_text(document)
        self._running: list[Piece] = []
        self._drafts: list[ChunkDraft] = []
        self._drops: list[Drop] = []

    def result(self) -> ChunkedDocument:
        captions = _caption_owners(self._blocks)
        taken = set(captions.values())
        for index, block in enumerate(self._blocks):
            caption = self._blocks[captions[index]].span if index in captions else None
            if index in taken:
                continue
            if block.table is not None and _has_cells(block.table):
                self._add_table(block, block.table, caption)
            elif block.kind is BlockKind.FIGURE and block.image is not None:
                self._add_figure(block, caption)
            else:
                self._running.extend(self._pieces_of(block))
        self._end_text()
        drafts = sorted(self._drafts, key=lambda draft: draft.spans[0].start)
        return ChunkedDocument(tuple(drafts), tuple(self._drops))

    def _pieces_of(self, block: Block) -> Iterator[Piece]:
        """Yield the pieces of a running text.

        Plain text is always split at the delimiters; a paragraph of a richer format that fits into
        a chunk keeps them, as the contract has it.
        """
        span = stripped(self._text, block.span)
        if not len(span):
            return
        size = self._options.chunk_token_num
        title = block.kind is BlockKind.TITLE
        if not self._is_plain and count_tokens(self._text[span.start : span.end]) <= size:
            yield from text_pieces(self._text, span, size, title=title)
            return
        split = split_at(self._text, span, self._pattern)
        self._drops.extend(split.drops)
        for piece in split.pieces:
            yield from text_pieces(self._text, piece, size, title=title)

    def _end_text(self) -> None:
        for group in merge(self._running, self._options.chunk_token_num):
            spans = joined(self._text, [span for piece in group for span in piece.spans])
            placed = self._places.boxes(runs_of(spans))
            self._drafts.append(
                ChunkDraft(
                    content_of(self._text, spans),
                    spans,
                    boxes=placed.boxes,
                    box_spans=placed.spans,
                )
            )
        self._running.clear()

    def _add_table(self, block: Block, table: Table, caption: Span | None) -> None:
        own = self._own_caption(block, table) or caption
        if not table.sheet and block.kind is not BlockKind.ROW:
            self._add_html(table, self._caption(table.caption, own))
            return
        self._end_text()
        if self._options.html4excel:
            title = self._caption(table.caption or table.sheet, own)
            self._add_html(table, title, most_rows=_EXCEL_HTML_ROWS)
            return
        above = list(text_pieces(self._text, own, self._options.chunk_token_num)) if own else []
        rows = row_pieces(table, self._options.chunk_token_num)
        if sum(piece.tokens for piece in above) <= _LONGEST_HEADING:
            self._add_rows(rows, above)
        else:
            self._add_rows([*above, *rows])

    def _own_caption(self, block: Block, table: Table) -> Span | None:
        start = block.span.start
        if not table.caption.strip() or not self._text.startswith(table.caption, start):
            return None
        return stripped(self._text, Span(start, start + len(table.caption)))

    def _caption(self, text: str, span: Span | None) -> Caption:
        if span is None:
            return Caption(text)
        return Caption(self._text[span.start : span.end], (span,))

    def _add_html(self, table: Table, caption: Caption, most_rows: int | None = None) -> None:
        for part in html_parts(table, caption, self._options.chunk_token_num, most_rows):
            placed = self._places.page_boxes(part.own)
            self._drafts.append(
                ChunkDraft(
                    part.content,
                    joined(self._text, part.spans),
                    ChunkKind.TABLE,
                    placed.boxes,
                    box_spans=placed.spans,
                )
            )

    def _add_rows(self, pieces: Iterable[Piece], above: Sequence[Piece] = ()) -> None:
        """Add chunks of lines; what stands `above` is repeated in each, as it says what it is."""
        for group in merge(pieces, self._options.chunk_token_num):
            shown = [*above, *group]
            spans = sorted({span for piece in shown for span in piece.spans})
            content = "\n".join(piece.content for piece in shown)
            placed = self._places.page_boxes([Run(Span(0, len(content)), tuple(spans))])
            self._drafts.append(
                ChunkDraft(
                    content,
                    joined(self._text, spans),
                    boxes=placed.boxes,
                    box_spans=placed.spans,
                )
            )

    def _add_figure(self, block: Block, caption: Span | None) -> None:
        """Add a picture with its words; one without any is not lost to search, as it has none."""
        words = [stripped(self._text, span) for span in (block.span, caption) if span is not None]
        pieces = [
            piece
            for span in sorted(words)
            if len(span)
            for piece in text_pieces(self._text, span, self._options.chunk_token_num)
        ]
        for number, group in enumerate(merge(pieces, self._options.chunk_token_num)):
            spans = joined(self._text, [span for piece in group for span in piece.spans])
            placed = self._places.page_boxes(runs_of(spans))
            self._drafts.append(
                ChunkDraft(
                    content_of(self._text, spans),
                    spans,
                    ChunkKind.IMAGE,
                    placed.boxes,
                    block.image if number == 0 else None,
                    placed.spans,
                )
            )


def _is_plain_text(document: ParsedDocument) -> bool:
    """Tell a plain text file, or source code: one run of text that the parser did not divide."""
    return len(document.blocks) == 1 and not document.pages


def _has_cells(table: Table) -> bool:
    return any(cell.text.strip() for row in table.rows for cell in row)


def _caption_owners(blocks: tuple[Block, ...]) -> dict[int, int]:
    """Give each caption beside a picture, or above a table that has none, to that neighbour."""
    owners: dict[int, int] = {}
    taken: set[int] = set()
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.FIGURE and block.image is not None:
            neighbours = [index + 1, index - 1]
        elif block.table is not None and not block.table.caption and _has_cells(block.table):
            neighbours = [index - 1]
        else:
            continue
        for other in neighbours:
            free = 0 <= other < len(blocks) and other not in taken
            if free and blocks[other].kind is BlockKind.CAPTION and blocks[other].table is None:
                owners[index] = other
                taken.add(other)
                break
    return owners
