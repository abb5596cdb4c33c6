"""Styles and lists of a Word file: what paragraphs are, and which number stands before them.

In: the style sheet and the tables of lists. Out: the kind and level of a style, and list numbers
counted as Word counts.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.doc.fib import LIST_OVERRIDES, LISTS, STYLES, Header
from ragflow.ingest.parse.doc.properties import changes_of
from ragflow.ingest.parse.list_numbers import format_number
from ragflow.ingest.parse.style_names import depth_of_style, is_contents_style, kind_of_style

_NO_BASE = 0xFFF
_BUILT_IN = {62: "Title", 74: "Subtitle", 34: "caption"}
_FORMATS = {
    1: "upperRoman",
    2: "lowerRoman",
    3: "upperLetter",
    4: "lowerLetter",
    22: "decimalZero",
    255: "none",
    **dict.fromkeys((11, 37, 38, 39), "chineseCounting"),
}
_BULLET = 23
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Style:
    """Say what paragraphs of a style are, with the modifications that it makes to them."""

    kind: BlockKind = BlockKind.TEXT
    level: int = 0
    contents: bool = False
    depth: int = 0  # that the name of a list's style tells
    changes: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    base: int
    changes: dict[int, bytes]


class Styles:
    """Look up the styles of one file."""

    def __init__(self, header: Header) -> None:
        self._entries = dict(_entries(header.part(STYLES)))
        self._resolved: dict[int, Style] = {}

    def of(self, number: int) -> Style:
        """Return a style by its number."""
        if number not in self._resolved:
            chain: list[_Entry] = []
            seen: set[int] = set()
            current = number
            while current in self._entries and current not in seen:
                seen.add(current)
                chain.append(self._entries[current])
                current = chain[-1].base
            kind, level, contents, depth = BlockKind.TEXT, 0, False, 0
            changes: dict[int, bytes] = {}
            for entry in reversed(chain):
                kind, level = kind_of_style(entry.name) or (kind, level)
                contents = contents or is_contents_style(entry.name)
                depth = depth_of_style(entry.name) or depth
                changes |= entry.changes
            self._resolved[number] = Style(kind, level, contents, depth, changes)
        return self._resolved[number]


def _entries(data: bytes) -> Iterator[tuple[int, _Entry]]:
    if len(data) < 6:
        return
    size, count, fixed = struct.unpack_from("<HHH", data)
    position = 2 + size
    for number in range(count):
        length = int.from_bytes(data[position : position + 2], "little")
        entry = data[position + 2 : position + 2 + length]
        position += 2 + length
        if len(entry) <= fixed + 2 or fixed < 8:
            continue
        identity, base, updates = struct.unpack_from("<HHH", entry)
        letters = int.from_bytes(entry[fixed : fixed + 2], "little")
        end = fixed + 2 + 2 * letters
        name = _built_in(identity & 0xFFF) or entry[fixed + 2 : end].decode("utf-16-le", "replace")
        changes: dict[int, bytes] = {}
        if base & 0xF == 1 and updates & 0xF:  # a paragraph style: its changes come first
            at = end + 2 + (end & 1)
            length = int.from_bytes(entry[at : at + 2], "little")
            changes = changes_of(entry[at + 4 : at + 2 + length])
        yield number, _Entry(name.split(",")[0], base >> 4, changes)


def _built_in(identity: int) -> str:
    if 1 <= identity <= 9:
        return f"heading {identity}"
    if 19 <= identity <= 27:
        return f"toc {identity - 18}"
    return _BUILT_IN.get(identity, "")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: int
    text: str  # with the numbers of levels as characters 0 to 8


class Lists:
    """Count the lists of one file."""

    def __init__(self, header: Header) -> None:
        self._levels = dict(_lists(header))
        self._lists: list[int] = []
        self._starts: dict[tuple[int, int], int] = {}
        self._counters: dict[int, dict[int, int]] = {}
        self._begun: set[tuple[int, int]] = set()
        self._read_overrides(header.part(LIST_OVERRIDES))

    def marker(self, number: int, level: int) -> str:
        """Count one more paragraph of a list; return what stands before it, empty for bullets."""
        if not 1 <= number <= len(self._lists):
            return ""
        identity = self._lists[number - 1]
        levels = self._levels.get(identity, [])
        if level >= len(levels):
            return ""
        counters = self._counters.setdefault(identity, {})
        restart = self._starts.get((number, level))
        if restart is not None and (number, level) not in self._begun:
            counters[level] = restart - 1
        self._begun.add((number, level))
        counters[level] = counters.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counters if other > level]:
            del counters[deeper]
        own = levels[level]
        if own.format == _BULLET:
            return ""
        printed = ""
        for character in own.text:
            slot = ord(character)
            if slot < min(_LEVELS, len(levels)):
                shown = levels[slot]
                style = _FORMATS.get(shown.format, "decimal")
                printed += format_number(counters.get(slot, shown.start), style)
            else:
                printed += character
        return printed.strip()

    def _read_overrides(self, data: bytes) -> None:
        count = int.from_bytes(data[:4], "little")
        if not 0 < count <= (len(data) - 4) // 16:
            return
        position = 4 + 16 * count
        for number in range(1, count + 1):
            identity, levels = struct.unpack_from("<i8xB", data, 4 + 16 * (number - 1))
            self._lists.append(identity)
            position += 4
            for _ in range(levels):
                if position + 8 > len(data):
                    return
                start, flags = struct.unpack_from("<iI", data, position)
                position += 8
                if flags & 0x20:
                    _, position = _level(data, position)
                elif flags & 0x10:
                    self._starts[number, flags & 0xF] = start


def _lists(header: Header) -> Iterator[tuple[int, list[_Level]]]:
    table = header.table
    start, size = header.place(LISTS)
    count = int.from_bytes(table[start : start + 2], "little") if size else 0
    if start + 2 + 28 * count > len(table):
        return
    position = start + 2 + 28 * count  # the levels follow the table, beyond its size
    for number in range(count):
        identity, simple = struct.unpack_from("<i22xB", table, start + 2 + 28 * number)
        levels: list[_Level] = []
        for _ in range(1 if simple & 1 else _LEVELS):
            if position + 28 > len(table):
                break
            level, position = _level(table, position)
            levels.append(level)
        yield identity, levels


def _level(data: bytes, position: int) -> tuple[_Level, int]:
    """Return the level that is described at a position, and where the next begins."""
    if position + 28 > len(data):
        return _Level(1, _BULLET, ""), len(data)
    start, form = struct.unpack_from("<iB", data, position)
    characters, paragraph = data[position + 24], data[position + 25]
    position += 28 + characters + paragraph
    letters = int.from_bytes(data[position : position + 2], "little")
    position += 2
    text = data[position : position + 2 * letters].decode("utf-16-le", "replace")
    return _Level(start, form, text), position + 2 * letters
