"""What the cells of a workbook carry beside their values: formats, formulas, errors and hiding.

In: the package of a workbook. Out: for each sheet the formats of the cells that show more than the
bare value, the formulas that were never worked out, the errors that others came to, and whether
rows or columns are hidden. The XML of a sheet is searched, not parsed: it can hold millions of
cells.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.ingest.parse.number_format import BUILT_IN, says_more
from ragflow.ingest.parse.opc import Package

if TYPE_CHECKING:
    from lxml.etree import _Element

Place = tuple[int, int]
"""A row and a column, from 0."""

_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*>([^<]+)</(?:\w+:)?f>'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>'
    rb"(?:\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]+)</"
)
_HIDDEN = re.compile(rb'<(?:\w+:)?(?:row|col)\b[^>]*\bhidden="(?:1|true)"')


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Hold the marks of one sheet by the places of its cells."""

    formats: Mapping[Place, str] = field(default_factory=dict)
    formulas: Mapping[Place, str] = field(default_factory=dict)
    errors: Mapping[Place, str] = field(default_factory=dict)
    hides: bool = False


def marks_of(package: Package, part: str, codes: Mapping[int, str]) -> SheetMarks:
    """Return the marks of a sheet; `codes` are the formats by style, from `format_codes`."""
    xml = package.data(part)
    has_formulas = b"<f" in xml or b":f" in xml
    return SheetMarks(
        _formats(xml, codes),
        {place: f"={text}" for place, text in _texts(_FORMULA, xml)} if has_formulas else {},
        dict(_texts(_ERROR, xml)) if b't="e"' in xml else {},
        _HIDDEN.search(xml) is not None,
    )


def format_codes(package: Package, book: str) -> dict[int, str]:
    """Return the formats that show more than the bare value, by the number of the style."""
    styles = next(
        (r.target for r in package.relationships(book).values() if r.kind == "styles"), ""
    )
    if not package.has(styles):
        return {}
    root = package.root(styles)
    own = {
        number: entry.get("formatCode", "")
        for entry in root.iter()
        if _name(entry) == "numFmt" and (number := _integer(entry, "numFmtId")) is not None
    }
    found: dict[int, str] = {}
    for group in root:
        if _name(group) != "cellXfs":
            continue
        for style, entry in enumerate(entry for entry in group if _name(entry) == "xf"):
            number = _integer(entry, "numFmtId") or 0
            code = own.get(number, BUILT_IN.get(number, ""))
            if code and says_more(code):
                found[style] = code
    return found


def _formats(xml: bytes, codes: Mapping[int, str]) -> dict[Place, str]:
    if not codes:
        return {}
    styles = b"|".join(str(style).encode() for style in codes)
    cell = re.compile(
        rb'<(?:\w+:)?c\b(?=[^>]*?\bs="(' + styles + rb')")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"'
    )
    return {_place(match[2], match[3]): codes[int(match[1])] for match in cell.finditer(xml)}


def _texts(cells: re.Pattern[bytes], xml: bytes) -> Iterator[tuple[Place, str]]:
    for match in cells.finditer(xml):
        text = html.unescape(match[3].decode("utf-8", "replace"))
        yield _place(match[1], match[2]), text


def _place(letters: bytes, row: bytes) -> Place:
    return int(row) - 1, column_number(letters) - 1


def column_number(letters: bytes) -> int:
    """Return the number of a column from its letters; A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _integer(element: _Element, name: str) -> int | None:
    text = element.get(name, "")
    return int(text) if text.isdecimal() else None


def _name(element: _Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
