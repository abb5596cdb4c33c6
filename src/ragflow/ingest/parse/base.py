"""What a parser is, and the builder with which each one makes its document.

In: the bytes of one file. Out: a `ParsedDocument`. Refused: files that are empty, encrypted,
damaged or over a limit, with a `ParseError` that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from ragflow.domain.documents import (
    Block,
    BlockKind,
    Box,
    Cell,
    Drop,
    DropKind,
    Line,
    Page,
    ParsedDocument,
    RecognisedPage,
    Span,
    Table,
)
from ragflow.domain.errors import LimitExceeded
from ragflow.domain.ports import ModelHelp, Progress
from ragflow.domain.registry import Registry
from ragflow.ingest.help import NoHelp


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Hold one file to parse."""

    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Return the extension in lower case, without the dot."""
        return PurePosixPath(self.name.replace("\\", "/")).suffix.removeprefix(".").lower()


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bound what one file may cost; the names are those of the settings' `limits`.

    `threads` are those of one model that looks at pages (the setting `models.threads`).
    """

    text_chars: int = 50_000_000
    unpacked_mib: int = 512
    pages: int = 5000
    ocr_pages: int = 1000
    threads: int = 1


@dataclass(frozen=True, slots=True)
class VisionFiles:
    """Name the ONNX files of the models that look at pages; None where one is not there."""

    layout: Path | None = None
    orientation: Path | None = None
    table: Path | None = None


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """Hold what parser_config says about parsing, and what there is to see and to ask with.

    `layout` is `DeepDOC`, `Plain Text` or a vision model's name; `page_ranges` are 1-based and
    inclusive, empty for all pages. `more_time` is called before a page is recognised, which takes
    so long that the time of a page must not be part of the time of the file.
    """

    layout: str = "DeepDOC"
    page_ranges: tuple[tuple[int, int], ...] = ()
    limits: ParseLimits = field(default_factory=ParseLimits)
    vision: VisionFiles = field(default_factory=VisionFiles)
    models: ModelHelp = field(default_factory=NoHelp)
    more_time: Callable[[], object] = lambda: None


class Parser(Protocol):
    """Read one format; a parser is made without arguments and keeps no state between files."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return all that the file says. Raises `ParseError`."""
        ...


parsers: Registry[Callable[[], Parser]] = Registry("file format")
"""Parsers by extension, lower case without the dot."""


@dataclass(frozen=True, slots=True)
class CellDraft:
    """Propose a table cell before it has its place in the canonical text."""

    text: str
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    box: Box | None = None


class PlacedText(NamedTuple):
    """Hold a line of text with its box, and what tells the boxes of its parts."""

    text: str
    box: Box | None
    cut: Callable[[Span], Box] | None = None


