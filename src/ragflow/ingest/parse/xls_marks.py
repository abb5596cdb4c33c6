"""What the sheets of an old Excel workbook carry beside the values of their cells.

In: the stream of a workbook of Excel 97 or newer ([MS-XLS]). Out: for each sheet the formats of the
cells that show more than the bare value, the errors that formulas came to, whether rows or columns
are hidden, and the comments and text boxes. An older or damaged stream says nothing: values are
read without it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.biff import BOF, EOF, records
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.list_numbers import letters_of
from ragflow.ingest.parse.number_format import BUILT_IN, says_more
from ragflow.ingest.parse.pieces import Piece
from ragflow.ingest.parse.sheet_marks import Place, SheetMarks
from ragflow.ingest.parse.sheet_parts import comment_piece

_CONTINUE = 0x003C
_BOUND_SHEET, _FORMAT, _STYLE = 0x0085, 0x041E, 0x00E0
_NUMBER, _RK, _MANY_RK, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_ERROR = 0x0205  # or a truth value
_ROW, _COLUMNS = 0x0208, 0x007D
_NOTE, _OBJECT, _TEXT = 0x001C, 0x005D, 0x01B6
_VERSION = 0x0600
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_SAYS_ERROR = (2, 0xFFFF)  # the kind of a formula's result, and that this is no number
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_WIDE = 0x01  # characters of two bytes

Record = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class OldSheet:
    """Hold the marks of a sheet and what lies beside its cells."""

    marks: SheetMarks
    pieces: tuple[Piece, ...] = ()


@dataclass(slots=True)
class _Reading:
    """Collect one sheet while its records go by."""

    formats: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    hides: bool = False
    texts: dict[int, str] = field(default_factory=dict)  # of objects, by their number
    notes: list[tuple[Place, str, int]] = field(default_factory=list)
    current: int = 0  # the object whose text follows
    missing: int = 0  # units of UTF-16 of that text

    def pieces(self) -> Iterator[Piece]:
        """Yield text boxes, then comments."""
        noted = {number for _, _, number in self.notes}
        for number, text in self.texts.items():
            if number not in noted:
                yield Piece(BlockKind.TEXT, clean(text).strip())
        for (row, column), author, number in self.notes:
            place = f"{letters_of(column + 1)}{row + 1}"
            text = clean(self.texts.get(number, "")).strip().removeprefix(f"{author}:")
            yield comment_piece(place, author, "", text.strip())


def old_sheets(stream: bytes) -> dict[str, OldSheet]:
    """Return what each sheet carries, by its name. Raises `struct.error` or `IndexError`."""
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[int] = []
    sheets: dict[str, int] = {}
    for kind, data in _records(stream, 0):
        if kind == BOF and _short(data, 0) != _VERSION:
            return {}
        if kind == _FORMAT:
            codes[_short(data, 0)] = _text(data[2:])
        elif kind == _STYLE:
            styles.append(_short(data, 2))
        elif kind == _BOUND_SHEET:
            sheets[_characters(data[7], data[6], data[8:])] = struct.unpack_from("<I", data)[0]
    shown = {
        style: code
        for style, number in enumerate(styles)
        if (code := codes.get(number, "")) and says_more(code)
    }
    return {name: _sheet(stream, start, shown) for name, start in sheets.items()}


def _sheet(stream: bytes, start: int, codes: dict[int, str]) -> OldSheet:
    reading = _Reading()
    for kind, data in _records(stream, start):
        if kind in (_NUMBER, _RK, _FORMULA, _MANY_RK):
            _take_cells(reading, kind, data, codes)
        elif kind == _ERROR and data[7]:
            _take_error(reading, data, data[6])
        elif kind == _ROW:
            reading.hides = reading.hides or bool(_short(data, 12) & _HIDDEN_ROW)
        elif kind == _COLUMNS:
            reading.hides = reading.hides or bool(_short(data, 8) & _HIDDEN_COLUMN)
        elif kind == _OBJECT:
            reading.current = _short(data, 6)
        elif kind == _TEXT:
            reading.missing = _short(data, 10)
        elif kind == _CONTINUE and reading.missing and data:
            text = _characters(data[0], reading.missing, data[1:])
            reading.missing -= len(text.encode("utf-16-le")) // 2
            reading.texts[reading.current] = reading.texts.get(reading.current, "") + text
        elif kind == _NOTE:
            place = (_short(data, 0), _short(data, 2))
            reading.notes.append((place, clean(_text(data[8:])), _short(data, 6)))
    marks = SheetMarks(reading.formats, errors=reading.errors, hides=reading.hides)
    return OldSheet(marks, tuple(reading.pieces()))


def _take_cells(reading: _Reading, kind: int, data: bytes, codes: dict[int, str]) -> None:
    row, column = _short(data, 0), _short(data, 2)
    if kind == _MANY_RK:
        styles = [_short(data, at) for at in range(4, len(data) - 2, 6)]
    else:
        styles = [_short(data, 4)]
    for offset, style in enumerate(styles):
        if style in codes:
            reading.formats[row, column + offset] = codes[style]
    if kind == _FORMULA and (data[6], _short(data, 12)) == _SAYS_ERROR:
        _take_error(reading, data, data[8])


def _take_error(reading: _Reading, data: bytes, code: int) -> None:
    if code in _ERRORS:
        reading.errors[_short(data, 0), _short(data, 2)] = _ERRORS[code]


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """Yield the records of the part that begins at `start`, up to its end."""
    depth = 0
    for kind, at, length in records(stream, start):
        data = stream[at : at + length]
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            return
        if depth == 1:  # a chart on the sheet is a part of its own
            yield kind, data


def _short(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _text(data: bytes) -> str:
    """Return a text that begins with its length in two bytes."""
    return _characters(data[2], _short(data, 0), data[3:])


def _characters(flags: int, count: int, data: bytes) -> str:
    if flags & _WIDE:
        return data[: 2 * count].decode("utf-16-le", "replace")
    return data[:count].decode("latin-1")
