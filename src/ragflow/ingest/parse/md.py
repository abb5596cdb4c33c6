"""Markdown: headings, paragraphs, list items, code and tables, in the words of the source.

The inline marks (`**bold**`, links) stay, because the source is what its author and a model read;
character references (`&amp;`) outside code become what they stand for.
Front matter becomes a code block; HTML in the text is read as HTML; pictures that the text carries
become figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import (
    CellDraft,
    DocumentBuilder,
    ParseOptions,
    SourceFile,
    parsers,
)
from ragflow.ingest.parse.encoding import decode
from ragflow.ingest.parse.entities import decode_references
from ragflow.ingest.parse.figures import Images, data_image
from ragflow.ingest.parse.html import add_html
from ragflow.ingest.parse.md_pictures import MarkdownPictures
from ragflow.ingest.parse.pieces import Piece, add_pieces

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST = 60
"""The reader leaves out what is nested deeper."""

_PIPE = re.compile(r"(?<!\\)\|")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


@parsers.register("md", "markdown", "mdx")
class MarkdownParser:
    """Read Markdown with tables, as GitHub writes it."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the blocks of the text."""
        builder = DocumentBuilder(source.name, options.limits)
        text = decode(source.name, source.data)
        front_matter = _FRONT_MATTER.match(text)
        if front_matter:
            builder.block(BlockKind.CODE, front_matter.group(1))
            text = text[front_matter.end() :]
        add_markdown(builder, text)
        return builder.build()


def add_markdown(builder: DocumentBuilder, text: str, images: Images = data_image) -> None:
    """Add the blocks of a text to `builder`."""
    from markdown_it import MarkdownIt

    pictures = MarkdownPictures(images)
    text = pictures.without_definitions(text)
    reader = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    reader.disable(["inline", "text_join", "reference"])
    tokens = reader.parse(text)
    if max((token.level for token in tokens), default=0) >= DEEPEST - 2:
        builder.warn("Lists or quotes nest too deeply; the file was read as plain text.")
        builder.block(BlockKind.TEXT, text)
    else:
        _Writer(builder, text.split("\n"), pictures).write(tokens)


@dataclass(slots=True)
class _Item:
    """Hold what precedes the first line of a list item."""

    marker: str


@dataclass(slots=True)
class _Writer:
    """Turn the tokens of a text into blocks."""

    builder: DocumentBuilder
    source: Sequence[str]
    pictures: MarkdownPictures
    _items: list[_Item] = field(default_factory=list)

    def write(self, tokens: Sequence[Token]) -> None:
        """Add a block for each leaf."""
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                end = _closing(tokens, position)
                self._table(tokens[position:end])
                position = end
            elif token.type == "heading_open":
                text, pieces = self._inline(tokens[position + 1].content)
                self.builder.block(BlockKind.TITLE, text, level=int(token.tag[1]))
                add_pieces(self.builder, pieces)
                position += 2
            elif token.type == "list_item_open":
                numbered = token.info
                self._items.append(_Item(f"{numbered}{token.markup} " if numbered else ""))
            elif token.type == "list_item_close":
                self._items.pop()
            elif token.type == "inline":
                self._paragraph(token.content)
            elif token.type in ("fence", "code_block"):
                self.builder.block(BlockKind.CODE, token.content.rstrip("\n"))
            elif token.type == "html_block":
                self._html(token.content)
            position += 1

    def _paragraph(self, source: str) -> None:
        text, pieces = self._inline(source)
        if not self._items:
            self.builder.block(BlockKind.TEXT, text)
        elif text.strip() or not pieces:
            item = self._items[-1]
            words = item.marker + text
            add_pieces(self.builder, [Piece(BlockKind.LIST_ITEM, words, len(self._items))])
            item.marker = ""
        add_pieces(self.builder, pieces)

    def _inline(self, source: str) -> tuple[str, list[Piece]]:
        """Return the text of a block, and the pictures in it."""
        text, pieces = self.pictures.taken_from(source)
        return decode_references(text.strip() if pieces else text), pieces

    def _html(self, markup: str) -> None:
        if markup.lstrip().startswith("<!--") and markup.rstrip().endswith("-->"):
            return  # a comment is not shown
        add_html(self.builder, markup)

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[CellDraft]] = []
        beside: list[Piece] = []
        for index, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "tr_close":
                rows[-1].extend(self._surplus(tokens, index, len(rows[-1])))
            elif token.type in ("th_open", "td_open"):
                text, pieces = self._inline(tokens[index + 1].content)
                beside += pieces
                rows[-1].append(CellDraft(text, header=token.type == "th_open"))
        self.builder.table(rows)
        add_pieces(self.builder, beside)

    def _surplus(self, tokens: Sequence[Token], index: int, width: int) -> list[CellDraft]:
        """Return the cells of a row beyond those of the header, which the reader leaves out."""
        while tokens[index].type != "tr_open":
            index -= 1
        first_line, _ = tokens[index].map or (0, 0)
        cells = _PIPE.split(self.source[first_line].lstrip("> \t").strip().strip("|"))
        surplus = (cell.strip().replace("\\|", "|") for cell in cells[width:])
        return [CellDraft(decode_references(cell)) for cell in surplus]


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Return the place of the token that closes the table which opens at `position`."""
    while tokens[position].type != "table_close":
        position += 1
    return position
