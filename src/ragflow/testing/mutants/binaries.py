"""Damage to the headers of pictures and of old Office files, and to RTF's groups."""

from __future__ import annotations

import re
import struct
from random import Random

from ragflow.testing.mutants.raw import flip_bits, place

_FRAME = re.compile(rb"\xff[\xc0-\xc3]..\x08", re.DOTALL)
_SIZES = (0, 1, 0x7FFF, 0xFFFF)
_SECTORS = (0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
OLE_HEADER = 512
PNG_SIZE = 16  # where the header keeps width and height


def huge_picture(data: bytes, chance: Random) -> bytes:
    """Let a picture claim another size."""
    width, height = chance.choice(_SIZES), chance.choice(_SIZES)
    if data.startswith(b"\x89PNG"):
        return data[:PNG_SIZE] + struct.pack(">II", width, height) + data[PNG_SIZE + 8 :]
    frame = _FRAME.search(data)
    if frame is None:
        return damage_header(data, chance)
    return data[: frame.end()] + struct.pack(">HH", height, width) + data[frame.end() + 4 :]


def damage_header(data: bytes, chance: Random) -> bytes:
    """Turn over bits at the beginning."""
    return flip_bits(data[:100], chance) + data[100:]


def damage_sectors(data: bytes, chance: Random) -> bytes:
    """Let the tables of an old Office file lead elsewhere, in circles perhaps."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        end = OLE_HEADER if chance.random() < 0.5 else len(data)
        offset = place(data[:end], chance) & ~3
        value = chance.choice((*_SECTORS, chance.randrange(64)))
        changed[offset : offset + 4] = struct.pack("<I", value)
    return bytes(changed)


def deep_groups(data: bytes, chance: Random) -> bytes:
    """Open RTF groups that nobody closes."""
    where = place(data, chance)
    return data[:where] + b"{\\b " * chance.choice((500, 100_000)) + data[where:]


PICTURE_MUTATIONS = (huge_picture, damage_header)
OLE_MUTATIONS = (damage_sectors, damage_header)
RTF_MUTATIONS = (deep_groups,)
