"""The elements of a document, as chunk methods walk through them.

In: a parsed document. Out: its blocks in reading order, each picture and table together with the
caption beside it; of a plain text, the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ragflow.domain.documents import Block, BlockKind, Box, ParsedDocument, Span, Table
from ragflow.ingest.chunk.delimiters import stripped
from ragflow.ingest.chunk.tables import Caption


@dataclass(frozen=True, slots=True)
class Element:
    """Hold a block, or a line of one, without the whitespace around it.

    `table` is set where there is a cell with words, `image` where there is a picture to show, and
    `box` where that stands. `caption` is what the document says beside the picture or above the
    table; `is_line` tells the lines of a plain text from paragraphs.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    table: Table | None = None
    image: bytes | None = None
    caption: Span | None = None
    box: Box | None = None
    is_line: bool = False

    @property
    def is_text(self) -> bool:
        """Tell running text from tables and pictures."""
        return self.table is None and self.image is None

    @property
    def is_title(self) -> bool:
        """Tell whether the parser took this for a heading."""
        return self.kind is BlockKind.TITLE and self.is_text

    @property
    def is_sheet(self) -> bool:
        """Tell the rows of a spreadsheet or of a delimited text from a table in a text."""
        return self.table is not None and (bool(self.table.sheet) or self.kind is BlockKind.ROW)


def elements(document: ParsedDocument) -> list[Element]:
    """Return the elements; blank blocks without a picture are passed over."""
    captions = _caption_owners(document.blocks)
    taken = set(captions.values())
    found: list[Element] = []
    for index, block in enumerate(document.blocks):
        span = stripped(document.text, block.span)
        if index in taken or not (len(span) or _shows(block)):
            continue
        has_cells = block.table is not None and _has_cells(block.table)
        found.append(
            Element(
                kind=block.kind,
                span=span if len(span) else block.span,
                level=block.level,
                table=block.table if has_cells else None,
                image=block.image if _shows(block) else None,
                box=block.box,
                caption=document.blocks[captions[index]].span if index in captions else None,
            )
        )
    return found


def paragraphs(document: ParsedDocument) -> list[Element]:
    """Return the elements of a document, where a plain text is taken line by line."""
    found = elements(document)
    if not is_plain_text(document):
        return found
    return [line for element in found for line in _lines(document.text, element)]


def is_plain_text(document: ParsedDocument) -> bool:
    """Tell a plain text file, or source code: one run of text that the parser did not divide."""
    return len(document.blocks) == 1 and not document.pages


def table_caption(text: str, element: Element, fallback: str = "") -> Caption:
    """Return what stands above a table: in its own block, beside it, else only in its name."""
    table = element.table
    name = table.caption if table is not None else ""
    span = _own_caption(text, element, name) or element.caption
    if span is None:
        return Caption(name or fallback)
    return Caption(text[span.start : span.end], (span,))


def _own_caption(text: str, element: Element, name: str) -> Span | None:
    start = element.span.start
    name = name.strip()
    if not name or not text.startswith(name, start):
        return None
    return Span(start, start + len(name))


def _lines(text: str, element: Element) -> Iterator[Element]:
    if not element.is_text:
        yield element
        return
    start = element.span.start
    for line in text[start : element.span.end].split("\n"):
        span = stripped(text, Span(start, start + len(line)))
        start += len(line) + 1
        if len(span):
            yield replace(element, span=span, is_line=True)


def _shows(block: Block) -> bool:
    return block.kind is BlockKind.FIGURE and block.image is not None


def _has_cells(table: Table) -> bool:
    return any(cell.text.strip() for row in table.rows for cell in row)


def _caption_owners(blocks: tuple[Block, ...]) -> dict[int, int]:
    """Give each caption beside a picture, or above a table that has none, to that neighbour."""
    owners: dict[int, int] = {}
    taken: set[int] = set()
    for index, block in enumerate(blocks):
        if _shows(block):
            neighbours = [index + 1, index - 1]
        elif block.table is not None and not block.table.caption and _has_cells(block.table):
            neighbours = [index - 1]
        else:
            continue
        for other in neighbours:
            free = 0 <= other < len(blocks) and other not in taken
            if free and blocks[other].kind is BlockKind.CAPTION and blocks[other].table is None:
                owners[index] = other
                taken.add(other)
                break
    return owners
