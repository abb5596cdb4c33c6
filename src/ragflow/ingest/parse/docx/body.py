"""The blocks of a Word story: a body, a header, a note, a text box or a table cell.

In: an element that holds paragraphs and tables. Out: pieces in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.chart import chart_pieces
from ragflow.ingest.parse.diagram import diagram_pieces
from ragflow.ingest.parse.docx.inline import Inline
from ragflow.ingest.parse.docx.names import COMPATIBILITY, MATH, WORD
from ragflow.ingest.parse.docx.numbering import Numbering
from ragflow.ingest.parse.docx.styles import Styles
from ragflow.ingest.parse.docx.tables import read_table
from ragflow.ingest.parse.opc import Package, Relationship
from ragflow.ingest.parse.pieces import Piece, lines_of, with_code_joined

if TYPE_CHECKING:
    from lxml.etree import _Element

_TRANSPARENT = {
    f"{WORD}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")
} | {f"{COMPATIBILITY}AlternateContent", f"{COMPATIBILITY}Choice"}


class Story:
    """Hold what all stories of a document share: styles, list counters and parts."""

    def __init__(self, package: Package, main: str) -> None:
        self.package = package
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self._main = main
        self.styles = Styles(self._root("styles"))
        self.numbering = Numbering(self._root("numbering"))
        self._notes: dict[str, dict[str, _Element]] = {}

    def parts(self, kind: str) -> list[str]:
        """Return the names of the parts of a kind that the document refers to."""
        return [
            relationship.target
            for relationship in self.relationships(self._main).values()
            if relationship.kind == kind and self.package.has(relationship.target)
        ]

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return the relationships of a part."""
        if part not in self._relationships:
            self._relationships[part] = self.package.relationships(part)
        return self._relationships[part]

    def note(self, kind: str, identifier: str) -> _Element | None:
        """Return a footnote or an endnote."""
        if kind not in self._notes:
            root = self._root(kind)
            self._notes[kind] = {
                note.get(f"{WORD}id", ""): note for note in (root if root is not None else ())
            }
        return self._notes[kind].get(identifier)

    def note_part(self, kind: str) -> str:
        """Return the name of the part that holds the notes of a kind."""
        return self.parts(kind)[0]

    def _root(self, kind: str) -> _Element | None:
        parts = self.parts(kind)
        return self.package.root(parts[0]) if parts else None


class Body:
    """Read one story; relationship ids count within `part`."""

    def __init__(
        self, story: Story, part: str, titles: Mapping[_Element, int] = MappingProxyType({})
    ) -> None:
        self._story = story
        self._part = part
        self._titles = titles  # the levels of those that their looks alone tell

    def pieces(self, container: _Element) -> list[Piece]:
        """Return the pieces of a container; code that follows code joins it."""
        return with_code_joined(self._read(container))

    def _read(self, container: _Element) -> Iterator[Piece]:
        for child in container:
            if child.tag == f"{WORD}p":
                yield from self._paragraph(child)
            elif child.tag == f"{WORD}tbl":
                yield from read_table(child, self.pieces)
            elif child.tag in _TRANSPARENT:
                yield from self._read(child)
            elif child.tag == f"{MATH}oMathPara":
                inline = Inline()
                inline.read(child)
                yield Piece(BlockKind.FORMULA, inline.text)
            elif child.tag in (f"{WORD}del", f"{WORD}moveFrom"):
                yield Piece(BlockKind.TEXT, lines_of(self._read(child)), drop=DropKind.HIDDEN)

    def _paragraph(self, paragraph: _Element) -> Iterator[Piece]:
        inline = Inline()
        inline.read(paragraph)
        if inline.text.strip():
            yield self._text_piece(paragraph, inline)
        if inline.hidden.strip():
            yield Piece(BlockKind.TEXT, inline.hidden, drop=DropKind.HIDDEN)
        for relationship_id, description in inline.pictures:
            yield from self._picture(relationship_id, description)
        for relationship_id in inline.charts:
            chart = self._target(relationship_id)
            if self._story.package.has(chart):
                yield from chart_pieces(self._story.package.root(chart))
        for relationship_id in inline.diagrams:
            diagram = self._target(relationship_id)
            if self._story.package.has(diagram):
                yield from diagram_pieces(self._story.package.root(diagram))
        for box in inline.boxes:
            yield from self.pieces(box)
        for kind, identifier in inline.notes:
            yield from self._note(kind, identifier)

    def _text_piece(self, paragraph: _Element, inline: Inline) -> Piece:
        style = self._story.styles.of(paragraph.find(f"{WORD}pPr"))
        is_code = style.kind is BlockKind.CODE
        text = inline.text.strip("\n") if is_code else inline.text.strip()
        if style.contents:
            return Piece(BlockKind.TEXT, text, drop=DropKind.CONTENTS)
        kind = style.kind
        if style.number_id:
            marker = self._story.numbering.marker(style.number_id, style.number_level)
            text = f"{marker} {text}" if marker else text
            kind = BlockKind.LIST_ITEM if kind is BlockKind.TEXT else kind
        elif inline.formula and kind is BlockKind.TEXT:
            kind = BlockKind.FORMULA
        if level := self._titles.get(paragraph):
            return Piece(BlockKind.TITLE, text, level)
        depth = max(style.number_level + 1, style.depth)
        return Piece(kind, text, depth if kind is BlockKind.LIST_ITEM else style.level)

    def _picture(self, relationship_id: str, description: str) -> Iterator[Piece]:
        data = self._story.package.data(self._target(relationship_id))
        yield Piece(BlockKind.FIGURE, description, image=data)

    def _target(self, relationship_id: str) -> str:
        """Return the part that a relationship leads to; empty for links out of the file."""
        relationship = self._story.relationships(self._part).get(relationship_id)
        return "" if relationship is None or relationship.external else relationship.target

    def _note(self, kind: str, identifier: str) -> Iterator[Piece]:
        note = self._story.note(kind, identifier)
        if note is not None:
            text = lines_of(Body(self._story, self._story.note_part(kind)).pieces(note))
            yield Piece(BlockKind.FOOTNOTE, text.strip())
