"""Workbooks of the old Excel: formats of cells, comments, text boxes, hidden rows."""

from __future__ import annotations

import struct

import pytest

from ragflow.testing.ole_files import compound

VERSION = 0x0600
SHARE, AMOUNT = 1, 2  # styles


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def begin(what: int, version: int = VERSION) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", version, what, 0, 0, 0, 0))


def text(characters: str) -> bytes:
    return struct.pack("<HB", len(characters), 1) + characters.encode("utf-16-le")


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def boxed(identity: int, said: str) -> bytes:
    """Return an object with a text that goes on in a second record."""
    half = len(said) // 2
    return (
        record(0x005D, struct.pack("<HHHH", 0x15, 18, 6, identity) + bytes(14))
        + record(0x01B6, struct.pack("<10xHH4x", len(said), 16))
        + record(0x003C, b"\x00" + said[:half].encode("latin-1"))
        + record(0x003C, b"\x01" + said[half:].encode("utf-16-le"))
        + record(0x003C, bytes(16))
    )


def workbook(cells: bytes, version: int = VERSION) -> bytes:
    """Return a file with one sheet, named Trees."""
    styles = b"".join(record(0x00E0, struct.pack("<HH16x", 0, number)) for number in (0, 10, 164))
    formats = record(0x041E, struct.pack("<H", 164) + text("#,##0.00\\ [$€-407]"))
    head = begin(5, version) + formats + styles
    sheet = struct.pack("<BB", 5, 0) + b"Trees"
    start = len(head) + 4 + 6 + len(sheet) + 4
    bound = record(0x0085, struct.pack("<IBB", start, 0, 0) + sheet)
    extent = record(0x0200, struct.pack("<IIHHH", 0, 9, 0, 9, 0))
    stream = head + bound + record(0x000A) + begin(16, version) + extent + cells + record(0x000A)
    return compound({"Workbook": stream.ljust(4096, b"\0")})


def cells_of(document) -> list[str]:
    return [cell.text for row in document.blocks[0].table.rows for cell in row if cell.text]


def test_numbers_read_as_their_formats_show_them(read) -> None:
    many = struct.pack("<HHHIHIH", 1, 0, SHARE, (50 << 2) | 3, AMOUNT, (7 << 2) | 2, 1)
    cells = number(0, 0, 0.125, SHARE) + number(0, 1, 1234.5, AMOUNT) + record(0x00BD, many)

    document = read("a.xls", workbook(cells))

    assert cells_of(document) == ["12.50%", "1,234.50 €", "50.00%", "7.00 €"]


def test_errors_are_read_as_they_are_shown(read) -> None:
    truth = record(0x0205, struct.pack("<HHHBB", 0, 1, 0, 1, 0))
    error = record(0x0205, struct.pack("<HHHBB", 0, 2, 0, 0x2A, 1))
    result = struct.pack("<BBBHBH", 2, 0, 0x07, 0, 0, 0xFFFF)
    formula = record(0x0006, struct.pack("<HHH", 0, 3, 0) + result + bytes(6) + bytes(2))

    document = read("a.xls", workbook(number(0, 0, 3) + truth + error + formula))

    assert cells_of(document) == ["3", "TRUE", "#N/A", "#DIV/0!"]


def test_comments_and_text_boxes_follow_their_sheet(read, parts) -> None:
    note = struct.pack("<HHHH", 4, 27, 0, 7) + text("Ann")
    chart = begin(32) + boxed(9, "axis of a chart") + record(0x000A)
    cells = number(0, 0, 3) + boxed(5, "Boxed words") + boxed(7, "Ann:\nSince May") + chart

    document = read("a.xls", workbook(cells + record(0x001C, note)))

    assert parts(document)[1:] == [
        ("text", "Boxed words"),
        ("footnote", "Comment on AB5 by Ann: Since May"),
    ]


def test_characters_of_two_units_do_not_lengthen_a_text(read, parts) -> None:
    said = "🌲 and 🌳".encode("utf-16-le")
    box = (
        record(0x005D, struct.pack("<HHHH", 0x15, 18, 6, 5) + bytes(14))
        + record(0x01B6, struct.pack("<10xHH4x", len(said) // 2, 16))
        + record(0x003C, b"\x01" + said)
        + record(0x003C, b"\x00ABC")  # how it is set
    )

    document = read("a.xls", workbook(number(0, 0, 3) + box))

    assert parts(document)[1:] == [("text", "🌲 and 🌳")]


@pytest.mark.parametrize(
    "hiding",
    [
        record(0x0208, struct.pack("<HHHHHHHH", 0, 0, 1, 255, 0, 0, 0x20, 0)),
        record(0x007D, struct.pack("<HHHHHH", 1, 1, 0, 0, 1, 0)),
    ],
)
def test_hidden_rows_and_columns_are_told(read, hiding: bytes) -> None:
    document = read("a.xls", workbook(hiding + number(0, 0, 3)))
    assert document.warnings == ("The sheet 'Trees' hides rows or columns; they were read too.",)


def test_a_damaged_mark_leaves_the_values(read) -> None:
    assert cells_of(read("a.xls", workbook(number(0, 0, 3) + record(0x001C, b"\0")))) == ["3"]