class DocumentBuilder:
    """Collect a document in reading order; keeps spans, blocks and drops consistent by itself.

    Each added run of text is separated from the one before by a newline, which belongs to no block.
    """

    def __init__(self, name: str, limits: ParseLimits) -> None:
        self._name = name
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._drops: list[Drop] = []
        self._pages: list[Page] = []
        self._lines: list[Line] = []
        self._warnings: list[str] = []
        self._recognised: list[RecognisedPage] = []
        self._beginnings: list[int] = []

    def page(self, number: int, width: float, height: float) -> None:
        """Add a page."""
        if len(self._pages) >= self._limits.pages:
            raise LimitExceeded(
                name=self._name, limit=f"{self._limits.pages} pages", setting="limits.pages"
            )
        self._pages.append(Page(number, width, height))

    def recognised(self, number: int, confidence: float) -> None:
        """Note that the text of a page was recognised, and how sure the recognition is, 0 to 1."""
        self._recognised.append(RecognisedPage(number, round(confidence, 4)))

    def begin_part(self) -> None:
        """Note that what comes next belongs to another file inside this one."""
        self._beginnings.append(self._length)

    def warn(self, message: str) -> None:
        """Note something that a reader of the result should know; the same is noted once."""
        if message not in self._warnings:
            self._warnings.append(message)

    def block(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        box: Box | None = None,
        image: bytes | None = None,
    ) -> Span:
        """Add a block of one run of text; blank text without an image adds nothing."""
        place = box if image is not None else None
        return self.block_of_lines(kind, [(text, box)], level=level, image=image, place=place)

    def block_of_lines(
        self,
        kind: BlockKind,
        lines: Sequence[tuple[str, Box | None] | PlacedText],
        *,
        level: int = 0,
        image: bytes | None = None,
        separator: str = "\n",
        place: Box | None = None,
    ) -> Span:
        """Add a block of several lines, each with its own box; `place` is that of its image."""
        placed = [PlacedText(*line) for line in lines if line[0].strip()]
        if not placed and image is None:
            return Span(self._length, self._length)
        self._separate()
        start = self._length
        for index, line in enumerate(placed):
            if index:
                self._append(separator)
            span = self._append(line.text)
            if line.box is not None:
                self._lines.append(Line(span, line.box, line.cut))
        span = Span(start, self._length)
        self._blocks.append(Block(kind, span, level=level, image=image, box=place))
        return span

    def table(
        self,
        rows: Sequence[Sequence[CellDraft]],
        *,
        caption: str = "",
        sheet: str = "",
        box: Box | None = None,
        caption_boxes: Sequence[Box] = (),
        kind: BlockKind = BlockKind.TABLE,
    ) -> Span:
        """Add a table: its caption, then its rows, cells joined by tabs.

        `box` is the whole table's, for cells and a caption that have none of their own. Tables
        without any text add nothing.
        """
        if not caption.strip() and not any(cell.text.strip() for row in rows for cell in row):
            return Span(self._length, self._length)
        self._separate()
        start = self._length
        if caption.strip():
            span = self._append(caption)
            for place in caption_boxes or ([box] if box is not None else ()):
                self._line(span, place)
            self._append("\n")
        placed: list[tuple[Cell, ...]] = []
        for row_index, row in enumerate(rows):
            if row_index:
                self._append("\n")
            placed.append(self._row(row, box))
        span = Span(start, self._length)
        table = Table(rows=tuple(placed), caption=caption, sheet=sheet)
        self._blocks.append(Block(kind, span, table=table))
        return span

    def _row(self, row: Sequence[CellDraft], box: Box | None) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        start = self._length
        for draft in row:
            span = Span(start, start + len(draft.text))
            self._line(span, draft.box or box)
            cells.append(Cell(draft.text, span, draft.row_span, draft.column_span, draft.header))
            start = span.end + 1
        self._append("\t".join([draft.text for draft in row]))
        return tuple(cells)

    def drop(self, kind: DropKind, text: str, box: Box | None = None) -> Span:
        """Account for text that was extracted and is left out on purpose."""
        if not text.strip():
            return Span(self._length, self._length)
        self._separate()
        span = self._append(text)
        self._line(span, box)
        self._drops.append(Drop(kind, span))
        return span

    def build(self, metadata: Mapping[str, str] | None = None) -> ParsedDocument:
        """Return the document."""
        return ParsedDocument(
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            drops=tuple(self._drops),
            pages=tuple(self._pages),
            lines=tuple(self._lines),
            warnings=tuple(self._warnings),
            metadata=dict(metadata or {}),
            recognised=tuple(self._recognised),
            parts=tuple(self._beginnings),
        )

    def _line(self, span: Span, box: Box | None) -> None:
        if box is not None and len(span):
            self._lines.append(Line(span, box))

    def _separate(self) -> None:
        if self._length:
            self._append("\n")

    def _append(self, text: str) -> Span:
        start = self._length
        self._length += len(text)
        if self._length > self._limits.text_chars:
            raise LimitExceeded(
                name=self._name,
                limit=f"{self._limits.text_chars} characters of text",
                setting="limits.text_chars",
            )
        self._parts.append(text)
        return Span(start, self._length)
