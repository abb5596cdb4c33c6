"""The blocks of an OpenDocument story: a body, a header, a note, a text box or a table cell.

In: an element that holds paragraphs, lists and tables. Out: pieces in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.odf.inline import Inline
from ragflow.ingest.parse.odf.names import DRAW, DUBLIN_CORE, OFFICE, TABLE, TEXT, XML
from ragflow.ingest.parse.odf.objects import frame_pieces
from ragflow.ingest.parse.odf.styles import ParagraphStyle, Styles, marker
from ragflow.ingest.parse.odf.tables import read_table
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.pieces import Piece, lines_of, with_code_joined

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTENTS = frozenset(
    f"{TEXT}{name}" for name in ("table-of-content", "illustration-index", "table-index")
)
_INDEX_SOURCES = "-source"
_PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})


@dataclass(slots=True)
class _Lists:
    """Count the lists of a document; a list may go on with the numbers of one before it."""

    by_style: dict[str, dict[int, int]] = field(default_factory=dict)
    by_id: dict[str, dict[int, int]] = field(default_factory=dict)

    def counters(self, element: _Element, style: str) -> dict[int, int]:
        """Return the counters of a list that begins here, by level."""
        counters = self.by_id.get(element.get(f"{TEXT}continue-list", ""))
        if counters is None and element.get(f"{TEXT}continue-numbering") == "true":
            counters = self.by_style.get(style)
        if counters is None:
            counters = {}
        self.by_style[style] = counters
        if identifier := element.get(f"{XML}id"):
            self.by_id[identifier] = counters
        return counters


@dataclass(slots=True)
class Body:
    """Read the stories of one document."""

    package: Package
    styles: Styles
    _lists: _Lists = field(default_factory=_Lists)
    _headings: dict[int, int] = field(default_factory=dict)

    def pieces(self, container: _Element) -> list[Piece]:
        """Return the pieces of a container; code that follows code joins it."""
        return with_code_joined(self._read(container))

    def _read(self, container: _Element) -> Iterator[Piece]:
        for child in container:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            if tag in _PARAGRAPHS:
                yield from self.paragraph(child)
            elif tag == f"{TEXT}list":
                yield from self._list(child)
            elif tag == f"{TABLE}table":
                yield from read_table(child, self.pieces)
            elif tag == f"{TEXT}tracked-changes":
                yield from self._dropped(child, DropKind.HIDDEN)
            elif tag in _CONTENTS:
                yield from self._dropped(child, DropKind.CONTENTS)
            elif tag == f"{TEXT}section" and child.get(f"{TEXT}display") == "none":
                yield from self._dropped(child, DropKind.HIDDEN)
            elif tag.startswith(DRAW):
                yield from frame_pieces(self.package, child, self.pieces)
            elif tag == f"{OFFICE}annotation":
                yield self.comment(child)
            elif not tag.endswith((_INDEX_SOURCES, "}forms")):
                yield from self._read(child)

    def paragraph(self, element: _Element, mark: str = "", depth: int = 0) -> Iterator[Piece]:
        """Yield a paragraph or heading, and what is anchored in it; `depth` is that of its list."""
        inline = Inline(self.styles)
        inline.read(element)
        style = self.styles.paragraph(element.get(f"{TEXT}style-name", ""))
        yield from self._text(element, inline, style, mark, depth)
        if inline.hidden.strip():
            yield Piece(BlockKind.TEXT, inline.hidden.strip(), drop=DropKind.HIDDEN)
        for anchored in inline.anchored:
            yield from frame_pieces(self.package, anchored, self.pieces)
        for note in inline.notes:
            text = lines_of(self._of_children(note, f"{TEXT}note-body"))
            yield Piece(BlockKind.FOOTNOTE, text.strip())
        for comment in inline.comments:
            yield self.comment(comment)

    def _text(
        self, element: _Element, inline: Inline, style: ParagraphStyle, mark: str, depth: int
    ) -> Iterator[Piece]:
        is_heading = element.tag == f"{TEXT}h" or style.kind is BlockKind.TITLE
        text = inline.text.strip("\n") if style.kind is BlockKind.CODE else inline.text.strip()
        if not text:
            return
        if style.contents or style.hidden:
            drop = DropKind.CONTENTS if style.contents else DropKind.HIDDEN
            yield Piece(BlockKind.TEXT, text, drop=drop)
        elif is_heading:
            given = element.get(f"{TEXT}outline-level", "")
            level = int(given) if given.isdigit() and int(given) else style.level or 1
            if element.tag == f"{TEXT}h":
                mark = mark or self._heading_mark(element, level)
            yield Piece(BlockKind.TITLE, f"{mark} {text}".strip(), min(level, 6))
        else:
            text = f"{mark} {text}" if mark else text
            if depth and style.kind is BlockKind.TEXT:
                yield Piece(BlockKind.LIST_ITEM, text, max(depth, style.depth))
            else:
                yield Piece(style.kind, text)

    def _heading_mark(self, element: _Element, level: int) -> str:
        if element.get(f"{TEXT}is-list-header") == "true":
            return ""
        start = self.styles.outline[level].start if level in self.styles.outline else 1
        _count(self._headings, level, start)
        return marker(self.styles.outline, self._headings, level)

    def _list(
        self,
        element: _Element,
        level: int = 1,
        style: str = "",
        counters: dict[int, int] | None = None,
    ) -> Iterator[Piece]:
        style = element.get(f"{TEXT}style-name", style)
        counters = self._lists.counters(element, style) if counters is None else counters
        for item in element:
            if item.tag not in (f"{TEXT}list-item", f"{TEXT}list-header"):
                continue
            mark = ""
            is_item = item.tag == f"{TEXT}list-item"
            for position, child in enumerate(item):
                if child.tag in _PARAGRAPHS:
                    if is_item and not position:
                        mark = self._mark(item, level, style, counters)
                    yield from self.paragraph(child, mark, level)
                    mark = ""
                elif child.tag == f"{TEXT}list":
                    yield from self._list(child, level + 1, style, counters)
                elif child.tag == f"{TABLE}table":
                    yield from read_table(child, self.pieces)

    def _mark(self, item: _Element, level: int, style: str, counters: dict[int, int]) -> str:
        levels = {each: self.styles.list_level(style, each) for each in range(1, level + 1)}
        start = item.get(f"{TEXT}start-value", "")
        if start.isdigit():
            counters[level] = int(start) - 1
        _count(counters, level, levels[level].start)
        return marker(levels, counters, level)

    def comment(self, element: _Element) -> Piece:
        """Return a comment with its author."""
        author = element.findtext(f"{DUBLIN_CORE}creator") or "unknown"
        text = lines_of(self.pieces(element)).strip()
        return Piece(BlockKind.FOOTNOTE, f"Comment by {author}: {text}" if text else "")

    def _dropped(self, element: _Element, kind: DropKind) -> Iterator[Piece]:
        text = lines_of(self._of_children(element))
        yield Piece(BlockKind.TEXT, text.strip(), drop=kind)

    def _of_children(self, element: _Element, tag: str = "*") -> list[Piece]:
        return [piece for child in element.iterchildren(tag) for piece in self.pieces(child)]


def _count(counters: dict[int, int], level: int, start: int) -> None:
    """Count one more of a level; deeper levels begin again."""
    counters[level] = counters.get(level, start - 1) + 1
    for deeper in [other for other in counters if other > level]:
        del counters[deeper]
