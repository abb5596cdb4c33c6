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
from ragflow.ingest.parse.html.depth import limit_depth
from ragflow.ingest.parse.html.flow import Flow
from ragflow.ingest.parse.pieces import add_pieces

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@parsers.register("html", "htm", "xhtml")
class HtmlParser:
    """Read a web page."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the page's blocks; the page title is metadata."""
        builder = DocumentBuilder(source.name, options.limits)
        declared = _CHARSET.search(source.data[:4096])
        charset = declared.group(1).decode("ascii", "ignore") if declared else None
        title = add_html(builder, decode(source.name, source.data, charset))
        return builder.build({"title": title} if title else None)


def add_html(builder: DocumentBuilder, markup: str) -> str:
    """Add the blocks of a page or a fragment to `builder`; return the page's title."""
    from selectolax.lexbor import LexborHTMLParser

    markup, cut = limit_depth(markup)
    if cut:
        builder.warn("The page nests its elements too deeply; the deepest were read flat.")
    page = LexborHTMLParser(markup)
    if page.body is not None:
        add_pieces(builder, Flow().pieces(page.body))
    title = page.css_first("head > title")
    return " ".join(title.text().split()) if title is not None else ""
