"""Plain text, and markup that reads well as it stands: one block of the whole file.

So delimiters are seen over all of it.
"""

from __future__ import annotations

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import decode


@parsers.register("txt", "text", "log", "tex", "org", "adoc")
class TextParser:
    """Read plain text of any encoding."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the whole text as one block."""
        builder = DocumentBuilder(source.name, options.limits)
        builder.block(BlockKind.TEXT, decode(source.name, source.data))
        return builder.build()
