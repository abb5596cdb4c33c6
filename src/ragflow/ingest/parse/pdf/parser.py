"""The PDF parser: runs the stages over all pages and builds the document.

In: the bytes of a PDF and the options. Out: a `ParsedDocument`. Two passes: each page is read to
lines and tables and closed; then, with all pages known, furniture is found and blocks are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import LimitExceeded
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile
from ragflow.ingest.parse.pdf.blocks import BlockWriter
from ragflow.ingest.parse.pdf.described import write_described
from ragflow.ingest.parse.pdf.document import metadata, open_page, open_pdf, outline
from ragflow.ingest.parse.pdf.furniture import find_furniture
from ragflow.ingest.parse.pdf.pages import ReadPage, drop_decorations, lay_out, usual_size
from ragflow.ingest.parse.pdf.plain import page_text
from ragflow.ingest.parse.pdf.reader import PageReader
from ragflow.vision.layout import LayoutModel
from ragflow.vision.table_structure import TableModel

PLAIN_TEXT = "Plain Text"
DEEP_DOC = "DeepDOC"
_PAGES_PER_REPORT = 12
_READING_SHARE = 0.9  # of the whole progress


def parse_pdf(source: SourceFile, options: ParseOptions, progress: Progress) -> ParsedDocument:
    """Return the document of a PDF file. Raises `ParseError`."""
    builder = DocumentBuilder(source.name, options.limits)
    with open_pdf(source.data, source.name) as document:
        numbers = _wanted_pages(len(document), options.page_ranges)
        if len(numbers) > options.limits.pages:
            raise LimitExceeded(
                name=source.name, limit=f"{options.limits.pages} pages", setting="limits.pages"
            )
        if options.layout == PLAIN_TEXT:
            _write_plain_text(document, numbers, builder, progress)
        else:
            if options.layout in ("", DEEP_DOC):
                done = False
            else:
                done = write_described(document, _reports(numbers, progress), options, builder)
                if not done:
                    builder.warn(
                        f"The layout model {options.layout!r} is not available; "
                        "the built-in layout analysis was used."
                    )
            if not done:
                _write_blocks(document, numbers, source.name, options, builder, progress)
        facts = metadata(document)
    progress(1.0, "Finish parsing.")
    return builder.build(facts)


def _wanted_pages(count: int, ranges: Sequence[tuple[int, int]]) -> list[int]:
    if not ranges:
        return list(range(1, count + 1))
    return [
        number
        for number in range(1, count + 1)
        if any(first <= number <= last for first, last in ranges)
    ]


def _reports(numbers: Sequence[int], progress: Progress) -> Iterable[int]:
    """Yield the page numbers and report each time that some pages are done."""
    for index, number in enumerate(numbers, start=1):
        yield number
        if index % _PAGES_PER_REPORT == 0 or index == len(numbers):
            first = numbers[(index - 1) // _PAGES_PER_REPORT * _PAGES_PER_REPORT]
            progress(_READING_SHARE * index / len(numbers), f"Page({first}~{number + 1}): text")


def _write_plain_text(
    document: Any, numbers: Sequence[int], builder: DocumentBuilder, progress: Progress
) -> None:
    """Write one block per page, in the file's order."""
    empty: list[int] = []
    for number in _reports(numbers, progress):
        with open_page(document, number) as page:
            if page is None:
                builder.warn(f"Page {number} is damaged and was left out.")
                continue
            text = page_text(page)
        if not text:
            empty.append(number)
        builder.block(BlockKind.TEXT, text)
    _warn_of_empty(builder, empty)


def _write_blocks(
    document: Any,
    numbers: Sequence[int],
    name: str,
    options: ParseOptions,
    builder: DocumentBuilder,
    progress: Progress,
) -> None:
    model = LayoutModel(options.vision.layout) if options.vision.layout else None
    table_model = TableModel(options.vision.table) if options.vision.table else None
    reader = PageReader(len(numbers), model, table_model)
    pages: list[ReadPage] = []
    characters = 0
    for number in _reports(numbers, progress):
        with open_page(document, number) as page:
            if page is None:
                builder.warn(f"Page {number} is damaged and was left out.")
                continue
            read = reader.read(page, number)
        characters += read.characters
        if characters > options.limits.text_chars:
            raise LimitExceeded(
                name=name,
                limit=f"{options.limits.text_chars} characters of text",
                setting="limits.text_chars",
            )
        builder.page(number, round(read.frame.width, 2), round(read.frame.height, 2))
        pages.append(read)
    _warn_of_empty(builder, [page.frame.number for page in pages if not page.characters])
    drop_decorations(pages)
    furniture = find_furniture(
        {page.frame.number: page.lines for page in pages},
        {page.frame.number: page.seen_furniture for page in pages},
    )
    body = usual_size(pages)
    laid_out = [lay_out(page, furniture.get(page.frame.number, {}), body) for page in pages]
    BlockWriter(builder, laid_out, body, outline(document)).write()


def _warn_of_empty(builder: DocumentBuilder, numbers: Sequence[int]) -> None:
    """Warn of pages without text, one line per run of pages."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) == 1:
            builder.warn(f"Page {run[0]} has no text layer; OCR is not available.")
        else:
            builder.warn(f"Pages {run[0]} to {run[-1]} have no text layer; OCR is not available.")
