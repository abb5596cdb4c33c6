"""Rows of an HTML table: their order, how far merged cells reach, and which name the columns.

In: the rows of a table, as elements or as drafts. Out: the same as a browser shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ragflow.ingest.parse.base import CellDraft
from ragflow.ingest.parse.grid import header_row_count, is_value

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

Row = tuple[CellDraft, ...]


def as_shown(rows: Sequence[LexborNode]) -> list[LexborNode]:
    """Return rows in the order in which they are shown: those of the foot are the last."""
    return sorted(rows, key=lambda row: row.parent is not None and row.parent.tag == "tfoot")


def rests_of_groups(rows: Sequence[LexborNode]) -> list[int]:
    """Count for each row those up to the end of its head, body or foot, where merged cells end."""
    rests = [1] * len(rows)
    for index in range(len(rows) - 2, -1, -1):
        above, below = rows[index].parent, rows[index + 1].parent
        if above is not None and below is not None and above.mem_id == below.mem_id:
            rests[index] = rests[index + 1] + 1
    return rests


def with_header(rows: list[Row]) -> list[Row]:
    """Mark the first rows as names of columns where the page does not say and they look it."""
    if not rows or any(cell.header for row in rows for cell in row):
        return rows
    if not any(is_value(cell.text) for row in rows[1:] for cell in row if cell.text):
        return rows
    headers = header_row_count(rows)
    named = [tuple(replace(cell, header=True) for cell in row) for row in rows[:headers]]
    return [*named, *rows[headers:]]
