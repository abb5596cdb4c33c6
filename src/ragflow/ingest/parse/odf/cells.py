"""The cells of an OpenDocument spreadsheet: their texts as people read them.

In: a cell. Out: its text, and apart from it what is anchored there: shapes, pictures, comments. The
file keeps what each cell shows beside its value. The value is taken where it says the same with
more digits or, of a full date, in a form that means the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.list_numbers import letters_of
from ragflow.ingest.parse.odf.body import Body
from ragflow.ingest.parse.odf.names import DATA_STYLE, DRAW, DUBLIN_CORE, OFFICE, STYLE, TABLE, TEXT
from ragflow.ingest.parse.odf.objects import frame_pieces
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of
from ragflow.ingest.parse.sheet_parts import comment_piece

if TYPE_CHECKING:
    from lxml.etree import _Element

_BARE = re.compile(r"[-+−(]?[\d.,'’\s]*\d[\d.,'’\s]*(?:[Ee][-+]?\d+)?\)?")
_PADDED = re.compile(r"[-−]?0\d")
_FULL_DATE = frozenset({"year", "month", "day"})
_PARAGRAPH = f"{TEXT}p"
_KIND, _VALUE = f"{OFFICE}value-type", f"{OFFICE}value"
_COMMENT = f"{OFFICE}annotation"


@dataclass(slots=True)
class Cell:
    """Hold the text of a cell and what is anchored in it; `unworked` is a formula without value."""

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    unworked: bool = False


class CellReader:
    """Read the cells of one document."""

    def __init__(self, body: Body, styles: Iterable[_Element]) -> None:
        self._body = body
        self._partial = frozenset(_partial_dates(list(styles)))

    def read(self, element: _Element, style: str, place: tuple[int, int]) -> Cell:
        """Return a cell; `style` is its column's, `place` its column and row from 0."""
        cell = Cell()
        lines: list[str] = []
        for child in element:
            if child.tag == _PARAGRAPH and not len(child):
                lines.append(clean(child.text or ""))
            elif child.tag == _COMMENT:
                cell.pieces.append(
                    self._comment(child, f"{letters_of(place[0] + 1)}{place[1] + 1}")
                )
            elif isinstance(child.tag, str) and child.tag.startswith(DRAW):
                cell.pieces.extend(frame_pieces(self._body.package, child, self._body.pieces))
            elif child.tag == _PARAGRAPH:
                pieces = list(self._body.paragraph(child))
                lines.append(lines_of(pieces))
                cell.pieces.extend(beside_cells(pieces))
        shown = "\n".join(lines).strip()
        cell.text = self._value(element, style, shown)
        if not cell.text and (formula := element.get(f"{TABLE}formula", "")):
            cell.text, cell.unworked = clean(formula.removeprefix("of:")), True
        return cell

    def _value(self, element: _Element, style: str, shown: str) -> str:
        kind = element.get(_KIND, "")
        if kind == "boolean" and (flag := element.get(f"{OFFICE}boolean-value", "")):
            return str(flag).upper()
        if kind == "date" and (day := element.get(f"{OFFICE}date-value", "")):
            style = element.get(f"{TABLE}style-name", style)
            return shown if shown and style in self._partial else _moment(clean(day))
        if kind == "float" and _BARE.fullmatch(shown) and not _PADDED.match(shown):
            return _number(element.get(_VALUE, "")) or shown
        return shown

    def _comment(self, element: _Element, place: str) -> Piece:
        return comment_piece(
            place,
            element.findtext(f"{DUBLIN_CORE}creator") or "",
            element.findtext(f"{DUBLIN_CORE}date") or "",
            lines_of(self._body.pieces(element)).strip(),
        )


def _moment(value: str) -> str:
    """Return a date without the midnight that it begins with, as other spreadsheets are read."""
    return value.removesuffix("T00:00:00").replace("T", " ")


def _number(value: str) -> str:
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return ""


def _partial_dates(roots: list[_Element]) -> Iterator[str]:
    """Yield the styles of cells that show no more than a part of their date."""
    partial = {
        style.get(f"{STYLE}name", "")
        for root in roots
        for style in root.iter(f"{DATA_STYLE}date-style")
        if not {str(part.tag).removeprefix(DATA_STYLE) for part in style} >= _FULL_DATE
    }
    for root in roots:
        for style in root.iter(f"{STYLE}style"):
            if style.get(f"{STYLE}data-style-name", "") in partial:
                yield style.get(f"{STYLE}name", "")
