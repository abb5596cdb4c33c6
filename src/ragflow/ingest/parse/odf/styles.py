"""Styles of an OpenDocument file: what paragraphs are, how lists count, how big pages are.

In: the roots of `styles.xml` and `content.xml`; the latter's automatic styles go first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.list_numbers import format_number
from ragflow.ingest.parse.odf.names import FORMAT, PRESENTATION, STYLE, SVG, TEXT
from ragflow.ingest.parse.style_names import depth_of_style, is_contents_style, kind_of_style

if TYPE_CHECKING:
    from lxml.etree import _Element

_ESCAPE = re.compile(r"_([0-9a-fA-F]{1,4})_")
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman"}
_FORMATS["I"] = "upperRoman"
_POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0, "pc": 12.0, "px": 0.75}
_LENGTH = re.compile(r"\s*(-?\d*\.?\d+)\s*(in|cm|mm|pt|pc|px)\s*")
_CAPTIONS = frozenset({"caption", "illustration", "figure", "table", "drawing", "text"})


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """Say what paragraphs of a style are; `list_style` numbers them outside of lists, too."""

    kind: BlockKind = BlockKind.TEXT
    level: int = 0
    contents: bool = False
    hidden: bool = False
    list_style: str = ""
    depth: int = 0  # of the lists of the style, where its name tells


@dataclass(frozen=True, slots=True)
class ListLevel:
    """Hold how one level of a list is numbered; bullets have the format ""."""

    format: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1  # numbers of so many levels, this one's last


class Styles:
    """Look up the styles of one document."""

    def __init__(self, *roots: _Element | None) -> None:
        self._styles: dict[tuple[str, str], _Element] = {}
        self._lists: dict[str, dict[int, ListLevel]] = {}
        self._resolved: dict[str, ParagraphStyle] = {}
        self._faces: dict[str, str] = {}
        self.outline: dict[int, ListLevel] = {}
        for root in roots:
            for element in root.iter(f"{STYLE}font-face") if root is not None else ():
                family = element.get(f"{SVG}font-family", "").strip("'\"")
                self._faces[element.get(f"{STYLE}name", "")] = family
            for element in root.iter(f"{STYLE}style") if root is not None else ():
                family, name = element.get(f"{STYLE}family", ""), element.get(f"{STYLE}name", "")
                self._styles[family, name] = element
            for element in root.iter(f"{TEXT}list-style") if root is not None else ():
                self._lists[element.get(f"{STYLE}name", "")] = dict(_levels(element))
            for element in root.iter(f"{TEXT}outline-style") if root is not None else ():
                self.outline = dict(_levels(element))

    def paragraph(self, name: str) -> ParagraphStyle:
        """Return what paragraphs of a style are."""
        if name not in self._resolved:
            style = ParagraphStyle()
            for element in reversed(list(self._chain("paragraph", name))):
                style = _refined(style, element)
            self._resolved[name] = style
        return self._resolved[name]

    def hides(self, name: str) -> bool:
        """Tell whether text of a character style is hidden."""
        return any(_is_hidden(element) for element in self._chain("text", name))

    def font(self, name: str) -> str:
        """Return the font that a character style names; empty where it names none."""
        for element in self._chain("text", name):
            for properties in element.iterfind(f"{STYLE}text-properties"):
                if face := properties.get(f"{STYLE}font-name"):
                    return str(self._faces.get(face, face))
        return ""

    def hides_page(self, name: str) -> bool:
        """Tell whether slides of a style are left out of the show."""
        return any(
            properties.get(f"{PRESENTATION}visibility") == "hidden"
            for element in self._chain("drawing-page", name)
            for properties in element.iterfind(f"{STYLE}drawing-page-properties")
        )

    def list_level(self, name: str, level: int) -> ListLevel:
        """Return how a level of a list is numbered; levels count from 1."""
        return self._lists.get(name, {}).get(level, ListLevel())

    def _chain(self, family: str, name: str) -> Iterator[_Element]:
        seen: set[str] = set()
        while (family, name) in self._styles and name not in seen:
            seen.add(name)
            element = self._styles[family, name]
            yield element
            name = element.get(f"{STYLE}parent-style-name", "")


def marker(levels: dict[int, ListLevel], counters: dict[int, int], level: int) -> str:
    """Return the number that stands before an item; empty for bullets."""
    own = levels.get(level, ListLevel())
    if not own.format:
        return ""
    shown = range(max(level - own.shown, 0) + 1, level + 1)
    numbers = [
        format_number(counters.get(each, style.start), _FORMATS.get(style.format, "decimal"))
        for each in shown
        if (style := levels.get(each, ListLevel())).format
    ]
    return f"{own.prefix}{'.'.join(numbers)}{own.suffix}".strip()


def points(length: str | None) -> float | None:
    """Return a length in points; None where there is none or its unit is relative."""
    match = _LENGTH.fullmatch(length or "")
    return float(match[1]) * _POINTS[match[2]] if match else None


def page_size(styles: _Element | None, master: str) -> tuple[float, float]:
    """Return width and height of the pages of a master page; A4 slides where it says nothing."""
    layout = ""
    for page in styles.iter(f"{STYLE}master-page") if styles is not None else ():
        if page.get(f"{STYLE}name") == master or not layout:
            layout = page.get(f"{STYLE}page-layout-name", "")
    for element in styles.iter(f"{STYLE}page-layout") if styles is not None else ():
        properties = element.find(f"{STYLE}page-layout-properties")
        if element.get(f"{STYLE}name") == layout and properties is not None:
            width = points(properties.get(f"{FORMAT}page-width"))
            height = points(properties.get(f"{FORMAT}page-height"))
            if width and height:
                return width, height
    return 793.7, 595.3


def _refined(base: ParagraphStyle, element: _Element) -> ParagraphStyle:
    name = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), element.get(f"{STYLE}name", ""))
    name = element.get(f"{STYLE}display-name", name)
    kind, level = kind_of_style(name) or (base.kind, base.level)
    if kind is BlockKind.TEXT and element.get(f"{STYLE}parent-style-name") == "Caption":
        kind = BlockKind.CAPTION if name.lower() in _CAPTIONS else kind
    return ParagraphStyle(
        kind,
        level,
        base.contents or is_contents_style(name),
        base.hidden or _is_hidden(element),
        element.get(f"{STYLE}list-style-name", base.list_style),
        depth_of_style(name) or base.depth,
    )


def _is_hidden(element: _Element) -> bool:
    return any(
        properties.get(f"{TEXT}display") == "none"
        for properties in element.iterfind(f"{STYLE}text-properties")
    )


def _levels(style: _Element) -> Iterator[tuple[int, ListLevel]]:
    for element in style:
        level = element.get(f"{TEXT}level", "")
        if not level.isdigit():
            continue
        yield (
            int(level),
            ListLevel(
                element.get(f"{STYLE}num-format", ""),
                element.get(f"{STYLE}num-prefix", ""),
                element.get(f"{STYLE}num-suffix", ""),
                _int(element.get(f"{TEXT}start-value"), 1),
                _int(element.get(f"{TEXT}display-levels"), 1),
            ),
        )


def _int(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
