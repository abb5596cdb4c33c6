"""Reading web pages: what a page says, as text and as Markdown, without what frames it.

In: markup, which nobody vouches for. Out: the title and the main text; menus, sidebars and footers
are left out where the page has something else to say. Nothing that a page names is fetched, and of
markup longer than any page that people write the end is not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ragflow.domain.documents import BlockKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from ragflow.ingest.parse.pieces import Piece

_MAIN = "main, [role=main], article"
_FRAME = (
    "nav, aside, footer, [role=navigation], [role=complementary], [role=contentinfo], "
    "[role=search], [role=banner], body > header"
)
_MOST_CHARS = 2_000_000
_MOST_LINK_CHARS = 300
_LAID_OUT = "img, table, p, div, h1, h2, h3, h4, h5, h6, li, pre"


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what a page says."""

    title: str
    content: str


def read_page(markup: str, url: str = "", *, markdown: bool = False) -> Page:
    """Return what a page says, as text or as Markdown; `url` is what its links start from."""
    markup = markup[:_MOST_CHARS]
    title, pieces = _read(markup, url if markdown else None, framed=False)
    if not pieces:
        title, pieces = _read(markup, url if markdown else None, framed=True)
    return Page(title, _as_markdown(pieces) if markdown else _as_text(pieces))


def text_of(markup: str) -> str:
    """Return the text of a page or of a piece of one, all of it in one line."""
    tree = tree_of(markup)
    return " ".join(tree.body.text(separator=" ").split()) if tree.body is not None else ""


def tree_of(markup: str) -> LexborHTMLParser:
    """Return the tree of a page; one that nests too deeply is cut flat, or its cost would grow."""
    from selectolax.lexbor import LexborHTMLParser

    from ragflow.ingest.parse.html.depth import limit_depth

    return LexborHTMLParser(limit_depth(markup)[0])


def words_of(node: LexborNode, selector: str) -> str:
    """Return the text of the first element that fits, in one line; empty where none does."""
    match = node.css_first(selector)
    return " ".join(match.text().split()) if match is not None else ""


def _read(markup: str, links_from: str | None, *, framed: bool) -> tuple[str, list[Piece]]:
    """Return the title and the pieces of a page, with what frames them or without."""
    from ragflow.ingest.parse.html.flow import Flow

    tree = tree_of(markup)
    root = tree.body
    if root is None:
        return "", []
    title = words_of(tree.root, "head > title") if tree.root is not None else ""
    if not framed:
        for node in tree.css(_FRAME):
            node.decompose()
        mains = tree.css(_MAIN)
        root = mains[0] if len(mains) == 1 else root
    if links_from is not None:
        _write_out_links(root, links_from)
    pieces = Flow(_no_image).pieces(root)
    return title, [piece for piece in pieces if piece.drop is None and (piece.text or piece.rows)]


def _no_image(_address: str) -> None:
    """Show no picture: its description is what is read."""


def _write_out_links(body: LexborNode, start: str) -> None:
    """Write each link that is a few words as Markdown does."""
    for link in body.css("a[href]"):
        words = " ".join(link.text().split())
        if not words or len(words) > _MOST_LINK_CHARS or link.css_first(_LAID_OUT) is not None:
            continue
        try:
            target = urljoin(start, (link.attributes.get("href") or "").strip())
        except ValueError:
            continue  # an address with half an IPv6 host
        if target.startswith(("http://", "https://")):
            link.replace_with(f"[{words}]({target})")


def _as_text(pieces: Iterable[Piece]) -> str:
    lines: list[str] = []
    for piece in pieces:
        lines += [piece.text] if piece.text else []
        lines += ["\t".join(" ".join(c.text.split()) for c in row) for row in piece.rows]
    return "\n".join(lines)


def _as_markdown(pieces: Iterable[Piece]) -> str:
    parts: list[str] = []
    for piece in pieces:
        if piece.rows:
            parts += [piece.text] if piece.text else []
            parts.append(_table(piece))
        elif piece.kind is BlockKind.TITLE:
            parts.append(f"{'#' * max(piece.level, 1)} {' '.join(piece.text.split())}")
        elif piece.kind is BlockKind.LIST_ITEM:
            numbered = piece.text.partition(". ")[0].isdigit()
            parts.append(piece.text if numbered else f"- {piece.text}")
        elif piece.kind is BlockKind.CODE:
            parts.append(f"```\n{piece.text}\n```")
        else:
            parts.append(piece.text)
    return "\n\n".join(parts)


def _table(piece: Piece) -> str:
    head, *rows = ([cell.text for cell in row] for row in piece.rows)
    return table(head, rows)


def table(names: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as Markdown."""
    head = [_cell(name) for name in names]
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(("" if value is None else str(value)).replace("|", "\\|").split())
