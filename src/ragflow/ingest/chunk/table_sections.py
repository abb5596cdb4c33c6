"""Sections of a table: rows under one header.

In: a table. Out: its sections in order; most tables have one. Where the header begins with a label
over all columns and such a label comes again, the rows below that stand under the new label, and
under the names of the columns, whether these are repeated or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ragflow.domain.documents import Table
from ragflow.text.grid import PlacedCell, placed_rows, table_of

Row = Sequence[PlacedCell]


@dataclass(frozen=True, slots=True)
class Section:
    """Hold the rows under one header; `first` is the number of the first one in the table."""

    head: Sequence[Row]
    first: int
    rows: Sequence[Row]


def sections_of(table: Table) -> Iterator[Section]:
    """Yield the sections of a table."""
    rows = list(placed_rows(table))
    count = table.header_row_count
    width = max((cell.column + cell.column_span for row in rows for cell in row), default=0)
    names, index = rows[:count], count
    head: Sequence[Row] = table_of(names, 0)
    starts_anew = bool(names) and _is_whole(names[0], width)
    body: list[Row] = []
    first = count
    while index < len(rows):
        if not (starts_anew and _is_whole(rows[index], width)):
            body.append(rows[index])
            index += 1
            continue
        taken = 1
        while taken < count and _same(rows, index + taken, names[taken]):
            taken += 1
        if index + taken == len(rows):  # nothing is below it
            body += rows[index:]
            break
        yield Section(head, first, tuple(body))
        label = [_as_header(row) for row in table_of(rows[index : index + taken], index)]
        head = [*label, *table_of(names, 0)[taken:]]
        index += taken
        first, body = index, []
    yield Section(head, first, tuple(body))


def is_label(row: Row) -> bool:
    """Tell whether a row names the rows below it: its one text spans columns or ends in a colon."""
    filled = [placed for placed in row if placed.cell.text.strip()]
    if len(filled) != 1 or filled[0].row_span > 1:
        return False
    wide = filled[0].column_span > 1 and filled[0].column_span >= sum(c.column_span for c in row)
    return wide or (len(row) > 2 and filled[0].cell.text.rstrip().endswith((":", "：")))


def _is_whole(row: Row, width: int) -> bool:
    return width > 1 and len(row) == 1 and row[0].column_span == width and row[0].row_span == 1


def _same(rows: Sequence[Row], index: int, names: Row) -> bool:
    return index < len(rows) and _texts(rows[index]) == _texts(names)


def _texts(row: Row) -> list[str]:
    return [" ".join(placed.cell.text.split()) for placed in row]


def _as_header(row: Row) -> Row:
    return [replace(placed, cell=replace(placed.cell, header=True)) for placed in row]
