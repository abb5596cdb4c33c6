"""The characters of a Word file, which it keeps in pieces of two encodings.

In: the table of pieces. Out: the text by position, and the byte of the main stream of each.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass

from ragflow.ingest.parse.doc.fib import PIECES, Header, positions

_COMPRESSED = 1 << 30
_OTHERS, _TABLE = 1, 2


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int  # position of the first character
    place: int  # byte of the main stream
    width: int  # bytes of a character


class Text:
    """Hold the text of all stories."""

    def __init__(self, header: Header) -> None:
        self._pieces: list[_Piece] = []
        parts: list[str] = []
        places, entries = positions(_piece_table(header.part(PIECES)), 8)
        length = 0
        for start, end, entry in zip(places, places[1:], entries, strict=False):
            (pointer,) = struct.unpack_from("<I", entry, 2)
            compressed = bool(pointer & _COMPRESSED)
            place = (pointer & (_COMPRESSED - 1)) // (2 if compressed else 1)
            width = 1 if compressed else 2
            data = header.main[place : place + max(end - start, 0) * width]
            if start != length or len(data) < width:
                break
            text = data.decode("cp1252", "replace") if compressed else _by_units(data)
            self._pieces.append(_Piece(start, place, width))
            parts.append(text)
            length += len(text)
        self.text = "".join(parts)
        self._starts = [piece.start for piece in self._pieces]

    def place(self, position: int) -> int:
        """Return the byte of the main stream at which a character begins."""
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return -1
        piece = self._pieces[index]
        return piece.place + (position - piece.start) * piece.width


def joined_pairs(text: str) -> str:
    """Return a text whose halves of surrogate pairs are characters."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _by_units(data: bytes) -> str:
    """Return a character for each unit, so that positions count as Word counts."""
    count = len(data) // 2
    return "".join(map(chr, struct.unpack_from(f"<{count}H", data)))


def _piece_table(data: bytes) -> bytes:
    """Return the table of pieces, which stands behind lists of modifications."""
    position = 0
    while position < len(data):
        kind = data[position]
        if kind == _OTHERS:
            position += 3 + int.from_bytes(data[position + 1 : position + 3], "little")
        elif kind == _TABLE:
            size = int.from_bytes(data[position + 1 : position + 5], "little")
            return data[position + 5 : position + 5 + size]
        else:
            break
    return b""
