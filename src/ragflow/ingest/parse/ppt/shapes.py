"""The shapes of one slide of an old presentation, in the order in which people read them.

In: the record of a slide. Out: pieces with boxes in points. Groups are opened; a group that is a
table becomes one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ragflow.domain.documents import BlockKind, Box, DropKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.grid import is_header
from ragflow.ingest.parse.pieces import Piece
from ragflow.ingest.parse.ppt.deck import UNITS_PER_POINT, Deck, Text, add_text
from ragflow.ingest.parse.ppt.records import (
    ART_ANCHOR,
    ART_CHILD_ANCHOR,
    ART_DATA,
    ART_DRAWING,
    ART_FRAME,
    ART_GROUP,
    ART_MORE,
    ART_OPTIONS,
    ART_SHAPE,
    ART_TEXT,
    DRAWING,
    PLACEHOLDER,
    TEXT_REFERENCE,
    Record,
)

LINE_HEIGHT = 14.0
"""Shapes whose tops differ by less than this many points stand in one line."""
DEEPEST = 50

_TITLES = {0: 1, 6: 1}
_BODIES = frozenset({1, 7, 8})
_CENTRED_BODY = 5
_MARGINS = {7: DropKind.FOOTER, 8: DropKind.PAGE_NUMBER, 9: DropKind.FOOTER, 10: DropKind.HEADER}
_PICTURE, _TABLE = 0x104, 0x39F
_NUMBER_OF_PROPERTY = 0x3FFF

Frame = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(slots=True)
class Shape:
    """Hold one shape of a slide."""

    frame: Frame | None
    texts: list[Text] = field(default_factory=list)
    margin: DropKind | None = None
    picture: int = 0
    cells: list[Shape] = field(default_factory=list)  # of a table

    def box(self, page: Box) -> Box:
        """Return the shape's box; the whole page where it has none."""
        if self.frame is None:
            return page
        left, top, right, bottom = (value / UNITS_PER_POINT for value in self.frame)
        return Box(
            page.page, min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        )

    @property
    def is_title(self) -> bool:
        """Tell whether the shape is the slide's title."""
        return any(text.kind in _TITLES for text in self.texts)


def slide_pieces(deck: Deck, slide: Record, outline: Sequence[Text], page: Box) -> Iterator[Piece]:
    """Yield the pieces of a slide, its title first."""
    group = slide.first(DRAWING, ART_DRAWING, ART_GROUP)
    shapes = list(_shapes(group, outline)) if group is not None else []
    shown = {id(text) for shape in shapes for text in shape.texts}
    shapes += [Shape(None, [text]) for text in outline if id(text) not in shown]
    placed = [(shape, shape.box(page)) for shape in shapes]
    placed.sort(key=lambda each: _reading_order(*each))
    for shape, box in placed:
        for piece in _pieces(deck, shape):
            yield replace(piece, box=box)


def _shapes(
    group: Record,
    outline: Sequence[Text],
    to_slide: tuple[Frame, Frame] | None = None,
    depth: int = 0,
) -> Iterator[Shape]:
    """Yield the shapes of a group; the first of its records is the group itself."""
    for number, record in enumerate(group.children()):
        if record.kind == ART_SHAPE and number:
            yield _shape(record, outline, to_slide)
        elif record.kind == ART_GROUP and depth < DEEPEST:
            own = record.first(ART_SHAPE)
            frame = _frame(own, to_slide) if own is not None else None
            inner = _inner_frame(own) if own is not None else None
            below = (inner, frame) if inner and frame else None
            shapes = list(_shapes(record, outline, below, depth + 1))
            if own is not None and _properties(own).get(_TABLE, 0) & 1:
                yield Shape(frame, cells=[shape for shape in shapes if shape.texts])
            else:
                yield from shapes


def _shape(record: Record, outline: Sequence[Text], to_slide: tuple[Frame, Frame] | None) -> Shape:
    shape = Shape(_frame(record, to_slide), picture=_properties(record).get(_PICTURE, 0))
    texts = record.first(ART_TEXT)
    for each in texts.children() if texts is not None else ():
        if each.kind == TEXT_REFERENCE and each.number(0) < len(outline):
            shape.texts.append(outline[each.number(0)])
        else:
            add_text(shape.texts, each)
    placeholder = record.first(ART_DATA, PLACEHOLDER)
    if placeholder is not None and len(placeholder.data) > 4:
        shape.margin = _MARGINS.get(placeholder.data[4])
    return shape


