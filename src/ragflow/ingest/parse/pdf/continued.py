"""Tables that run over pages, joined into one.

In: the elements of all pages. Out: the same with each table whole, on the page where it begins. A
table goes on where it ends a page and the next page begins with one of the same columns; column
names that are said again, and a caption that says so, become drops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.pdf.cells import Repeated, TableRegion
from ragflow.ingest.parse.pdf.pages import Element
from ragflow.ingest.parse.pdf.pairing import captions_of
from ragflow.ingest.parse.pdf.paragraphs import Paragraph

_SAME_EDGE = 4.0  # points
_SAME_WIDTH = 0.05
_SHORT_NOTE = 60  # characters, such as "See notes at end of table."
_CONTINUED = re.compile(
    r"\W*\b(?:continued|cont\W?d|cont|continuación|suite|fortsetzung|forts|seguito|続き|续|續)\b\W*",
    re.IGNORECASE,
)

Row = Sequence[CellDraft]


def join_over_pages(pages: Sequence[list[Element]]) -> None:
    """Join tables that go on from page to page, in place."""
    home: list[Element] = []  # the page on which the table began that may go on
    for elements in pages:
        last = _last_table(home)
        first = _first_table(elements) if last is not None else None
        joined = None
        if last is not None and first is not None:
            index, captions = first
            joined = _joined(last, elements[index], captions)
            if joined is not None:
                place = next(i for i, element in enumerate(home) if element is last)
                home[place] = joined
                del elements[: index + 1]
        if joined is None or elements:
            home = elements


def _last_table(elements: Sequence[Element]) -> TableRegion | None:
    """Return the table with which a page ends; a short note may follow it."""
    rest = list(elements)
    if rest and isinstance(rest[-1], Paragraph) and len(rest[-1].text) <= _SHORT_NOTE:
        rest.pop()
    return rest[-1] if rest and isinstance(rest[-1], TableRegion) else None


def _first_table(elements: Sequence[Element]) -> tuple[int, list[Paragraph]] | None:
    """Return where a page begins with a table, and the caption above it that says it goes on."""
    if elements and isinstance(elements[0], TableRegion):
        return 0, []
    index = next((i for i, e in enumerate(elements[:3]) if isinstance(e, TableRegion)), 0)
    above = [element for element in elements[:index] if isinstance(element, Paragraph)]
    caption = captions_of(elements[: index + 1]).get(id(elements[index])) if above else None
    says_so = any(_CONTINUED.search(paragraph.text) for paragraph in above)
    return (index, above) if caption == above and says_so else None


def _joined(
    table: TableRegion, following: Element, captions: Sequence[Paragraph]
) -> TableRegion | None:
    """Return both tables as one, or None if the second is another table."""
    assert isinstance(following, TableRegion)
    if table.sheet.turn != following.sheet.turn or table.column_count != following.column_count:
        return None
    same = _same_names(table.rows, following.rows)
    if not same and not _same_columns(table, following):
        return None
    repeated = [
        Repeated(line.text, line.sheet.box(line.rect)) for c in captions for line in c.lines
    ]
    repeated += [Repeated(cell.text, cell.box) for row in following.rows[:same] for cell in row]
    body = [[replace(cell, header=False) for cell in row] for row in following.rows[same:]]
    return replace(
        table,
        rows=[*table.rows, *body],
        repeated=(*table.repeated, *repeated, *following.repeated),
    )


def _same_names(rows: Sequence[Row], others: Sequence[Row]) -> int:
    """Count the rows of column names that stand at the head of both tables."""
    headers = [row for row in rows if row and all(cell.header for cell in row)]
    count = len(headers)
    texts = [[_plain(cell.text) for cell in row] for row in headers]
    if not count or len(others) <= count:
        return 0
    return count if texts == [[_plain(c.text) for c in row] for row in others[:count]] else 0


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _same_columns(table: TableRegion, following: TableRegion) -> bool:
    """Tell whether two tables have the same columns, and the second names none of its own."""
    a, b = table.edges, following.edges
    if a and b:
        shift = b[0] - a[0]  # the margins of left and right pages differ
        return len(a) == len(b) and all(
            abs(y - x - shift) < _SAME_EDGE for x, y in zip(a, b, strict=True)
        )
    named = any(cell.header for cell in following.rows[0])
    wide = max(table.rect.width, 1.0)
    return not named and abs(following.rect.width - table.rect.width) < _SAME_WIDTH * wide
