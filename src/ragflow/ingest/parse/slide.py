"""The shapes of one slide in the order in which people read them.

In: a slide as the presentation reader gives it, and its page. Out: pieces with boxes in points.
Groups are opened; of alternative contents the first that holds shapes is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ragflow.domain.documents import BlockKind, Box, DropKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.chart import chart_pieces
from ragflow.ingest.parse.diagram import DIAGRAM, diagram_pieces
from ragflow.ingest.parse.docx.math import math_text
from ragflow.ingest.parse.docx.names import MATH
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.pieces import Piece

EMU_PER_POINT = 12_700
LINE_HEIGHT = 14.0
"""Shapes whose tops differ by less than this many points stand in one line."""

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES = {"TITLE": 1, "CENTER_TITLE": 1, "VERTICAL_TITLE": 1, "SUBTITLE": 2}
_LISTS = frozenset({"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"})
_MARGINS = {
    "DATE": DropKind.FOOTER,
    "FOOTER": DropKind.FOOTER,
    "HEADER": DropKind.HEADER,
    "SLIDE_NUMBER": DropKind.PAGE_NUMBER,
}


@dataclass(frozen=True, slots=True)
class _Frame:
    """Map the coordinates inside a group to the slide's, in EMU."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def box(self, shape: Any, page: Box) -> Box:
        """Return a shape's box; the whole page where it has none."""
        if None in (shape.left, shape.top, shape.width, shape.height):
            return page
        left = (self.left + shape.left * self.scale_x) / EMU_PER_POINT
        top = (self.top + shape.top * self.scale_y) / EMU_PER_POINT
        right = left + shape.width * self.scale_x / EMU_PER_POINT
        bottom = top + shape.height * self.scale_y / EMU_PER_POINT
        return Box(page.page, left, right, top, bottom)

    def inside(self, group: Any) -> _Frame:
        """Return the frame of a group's members."""
        form = group._element.grpSpPr.find(f"{_DRAWING}xfrm")
        if form is None or form.find(f"{_DRAWING}chOff") is None:
            return self
        offset, extent = form.find(f"{_DRAWING}chOff"), form.find(f"{_DRAWING}chExt")
        inner_width, inner_height = int(extent.get("cx")), int(extent.get("cy"))
        scale_x = self.scale_x * (group.width / inner_width if inner_width else 1.0)
        scale_y = self.scale_y * (group.height / inner_height if inner_height else 1.0)
        return _Frame(
            scale_x,
            scale_y,
            self.left + group.left * self.scale_x - int(offset.get("x")) * scale_x,
            self.top + group.top * self.scale_y - int(offset.get("y")) * scale_y,
        )


class Slide:
    """Read one slide."""

    def __init__(self, slide: Any, page: Box) -> None:
        self._slide = slide
        self._page = page

    def pieces(self) -> list[Piece]:
        """Return the slide's pieces, its title first."""
        _open_alternatives(self._slide.element)
        placed = [
            (shape, frame.box(shape, self._page))
            for shape, frame in _flat(self._slide.shapes, _Frame())
        ]
        placed.sort(key=lambda item: _reading_order(*item))
        return [piece for shape, box in placed for piece in self._shape(shape, box)]

    def _shape(self, shape: Any, box: Box) -> Iterator[Piece]:
        if getattr(shape, "has_table", False) and shape.has_table:
            yield Piece(BlockKind.TABLE, "", rows=_table(shape.table), box=box)
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            yield from chart_pieces(shape.chart._chartSpace, box)
        elif shape.has_text_frame:
            yield from _text(shape, box)
        elif shape._element.tag.endswith("}graphicFrame"):
            yield from self._diagram(shape, box)
        image = self._image(shape)
        if image:
            yield Piece(BlockKind.FIGURE, _description(shape), image=image, box=box)

    def _image(self, shape: Any) -> bytes:
        """Return the picture that a shape shows; none for links and for what is missing."""
        blip = next(shape._element.iter(f"{_DRAWING}blip"), None)
        identifier = blip.get(f"{_RELATIONSHIPS}embed") if blip is not None else None
        relationship = self._slide.part.rels.get(identifier) if identifier else None
        if relationship is None or relationship.is_external:
            return b""
        return bytes(relationship.target_part.blob)

    def _diagram(self, shape: Any, box: Box) -> Iterator[Piece]:
        """Yield the texts of a SmartArt diagram, which live in a part of their own."""
        from lxml import etree

        ids = next(shape._element.iter(f"{DIAGRAM}relIds"), None)
        relationship = self._slide.part.rels.get(
            ids.get(f"{_RELATIONSHIPS}dm") if ids is not None else ""
        )
        if relationship is None or relationship.is_external:
            return
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        yield from diagram_pieces(etree.fromstring(relationship.target_part.blob, parser), box)


