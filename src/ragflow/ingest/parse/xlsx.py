"""Spreadsheets of Excel (xlsx, xlsm, xls): the tables of each sheet, values as people read them.

The caption of a table is the sheet's name, unless the program gave it, and the titles above it.
Dates become ISO text, whole numbers lose their `.0`. Hidden sheets, rows and columns are read too,
with a warning. Percentages, currencies and units are shown as the format of the cell says; text
boxes and comments follow their sheet, in the new format charts and pictures too.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import CorruptFile, EncryptedFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import (
    check_archive,
    check_encryption,
    packed,
    with_members,
)
from ragflow.ingest.parse.base import (
    DocumentBuilder,
    ParseOptions,
    SourceFile,
    parsers,
)
from ragflow.ingest.parse.compound import streams_of, with_stream
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.grid import Merge
from ragflow.ingest.parse.number_format import shown_date, shown_number
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces
from ragflow.ingest.parse.sheet_blocks import (
    MOST_CELLS,
    add_rows,
    given_name,
    too_many_cells,
    warn_of_formulas,
    warn_of_hiding,
)
from ragflow.ingest.parse.sheet_marks import (
    Place,
    SheetMarks,
    column_number,
    format_codes,
    marks_of,
)
from ragflow.ingest.parse.sheet_parts import people_of, pieces_of_sheet, sheet_parts
from ragflow.ingest.parse.sheet_space import squeezed_stream, squeezed_xml
from ragflow.ingest.parse.sniff import OLE, ZIP
from ragflow.ingest.parse.xls_marks import old_sheets

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

CellValue = int | float | str | bool | time | date | datetime | timedelta

_SHEETS, _OLD_BOOK = "xl/worksheets/", "Workbook"
_DAMAGED = (CorruptFile, struct.error, IndexError)
_WIDE_COLUMN = re.compile(rb'r="([A-Z]{2,3})[1-9]')  # columns after the 26th
_NARROW_COLUMN = re.compile(rb'r="([A-Z])[1-9]')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')


@parsers.register("xls", "xlsm", "xlsx")
class SpreadsheetParser:
    """Read workbooks of Excel, of its old binary format too."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the tables of each sheet."""
        import python_calamine as calamine

        builder = DocumentBuilder(source.name, options.limits)
        check_encryption(source)
        reader = PictureReader(options, builder)
        extras: dict[str, _Extras] = {}
        data = source.data
        if source.data.startswith(ZIP):
            with (
                check_archive(source, options.limits, builder) as archive,
                _squeezed(source.name, archive) as dense,
            ):
                extras = _extras(Package(source.name, dense))
                data = packed(dense)
        elif source.data.startswith(OLE):
            data, extras = _old(source)
        with reading(source.name, calamine.CalamineError, OSError, ValueError):
            try:
                book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            except calamine.PasswordError:
                raise EncryptedFile(name=source.name) from None
            metadata = book.sheets_metadata
        for index, sheet in enumerate(metadata):
            progress(index / len(metadata), f"Sheet {index + 1} of {len(metadata)}")
            extra = extras.get(sheet.name, _Extras())
            if sheet.visible != calamine.SheetVisibleEnum.Visible:
                builder.warn(f"The sheet {sheet.name!r} is hidden in the file; it was read too.")
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                with reading(source.name, calamine.CalamineError, OSError, ValueError):
                    _add_sheet(builder, book.get_sheet_by_name(sheet.name), extra.marks)
            else:
                builder.block(BlockKind.TITLE, given_name(builder, sheet.name))
            add_pieces(builder, extra.pieces, reader)
        return builder.build()


@dataclass(frozen=True, slots=True)
class _Extras:
    """Hold what the file says of a sheet beside the values of its cells."""

    marks: SheetMarks = field(default_factory=SheetMarks)
    pieces: Sequence[Piece] = ()


def _extras(package: Package) -> dict[str, _Extras]:
    book = package.main_part("xl/workbook.xml")
    codes, people = format_codes(package, book), people_of(package, book)
    return {
        name: _Extras(marks_of(package, part, codes), pieces_of_sheet(package, part, people))
        for name, part in sheet_parts(package, book).items()
    }


