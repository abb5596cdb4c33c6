"""Properties of characters and paragraphs: where they begin, and what they change.

In: the pages of formatted runs in the main stream. Out: for each run of bytes its modifications by
their code. The codes are those of [MS-DOC], section 2.6.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ragflow.ingest.parse.doc.fib import CHARACTER_PAGES, PARAGRAPH_PAGES, Header, positions

IN_TABLE, ROW_END, DEPTH, INNER_CELL, INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
LIST_LEVEL, LIST, OUTLINE_LEVEL, STYLE = 0x260A, 0x460B, 0x2640, 0x4600
ROW_CELLS = 0xD608
HUGE = 0x6646
HIDDEN, DELETED, PICTURE = 0x083C, 0x0800, 0x6A03

_PAGE = 512
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_TABS = 0xC615


@dataclass(frozen=True, slots=True)
class Properties:
    """Hold what applies to one run."""

    style: int = 0
    changes: dict[int, bytes] = field(default_factory=dict)

    def flag(self, code: int) -> bool:
        """Tell whether a property is on."""
        return self.number(code) != 0

    def number(self, code: int, default: int = 0) -> int:
        """Return a property as a number."""
        value = self.changes.get(code)
        return default if value is None else int.from_bytes(value, "little")


_NOTHING = Properties()
_Read = Callable[[Header, bytes, int], Properties]


class Runs:
    """Look up the properties at a byte of the main stream."""

    def __init__(self, runs: list[tuple[int, int, Properties]]) -> None:
        self._runs = sorted(runs, key=lambda run: run[:2])
        self._starts = [start for start, _, _ in self._runs]
        self._last = (0, 0, _NOTHING)  # characters come one after the other

    def at(self, place: int) -> Properties:
        """Return what applies to the character that begins at a byte."""
        start, end, properties = self._last
        if not start <= place < end:
            index = bisect_right(self._starts, place) - 1
            if index < 0:
                return _NOTHING
            self._last = start, end, properties = self._runs[index]
        return properties if place < end else _NOTHING


def paragraph_runs(header: Header) -> Runs:
    """Return the properties of paragraphs."""
    return Runs(list(_runs(header, PARAGRAPH_PAGES, 13, _paragraph)))


def character_runs(header: Header) -> Runs:
    """Return the properties of characters."""
    return Runs(list(_runs(header, CHARACTER_PAGES, 1, _characters)))


def changes_of(data: bytes) -> dict[int, bytes]:
    """Return the modifications in a list of them; the last of a code stands."""
    changes: dict[int, bytes] = {}
    position = 0
    while position + 2 <= len(data):
        (code,) = struct.unpack_from("<H", data, position)
        position += 2
        size = _SIZES.get(code >> 13)
        if size is None:  # the size stands before the operand
            if code == ROW_CELLS:
                size = int.from_bytes(data[position : position + 2], "little") - 1
                position += 2
            elif position < len(data):
                size = data[position]
                position += 1
                size = 0 if code == _TABS and size == 255 else size
            else:
                break
        changes[code] = data[position : position + max(size, 0)]
        position += max(size, 0)
    return changes


def _runs(
    header: Header, index: int, width: int, read: _Read
) -> Iterator[tuple[int, int, Properties]]:
    _, pages = positions(header.part(index), 4)
    for number in pages:
        start = int.from_bytes(number, "little") * _PAGE
        page = header.main[start : start + _PAGE]
        if len(page) < _PAGE:
            continue
        count = page[-1]
        bounds = 4 * (count + 1)
        if bounds + count * width > _PAGE:
            continue
        places = struct.unpack_from(f"<{count + 1}I", page)
        for run in range(count):
            offset = page[bounds + width * run] * 2
            yield places[run], places[run + 1], read(header, page, offset)


def _paragraph(header: Header, page: bytes, offset: int) -> Properties:
    if not offset:
        return _NOTHING
    size = page[offset]
    start, length = (offset + 1, 2 * size - 1) if size else (offset + 2, 2 * page[offset + 1])
    data = page[start : start + length]
    if len(data) < 2:
        return _NOTHING
    changes = changes_of(data[2:])
    if HUGE in changes:
        at = int.from_bytes(changes[HUGE], "little")
        length = int.from_bytes(header.data[at : at + 2], "little")
        changes |= changes_of(header.data[at + 2 : at + 2 + length])
    return Properties(int.from_bytes(data[:2], "little"), changes)


def _characters(_header: Header, page: bytes, offset: int) -> Properties:
    if not offset:
        return _NOTHING
    return Properties(0, changes_of(page[offset + 1 : offset + 1 + page[offset]]))
