"""Cut the empty space out of sheets, whose readers hold the whole rectangle of cells in memory.

In: a sheet of a workbook as XML, or the stream of an old workbook. Out: the same with the rows and
columns moved together where one stray cell stands far from the rest; gaps stay so wide that it
still is a table of its own. Sheets that are mostly filled, or small, stay as they are.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ragflow.ingest.parse.biff import BOF, EOF, records
from ragflow.ingest.parse.list_numbers import letters_of
from ragflow.ingest.parse.sheet_blocks import MOST_CELLS, too_many_cells
from ragflow.ingest.parse.sheet_marks import column_number
from ragflow.ingest.parse.sheet_tables import FAR_COLUMNS, FAR_ROWS

Move = Callable[[int], int]
"""Tells where a row or a column is moved."""

SMALL = 500_000
"""Rectangles of so many cells cost nothing worth mending."""

_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_CELL = re.compile(rb'(<(?:\w+:)?c\b[^>]*?\br=")([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'(<(?:\w+:)?row\b[^>]*?\br=")(\d{1,7})"')
_MERGE = re.compile(
    rb'(<(?:\w+:)?mergeCell\b[^>]*?\bref=")([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)

_SIZE, _ROW_RECORD, _MERGES, _MANY = 0x0200, 0x0208, 0x00E5, 0x00BD
_CELLS = frozenset({0x0203, 0x0204, 0x0205, 0x00FD, 0x027E, 0x00D6, 0x0006, _MANY})


class Squeeze:
    """Map the used numbers of rows or columns closer together; their order stays."""

    def __init__(self, used: Iterable[int], gap: int) -> None:
        self._starts: list[int] = []
        self._shifts: list[int] = []
        self.length = 0
        shift, last = 0, None
        for number in sorted(used):
            if last is None or number - last - 1 > gap:
                shift += number - (last + 1 + gap if last is not None else min(number, gap))
                self._starts.append(number)
                self._shifts.append(shift)
            last = number
            self.length = number - shift + 1

    def __call__(self, number: int) -> int:
        """Return where a number is now; one that is not used goes beside the one before it."""
        place = bisect_right(self._starts, number) - 1
        if place < 0:
            return 0
        moved = number - self._shifts[place]
        if place + 1 < len(self._starts):
            return min(moved, self._starts[place + 1] - self._shifts[place + 1] - 1)
        return min(moved, self.length)


@dataclass(slots=True)
class _Used:
    """Collect which rows and columns of a sheet hold something."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)

    def squeezed(self) -> tuple[Squeeze, Squeeze] | None:
        """Return how rows and columns move together; None where that gains nothing."""
        if not self.rows or not self.columns:
            return None
        high, wide = _extent(self.rows), _extent(self.columns)
        rows, columns = Squeeze(self.rows, FAR_ROWS), Squeeze(self.columns, FAR_COLUMNS)
        if high * wide <= SMALL or 2 * rows.length * columns.length > high * wide:
            return None
        return rows, columns


def squeezed_xml(sheet: bytes) -> bytes:
    """Return the XML of a sheet without its wide empty space."""
    used = _Used()
    letters: set[bytes] = set()
    for match in _FILLED.finditer(sheet):
        letters.add(match[1])
        used.rows.add(int(match[2]))
    used.columns.update(map(column_number, letters))
    if (moved := used.squeezed()) is None:
        return sheet
    rows, columns = moved

    def place(column: bytes, row: bytes) -> bytes:
        return f"{letters_of(columns(column_number(column)))}{rows(int(row))}".encode()

    sheet = _CELL.sub(lambda m: m[1] + place(m[2], m[3]) + b'"', sheet)
    sheet = _ROW.sub(lambda m: b'%s%d"' % (m[1], rows(int(m[2]))), sheet)
    return _MERGE.sub(lambda m: b'%s%s:%s"' % (m[1], place(m[2], m[3]), place(m[4], m[5])), sheet)


def squeezed_stream(name: str, stream: bytes) -> bytes:
    """Return the stream of an old workbook, equally long; what its sheets say of size is true.

    Raises `LimitExceeded` for a sheet that would fill the memory all the same.
    """
    squeezed = bytearray(stream)
    for sheet in _sheets(stream):
        rows, columns = sheet.used.squeezed() or (_same, _same)
        high = max(map(rows, sheet.used.rows), default=0) + 1
        wide = max(map(columns, sheet.used.columns), default=0) + 1
        if high * wide > MOST_CELLS:
            raise too_many_cells(name, high, wide)
        _squeeze(squeezed, sheet, rows, columns)
    return bytes(squeezed)


@dataclass(slots=True)
class _Sheet:
    """Hold where the records of a part of an old workbook are, by kind."""

    used: _Used = field(default_factory=_Used)
    records: list[tuple[int, int, int]] = field(default_factory=list)  # kind, start, length


def _sheets(stream: bytes) -> Iterator[_Sheet]:
    open_parts: list[_Sheet] = []
    for kind, start, length in records(stream):
        if kind == BOF:
            open_parts.append(_Sheet())
        elif open_parts and start + length <= len(stream):
            part = open_parts[-1]
            if kind in _CELLS and length >= 6:
                row, column = struct.unpack_from("<HH", stream, start)
                last = _last_column(stream, start, length) if kind == _MANY else column
                part.used.rows.add(row)
                part.used.columns.update(range(column, last + 1))
            if kind in _CELLS or kind in (_SIZE, _ROW_RECORD, _MERGES):
                part.records.append((kind, start, length))
            elif kind == EOF:
                yield open_parts.pop()
    yield from open_parts


def _last_column(stream: bytes | bytearray, start: int, length: int) -> int:
    return int(struct.unpack_from("<H", stream, start + length - 2)[0])


def _squeeze(stream: bytearray, sheet: _Sheet, rows: Move, columns: Move) -> None:
    """Move the cells of a sheet together and correct what it says of its size."""
    for kind, start, length in sheet.records:
        if kind in _CELLS and length >= 6:
            row, column = struct.unpack_from("<HH", stream, start)
            if kind == _MANY:
                last = columns(_last_column(stream, start, length))
                struct.pack_into("<H", stream, start + length - 2, last)
            struct.pack_into("<HH", stream, start, rows(row), columns(column))
        elif kind == _ROW_RECORD and length >= 2:
            (row,) = struct.unpack_from("<H", stream, start)
            struct.pack_into("<H", stream, start, min(rows(row), 0xFFFF))
        elif kind == _MERGES:
            for place in range(start + 2, start + length - 7, 8):
                top, bottom, left, right = struct.unpack_from("<4H", stream, place)
                moved = rows(top), rows(bottom), columns(left), columns(right)
                struct.pack_into("<4H", stream, place, *moved)
        elif kind == _SIZE and length >= 14 and sheet.used.rows:
            _, high, _, wide = struct.unpack_from("<IIHH", stream, start)
            if high * wide <= SMALL:
                continue
            bottom = max(map(rows, sheet.used.rows)) + 1
            right = max(map(columns, sheet.used.columns)) + 1
            struct.pack_into("<IIHH", stream, start, 0, bottom, 0, min(right, 0xFFFF))


def _same(number: int) -> int:
    return number


def _extent(numbers: set[int]) -> int:
    return max(numbers) - min(numbers) + 1
