"""A run of RTF paragraphs: the body, a header, a note or a text box.

In: characters, ends of paragraphs, cells and rows as the reader meets them. Out: pieces in reading
order; what is anchored in a paragraph follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.pieces import Piece
from ragflow.ingest.parse.word_tables import CellPlace, WordTable

MOST_DEPTH = 20  # tables inside tables


@dataclass(frozen=True, slots=True)
class ParagraphFormat:
    """Say what a paragraph is, and how many tables it stands in."""

    kind: BlockKind = BlockKind.TEXT
    level: int = 0
    contents: bool = False
    depth: int = 0


@dataclass(slots=True)
class RowForm:
    """Collect where the cells of a row lie; `marks` are those of the cell that is being told."""

    places: list[CellPlace] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    def word(self, name: str, number: int | None) -> None:
        """Take a word that tells where a cell lies; others change nothing."""
        if name == "trowd":
            self.places.clear()
            self.marks.clear()
        elif name in ("clmrg", "clvmrg"):
            self.marks.add(name)
        elif name == "cellx":
            self._end_cell(number or 0)

    def _end_cell(self, right: int) -> None:
        """Close a cell at its right edge, in twips."""
        left = self.places[-1].right if self.places else -1_000_000
        self.places.append(CellPlace(left, right, "clvmrg" in self.marks, "clmrg" in self.marks))
        self.marks.clear()


@dataclass(slots=True)
class Story:
    """Collect the pieces of one run."""

    pieces: list[Piece] = field(default_factory=list)
    marker: list[str] = field(default_factory=list)
    in_marker: int = 0
    _text: list[str] = field(default_factory=list)
    _hidden: list[str] = field(default_factory=list)
    _anchored: list[Piece] = field(default_factory=list)
    _tables: list[WordTable] = field(default_factory=list)

    def write(self, text: str, hidden: bool = False) -> None:
        """Add characters to the paragraph that is open."""
        if self.in_marker:
            self.marker.append(text)
        else:
            (self._hidden if hidden else self._text).append(text)

    def anchor(self, pieces: Sequence[Piece]) -> None:
        """Add pieces that stand behind the paragraph that is open."""
        self._anchored += pieces

    def end_paragraph(self, form: ParagraphFormat) -> None:
        """Close the paragraph that is open."""
        made: list[Piece] = []
        text = _joined(self._text)
        if text.strip():
            made.append(self._paragraph(text, form))
        if hidden := _joined(self._hidden).strip():
            made.append(Piece(BlockKind.TEXT, hidden, drop=DropKind.HIDDEN))
        made += self._anchored
        for kept in (self._text, self._hidden, self._anchored, self.marker):
            kept.clear()
        self._enter(min(form.depth, MOST_DEPTH))
        if self._tables:
            self._tables[-1].add(made)
        else:
            self._add(made)

    def end_cell(self, form: ParagraphFormat) -> None:
        """Close the cell that is open."""
        self.end_paragraph(form)
        if self._tables:
            self._tables[-1].end_cell()

    def end_row(self, places: Sequence[CellPlace], depth: int) -> None:
        """Close the row that is open at a depth."""
        self._enter(min(depth, MOST_DEPTH))
        if self._tables:
            self._tables[-1].end_row(places)

    def finish(self, form: ParagraphFormat) -> list[Piece]:
        """Close all that is open; return the pieces."""
        self.end_paragraph(form)
        self._enter(0)
        return self.pieces

    def _paragraph(self, text: str, form: ParagraphFormat) -> Piece:
        if form.contents:
            return Piece(BlockKind.TEXT, text.strip(), drop=DropKind.CONTENTS)
        marker = _joined(self.marker).strip()
        kind = form.kind
        if marker and kind is BlockKind.TEXT:
            kind = BlockKind.LIST_ITEM
        text = text.strip("\n") if kind is BlockKind.CODE else text.strip()
        is_number = any(character.isalnum() for character in marker) and marker != "o"
        return Piece(kind, f"{marker} {text}" if is_number else text, form.level)

    def _enter(self, depth: int) -> None:
        """Open or close tables until so many are open."""
        while len(self._tables) > depth:
            result = self._tables.pop().result()
            if self._tables:
                self._tables[-1].add(result)
            else:
                self._add(result)
        while len(self._tables) < depth:
            self._tables.append(WordTable())

    def _add(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            last = self.pieces[-1] if self.pieces else None
            if last and last.kind is piece.kind is BlockKind.CODE and not (last.drop or piece.drop):
                self.pieces[-1] = Piece(BlockKind.CODE, f"{last.text}\n{piece.text}")
            else:
                self.pieces.append(piece)


def _joined(parts: Sequence[str]) -> str:
    """Return the text; halves of surrogate pairs that come one by one are put together."""
    text = "".join(parts)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return clean(text)
