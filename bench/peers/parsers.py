"""Peers that read files, each as its own documentation shows it: `parsers.py NAME`, see serving.

Runs in an environment of its own. Peers that give Markdown have their headings and tables read
from it; the others have none, or the tables that they offer apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from markup import headings, tables
from serving import CannotRead, Reading, serve


def pypdfium2(path: Path) -> Reading:
    """Take each page's text as pdfium gives it."""
    import pypdfium2 as pdfium

    _only_pdf(path)
    document = pdfium.PdfDocument(path)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return Reading("\n".join(pages), pages=len(pages))


def pdfplumber(path: Path) -> Reading:
    """Take each page's text and the tables found by ruling lines, its default."""
    import pdfplumber as plumber

    _only_pdf(path)
    parts = []
    found = []
    with plumber.open(path) as document:
        for page in document.pages:
            parts.append(page.extract_text())
            for rows in page.extract_tables():
                found.append([[cell or "" for cell in row] for row in rows])
            page.close()
    return Reading("\n".join(parts), tables=found, pages=len(parts))


def docling_parse(path: Path) -> Reading:
    """Take each page's lines in their given order; it finds no tables by itself."""
    from docling_core.types.doc.page import TextCellUnit
    from docling_parse.pdf_parser import DoclingPdfParser

    _only_pdf(path)
    document = DoclingPdfParser().load(path)
    lines = []
    pages = 0
    for _, page in document.iterate_pages():
        pages += 1
        lines += [cell.text for cell in page.iterate_cells(TextCellUnit.LINE)]
    document.unload()
    return Reading("\n".join(lines), pages=pages)


def markitdown(path: Path) -> Reading:
    """Take its Markdown."""
    from markitdown import MarkItDown, MissingDependencyException, UnsupportedFormatException

    try:
        text = MarkItDown().convert_local(path).markdown
    except (MissingDependencyException, UnsupportedFormatException):
        raise CannotRead from None
    return Reading(text, tables=tables(text), headings=headings(text), pages=_pages(path))


def kreuzberg(path: Path) -> Reading:
    """Take its Markdown and the tables it gives apart, without OCR."""
    from kreuzberg import ExtractionConfig, extract_file_sync

    config = ExtractionConfig(use_cache=False, output_format="markdown")
    try:
        result = extract_file_sync(str(path), config=config)
    except Exception as error:
        if "nsupported" in str(error):
            raise CannotRead from None
        raise
    apart = [table.cells for table in result.tables]
    return Reading(
        result.content,
        tables=apart or tables(result.content),
        headings=headings(result.content),
        pages=_pages(path),
    )


PEERS: dict[str, Callable[[Path], Reading]] = {
    "pypdfium2": pypdfium2,
    "pdfplumber": pdfplumber,
    "docling-parse": docling_parse,
    "markitdown": markitdown,
    "kreuzberg": kreuzberg,
}


def _only_pdf(path: Path) -> None:
    if path.suffix.lower() != ".pdf":
        raise CannotRead


def _pages(path: Path) -> int:
    """Count the pages of a PDF for a peer that does not tell."""
    if path.suffix.lower() != ".pdf":
        return 0
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


if __name__ == "__main__":
    serve(PEERS[sys.argv[1]])
