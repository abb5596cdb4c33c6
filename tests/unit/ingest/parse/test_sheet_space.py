"""Sheets with cells far from the rest: read by what they hold, not by what they span."""

from __future__ import annotations

import io
import struct

import pytest

from ragflow.domain.errors import LimitExceeded
from ragflow.ingest.parse.sheet_space import squeezed_stream, squeezed_xml

TABLE = {"A1": "Name", "B1": "Val", "A2": "x", "B2": 0.5}
NAMED = [["Name", "Val"], ["x", "50%"]]


def workbook(cells: dict[str, object], merged: str = "") -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    book.active["B2"].number_format = "0%"
    if merged:
        book.active.merge_cells(merged)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def tables(document) -> list[list[list[str]]]:
    found = [block.table.rows for block in document.blocks if block.table]
    return [[[cell.text for cell in row] for row in rows] for rows in found]


@pytest.mark.parametrize("place", ["XFD1048576", "XFD3", "XFD1", "A1048576", "CA2"])
def test_a_stray_cell_is_a_table_of_its_own(read, place: str) -> None:
    assert tables(read("a.xlsx", workbook(TABLE | {place: "stray"}))) == [NAMED, [["stray"]]]


def test_formats_errors_and_merged_cells_stay_where_they_belong(read) -> None:
    far = {"AAB500001": 1, "AAC500001": 2, "AAB500002": "wide"}
    data = workbook(TABLE | far | {"XFD1": "stray"}, merged="AAB500002:AAC500002")
    document = read("a.xlsx", data)
    assert tables(document) == [NAMED, [["stray"]], [["1", "2"], ["wide"]]]
    (wide,) = document.blocks[-1].table.rows[1]
    assert wide.column_span == 2


def test_cells_scattered_over_a_whole_sheet_are_refused(read) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for step in range(300):
        book.active.cell(1 + 1000 * step, 1 + 50 * step, step)
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(LimitExceeded, match="stray cells"):
        read("a.xlsx", target.getvalue())


def test_what_is_filled_or_small_stays_as_it_is() -> None:
    row = "".join(f'<c r="{letter}%d"><v>1</v></c>' for letter in "ABCDEFGH")
    filled = "".join(row % ((number,) * 8) for number in range(1, 80_000)).encode()
    small = b'<c r="A1"><v>1</v></c><c r="ZZ700"><v>1</v></c>'
    assert squeezed_xml(filled) is filled
    assert squeezed_xml(small) is small


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def old_sheet(*records: bytes, columns: int = 256) -> bytes:
    extent = record(0x0200, struct.pack("<IIHHH", 0, 65_536, 0, columns, 0))
    return b"".join([record(0x0809, bytes(16)), extent, *records, record(0x000A, b"")])


def number(row: int, column: int) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


def test_old_sheets_tell_the_size_that_they_have() -> None:
    stream = squeezed_stream("a.xls", old_sheet(number(2, 3), columns=65_535))
    assert struct.unpack_from("<IIHH", stream, 24) == (0, 3, 0, 4)


def test_cells_merges_and_rows_of_old_sheets_move_together() -> None:
    many = record(0x00BD, struct.pack("<HH", 65_535, 254) + bytes(12) + struct.pack("<H", 255))
    merge = record(0x00E5, struct.pack("<H4H", 1, 65_535, 65_535, 254, 255))
    row = record(0x0208, struct.pack("<H14x", 65_535))
    sheet = old_sheet(number(0, 0), many, merge, row)

    moved = squeezed_stream("a.xls", sheet)

    assert len(moved) == len(sheet)
    assert struct.pack("<HH", 401, 41) + bytes(12) + struct.pack("<H", 42) in moved
    assert struct.pack("<H4H", 1, 401, 401, 41, 42) in moved
    assert record(0x0208, struct.pack("<H14x", 401)) in moved


def test_an_old_sheet_that_would_fill_the_memory_is_refused() -> None:
    cells = [number(200 * step, 200 * step) for step in range(300)]
    with pytest.raises(LimitExceeded, match="stray cells"):
        squeezed_stream("a.xls", old_sheet(*cells))
