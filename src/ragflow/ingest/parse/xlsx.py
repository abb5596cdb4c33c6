"""Spreadsheets (xlsx, xlsm, xls): one table per sheet, values as people read them.

The caption of a table is the sheet's name, unless the program gave it, and the titles above it.
Dates become ISO text, whole numbers lose their `.0`. Hidden sheets are read too, with a warning.
In the new format the charts, pictures, text boxes and comments of a sheet follow it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import EncryptedFile, LimitExceeded
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import check_archive, check_encryption
from ragflow.ingest.parse.base import (
    DocumentBuilder,
    ParseOptions,
    SourceFile,
    parsers,
)
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.grid import Merge, titled_rows
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.pieces import Piece, add_pieces
from ragflow.ingest.parse.sheet_parts import pieces_by_sheet
from ragflow.ingest.parse.sniff import ZIP

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

CellValue = int | float | str | bool | time | date | datetime | timedelta

MOST_CELLS = 20_000_000
"""The reader holds the whole rectangle of a sheet in memory, also where it is empty."""

_DEFAULT_NAME = re.compile(
    r"(?:sheet|table|tabelle|blatt|feuille?|hoja|planilha|folha|foglio|blad|ark|arkusz|лист|"
    r"chart|工作表|シート|시트) ?\d{0,4}(?: ?\(\d+\))?",
    re.IGNORECASE,
)
_WIDE_COLUMN = re.compile(rb'r="([A-Z]{2,3})[1-9]')  # columns after the 26th
_NARROW_COLUMN = re.compile(rb'r="([A-Z])[1-9]')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')


@parsers.register("xlsx", "xlsm", "xls")
class SpreadsheetParser:
    """Read Excel workbooks of the new and the old binary format."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one table per sheet."""
        import python_calamine as calamine

        builder = DocumentBuilder(source.name, options.limits)
        beside: dict[str, list[Piece]] = {}
        check_encryption(source)
        if source.data.startswith(ZIP):
            with check_archive(source, options.limits) as archive:
                _check_extent(source, archive)
                beside = pieces_by_sheet(Package(source.name, archive))
        with reading(source.name, calamine.CalamineError, OSError, ValueError):
            try:
                book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.data))
            except calamine.PasswordError:
                raise EncryptedFile(name=source.name) from None
            metadata = book.sheets_metadata
        for index, sheet in enumerate(metadata):
            progress(index / len(metadata), f"Sheet {index + 1} of {len(metadata)}")
            if sheet.visible != calamine.SheetVisibleEnum.Visible:
                builder.warn(f"The sheet {sheet.name!r} is hidden in the file; it was read too.")
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                with reading(source.name, calamine.CalamineError, OSError, ValueError):
                    _add_sheet(builder, book.get_sheet_by_name(sheet.name))
            else:
                builder.block(BlockKind.TITLE, _given_name(builder, sheet.name))
            add_pieces(builder, beside.get(sheet.name, ()))
        return builder.build()


def _add_sheet(builder: DocumentBuilder, sheet: CalamineSheet) -> None:
    blank: list[str] = []  # sheets often go on for a million empty rows
    rows = [
        blank if row.count("") == len(row) else [as_text(value) for value in row]
        for row in sheet.to_python()
    ]
    titles, table = titled_rows(rows, list(_merges(sheet)))
    name = _given_name(builder, sheet.name)
    if table:
        caption = "\n".join(filter(None, (name, *titles)))
        builder.table(table, caption=caption, sheet=sheet.name)
    else:
        builder.block(BlockKind.TITLE, name)


def _given_name(builder: DocumentBuilder, name: str) -> str:
    """Return the name that people gave a sheet; one that its program gave says nothing."""
    name = " ".join(clean(name).split())
    if _DEFAULT_NAME.fullmatch(name):
        builder.drop(DropKind.DEFAULT_NAME, name)
        return ""
    return name


def _merges(sheet: CalamineSheet) -> Iterable[Merge]:
    """Yield the merged areas in the coordinates of the used rectangle."""
    if sheet.start is None:
        return
    row, column = sheet.start
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield Merge(top - row, left - column, bottom - row, right - column)


def as_text(value: CellValue) -> str:
    """Return a cell's value as people read it."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"  # the digits that a spreadsheet itself keeps
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)


def _check_extent(source: SourceFile, archive: zipfile.ZipFile) -> None:
    """Refuse a sheet whose few cells span a rectangle that would fill the memory."""
    for name in archive.namelist():
        if not name.startswith("xl/worksheets/"):
            continue
        sheet = archive.read(name)
        rows = max(map(int, _ROW.findall(sheet)), default=0)
        if rows * 26 <= MOST_CELLS and not _WIDE_COLUMN.search(sheet):
            continue
        letters = set(_WIDE_COLUMN.findall(sheet)) or set(_NARROW_COLUMN.findall(sheet))
        columns = max(map(_column_number, letters), default=0)
        if rows * columns > MOST_CELLS:
            raise LimitExceeded(
                f"{source.name} exceeds the limit: a sheet spans {rows} rows and {columns} "
                "columns. Delete the stray cells far from the data and upload it again.",
                name=source.name,
                limit=f"{MOST_CELLS} cells in a sheet",
                setting="",
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
