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
from ragflow.ingest.parse.pdf.recognise import Recogniser
from ragflow.vision.layout import layout_model
from ragflow.vision.table_structure import table_model

PLAIN_TEXT = "Plain Text"
DEEP_DOC = "DeepDOC"
_PAGES_PER_REPORT = 12
_READING_SHARE = 0.9  # of the whole progress


def parse_pdf(source: SourceFile, options: ParseOptions, progress: Progress) -> ParsedDocument:
    """Return the document of a PDF file. Raises `ParseError`."""
    with open_pdf(source.data, source.name) as document:
        return parse_open(document, source.name, options, progress)


def parse_open(
    document: Any, name: str, options: ParseOptions, progress: Progress
) -> ParsedDocument:
    """Return the document of an open PDF. Raises `ParseError`."""
    builder = DocumentBuilder(name, options.limits)
    numbers = _wanted_pages(len(document), options.page_ranges)
    if len(numbers) > options.limits.pages:
        raise LimitExceeded(
            name=name, limit=f"{options.limits.pages} pages", setting="limits.pages"
        )
    if options.layout == PLAIN_TEXT:
        _write_plain_text(document, numbers, builder, progress)
    elif not _is_described(document, numbers, options, builder, progress):
        _write_blocks(document, numbers, name, options, builder, progress)
    facts = metadata(document)
    progress(1.0, "Finish parsing.")
    return builder.build(facts)


def _is_described(
    document: Any,
    numbers: Sequence[int],
    options: ParseOptions,
    builder: DocumentBuilder,
    progress: Progress,
) -> bool:
    """Write the pages as the model reads them that the layout names; False if there is none."""
    if options.layout in ("", DEEP_DOC):
        return False
    if write_described(document, _reports(numbers, progress), options, builder):
        return True
    builder.warn(
        f"The layout model {options.layout!r} is not available; "
        "the built-in layout analysis was used."
    )
    return False


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
    _warn_of_empty(builder, empty, f"text layer; the layout {DEEP_DOC} recognises text in pictures")


def _write_blocks(
    document: Any,
    numbers: Sequence[int],
    name: str,
    options: ParseOptions,
    builder: DocumentBuilder,
    progress: Progress,
) -> None:
    def starts(number: int) -> None:
        share = _READING_SHARE * numbers.index(number) / len(numbers)
        progress(share, f"Page({number}~{number + 1}): OCR")

    files, threads = options.vision, options.limits.threads
    reader = PageReader(
        len(numbers),
        layout_model(files.layout, threads) if files.layout else None,
        table_model(files.table, threads) if files.table else None,
        recogniser := Recogniser(options, builder, starts),
    )
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
    empty = [page.frame.number for page in pages if not page.characters]
    _warn_of_empty(builder, empty, "text")
    drop_decorations(pages)
    furniture = find_furniture(
        {page.frame.number: page.lines for page in pages},
        {page.frame.number: page.seen_furniture for page in pages},
    )
    body = usual_size(pages)
    laid_out = [lay_out(page, furniture.get(page.frame.number, {}), body) for page in pages]
    for each in laid_out:
        each.drops.extend(recogniser.drops(each.number))
    BlockWriter(builder, laid_out, body, outline(document)).write()


def _warn_of_empty(builder: DocumentBuilder, numbers: Sequence[int], lack: str) -> None:
    """Warn of pages without text, one line per run of pages."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) == 1:
            builder.warn(f"Page {run[0]} has no {lack}.")
        else:
            builder.warn(f"Pages {run[0]} to {run[-1]} have no {lack}.")
