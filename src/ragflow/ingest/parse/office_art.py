"""Pictures of old Office files, which lie in a stream of their own.

In: that stream and where a drawing begins. Out: the bytes of its picture as they were put in; none
for drawings and links.
"""

from __future__ import annotations

import struct

_HEADER = 8
_CONTAINERS = frozenset({0xF004, 0xF000, 0xF001, 0xF002, 0xF003})
_STORE_ENTRY, _ENTRY_SIZE = 0xF007, 36
_BITMAPS = {0xF01D: 17, 0xF01E: 17, 0xF01F: 17, 0xF029: 17, 0xF02A: 17}
_METAFILES = {0xF01A: bytes(40) + b" EMF", 0xF01B: b"\xd7\xcd\xc6\x9a", 0xF01C: b"\0"}
"""Drawings, and a beginning that tells their format; what follows it is packed."""

_SECOND_IDENTITY = frozenset({0x46B, 0x6E1, 0x6E3, 0x6E5, 0x7A9})


def picture_at(data: bytes, place: int) -> bytes:
    """Return the first picture of the drawing that begins at a place."""
    if place + 6 > len(data):
        return b""
    size, header = struct.unpack_from("<iH", data, place)
    return first_picture(data[place + header : place + max(size, 0)])


def first_picture(data: bytes) -> bytes:
    """Return the first picture in a run of drawing records; of a drawing its format alone."""
    position = 0
    while position + _HEADER <= len(data):
        version, kind, size = struct.unpack_from("<HHI", data, position)
        position += _HEADER
        if kind in _CONTAINERS:
            continue  # its records follow
        if kind == _STORE_ENTRY:
            position += _ENTRY_SIZE + (data[position + 33] if position + 33 < len(data) else 0)
            continue
        if kind in _BITMAPS:
            skip = _BITMAPS[kind] + (16 if version >> 4 in _SECOND_IDENTITY else 0)
            return data[position + skip : position + size]
        if kind in _METAFILES:
            return _METAFILES[kind]
        position += size
    return b""
