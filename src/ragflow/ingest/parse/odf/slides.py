"""The slides of an OpenDocument presentation: each is a page; its shapes are read from the top.

In: the element that holds the slides. Out: pieces with boxes in points, then the speaker's notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, Box, DropKind
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder
from ragflow.ingest.parse.odf.body import Body
from ragflow.ingest.parse.odf.names import DRAW, OFFICE, PRESENTATION, SVG
from ragflow.ingest.parse.odf.objects import frame_pieces
from ragflow.ingest.parse.odf.styles import page_size, points
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of

if TYPE_CHECKING:
    from lxml.etree import _Element

LINE_HEIGHT = 14.0
"""Shapes whose tops differ by less than this many points stand in one line."""

_TITLES = {"title": 1, "subtitle": 2}
_MARGINS = {
    "header": DropKind.HEADER,
    "footer": DropKind.FOOTER,
    "date-time": DropKind.FOOTER,
    "page-number": DropKind.PAGE_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Slides:
    """Read the slides of one presentation."""

    body: Body
    styles: _Element | None
    reader: PictureReader

    def add_to(self, builder: DocumentBuilder, root: _Element, progress: Progress) -> None:
        """Add a page for each slide."""
        slides = list(root.iterchildren(f"{DRAW}page"))
        for number, slide in enumerate(slides, start=1):
            progress((number - 1) / len(slides), f"Slide {number} of {len(slides)}")
            width, height = page_size(self.styles, slide.get(f"{DRAW}master-page-name", ""))
            builder.page(number, width, height)
            if self.body.styles.hides_page(slide.get(f"{DRAW}style-name", "")):
                builder.warn(f"Slide {number} is hidden in the file; it was read too.")
            page = Box(number, 0.0, width, 0.0, height)
            add_pieces(builder, self._pieces(slide, page), self.reader)

    def _pieces(self, slide: _Element, page: Box) -> Iterator[Piece]:
        shapes = [(shape, _box(shape, page)) for shape in _flat(slide)]
        shapes.sort(key=lambda item: _reading_order(*item))
        for shape, box in shapes:
            for piece in self._shape(shape):
                yield replace(piece, box=box)
        for notes in slide.iterchildren(f"{PRESENTATION}notes"):
            text = "\n".join(lines_of(self._shape(shape)) for shape in _flat(notes))
            yield Piece(BlockKind.FOOTNOTE, text.strip(), box=page)

    def _shape(self, shape: _Element) -> list[Piece]:
        role = shape.get(f"{PRESENTATION}class", "")
        if shape.get(f"{PRESENTATION}placeholder") == "true":
            return []
        if shape.tag == f"{OFFICE}annotation":
            return [self.body.comment(shape)]
        pieces = list(frame_pieces(self.body.package, shape, self.body.pieces))
        if role in _TITLES:
            return [
                replace(piece, kind=BlockKind.TITLE, level=_TITLES[role])
                if piece.kind in (BlockKind.TEXT, BlockKind.LIST_ITEM) and not piece.drop
                else piece
                for piece in pieces
            ]
        if role in _MARGINS:
            return [replace(piece, drop=piece.drop or _MARGINS[role]) for piece in pieces]
        return pieces


def _flat(parent: _Element) -> Iterator[_Element]:
    """Yield the shapes of a slide; groups are opened."""
    for child in parent:
        if child.tag == f"{DRAW}g":
            yield from _flat(child)
        elif isinstance(child.tag, str) and (
            child.tag.startswith(DRAW) or child.tag == f"{OFFICE}annotation"
        ):
            yield child


def _box(shape: _Element, page: Box) -> Box:
    """Return a shape's box; the whole page where it has none."""
    left, top, width, height = (
        points(shape.get(f"{SVG}{name}")) for name in ("x", "y", "width", "height")
    )
    if left is None or top is None or width is None or height is None:
        return page
    return Box(page.page, left, left + max(width, 0.0), top, top + max(height, 0.0))


def _reading_order(shape: _Element, box: Box) -> tuple[bool, int, float]:
    is_title = shape.get(f"{PRESENTATION}class") == "title"
    return not is_title, round(box.top / LINE_HEIGHT), box.x0
