"""The header of a Word file of 97 to 2003, and where it says that things are.

In: the streams of the compound file, as [MS-DOC] describes them. Out: numbers of characters of each
story and the tables by their index. Refused: files under a password and those of other versions.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ragflow.domain.errors import CorruptFile, EncryptedFile, UnsupportedFile

MAIN, TABLES, DATA = "WordDocument", ("0Table", "1Table"), "Data"
STYLES, NOTE_REFERENCES, NOTES, COMMENT_REFERENCES, COMMENTS, MARGINS = 1, 2, 3, 4, 5, 11
CHARACTER_PAGES, PARAGRAPH_PAGES, PIECES, COMMENT_OWNERS = 12, 13, 33, 36
ENDNOTE_REFERENCES, ENDNOTES, BOXES, LISTS, LIST_OVERRIDES = 46, 47, 56, 73, 74

_MAGICS = (0xA5EC, 0xA5DC)  # the second of Word 6 and 95
_WORD_97 = 0xC1
_ENCRYPTED, _SECOND_TABLE, _OBFUSCATED = 0x0100, 0x0200, 0x8000
_COUNTS = 0x4C
_PLACES = 0x9A


class Header:
    """Find the parts of one file."""

    def __init__(self, name: str, streams: Mapping[str, bytes]) -> None:
        self.main = streams.get(MAIN, b"")
        if len(self.main) < _PLACES or struct.unpack_from("<H", self.main)[0] not in _MAGICS:
            raise CorruptFile(name=name, reason="it holds no Word document")
        version, flags = struct.unpack_from("<H6xH", self.main, 2)
        if version < _WORD_97:
            raise UnsupportedFile(
                f"{name}: file type not supported yet: it is of Word 95 or older. Save it as DOCX.",
                name=name,
            )
        if flags & (_ENCRYPTED | _OBFUSCATED):
            raise EncryptedFile(name=name)
        self.table = streams.get(TABLES[bool(flags & _SECOND_TABLE)], b"")
        self.data = streams.get(DATA, b"")
        text, notes, margins, _, comments, endnotes, boxes = struct.unpack_from(
            "<7i", self.main, _COUNTS
        )
        self.lengths = {
            "text": text,
            "notes": notes,
            "margins": margins,
            "comments": comments,
            "endnotes": endnotes,
            "boxes": boxes,
        }

    def part(self, index: int) -> bytes:
        """Return the table of an index; none where the file has none."""
        start, size = self.place(index)
        return self.table[start : start + size]

    def place(self, index: int) -> tuple[int, int]:
        """Return where a table begins in its stream, and its size."""
        at = _PLACES + 8 * index
        if at + 8 > len(self.main):
            return 0, 0
        start, size = struct.unpack_from("<II", self.main, at)
        return int(start), int(size)

    def start_of(self, story: str) -> int:
        """Return the position of a story's first character."""
        start = 0
        for name, length in self.lengths.items():
            if name == story:
                break
            start += length
        return start


def positions(table: bytes, size: int) -> tuple[list[int], list[bytes]]:
    """Return the positions of a table of places, and what stands at each, of `size` bytes."""
    count = max((len(table) - 4) // (4 + size), 0)
    if len(table) < 4:
        return [], []
    places = list(struct.unpack_from(f"<{count + 1}I", table))
    start = 4 * (count + 1)
    return places, [
        table[start + size * number : start + size * (number + 1)] for number in range(count)
    ]
