"""reStructuredText: titles, paragraphs, list items, tables, code, notes and figures.

Directives and roles that only a documentation system knows keep their words. No other file is read
and nothing is fetched: inclusion and raw output are off. Comments are accounted for as dropped. A
text that the reader cannot follow is kept as plain text, with a warning.
"""

from __future__ import annotations

from typing import Any

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import decode
from ragflow.ingest.parse.pieces import add_pieces
from ragflow.ingest.parse.rst.tree import Tree

LONGEST_LINE = 10_000
"""The reader's patterns take long for longer ones."""

_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "syntax_highlight": "none",
    "report_level": 1,  # what it cannot follow is marked in the tree, and nowhere else
    "halt_level": 5,
    "warning_stream": False,
    "line_length_limit": LONGEST_LINE,
}


@parsers.register("rst")
class RestructuredTextParser:
    """Read reStructuredText."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the blocks of the text."""
        builder = DocumentBuilder(source.name, options.limits)
        text = decode(source.name, source.data)
        if max(map(len, text.split("\n"))) >= LONGEST_LINE:
            builder.warn(f"A line is longer than {LONGEST_LINE} characters; read as plain text.")
            builder.block(BlockKind.TEXT, text)
            return builder.build()
        try:
            pieces = Tree(read_tree).pieces(read_tree(text))
        except RecursionError:
            builder.warn("Its parts nest too deeply; the file was read as plain text.")
            builder.block(BlockKind.TEXT, text)
            return builder.build()
        add_pieces(builder, pieces)
        return builder.build()


def read_tree(text: str) -> Any:
    """Return the document tree of a text."""
    from docutils.frontend import get_default_settings
    from docutils.parsers.rst import Parser
    from docutils.utils import new_document

    parser = Parser()
    settings = get_default_settings(parser)
    for name, value in _SETTINGS.items():
        setattr(settings, name, value)
    document = new_document("text", settings)
    parser.parse(text, document)
    return document
