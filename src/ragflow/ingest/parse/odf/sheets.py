"""OpenDocument spreadsheets: the rows of each sheet, then what lies beside its cells.

Out: the tables of a sheet under its name; its shapes, charts, pictures and comments follow. Hidden
sheets, rows and columns are read too, with a warning. The content goes by row for row and is let
go, since it may hold millions of cells; rows that only a repetition fills are counted, not made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.grid import Merge
from ragflow.ingest.parse.odf.body import Body
from ragflow.ingest.parse.odf.cells import CellReader
from ragflow.ingest.parse.odf.names import OFFICE, STYLE, TABLE
from ragflow.ingest.parse.odf.objects import frame_pieces
from ragflow.ingest.parse.odf.styles import Styles
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces
from ragflow.ingest.parse.sheet_blocks import (
    MOST_CELLS,
    add_rows,
    too_many_cells,
    warn_of_formulas,
    warn_of_hiding,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHEETS = f"{OFFICE}spreadsheet"
_STYLES = f"{OFFICE}automatic-styles"
_TABLE, _ROW, _COLUMN = f"{TABLE}table", f"{TABLE}table-row", f"{TABLE}table-column"
_SHAPES, _FORMULA = f"{TABLE}shapes", f"{TABLE}formula"
_CELL, _COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_ACROSS, _DOWN = f"{TABLE}number-columns-repeated", f"{TABLE}number-rows-repeated"
_HIGH, _WIDE = f"{TABLE}number-rows-spanned", f"{TABLE}number-columns-spanned"
_CONTENT = "content.xml"
_MOST_BLANK = 2  # rows in a row that are kept: as many as part two tables
_LINKED = "'file:"  # begins the name of a copy that is kept of another file's sheet

Event = tuple[Literal["start", "end"], "_Element"]


@dataclass(slots=True)
class _Sheet:
    """Collect one sheet while its rows go by."""

    element: _Element
    name: str
    rows: list[list[str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    columns: list[tuple[int, str]] = field(default_factory=list)  # where each style ends
    passed: int = 0  # rows, in the counts of the file
    reach: int = 0  # the row below the lowest merged area
    hides: bool = False
    unworked: bool = False

    def column_style(self, column: int) -> str:
        """Return the style of the cells of a column that have none of their own."""
        return next((style for end, style in self.columns if column < end), "")


def add_sheets(
    package: Package, builder: DocumentBuilder, pictures: PictureReader, progress: Progress
) -> None:
    """Add all sheets of a spreadsheet. Raises `CorruptFile` or `LimitExceeded`."""
    _Reader(package, builder, pictures).read(progress)


class _Reader:
    def __init__(self, package: Package, builder: DocumentBuilder, pictures: PictureReader) -> None:
        self._package = package
        self._builder = builder
        self._pictures = pictures
        self._styles = [package.root("styles.xml")] if package.has("styles.xml") else []
        self._hidden: frozenset[str] = frozenset()

    @cached_property
    def _body(self) -> Body:
        """Return what reads shapes; it is first asked after the styles, which stand before."""
        return Body(self._package, Styles(*self._styles))

    @cached_property
    def _cells(self) -> CellReader:
        return CellReader(self._body, self._styles)

    def read(self, progress: Progress) -> None:
        content = self._package.data(_CONTENT)
        count = max(content.count(b"table:table "), 1)
        sheet: _Sheet | None = None
        found = done = 0
        for event, element in self._events(content):
            if event == "start":
                found += element.tag == _SHEETS
                if element.tag == _TABLE and _is_sheet(element):
                    progress(min(done / count, 1), f"Sheet {done + 1}")
                    sheet = self._begun(element)
            elif element.tag == _STYLES:
                self._take_styles(element)
            elif sheet is None:
                continue
            elif element is sheet.element:
                self._add(sheet)
                sheet, done = None, done + 1
            else:
                self._take(sheet, element)
        if not found:
            raise CorruptFile(name=self._package.name, reason="it holds no spreadsheet")

    def _events(self, content: bytes) -> Iterator[Event]:
        from lxml import etree

        if not content:
            raise CorruptFile(name=self._package.name, reason=f"its part {_CONTENT} is missing")
        events = etree.iterparse(
            io.BytesIO(content),
            events=("start", "end"),
            tag=(_SHEETS, _STYLES, _TABLE, _ROW, _COLUMN, _SHAPES),
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        while True:
            with reading(self._package.name, etree.XMLSyntaxError):
                found = next(events, None)
            if found is None:
                return
            if found[1].getroottree().docinfo.doctype:
                reason = f"its part {_CONTENT} has a document type"
                raise CorruptFile(name=self._package.name, reason=reason)
            yield found

    def _take_styles(self, element: _Element) -> None:
        self._styles.append(element)
        self._hidden = frozenset(
            style.get(f"{STYLE}name", "")
            for style in element.iter(f"{STYLE}style")
            for properties in style.iterfind(f"{STYLE}table-properties")
            if properties.get(f"{TABLE}display") == "false"
        )

    def _begun(self, element: _Element) -> _Sheet | None:
        name = element.get(f"{TABLE}name", "")
        if name.startswith(_LINKED):
            return None
        if element.get(f"{TABLE}style-name", "") in self._hidden:
            self._builder.warn(f"The sheet {name!r} is hidden in the file; it was read too.")
        return _Sheet(element, name)

    def _take(self, sheet: _Sheet, element: _Element) -> None:
        """Take what has just ended in a sheet, and let it go."""
        if element.tag == _SHAPES and element.getparent() is sheet.element:
            for shape in element:
                sheet.pieces.extend(frame_pieces(self._package, shape, self._body.pieces))
        elif element.tag == _COLUMN and _sheet_of(element) is sheet.element:
            end = sheet.columns[-1][0] if sheet.columns else 0
            style = element.get(f"{TABLE}default-cell-style-name", "")
            sheet.columns.append((end + _number(element, _ACROSS), style))
            sheet.hides = sheet.hides or _is_hidden(element)
        elif element.tag == _ROW and _sheet_of(element) is sheet.element:
            self._row(sheet, element)
            element.clear(keep_tail=True)
            while element.getprevious() is not None:
                del element.getparent()[0]

    def _row(self, sheet: _Sheet, element: _Element) -> None:
        cells: list[str] = []
        column = 0
        for cell in element:
            if cell.tag not in (_CELL, _COVERED):
                continue
            repeated = _number(cell, _ACROSS)
            if cell.tag == _CELL and (len(cell) or cell.get(_FORMULA)):
                text = self._text(sheet, cell, column)
                if text:
                    cells += [""] * (column - len(cells)) + [text] * repeated
            column += repeated
            if column > MOST_CELLS:
                raise too_many_cells(self._package.name, len(sheet.rows) + 1, column)
        times = _number(element, _DOWN)
        sheet.passed += times
        if cells:
            sheet.hides = sheet.hides or _is_hidden(element)
        elif len(sheet.rows) >= sheet.reach:
            times = min(times, _MOST_BLANK)
        if (len(sheet.rows) + times) * max(len(cells), 1) > MOST_CELLS:
            raise too_many_cells(self._package.name, len(sheet.rows) + times, len(cells))
        sheet.rows.extend([cells] * times)

    def _text(self, sheet: _Sheet, element: _Element, column: int) -> str:
        place = (column, sheet.passed)
        cell = self._cells.read(element, sheet.column_style(column), place)
        sheet.pieces += cell.pieces
        sheet.unworked = sheet.unworked or cell.unworked
        height = _number(element, _HIGH)
        width = _number(element, _WIDE)
        if max(height, width) > 1:
            row = len(sheet.rows)
            sheet.merges.append(Merge(row, column, row + height - 1, column + width - 1))
            sheet.reach = max(sheet.reach, row + height)
        return cell.text

    def _add(self, sheet: _Sheet) -> None:
        if sheet.hides:
            warn_of_hiding(self._builder, sheet.name)
        if sheet.unworked:
            warn_of_formulas(self._builder, sheet.name)
        while sheet.rows and not sheet.rows[-1]:
            sheet.rows.pop()
        add_rows(self._builder, sheet.name, sheet.rows, sheet.merges)
        add_pieces(self._builder, sheet.pieces, self._pictures)


def _is_sheet(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == _SHEETS


def _sheet_of(element: _Element) -> _Element | None:
    """Return the table that a row or a column belongs to, out of its groups."""
    parent = element.getparent()
    while parent is not None and parent.tag != _TABLE:
        parent = parent.getparent()
    return parent


def _is_hidden(element: _Element) -> bool:
    return element.get(f"{TABLE}visibility", "") in ("collapse", "filter")


def _number(element: _Element, name: str) -> int:
    text = element.get(name)
    if text is None:
        return 1
    return max(1, min(int(text), MOST_CELLS + 1)) if text.isdigit() and len(text) < 10 else 1
