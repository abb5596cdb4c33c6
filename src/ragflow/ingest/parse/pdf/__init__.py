"""PDF: from pages of placed characters to blocks in reading order.

In: the bytes of a PDF. Out: a `ParsedDocument` with pages, boxes, titles, tables, figures with
their pictures, and typed drops for running headers, footers, page numbers and what does not show.
Refused: password-protected, damaged and over-long files.

The stages, in order: `reader` reads a page (`characters` and `looks` give words, `recognise` those
in pictures, `tables` and `figures` leave the text flow, `lines` are put in order by `bidi` and told
of drawn `bullets`); with all pages known `furniture` finds what repeats and `page_numbers` what
counts; `pages` puts each page in `reading_order` and tells contents, code and notes (`runs`) from
`paragraphs`; `titles` and `levels` find the headings, `nesting` the depth of list items; `blocks`
writes. `regions` asks the layout model where rules are unsure. `described` lets a vision model read
the pages instead.
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