def _squeezed(name: str, archive: zipfile.ZipFile) -> zipfile.ZipFile:
    """Return a workbook whose sheets hold no wide empty space: a copy if one does.

    Raises `LimitExceeded`.
    """
    changed: dict[str, bytes] = {}
    for member in archive.namelist():
        if member.startswith(_SHEETS):
            sheet = archive.read(member)
            squeezed = squeezed_xml(sheet)
            _check_extent(name, squeezed)
            if squeezed is not sheet:
                changed[member] = squeezed
    return with_members(archive, changed) if changed else archive


def _old(source: SourceFile) -> tuple[bytes, dict[str, _Extras]]:
    """Return a workbook of the old format likewise, and what it says beside its values.

    It is left as it is where the extra that reads its container is missing, and where it is
    damaged: the values may be whole.
    """
    data, extras = source.data, dict[str, _Extras]()
    if find_spec("olefile") is None:
        return data, extras
    with suppress(*_DAMAGED):
        stream = streams_of(source).get(_OLD_BOOK, b"")
        with suppress(*_DAMAGED):
            squeezed = squeezed_stream(source.name, stream)
            if squeezed != stream:
                data, stream = with_stream(source, _OLD_BOOK, squeezed), squeezed
        sheets = old_sheets(stream)
        extras = {name: _Extras(sheet.marks, sheet.pieces) for name, sheet in sheets.items()}
    return data, extras


def _add_sheet(builder: DocumentBuilder, sheet: CalamineSheet, marks: SheetMarks) -> None:
    if marks.hides:
        warn_of_hiding(builder, sheet.name)
    rows = _texts(sheet, marks)
    if marks.formulas:
        warn_of_formulas(builder, sheet.name)
    for texts in (marks.formulas, marks.errors):
        rows = _filled(rows, sheet.start or (0, 0), texts)
    add_rows(builder, sheet.name, rows, list(_merges(sheet)))


def _texts(sheet: CalamineSheet, marks: SheetMarks) -> list[list[str]]:
    """Return the cells of the used rectangle as people read them."""
    blank: list[str] = []  # sheets often go on for a million empty rows
    values = sheet.to_python()
    rows = [
        blank if row.count("") == len(row) else [as_text(value) for value in row] for row in values
    ]
    top, left = sheet.start or (0, 0)
    for (row, column), code in marks.formats.items():
        inside = 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top])
        if inside and (value := values[row - top][column - left]) != "":
            rows[row - top][column - left] = as_text(value, code)
    return rows


def _filled(rows: list[list[str]], start: Place, texts: Mapping[Place, str]) -> list[list[str]]:
    """Return the rows with the texts in the cells that have no value, in the same rectangle."""
    top, left = start
    for (row, column), text in texts.items():
        if row < top or column < left:
            continue
        rows.extend([] for _ in range(row - top + 1 - len(rows)))
        cells = rows[row - top] = list(rows[row - top])
        cells.extend([""] * (column - left + 1 - len(cells)))
        cells[column - left] = cells[column - left] or clean(text)
    return rows


def _merges(sheet: CalamineSheet) -> Iterable[Merge]:
    """Yield the merged areas in the coordinates of the used rectangle."""
    if sheet.start is None:
        return
    row, column = sheet.start
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield Merge(top - row, left - column, bottom - row, right - column)


def as_text(value: CellValue, code: str = "") -> str:
    """Return a cell's value as people read it, in the number format of the cell if that says more.

    Without a format, dates are ISO text and numbers have the digits that a spreadsheet keeps.
    """
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (date, time, timedelta)):
        if code or isinstance(value, timedelta):
            return shown_date(value, code)
        if isinstance(value, datetime):
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        return value.isoformat()
    if code:
        return shown_number(value, code)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _check_extent(name: str, sheet: bytes) -> None:
    """Refuse a sheet whose few cells span a rectangle that would fill the memory."""
    rows = max(map(int, _ROW.findall(sheet)), default=0)
    if rows * 26 <= MOST_CELLS and not _WIDE_COLUMN.search(sheet):
        return
    letters = set(_WIDE_COLUMN.findall(sheet)) or set(_NARROW_COLUMN.findall(sheet))
    columns = max(map(column_number, letters), default=0)
    if rows * columns > MOST_CELLS:
        raise too_many_cells(name, rows, columns)
