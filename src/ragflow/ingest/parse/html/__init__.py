"""HTML: the visible text of a page in blocks; hidden text is accounted for as dropped.

Scripts, styles and templates are no text. Pages that nest deeper than a browser follows are read
flat from there on. Out: titles, paragraphs, list items, tables, code, captions and inline images.
"""

from __future__ import annotations

import re

from ragflow.domain.documents import ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import decode
from ragflow.ingest.parse.figures import Images, data_image
from ragflow.ingest.parse.html.depth import limit_depth
from ragflow.ingest.parse.html.flow import Flow
from ragflow.ingest.parse.html.xhtml import from_xhtml
from ragflow.ingest.parse.pieces import Piece, add_pieces

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@parsers.register("html", "htm", "xhtml")
class HtmlParser:
    """Read a web page."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the page's blocks; the page title is metadata."""
        builder = DocumentBuilder(source.name, options.limits)
        title = add_html(builder, decode_page(source.name, source.data))
        return builder.build({"title": title} if title else None)


def decode_page(name: str, data: bytes) -> str:
    """Return the markup of a page, of XHTML as HTML. Raises `CorruptFile`."""
    declared = _CHARSET.search(data[:4096])
    charset = declared.group(1).decode("ascii", "ignore") if declared else None
    return from_xhtml(decode(name, data, charset))


def add_html(builder: DocumentBuilder, markup: str) -> str:
    """Add the blocks of a page or a fragment to `builder`; return the page's title."""
    title, pieces = read_html(builder, markup)
    add_pieces(builder, pieces)
    return title


def read_html(
    builder: DocumentBuilder, markup: str, images: Images = data_image
) -> tuple[str, list[Piece]]:
    """Return the title and the pieces of a page; what is wrong with it is told to `builder`."""
    from selectolax.lexbor import LexborHTMLParser

    markup, cut = limit_depth(markup)
    if cut:
        builder.warn("The page nests its elements too deeply; the deepest were read flat.")
    page = LexborHTMLParser(markup)
    pieces = Flow(images).pieces(page.body) if page.body is not None else []
    title = page.css_first("head > title")
    return " ".join(title.text().split()) if title is not None else "", pieces
