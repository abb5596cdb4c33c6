"""Documents: what a file says, where on its pages it says it, and what was left out.

A parser turns a file into a `ParsedDocument`: one canonical text, blocks that cover it and typed
drops for the rest. Every later stage points back into that text by `Span` and onto the pages by
`Box`, so a citation can always be traced to the characters and the place it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RunState(StrEnum):
    """Name the states of a document's ingestion as they go over the wire."""

    UNSTART = "UNSTART"
    RUNNING = "RUNNING"
    CANCEL = "CANCEL"
    DONE = "DONE"
    FAIL = "FAIL"


class BlockKind(StrEnum):
    """Name what a run of text is on its page."""

    TEXT = "text"
    TITLE = "title"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FIGURE = "figure"
    CAPTION = "caption"
    CODE = "code"
    FORMULA = "formula"
    FOOTNOTE = "footnote"
    CONTENTS = "contents"  # entries of a table of contents; some chunk methods leave them out
    ROW = "row"  # one record of a spreadsheet or of a delimited text


class DropKind(StrEnum):
    """Name why extracted characters are in no chunk."""

    HEADER = "header"
    FOOTER = "footer"
    PAGE_NUMBER = "page_number"
    CONTENTS = "contents"
    DUPLICATE = "duplicate"
    DELIMITER = "delimiter"
    EMPTY = "empty"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"  # a text layer of characters that mean nothing; OCR read the page
    UNSURE = "unsure"  # recognised with so little confidence that it may be no text
    HYPHEN = "hyphen"  # at a line's end, where the two halves of a word were joined
    DEFAULT_NAME = "default_name"  # of a sheet that nobody named, such as Sheet1
    PAGE_RANGE = "page_range"  # outside the pages that parser_config.pages asks for
    MALFORMED = "malformed"  # a line or a text that lacks what the chunk method needs
    OUTSIDE = "outside"  # beside the rows and columns that the chunk method reads
    TAG = "tag"  # kept as a tag of the chunk beside it


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Delimit characters [start, end) of a text, counted in code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """Place a rectangle on a page, in PDF points from the top left corner; pages count from 1."""

    page: int
    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """Give the size of a page in PDF points."""

    number: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """Say how sure text recognition is of a page's characters, 0 to 1."""

    number: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Tie a run of the canonical text to the box that it fills on its page.

    `cut` tells the box of some of its characters, counted from the run's beginning.
    """

    span: Span
    box: Box
    cut: Callable[[Span], Box] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one table cell; `span` is its text within the document's canonical text."""

    text: str
    span: Span
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a table's rows; a merged cell stands once, where it begins."""

    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    sheet: str = ""

    @property
    def header_row_count(self) -> int:
        """Count the leading rows that consist of header cells alone.

        Below the first row, a header cell that reaches down into the data names rows, not columns.
        """
        count = 0
        for row in self.rows:
            if not row or not all(cell.header for cell in row):
                break
            count += 1
        return next(
            (
                index
                for index in range(1, count)
                if any(index + cell.row_span > count for cell in self.rows[index])
            ),
            count,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Name what one span of the canonical text is.

    `level` is a title's depth (1 to 6), and a list item's (1 for the outermost list) where the
    parser tells how lists are nested, else 0. `image` holds the encoded bytes (JPEG or PNG) of a
    figure that the file carries, `box` its place on a page; such a block may have no text.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    table: Table | None = None
    image: bytes | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Account for characters of the canonical text that reach no chunk."""

    kind: DropKind
    span: Span


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """Hold all that a parser found in a file.

    Every non-space character of `text` lies in exactly one block or drop; `blocks` and `lines` are
    in reading order. Formats without pages leave `pages` and `lines` empty. `recognised` are the
    pages, or pictures, with text that was read by optical character recognition. `parts` are where
    files inside the file begin in the text, such as the attachments of an e-mail.
    """

    text: str
    blocks: tuple[Block, ...]
    drops: tuple[Drop, ...] = ()
    pages: tuple[Page, ...] = ()
    lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    recognised: tuple[RecognisedPage, ...] = ()
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Count where the extracted, non-space characters of a document went.

    `in_chunks + sum(dropped.values()) == extracted` holds for every stored document. `ocr_pages`
    counts the pages with recognised text, `ocr_confidence` is their mean confidence, 0 to 1.
    """

    extracted: int
    in_chunks: int
    dropped: Mapping[str, int]
    warnings: tuple[str, ...] = ()
    ocr_pages: int = 0
    ocr_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Describe a dataset as it is stored; its counters are derived from its documents."""

    id: str
    tenant_id: str
    created_by: str
    name: str
    embedding_model: str
    create_time: int  # milliseconds since the epoch, as every *_time here
    update_time: int
    avatar: str | None = None
    description: str | None = None
    language: str = "English"
    permission: str = "me"
    chunk_method: str = "naive"
    parser_config: Mapping[str, Any] | None = None
    similarity_threshold: float = 0.2
    vector_similarity_weight: float = 0.3
    pagerank: int = 0
    status: str = "1"
    metadata_plan: Mapping[str, Any] | None = None  # which meta fields its documents should have
    document_count: int = 0  # derived: read-only
    chunk_count: int = 0  # derived: read-only
    token_count: int = 0  # derived: read-only


@dataclass(frozen=True, slots=True)
class Document:
    """Describe one uploaded file and the state of its ingestion.

    `revision` grows by one with each parse request, stop and reset; work done for an older
    revision is thrown away.
    """

    id: str
    dataset_id: str
    tenant_id: str
    created_by: str
    name: str
    size: int
    type: str
    suffix: str
    create_time: int
    update_time: int
    location: str = ""
    source_type: str = "local"
    thumbnail: str = ""
    chunk_method: str = "naive"
    parser_config: Mapping[str, Any] | None = None
    meta_fields: Mapping[str, Any] = field(default_factory=dict)
    chunk_count: int = 0
    token_count: int = 0
    run: RunState = RunState.UNSTART
    progress: float = 0.0
    progress_msg: str = ""
    process_begin_at: int | None = None
    process_duration: float = 0.0
    revision: int = 0
    coverage: Coverage | None = None
    status: str = "1"
