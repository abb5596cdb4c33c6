"""Small files of the old binary Office formats, made in code.

In: streams by their path. Out: a compound file as [MS-CFB] describes it, and in it the least that a
reader of the format needs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_SECTOR = 512
_MINI = 64
_CUTOFF = 4096
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_FAT = 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    children: list[_Entry] = field(default_factory=list)
    index: int = 0
    links: tuple[int, int, int] = (_FREE, _FREE, _FREE)  # left, right, child
    start: int = _END


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file; paths are divided by slashes."""
    root = _Entry("Root Entry", _ROOT)
    for path, data in streams.items():
        *folders, name = path.split("/")
        parent = root
        for folder in folders:
            found = next((each for each in parent.children if each.name == folder), None)
            if found is None:
                found = _Entry(folder, _STORAGE)
                parent.children.append(found)
            parent = found
        parent.children.append(_Entry(name, _STREAM, data))
    entries: list[_Entry] = []
    _number(root, entries)
    for entry in entries:
        entry.links = (*entry.links[:2], _linked(entry.children))
    return _written(root, entries)


def _number(entry: _Entry, entries: list[_Entry]) -> None:
    entry.index = len(entries)
    entries.append(entry)
    for child in entry.children:
        _number(child, entries)


def _linked(children: list[_Entry]) -> int:
    """Make a balanced tree of the children; return the index of its top."""
    if not children:
        return _FREE
    ordered = sorted(children, key=lambda each: (len(each.name), each.name.upper()))
    middle = len(ordered) // 2
    top = ordered[middle]
    left, right = _linked(ordered[:middle]), _linked(ordered[middle + 1 :])
    top.links = (left, right, top.links[2])
    return top.index


def _written(root: _Entry, entries: list[_Entry]) -> bytes:
    sectors: list[bytes] = []
    fat: list[int] = []
    mini: list[bytes] = []
    mini_fat: list[int] = []
    for entry in entries:
        if entry.kind != _STREAM or not entry.data:
            continue
        small = len(entry.data) < _CUTOFF
        entry.start = (
            _chained(entry.data, _MINI, mini, mini_fat)
            if small
            else _chained(entry.data, _SECTOR, sectors, fat)
        )
    root.data = b"".join(mini)
    if root.data:
        root.start = _chained(root.data, _SECTOR, sectors, fat)
    mini_table = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_start = _chained(mini_table, _SECTOR, sectors, fat, b"\xff") if mini_table else _END
    directory = b"".join(map(_record, entries))
    directory_start = _chained(directory, _SECTOR, sectors, fat)
    per_sector = _SECTOR // 4
    tables = 1
    while tables * per_sector < len(fat) + tables:
        tables += 1
    places = [len(sectors) + number for number in range(tables)]
    fat += [_FAT] * tables
    fat += [_FREE] * (tables * per_sector - len(fat))
    header = struct.pack(
        "<8s16sHHHHH6x9I",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        tables,
        directory_start,
        0,
        _CUTOFF,
        mini_start,
        -(-len(mini_table) // _SECTOR),
        _END,
        0,
    )
    header += struct.pack("<109I", *places, *([_FREE] * (109 - tables)))
    return header + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _chained(
    data: bytes, size: int, sectors: list[bytes], table: list[int], filler: bytes = b"\0"
) -> int:
    """Append data as a chain of sectors; return its first."""
    start = len(sectors)
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    sectors += [piece + filler * (size - len(piece)) for piece in pieces]
    table += [start + number + 1 for number in range(len(pieces) - 1)] + [_END]
    return start


def _record(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    size = len(entry.data) if entry.kind != _STORAGE else 0
    start = entry.start if entry.kind != _STORAGE else 0
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name,
        len(name),
        entry.kind,
        1,
        *entry.links,
        bytes(16),
        0,
        0,
        0,
        start,
        size,
    )