def _frame(shape: Record, to_slide: tuple[Frame, Frame] | None) -> Frame | None:
    """Return where a shape lies on the slide, in its units."""
    child = shape.first(ART_CHILD_ANCHOR)
    if child is not None and len(child.data) >= 16:
        left, top, right, bottom = struct.unpack_from("<4i", child.data)
        frame = (float(left), float(top), float(right), float(bottom))
        return _mapped(frame, *to_slide) if to_slide else frame
    anchor = shape.first(ART_ANCHOR)
    if anchor is None or len(anchor.data) < 8:
        return None
    form = "<4i" if len(anchor.data) >= 16 else "<4h"
    top, left, right, bottom = struct.unpack_from(form, anchor.data)
    return float(left), float(top), float(right), float(bottom)


def _mapped(frame: Frame, inner: Frame, outer: Frame) -> Frame:
    """Return a frame inside a group in the coordinates of the group's own."""
    across = (outer[2] - outer[0]) / ((inner[2] - inner[0]) or 1.0)
    down = (outer[3] - outer[1]) / ((inner[3] - inner[1]) or 1.0)
    return (
        outer[0] + (frame[0] - inner[0]) * across,
        outer[1] + (frame[1] - inner[1]) * down,
        outer[0] + (frame[2] - inner[0]) * across,
        outer[1] + (frame[3] - inner[1]) * down,
    )


def _inner_frame(shape: Record) -> Frame | None:
    record = shape.first(ART_FRAME)
    if record is None or len(record.data) < 16:
        return None
    left, top, right, bottom = struct.unpack_from("<4i", record.data)
    return float(left), float(top), float(right), float(bottom)


def _properties(shape: Record) -> dict[int, int]:
    """Return the properties of a shape by their number."""
    found: dict[int, int] = {}
    for record in shape.children():
        if record.kind in (ART_OPTIONS, ART_MORE):
            for place in range(0, min(6 * record.instance, len(record.data) - 5), 6):
                code, value = struct.unpack_from("<HI", record.data, place)
                found[code & _NUMBER_OF_PROPERTY] = value
    return found


def _reading_order(shape: Shape, box: Box) -> tuple[bool, int, float]:
    return not shape.is_title, round(box.top / LINE_HEIGHT), box.x0


def _pieces(deck: Deck, shape: Shape) -> Iterator[Piece]:
    if shape.cells:
        yield _table(shape.cells)
    for text in shape.texts:
        for line in _lines(text):
            if shape.margin is not None:
                yield Piece(BlockKind.TEXT, line, drop=shape.margin)
            elif text.kind in _TITLES:
                yield Piece(BlockKind.TITLE, line, _TITLES[text.kind])
            elif text.kind == _CENTRED_BODY:
                yield Piece(BlockKind.TITLE, line, 2)
            else:
                is_item = text.kind in _BODIES
                yield Piece(BlockKind.LIST_ITEM if is_item else BlockKind.TEXT, line)
    if shape.picture and (picture := deck.picture(shape.picture)):
        yield Piece(BlockKind.FIGURE, "", image=picture)


def _lines(text: Text) -> list[str]:
    lines = clean(text.text).replace("\x0b", "\n").split("\r")
    return [line.strip() for line in lines if line.strip()]


def _table(cells: Sequence[Shape]) -> Piece:
    """Return the table that the cells make by their places."""
    framed = [(cell.frame, cell) for cell in cells if cell.frame is not None]
    columns = sorted({frame[0] for frame, _ in framed})
    tops = sorted({frame[1] for frame, _ in framed})
    rows: list[list[CellDraft]] = []
    for top in tops:
        row: list[CellDraft] = []
        for frame, cell in sorted(framed, key=lambda each: each[0]):
            if frame[1] == top:
                text = "\n".join(line for each in cell.texts for line in _lines(each))
                height = sum(frame[1] <= other < frame[3] for other in tops)
                width = sum(frame[0] <= other < frame[2] for other in columns)
                row.append(CellDraft(text, max(height, 1), max(width, 1)))
        rows.append(row)
    header = is_header([[cell.text for cell in row] for row in rows], len(columns))
    if header:
        rows[0] = [replace(cell, header=True) for cell in rows[0]]
    return Piece(BlockKind.TABLE, "", rows=tuple(map(tuple, rows)))
