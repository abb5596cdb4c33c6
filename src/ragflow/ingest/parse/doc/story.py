"""The blocks of a stretch of a Word file: its body, a note, a header or a text box.

In: the positions where it begins and ends, and the notes that are anchored in it. Out: pieces in
reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.doc.fib import Header
from ragflow.ingest.parse.doc.paragraphs import Paragraph, Paragraphs
from ragflow.ingest.parse.doc.properties import (
    LIST,
    LIST_LEVEL,
    OUTLINE_LEVEL,
    Properties,
    character_runs,
    paragraph_runs,
)
from ragflow.ingest.parse.doc.styles import Lists, Style, Styles
from ragflow.ingest.parse.doc.tables import TableBuilder
from ragflow.ingest.parse.doc.text import Text
from ragflow.ingest.parse.office_art import picture_at
from ragflow.ingest.parse.pieces import Piece, with_code_joined
from ragflow.ingest.parse.style_names import DEEPEST_TITLE

_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True, order=True)
class Anchored:
    """Hold a note and the position that it belongs to."""

    position: int
    text: str


class Story:
    """Read stretches of one file."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._styles = Styles(header)
        self._lists = Lists(header)
        self._text = Text(header)
        self._paragraphs = Paragraphs(self._text, paragraph_runs(header), character_runs(header))

    def pieces(self, start: int, end: int, anchored: Sequence[Anchored] = ()) -> list[Piece]:
        """Return the pieces between two positions; code that follows code joins it."""
        return with_code_joined(self._read(start, end, list(anchored)))

    def _read(self, start: int, end: int, anchored: list[Anchored]) -> Iterator[Piece]:
        table: TableBuilder | None = None
        for paragraph in self._paragraphs.read(start, end):
            pieces = list(self._paragraph(paragraph))
            while anchored and anchored[0].position < paragraph.end:
                pieces.append(Piece(BlockKind.FOOTNOTE, anchored.pop(0).text))
            if paragraph.depth:
                table = table or TableBuilder()
                table.add(paragraph, pieces)
                continue
            if table is not None:
                yield from table.result()
                table = None
            yield from pieces
        if table is not None:
            yield from table.result()
        for note in anchored:
            yield Piece(BlockKind.FOOTNOTE, note.text)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Piece]:
        if paragraph.text:
            yield self._text_piece(paragraph)
        if paragraph.hidden:
            yield Piece(BlockKind.TEXT, paragraph.hidden, drop=DropKind.HIDDEN)
        for place in paragraph.pictures:
            if picture := picture_at(self._header.data, place):
                yield Piece(BlockKind.FIGURE, "", image=picture)

    def _text_piece(self, paragraph: Paragraph) -> Piece:
        style = self._styles.of(paragraph.properties.style)
        if style.contents:
            return Piece(BlockKind.TEXT, paragraph.text, drop=DropKind.CONTENTS)
        properties = Properties(0, style.changes | paragraph.properties.changes)
        kind, level = _kind(style, properties)
        text = paragraph.text
        if number := properties.number(LIST):
            place = properties.number(LIST_LEVEL)
            marker = self._lists.marker(number, place)
            text = f"{marker} {text}" if marker else text
            if kind is BlockKind.TEXT:
                kind, level = BlockKind.LIST_ITEM, max(place + 1, style.depth)
        return Piece(kind, text, level)


def _kind(style: Style, properties: Properties) -> tuple[BlockKind, int]:
    outline = properties.number(OUTLINE_LEVEL, _BODY_LEVEL)
    if style.kind is BlockKind.TEXT and outline < _BODY_LEVEL:
        return BlockKind.TITLE, min(outline + 1, DEEPEST_TITLE)
    return style.kind, style.level
