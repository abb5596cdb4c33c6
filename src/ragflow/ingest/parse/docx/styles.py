"""Paragraph styles: which are headings, code, captions or contents, and which lists they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.docx.names import WORD
from ragflow.ingest.parse.style_names import (
    DEEPEST_TITLE,
    depth_of_style,
    is_contents_style,
    kind_of_style,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """Say what paragraphs of a style are; `number_id` is empty outside of lists."""

    kind: BlockKind = BlockKind.TEXT
    level: int = 0
    number_id: str = ""
    number_level: int = 0
    contents: bool = False
    depth: int = 0  # that the name of a list's style tells


class Styles:
    """Resolve the styles of one document."""

    def __init__(self, root: _Element | None) -> None:
        self._elements: dict[str, _Element] = {}
        self._default = ""
        self._resolved: dict[str, ParagraphStyle] = {}
        for element in root.iterfind(f"{WORD}style") if root is not None else ():
            identifier = element.get(f"{WORD}styleId", "")
            self._elements[identifier] = element
            is_paragraph = element.get(f"{WORD}type") == "paragraph"
            if is_paragraph and element.get(f"{WORD}default") in ("1", "true", "on"):
                self._default = identifier

    def of(self, properties: _Element | None) -> ParagraphStyle:
        """Return what a paragraph with these properties is."""
        style = self._named(_value(properties, "pStyle") or self._default)
        if properties is None:
            return style
        return _with_properties(style, properties)

    def _named(self, identifier: str) -> ParagraphStyle:
        if identifier in self._resolved:
            return self._resolved[identifier]
        chain: list[_Element] = []
        seen: set[str] = set()
        current = identifier
        while current in self._elements and current not in seen:
            seen.add(current)
            chain.append(self._elements[current])
            current = _value(chain[-1], "basedOn")
        style = ParagraphStyle()
        for element in reversed(chain):
            style = _by_name(style, _value(element, "name"))
            properties = element.find(f"{WORD}pPr")
            if properties is not None:
                style = _with_properties(style, properties)
        self._resolved[identifier] = style
        return style


def _by_name(base: ParagraphStyle, name: str) -> ParagraphStyle:
    kind, level = kind_of_style(name) or (base.kind, base.level)
    contents = base.contents or is_contents_style(name)
    depth = depth_of_style(name) or base.depth
    return ParagraphStyle(kind, level, base.number_id, base.number_level, contents, depth)


def _with_properties(style: ParagraphStyle, properties: _Element) -> ParagraphStyle:
    kind, level = style.kind, style.level
    outline = _value(properties, "outlineLvl")
    if outline.isdigit() and not style.contents:
        depth = int(outline)
        if depth < BODY_LEVEL:
            kind, level = BlockKind.TITLE, min(depth + 1, DEEPEST_TITLE)
        elif kind is BlockKind.TITLE:
            kind, level = BlockKind.TEXT, 0
    number_id, number_level = style.number_id, style.number_level
    numbering = properties.find(f"{WORD}numPr")
    if numbering is not None:
        number_id = _value(numbering, "numId") or number_id
        depth_text = _value(numbering, "ilvl")
        number_level = int(depth_text) if depth_text.isdigit() else number_level
    number_id = "" if number_id == "0" else number_id
    return ParagraphStyle(kind, level, number_id, number_level, style.contents, style.depth)


def _value(element: _Element | None, name: str) -> str:
    child = element.find(f"{WORD}{name}") if element is not None else None
    return "" if child is None else child.get(f"{WORD}val", "")
