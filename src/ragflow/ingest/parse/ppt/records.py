"""The records of a PowerPoint file of 97 to 2003.

In: a stream, as [MS-PPT] describes it. Out: records, those in a container one by one. What reaches
beyond the end of its container is cut there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

DOCUMENT, SLIDE, NOTES_PAGE, DRAWING, DRAWINGS = 1000, 1006, 1008, 1036, 1035
DOCUMENT_ATOM, SLIDE_ATOM, SLIDE_INFO, SLIDE_PLACE, SLIDE_TEXTS = 1001, 1007, 1017, 1011, 4080
TEXT_KIND, TEXT_WIDE, TEXT_NARROW, TEXT_REFERENCE, STRING = 3999, 4000, 4008, 3998, 4026
PLACEHOLDER, COMMENT, USER_EDIT, PLACES = 3011, 12000, 0x0FF5, 0x1772
ART_STORE, ART_ENTRY, ART_DRAWINGS, ART_DRAWING = 0xF001, 0xF007, 0xF000, 0xF002
ART_GROUP, ART_SHAPE, ART_FRAME, ART_OPTIONS, ART_MORE = 0xF003, 0xF004, 0xF009, 0xF00B, 0xF122
ART_TEXT, ART_CHILD_ANCHOR, ART_ANCHOR, ART_DATA = 0xF00D, 0xF00F, 0xF010, 0xF011

_HEADER = 8
_CONTAINER = 0xF


@dataclass(frozen=True, slots=True)
class Record:
    """Hold one record; `instance` tells apart records of one kind."""

    kind: int
    instance: int
    data: bytes
    is_container: bool

    def children(self) -> Iterator[Record]:
        """Yield the records inside."""
        return records(self.data)

    def all(self, kind: int) -> Iterator[Record]:
        """Yield the records of a kind inside, not those deeper."""
        return (child for child in self.children() if child.kind == kind)

    def first(self, *path: int) -> Record | None:
        """Return the first record at a path of kinds."""
        record: Record | None = self
        for kind in path:
            record = next(record.all(kind), None) if record is not None else None
        return record

    def number(self, offset: int) -> int:
        """Return the 32-bit number at an offset; 0 beyond the end."""
        return int.from_bytes(self.data[offset : offset + 4], "little")


def records(data: bytes, position: int = 0) -> Iterator[Record]:
    """Yield the records of a stream from a position."""
    while position + _HEADER <= len(data):
        version, kind, size = struct.unpack_from("<HHI", data, position)
        start = position + _HEADER
        is_container = version & _CONTAINER == _CONTAINER
        yield Record(kind, version >> 4, data[start : start + size], is_container)
        position = start + size
