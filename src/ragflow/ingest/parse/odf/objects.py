"""Frames and shapes of OpenDocument: pictures, text boxes, formulas and charts.

In: a drawing element. Out: the pieces of what it shows. Links to other places are not followed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.odf.names import CHART, DRAW, MATH, OFFICE, SVG, TABLE, XLINK
from ragflow.ingest.parse.odf.tables import read_table
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.pieces import Piece

if TYPE_CHECKING:
    from lxml.etree import _Element

_DESCRIPTIONS = frozenset({f"{SVG}title", f"{SVG}desc"})
_TITLES = frozenset(f"{CHART}{name}" for name in ("title", "subtitle"))

Read = Callable[["_Element"], list[Piece]]


def frame_pieces(package: Package, element: _Element, read: Read) -> Iterator[Piece]:
    """Yield what a frame or a shape shows; of alternative pictures the first that is there."""
    if element.tag in (f"{DRAW}g", f"{DRAW}a"):
        for child in element:
            if isinstance(child.tag, str) and child.tag.startswith(DRAW):
                yield from frame_pieces(package, child, read)
        return
    shown = [
        *(
            piece
            for each in element.iterchildren(f"{DRAW}object")
            for piece in _object(package, each)
        ),
        *(
            piece
            for each in element.iterchildren(f"{TABLE}table")
            for piece in read_table(each, read)
        ),
    ]
    yield from shown
    if not shown:  # else a picture is no more than a preview of it
        yield from _picture(package, element)
    for box in element.iterchildren(f"{DRAW}text-box"):
        yield from read(box)
    if element.tag != f"{DRAW}frame":
        yield from read(element)


def _picture(package: Package, element: _Element) -> Iterator[Piece]:
    """Yield the first picture of a frame that is there; of a link its description."""
    for image in element.iterchildren(f"{DRAW}image"):
        part = _part(image)
        data = package.data(part)
        if data or not part:
            yield Piece(BlockKind.FIGURE, _description(element), image=data)
            return


def _description(element: _Element) -> str:
    texts = [child.text or "" for child in element if child.tag in _DESCRIPTIONS]
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _part(element: _Element) -> str:
    """Return the part that an element shows; empty for links out of the file."""
    address = element.get(f"{XLINK}href", "")
    if "://" in address or not address:
        return ""
    return posixpath.normpath(posixpath.join("/", address)).lstrip("/")


def _object(package: Package, element: _Element) -> Iterator[Piece]:
    part = f"{_part(element)}/content.xml"
    root = package.root(part) if package.has(part) else next(iter(element), None)
    if root is None:
        return
    if root.tag == f"{MATH}math":
        formula = root.find(f"{MATH}semantics")
        shown = root if formula is None else next(iter(formula), root)
        text = " ".join(word for each in shown.itertext() if (word := each.strip()))
        yield Piece(BlockKind.FORMULA, text)
    elif (chart := root.find(f"{OFFICE}body/{OFFICE}chart/{CHART}chart")) is not None:
        yield from _chart(chart)


def _chart(chart: _Element) -> Iterator[Piece]:
    """Yield the table of a chart's figures, which the file keeps beside the drawing."""
    titles = [_text(child) for child in chart if child.tag in _TITLES]
    caption = " ".join(title for title in titles if title)
    table = chart.find(f"{TABLE}table")
    made = list(read_table(table, _cell)) if table is not None else []
    rows = made[0].rows if made else ()
    yield Piece(BlockKind.TABLE if rows else BlockKind.CAPTION, caption, rows=rows)


def _cell(element: _Element) -> list[Piece]:
    return [Piece(BlockKind.TEXT, _text(element))]


def _text(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())
