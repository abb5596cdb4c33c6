"""PDF: from pages of placed characters to blocks in reading order.

In: the bytes of a PDF. Out: a `ParsedDocument` with pages, boxes, tables, and typed drops for
running headers, footers and page numbers. Refused: password-protected, damaged and over-long files.

The stages, in order: `characters` (words), `rulings` and `tables` (tables leave the text flow),
`lines`, `furniture` (what repeats on every page), `reading_order` (columns), `blocks` (paragraphs,
titles, lists); `parser` runs them.
"""

from __future__ import annotations

from ragflow.domain.documents import ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import ParseOptions, SourceFile, parsers


@parsers.register("pdf")
class PdfParser:
    """Parse PDF files; `Plain Text` layout gives the embedded text alone, without positions."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the document. Raises `ParseError`."""
        from ragflow.ingest.parse.pdf.parser import parse_pdf

        return parse_pdf(source, options, progress)
