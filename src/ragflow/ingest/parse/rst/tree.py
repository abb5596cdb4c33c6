"""Walk the tree of a reStructuredText document and collect its pieces.

In: a document as docutils reads it, before any transformation. Out: pieces in reading order.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.figures import data_image
from ragflow.ingest.parse.list_numbers import format_number
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

DEEPEST_DIRECTIVE = 20

_ROLE = re.compile(r"(?::[\w:+.-]+:)?`([^`]*)`(?::[\w:+.-]+:)?")
_DIRECTIVE = re.compile(r"\.\. +[^\s:][^:\n]*::.*")
_NUMBERS = {
    "loweralpha": "lowerLetter",
    "upperalpha": "upperLetter",
    "lowerroman": "lowerRoman",
    "upperroman": "upperRoman",
}
_NOTHING = frozenset({"target", "pending", "substitution_reference", "decoration", "meta"})
_BLOCKS = {
    "literal_block": BlockKind.CODE,
    "doctest_block": BlockKind.CODE,
    "math_block": BlockKind.FORMULA,
    "caption": BlockKind.CAPTION,
    "legend": BlockKind.CAPTION,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Say where a node stands."""

    section: int = 0
    depth: int = 0  # of the lists
    directives: int = 0


class Tree:
    """Collect pieces; `read` makes the tree of what an unknown directive holds."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def pieces(self, document: Any) -> list[Piece]:
        """Return the pieces of a document."""
        return list(self._children(document, _Place()))

    def _children(self, node: Any, place: _Place) -> Iterator[Piece]:
        for child in node.children:
            yield from self._node(child, place)

    def _node(self, node: Any, place: _Place) -> Iterator[Piece]:
        name = node.tagname
        if name == "section":
            below = _Place(place.section + 1, place.depth, place.directives)
            yield from self._children(node, below)
        elif name in ("title", "rubric"):
            yield Piece(BlockKind.TITLE, words(node), min(max(place.section, 1), 6))
        elif name == "paragraph":
            yield from self._paragraph(node, place)
        elif name in _BLOCKS:
            yield Piece(_BLOCKS[name], words(node).strip("\n"))
        elif name in ("bullet_list", "enumerated_list"):
            yield from self._list(node, place)
        elif name == "table":
            yield from self._table(node, place)
        elif name == "image":
            yield from _image(node)
        elif name == "comment":
            yield Piece(BlockKind.TEXT, node.astext(), drop=DropKind.HIDDEN)
        elif name in ("footnote", "citation"):
            yield self._note(node, place)
        elif name == "system_message":
            yield from self._message(node, place)
        elif name == "term":
            yield Piece(BlockKind.LIST_ITEM, words(node), place.depth + 1)
        elif name in ("field", "option_list_item"):
            yield self._pair(node, place)
        elif name == "line_block":
            yield Piece(BlockKind.TEXT, "\n".join(_lines(node)))
        elif name in ("substitution_definition", "attribution", "subtitle"):
            yield Piece(BlockKind.TEXT, words(node))
        elif name not in _NOTHING and hasattr(node, "children"):
            below = _Place(place.section, place.depth + (name == "definition"), place.directives)
            yield from self._children(node, below)

    def _paragraph(self, node: Any, place: _Place, mark: str = "") -> Iterator[Piece]:
        kind = BlockKind.LIST_ITEM if place.depth else BlockKind.TEXT
        yield Piece(kind, f"{mark}{words(node)}", place.depth)
        for image in node.findall(lambda each: each.tagname == "image"):
            yield from (piece for piece in _image(image) if piece.image)

    def _list(self, node: Any, place: _Place) -> Iterator[Piece]:
        below = _Place(place.section, place.depth + 1, place.directives)
        number = node.get("start", 1)
        for item in node.children:
            mark = ""
            if node.tagname == "enumerated_list":
                style = _NUMBERS.get(node.get("enumtype", ""), "decimal")
                shown = format_number(number, style)
                mark = f"{node.get('prefix', '')}{shown}{node.get('suffix', '.')} "
                number += 1
            for child in item.children:
                if child.tagname == "paragraph":
                    yield from self._paragraph(child, below, mark)
                    mark = ""
                else:
                    yield from self._node(child, below)

    def _note(self, node: Any, place: _Place) -> Piece:
        label = next((words(child) for child in node.children if child.tagname == "label"), "")
        text = lines_of(self._rest(node, place, "label"))
        return Piece(BlockKind.FOOTNOTE, f"[{label}] {text}" if label else text)

    def _pair(self, node: Any, place: _Place) -> Piece:
        """Return a field or an option with what is said of it, on one line."""
        name, *body = node.children
        text = lines_of(piece for child in body for piece in self._node(child, place))
        said = f"{words(name)}: " if node.tagname == "field" else f"{name.astext()}  "
        return Piece(BlockKind.TEXT, f"{said}{text}".strip())

    def _rest(self, node: Any, place: _Place, without: str) -> list[Piece]:
        return [
            piece
            for child in node.children
            if child.tagname != without
            for piece in self._node(child, place)
        ]

    def _message(self, node: Any, place: _Place) -> Iterator[Piece]:
        """Yield the source that the reader could not follow; its complaint is no text."""
        for child in node.children:
            if child.tagname != "literal_block":
                continue
            head, _, content = child.astext().partition("\n\n")
            unknown = _DIRECTIVE.match(head) and place.directives < DEEPEST_DIRECTIVE
            if not unknown or not content.strip():
                yield Piece(BlockKind.CODE, child.astext())
                continue
            yield Piece(BlockKind.CODE, head)
            below = _Place(place.section, place.depth, place.directives + 1)
            yield from self._children(self._read(textwrap.dedent(content)), below)

    def _table(self, node: Any, place: _Place) -> Iterator[Piece]:
        caption = next((words(child) for child in node.children if child.tagname == "title"), "")
        rows: list[tuple[CellDraft, ...]] = []
        beside: list[Piece] = []
        for row in node.findall(lambda each: each.tagname == "row"):
            cells: list[CellDraft] = []
            for entry in row.children:
                pieces = list(self._children(entry, place))
                beside += beside_cells(pieces)
                height, width = entry.get("morerows", 0) + 1, entry.get("morecols", 0) + 1
                header = row.parent.tagname == "thead"
                cells.append(CellDraft(lines_of(pieces), height, width, header))
            rows.append(tuple(cells))
        yield Piece(BlockKind.TABLE, caption, rows=tuple(rows))
        yield from beside


def words(node: Any) -> str:
    """Return a node's text; of roles that are not known, the words inside."""
    if node.tagname == "#text":
        return str(node.astext())
    if node.tagname == "problematic":
        return _ROLE.sub(r"\1", node.astext())
    if node.tagname == "image":
        return str(node.get("alt", ""))
    return "".join(words(child) for child in node.children)


def _image(node: Any) -> Iterator[Piece]:
    image = data_image(node.get("uri", ""))
    alt = node.get("alt", "")
    yield Piece(BlockKind.FIGURE if image else BlockKind.TEXT, alt, image=image or b"")


def _lines(block: Any) -> Iterator[str]:
    for line in block.children:
        if line.tagname == "line_block":
            yield from _lines(line)
        else:
            yield words(line)
