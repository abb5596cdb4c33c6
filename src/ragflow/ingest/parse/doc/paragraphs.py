"""Paragraphs of a Word file: what shows of each, and what is anchored in it.

In: a stretch of the text. Out: paragraphs and the ends of cells and rows, without the codes of
fields; hidden and deleted text apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ragflow.ingest.parse.doc.properties import (
    DELETED,
    DEPTH,
    HIDDEN,
    IN_TABLE,
    INNER_CELL,
    INNER_ROW_END,
    PICTURE,
    ROW_END,
    Properties,
    Runs,
)
from ragflow.ingest.parse.doc.text import Text, joined_pairs
from ragflow.ingest.parse.encoding import clean

_ENDS = "\r\x07\x0c"
_CELL = "\x07"
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_PICTURE = "\x01"
_SHOWN = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\t": "\t", "\xa0": " "}


@dataclass(slots=True)
class Paragraph:
    """Hold one paragraph; positions count from the beginning of all text."""

    start: int
    end: int
    text: str
    hidden: str
    properties: Properties
    marks_cell: bool
    pictures: list[int] = field(default_factory=list)  # bytes of the data stream

    @property
    def depth(self) -> int:
        """Return how many tables it stands in."""
        if not self.properties.flag(IN_TABLE):
            return 0
        return max(self.properties.number(DEPTH, 1), 1)

    def ends_row(self, depth: int) -> bool:
        """Tell whether it is the mark at the end of a row of the table at a depth."""
        return self.properties.flag(ROW_END if depth == 1 else INNER_ROW_END)

    def ends_cell(self, depth: int) -> bool:
        """Tell whether it is the last of a cell of the table at a depth."""
        return self.marks_cell if depth == 1 else self.properties.flag(INNER_CELL)


@dataclass(slots=True)
class Paragraphs:
    """Read paragraphs; a field goes on over their ends."""

    text: Text
    paragraphs: Runs
    characters: Runs
    _fields: list[bool] = field(default_factory=list)  # of each open field: its result has begun

    def read(self, start: int, end: int) -> Iterator[Paragraph]:
        """Yield the paragraphs between two positions."""
        whole = self.text.text
        position = start
        while position < min(end, len(whole)):
            mark = position
            while mark < min(end, len(whole)) - 1 and whole[mark] not in _ENDS:
                mark += 1
            yield self._paragraph(position, mark + 1)
            position = mark + 1

    def _paragraph(self, start: int, end: int) -> Paragraph:
        whole = self.text.text
        last = whole[end - 1]
        properties = self.paragraphs.at(self.text.place(end - 1))
        made = Paragraph(start, end, "", "", properties, last == _CELL)
        shown: list[str] = []
        hidden: list[str] = []
        for position in range(start, end - (last in _ENDS)):
            character = whole[position]
            if character == _FIELD_BEGIN:
                self._fields.append(False)
            elif character == _FIELD_RESULT and self._fields:
                self._fields[-1] = True
            elif character == _FIELD_END and self._fields:
                self._fields.pop()
            elif character == _PICTURE:
                run = self.characters.at(self.text.place(position))
                if PICTURE in run.changes:
                    made.pictures.append(run.number(PICTURE))
            elif all(self._fields):
                character = _SHOWN.get(character, character if character >= " " else "")
                run = self.characters.at(self.text.place(position))
                (hidden if run.flag(HIDDEN) or run.flag(DELETED) else shown).append(character)
        made.text = clean(joined_pairs("".join(shown))).strip()
        made.hidden = clean(joined_pairs("".join(hidden))).strip()
        return made
