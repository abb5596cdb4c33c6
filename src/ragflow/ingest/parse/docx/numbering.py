"""List numbers: what Word prints before a paragraph of a numbered list, counted as Word counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.ingest.parse.docx.names import WORD
from ragflow.ingest.parse.list_numbers import format_number

if TYPE_CHECKING:
    from lxml.etree import _Element

_SLOT = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int


class Numbering:
    """Count the lists of one document."""

    def __init__(self, root: _Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._read(root)

    def marker(self, number_id: str, level: int) -> str:
        """Count one more paragraph of a list; return its number, empty for bullets."""
        definition = self._lists.get(number_id, "")
        levels = self._levels.get(definition, {})
        if level not in levels:
            return ""
        counters = self._counters.setdefault(definition, {})
        restart = self._restarts.get(number_id, {}).get(level)
        if restart is not None and (number_id, level) not in self._started:
            counters[level] = restart - 1
        self._started.add((number_id, level))
        counters[level] = counters.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counters if other > level]:
            del counters[deeper]
        return self._print(levels, counters, level)

    def _print(self, levels: dict[int, _Level], counters: dict[int, int], level: int) -> str:
        if levels[level].format == "bullet":
            return ""

        def number(slot: re.Match[str]) -> str:
            index = int(slot.group(1)) - 1
            shown = levels.get(index)
            if shown is None:
                return ""
            return format_number(counters.get(index, shown.start), shown.format)

        return _SLOT.sub(number, levels[level].text).strip()

    def _read(self, root: _Element) -> None:
        for definition in root.iterfind(f"{WORD}abstractNum"):
            self._levels[definition.get(f"{WORD}abstractNumId", "")] = {
                _int(level.get(f"{WORD}ilvl"), 0): _Level(
                    _value(level, "numFmt", "decimal"),
                    _value(level, "lvlText", ""),
                    _int(_value(level, "start", "1"), 1),
                )
                for level in definition.iterfind(f"{WORD}lvl")
            }
        for entry in root.iterfind(f"{WORD}num"):
            number_id = entry.get(f"{WORD}numId", "")
            self._lists[number_id] = _value(entry, "abstractNumId", "")
            self._restarts[number_id] = {
                _int(override.get(f"{WORD}ilvl"), 0): _int(_value(override, "startOverride", ""), 1)
                for override in entry.iterfind(f"{WORD}lvlOverride")
                if override.find(f"{WORD}startOverride") is not None
            }


def _value(element: _Element, name: str, default: str) -> str:
    child = element.find(f"{WORD}{name}")
    return default if child is None else child.get(f"{WORD}val", default)


def _int(text: str | None, default: int) -> int:
    try:
        return int(text or default)
    except ValueError:
        return default
