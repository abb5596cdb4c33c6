"""Turn a tree of HTML elements into a flow of pieces: paragraphs, titles, items, tables, figures.

In: an element. Out: pieces in reading order, white space joined as a browser shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.figures import Images, data_image
from ragflow.ingest.parse.html.elements import is_data_table, number_of, within
from ragflow.ingest.parse.html.lists import LISTS, Lists
from ragflow.ingest.parse.html.tables import as_shown, rests_of_groups, with_header
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

NO_TEXT = frozenset(
    [
        "script",
        "style",
        "template",
        "head",
        "iframe",
        "object",
        "video",
        "audio",
        "canvas",
        "datalist",
    ]
)
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
SPACED = frozenset({"button", "input", "label", "img", "svg", "text", "title"})
KINDS = {
    **{f"h{level}": (BlockKind.TITLE, level) for level in range(1, 7)},
    **dict.fromkeys(("li", "dt", "dd"), (BlockKind.LIST_ITEM, 0)),
    **dict.fromkeys(("figcaption", "caption"), (BlockKind.CAPTION, 0)),
    "pre": (BlockKind.CODE, 0),
}
WIDEST_SPAN = 1000  # as in browsers

_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTES = frozenset(
    {"footnote", "endnote", "rearnote", "doc-footnote", "doc-endnote", "footnotes", "doc-endnotes"}
)


@dataclass(slots=True)
class Flow:
    """Walk a tree without recursion and collect its pieces; `images` finds its pictures."""

    images: Images = data_image
    _pieces: list[Piece] = field(default_factory=list)
    _visible: list[str] = field(default_factory=list)
    _hidden_text: list[str] = field(default_factory=list)
    _kinds: list[tuple[BlockKind, int]] = field(default_factory=lambda: [(BlockKind.TEXT, 0)])
    _lists: Lists = field(default_factory=Lists)
    _marker: str = ""
    _hidden_depth: int = 0
    _pre_depth: int = 0

    def pieces(self, root: LexborNode) -> list[Piece]:
        """Return the pieces of `root` and all below it."""
        pending: list[tuple[LexborNode, bool]] = [(root, False)]
        while pending:
            node, leaving = pending.pop()
            if leaving:
                self._leave(node)
            elif node.is_text_node:
                self._text(node.text_content or "")
            elif node.is_element_node and self._enter(node):
                pending.append((node, True))
                children = list(node.iter(include_text=True))
                pending.extend((child, False) for child in reversed(children))
        self._flush()
        return self._pieces

    def _enter(self, node: LexborNode) -> bool:
        """Open an element; tell whether its children are to be walked."""
        tag = node.tag or ""
        if tag in NO_TEXT:
            return False
        if tag in BLOCKS:
            self._flush()
        if tag in SPACED:
            self._text(" ")
        self._hidden_depth += _is_hidden(node)
        if tag == "br":
            self._target.append("\n")
        elif tag in ("img", "image"):
            self._image(node)
        elif tag == "table" and is_data_table(node):
            self._table(node)
            self._hidden_depth -= _is_hidden(node)
            return False
        elif tag in LISTS:
            self._lists.open(node)
        elif tag == "li":
            self._marker = self._lists.marker(node)
        if kind := _kind_of(node):
            self._kinds.append(kind)
        self._pre_depth += tag in ("pre", "textarea")
        return True

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in BLOCKS:
            self._flush()
        if tag in SPACED:
            self._text(" ")
        if tag in LISTS:
            self._lists.close()
        if tag == "li":
            self._marker = ""
        if _kind_of(node):
            self._kinds.pop()
        self._pre_depth -= tag in ("pre", "textarea")
        self._hidden_depth -= _is_hidden(node)

    @property
    def _target(self) -> list[str]:
        return self._hidden_text if self._hidden_depth else self._visible

    def _text(self, text: str) -> None:
        self._target.append(text if self._pre_depth else _SPACES.sub(" ", text))

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        alt = " ".join((attributes.get("alt") or "").split())
        address = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href")
        image = self.images(address) if address and not self._hidden_depth else None
        if image is None:
            self._text(alt)
            return
        self._flush()
        self._pieces.append(Piece(BlockKind.FIGURE, alt, image=image))

    def _flush(self) -> None:
        """Close the paragraph that is open."""
        kind, level = self._kinds[-1]
        if kind is BlockKind.LIST_ITEM:
            level = self._lists.depth
        text = _joined(self._visible, keep_spaces=bool(self._pre_depth))
        if text:
            self._pieces.append(Piece(kind, self._marker + text, level))
            self._marker = ""
        hidden = _joined(self._hidden_text, keep_spaces=bool(self._pre_depth))
        if hidden:
            self._pieces.append(Piece(BlockKind.TEXT, hidden, drop=DropKind.HIDDEN))
        self._visible.clear()
        self._hidden_text.clear()

    def _table(self, table: LexborNode) -> None:
        rows: list[tuple[CellDraft, ...]] = []
        beside: list[Piece] = []
        caption = ""
        own_rows = as_shown(within(table, "tr"))
        rests = rests_of_groups(own_rows)
        for index, row in enumerate(own_rows):
            in_head = row.parent is not None and row.parent.tag == "thead"
            cells: list[CellDraft] = []
            for cell in row.iter():
                if cell.tag not in ("td", "th"):
                    continue
                pieces = Flow(self.images).pieces(cell)
                beside.extend(beside_cells(pieces))
                height = min(number_of(cell, "rowspan", 1) or rests[index], rests[index])
                across = min(number_of(cell, "colspan", 1), WIDEST_SPAN)
                is_header = in_head or cell.tag == "th"
                cells.append(CellDraft(lines_of(pieces), max(height, 1), max(across, 1), is_header))
            if row.parent is not None and _is_hidden(row):
                text = "\t".join(cell.text for cell in cells)
                beside.append(Piece(BlockKind.TEXT, text.strip(), drop=DropKind.HIDDEN))
            else:
                rows.append(tuple(cells))
        rows = with_header(rows)
        for node in within(table, "caption"):
            caption = lines_of(Flow(self.images).pieces(node))
        if self._hidden_depth:
            text = "\n".join([caption, *("\t".join(c.text for c in row) for row in rows)])
            self._pieces.append(Piece(BlockKind.TEXT, text.strip(), drop=DropKind.HIDDEN))
        else:
            self._pieces.append(Piece(BlockKind.TABLE, caption, rows=tuple(rows)))
        self._pieces.extend(beside)


def _joined(runs: list[str], *, keep_spaces: bool) -> str:
    text = "".join(runs)
    if keep_spaces:
        return text.strip("\n") if text.strip() else ""
    text = re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", text))
    return text.strip()


def _kind_of(node: LexborNode) -> tuple[BlockKind, int] | None:
    """Return what an element makes of the text in it; None where that stays as it is."""
    if node.tag in ("aside", "section", "div", "li"):
        attributes = node.attributes
        roles = f"{attributes.get('epub:type') or ''} {attributes.get('role') or ''}".split()
        if not _NOTES.isdisjoint(roles):
            return BlockKind.FOOTNOTE, 0
    return KINDS.get(node.tag or "")


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if node.tag in ("noscript", "annotation") or "hidden" in attributes:
        return True
    if node.tag == "dialog" and "open" not in attributes:
        return True
    return bool(_HIDING.search(attributes.get("style") or ""))
