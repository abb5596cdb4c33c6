"""RTF: the body in order, with what hangs on it.

Out: titles, paragraphs, list items with their numbers, tables, text boxes, pictures, notes and
comments. Headers, footers, the table of contents and hidden or deleted text are drops.
"""

from __future__ import annotations

from ragflow.domain.documents import ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import add_pieces
from ragflow.ingest.parse.rtf.reader import Reader
from ragflow.ingest.parse.rtf.tokens import tokens
from ragflow.ingest.parse.sniff import RTF


@parsers.register("rtf")
class RtfParser:
    """Read rich text as word processors save it."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the document's blocks; the format stores no pages."""
        data = source.data.lstrip()
        if not data.startswith(RTF):
            raise CorruptFile(name=source.name, reason="it does not begin as RTF does")
        builder = DocumentBuilder(source.name, options.limits)
        reader = Reader()
        add_pieces(builder, reader.read(tokens(data)), PictureReader(options, builder))
        return builder.build(reader.preamble.information)
