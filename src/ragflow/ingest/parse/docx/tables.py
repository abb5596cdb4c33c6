"""Word tables: merged cells stand once; a table of a single cell is a frame around its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.docx.names import WORD
from ragflow.ingest.parse.grid import header_row_count
from ragflow.ingest.parse.pieces import Piece, beside_cells, lines_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_WRAPPERS = {
    f"{WORD}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")
}


@dataclass(slots=True)
class _Cell:
    text: str
    column_span: int
    row_span: int = 1


def read_table(table: _Element, read: Callable[[_Element], list[Piece]]) -> Iterator[Piece]:
    """Yield the table, then the figures and notes in it; `read` gives the pieces of a cell."""
    elements = list(_inside(table, f"{WORD}tr"))
    if len(elements) == 1 and len(only := list(_inside(elements[0], f"{WORD}tc"))) == 1:
        yield from read(only[0])
        return
    rows: list[list[_Cell]] = []
    beside: list[Piece] = []
    header_rows = 0
    above: dict[int, _Cell] = {}
    for element in elements:
        cells: list[_Cell] = []
        column = _integer(element, "trPr/gridBefore", 0)
        for cell_element in _inside(element, f"{WORD}tc"):
            pieces = read(cell_element)
            beside.extend(beside_cells(pieces))
            cell = _Cell(lines_of(pieces), _integer(cell_element, "tcPr/gridSpan", 1))
            if _continues(cell_element) and column in above:
                above[column].row_span += 1
                beside.append(Piece(BlockKind.TEXT, cell.text, drop=DropKind.HIDDEN))
            else:
                above[column] = cell
                cells.append(cell)
            column += cell.column_span
        if element.find(f"{WORD}trPr/{WORD}del") is not None:
            text = "\t".join(cell.text for cell in cells)
            beside.append(Piece(BlockKind.TEXT, text, drop=DropKind.HIDDEN))
            continue
        if header_rows == len(rows) and _marked(element, "trPr/tblHeader"):
            header_rows += 1
        rows.append(cells)
    yield Piece(BlockKind.TABLE, "", rows=_drafts(rows, header_rows))
    yield from beside


def _drafts(rows: list[list[_Cell]], header_rows: int) -> tuple[tuple[CellDraft, ...], ...]:
    drafts = [
        tuple(
            CellDraft(cell.text, min(cell.row_span, len(rows) - index), cell.column_span)
            for cell in row
        )
        for index, row in enumerate(rows)
    ]
    headers = header_rows or header_row_count(drafts)
    return tuple(
        tuple(replace(cell, header=True) for cell in row) if index < headers else row
        for index, row in enumerate(drafts)
    )


def _inside(parent: _Element, tag: str) -> Iterator[_Element]:
    """Yield the rows of a table or the cells of a row, also those in content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _find(element: _Element, path: str) -> _Element | None:
    return element.find("/".join(f"{WORD}{step}" for step in path.split("/")))


def _integer(element: _Element, path: str, default: int) -> int:
    found = _find(element, path)
    text = found.get(f"{WORD}val", "") if found is not None else ""
    return max(min(int(text), 1000), default) if text.isdigit() else default


def _marked(element: _Element, path: str) -> bool:
    found = _find(element, path)
    return found is not None and found.get(f"{WORD}val", "1") not in ("0", "false", "off")


def _continues(cell: _Element) -> bool:
    """Tell whether a cell is the lower part of one that began above."""
    merge = _find(cell, "tcPr/vMerge")
    return merge is not None and merge.get(f"{WORD}val", "continue") == "continue"