def _flat(shapes: Iterable[Any], frame: _Frame) -> Iterator[tuple[Any, _Frame]]:
    for shape in shapes:
        if shape._element.tag.endswith("}grpSp"):
            yield from _flat(shape.shapes, frame.inside(shape))
        else:
            yield shape, frame


def _open_alternatives(element: Any) -> None:
    """Put the first alternative that holds text or a picture in the place of the alternatives."""
    for alternatives in list(element.iter(f"{_COMPATIBILITY}AlternateContent")):
        parent = alternatives.getparent()
        if parent is None:
            continue
        shown = (f"{_DRAWING}t", f"{_DRAWING}blip", f"{MATH}t")
        chosen = next((c for c in alternatives if next(c.iter(*shown), None) is not None), None)
        place = parent.index(alternatives)
        parent.remove(alternatives)
        for offset, child in enumerate(list(chosen) if chosen is not None else ()):
            parent.insert(place + offset, child)


def _placeholder(shape: Any) -> str:
    if not shape.is_placeholder:
        return ""
    kind = shape.placeholder_format.type
    return kind.name if kind is not None else ""


def _reading_order(shape: Any, box: Box) -> tuple[bool, int, float]:
    return _TITLES.get(_placeholder(shape)) != 1, round(box.top / LINE_HEIGHT), box.x0


def _description(shape: Any) -> str:
    return str(shape._element._nvXxPr.cNvPr.get("descr", ""))


def _text(shape: Any, box: Box) -> Iterator[Piece]:
    placeholder = _placeholder(shape)
    numbers: dict[int, int] = {}
    for paragraph in shape.text_frame.paragraphs:
        text, is_formula = _line(paragraph._p)
        if not text:
            continue
        properties, depth = paragraph._p.pPr, paragraph.level + 1
        numbered = properties is not None and properties.find(f"{_DRAWING}buAutoNum") is not None
        bulleted = properties is not None and properties.find(f"{_DRAWING}buChar") is not None
        if placeholder in _MARGINS:
            yield Piece(BlockKind.TEXT, text, drop=_MARGINS[placeholder], box=box)
        elif placeholder in _TITLES:
            yield Piece(BlockKind.TITLE, text, level=_TITLES[placeholder], box=box)
        elif numbered:
            start = int(properties.find(f"{_DRAWING}buAutoNum").get("startAt", "1"))
            numbers[depth] = numbers.get(depth, start - 1) + 1
            item = f"{numbers[depth]}. {text}"
            yield Piece(BlockKind.LIST_ITEM, item, depth, box=box)
        else:
            numbers.pop(depth, None)
            is_item = bulleted or placeholder in _LISTS
            plain = BlockKind.FORMULA if is_formula else BlockKind.TEXT
            if is_item:
                yield Piece(BlockKind.LIST_ITEM, text, depth, box=box)
            else:
                yield Piece(plain, text, box=box)


def _line(paragraph: Any) -> tuple[str, bool]:
    """Return the text of a paragraph, and whether it is a formula and nothing else."""
    parts: list[str] = []
    formulas = 0
    for child in paragraph:
        if child.tag in (f"{_DRAWING}r", f"{_DRAWING}fld"):
            parts.append(child.findtext(f"{_DRAWING}t") or "")
        elif child.tag == f"{_DRAWING}br":
            parts.append("\n")
        elif found := list(child.iter(f"{MATH}oMath")):
            formulas += 1
            parts.append(" ".join(" ".join(math_text(each) for each in found).split()))
    words = [part for part in parts if part.strip()]
    text = clean("".join(parts)).replace("\v", "\n").strip()
    return text, bool(formulas) and formulas == len(words)


def _table(table: Any) -> tuple[tuple[CellDraft, ...], ...]:
    rows: list[tuple[CellDraft, ...]] = []
    for index, row in enumerate(table.rows):
        header = index == 0 and bool(table.first_row) and len(table.rows) > 1
        rows.append(
            tuple(
                CellDraft(
                    clean(cell.text).replace("\v", "\n").strip(),
                    min(cell.span_height, len(table.rows) - index) if cell.is_merge_origin else 1,
                    cell.span_width if cell.is_merge_origin else 1,
                    header,
                )
                for cell in row.cells
                if not cell.is_spanned
            )
        )
    return tuple(rows)
