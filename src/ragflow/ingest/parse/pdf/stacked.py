"""Tables that a gap cuts in two, one right below the other.

In: the tables of a sheet and the words outside of them. Out: the same, where a table goes on below
a gap as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.sheet import Rect

_GAP = 3.0  # of the size
_OVERLAP = 0.9  # of the width


def join_stacked(tables: Sequence[TableRegion], rest: Sequence[Word]) -> list[TableRegion]:
    """Return the tables, with those joined that go on below a gap without column names."""
    joined: list[TableRegion] = []
    for table in sorted(tables, key=lambda table: (table.rect.top, table.rect.x0)):
        above = next((other for other in joined if _goes_on(other, table, rest)), None)
        if above is None:
            joined.append(table)
            continue
        place = next(index for index, other in enumerate(joined) if other is above)
        rect = above.rect.union(table.rect)
        joined[place] = replace(above, rect=rect, rows=[*above.rows, *table.rows])
    return joined


def _goes_on(table: TableRegion, below: TableRegion, rest: Sequence[Word]) -> bool:
    gap = below.rect.top - table.rect.bottom
    shared = min(table.rect.x1, below.rect.x1) - max(table.rect.x0, below.rect.x0)
    return (
        -1 <= gap < _GAP * below.size
        and table.column_count == below.column_count
        and not any(cell.header for row in below.rows for cell in row)
        and shared > _OVERLAP * max(table.rect.width, below.rect.width)
        and not any(_stands_between(word.rect, table.rect, below.rect) for word in rest)
    )


def _stands_between(rect: Rect, above: Rect, below: Rect) -> bool:
    middle = (rect.top + rect.bottom) / 2
    return above.bottom - 1 < middle < below.top + 1 and above.x0 < rect.x1 and rect.x0 < above.x1
