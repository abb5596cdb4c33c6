"""Cells of a grid that hold several: columns and rows that no line divides.

In: the cells of a ruled grid. Out: the cells with columns cut where a gutter runs through all that
they hold, and rows cut where several cells hold figures one below the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ragflow.ingest.parse.pdf.abreast import lines_abreast
from ragflow.ingest.parse.pdf.cells import CellWords, is_number
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.gutters import Columns, Slot, columns_of, find_gutters, in_columns
from ragflow.ingest.parse.pdf.lines import hull
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines, word_rows
from ragflow.ingest.parse.pdf.rows import Group, SlottedLine, slotted, split_rows

_MIN_LINES = 3  # with text on both sides that a gutter within a column needs
_PADDING = 8.0  # points on both sides of a cell
_MANY_LINES = 8
_CROSSING = 6  # one line in so many may reach over a gutter
_ALIGNED = 4.0  # points by which figures of one row may differ in height


@dataclass(frozen=True, slots=True)
class SplitCells:
    """Hold cells and the edges of their columns."""

    cells: list[CellWords]
    xs: list[float]


def split_cells(cells: Sequence[CellWords], xs: Sequence[float]) -> SplitCells:
    """Cut columns and rows that hold several."""
    split = _split_columns(_joined_rows(cells), xs)
    return SplitCells(_split_rows(split.cells, split.xs), split.xs)


def _joined_rows(cells: Sequence[CellWords]) -> list[CellWords]:
    """Join rows that most cells span alike: lines that part only the empty edges of a cell."""
    count = max(cell.column + cell.column_span for cell in cells)
    last = max(cell.row + cell.row_span for cell in cells)
    open_below = [0] * (last + 1)  # columns that reach over the lower edge of a row
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span - 1):
            open_below[row] += cell.column_span
    place: list[int] = []
    for row in range(last):
        joins = row > 0 and 2 * open_below[row - 1] > count and _is_free(cells, row)
        place.append(place[-1] if joins else len(set(place)))
    joined: dict[tuple[int, int], CellWords] = {}
    for cell in cells:
        start, end = place[cell.row], place[cell.row + cell.row_span - 1] + 1
        key = start, cell.column
        before = joined.get(key)
        words = [*before.words, *cell.words] if before else cell.words
        joined[key] = replace(cell, row=start, row_span=end - start, words=words)
    return list(joined.values())


def _is_free(cells: Sequence[CellWords], row: int) -> bool:
    """Tell whether the cells that end above a row and those that begin in it are not both full."""
    above = {c.column: bool(c.words) for c in cells if c.row + c.row_span == row}
    own = {c.column: bool(c.words) for c in cells if c.row == row}
    return above.keys() == own.keys() and not any(above[c] and own[c] for c in own)


def _split_columns(cells: Sequence[CellWords], xs: Sequence[float]) -> SplitCells:
    gutters: list[float] = []
    for column in range(len(xs) - 1):
        own = [cell for cell in cells if cell.column == column and cell.column_span == 1]
        gutters.extend(_gutters([line for cell in own for line in parted_lines(cell.words)]))
    edges = sorted([*xs, *gutters])
    if len(edges) == len(xs) and all(cell.column_span == 1 for cell in cells):
        return SplitCells(list(cells), edges)
    columns = columns_of([line for cell in cells for line in parted_lines(cell.words)], edges[1:-1])
    place = [edges.index(x) for x in xs]
    result: list[CellWords] = []
    for cell in cells:
        first, end = place[cell.column], place[cell.column + cell.column_span]
        moved = replace(cell, column=first, column_span=end - first)
        if end - first > 1 and (cell.column_span == 1 or _holds_columns(cell, edges[first:end])):
            result.extend(_cut(moved, columns, (edges[first], edges[end])))
        else:
            result.append(moved)
    return SplitCells(result, edges)


def _holds_columns(cell: CellWords, edges: Sequence[float]) -> bool:
    """Tell whether a merged cell holds lines of the columns that it reaches over."""
    lines = [line for line in parted_lines(cell.words) if len(line.parts) > 1]
    crossing = sum(
        part.x0 < edge < part.x1 for line in lines for part in line.parts for edge in edges[1:]
    )
    return len(lines) >= _MIN_LINES and crossing * _CROSSING <= len(lines)


def _cut(cell: CellWords, columns: Columns, edges: tuple[float, float]) -> list[CellWords]:
    """Cut a cell at the gutters that hardly anything in it crosses."""
    lines = parted_lines(cell.words)
    slots = [slot for line in lines for slot in columns.slots(line)]
    if len(slots) == 1 and _is_heading(slots[0], columns, edges):
        return [cell]
    wide = [slot for slot in slots if slot.span > 1]
    if len(wide) * _CROSSING <= len(lines):
        slots = [slot for slot in slots if slot.span == 1] + [
            part for slot in wide for part in columns.by_word(slot)
        ]
    end = cell.column + cell.column_span
    inside = [slot._replace(column=slot.column - cell.column) for slot in slots]
    pieces = in_columns(
        [
            slot
            for slot in inside
            if slot.column >= 0 and slot.column + slot.span <= end - cell.column
        ],
        cell.column_span,
    )
    return [
        replace(cell, column=cell.column + p.column, column_span=p.span, words=p.words)
        for p in pieces
    ]


def _is_heading(slot: Slot, columns: Columns, edges: tuple[float, float]) -> bool:
    """Tell whether the only text of a cell stands above all of its columns."""
    rect = hull(slot.words)
    if is_number(" ".join(word.text for word in slot.words)):
        return False
    centred = abs(rect.x0 + rect.x1 - sum(edges)) < 0.2 * (edges[1] - edges[0])
    return centred or not columns.aligned(slot)


def _gutters(lines: Sequence[PartedLine]) -> list[float]:
    """Return the gutters through a column of figures, or of texts in many lines."""
    parted = [line for line in lines if len(line.parts) > 1]
    if len(parted) < _MIN_LINES or len(parted) * 10 < 6 * len(lines):
        return []
    figures = sum(is_number(part.text) for line in parted for part in line.parts)
    of_figures = figures * 10 >= 6 * sum(len(line.parts) for line in parted)
    many = len(parted) >= _MANY_LINES and len(parted) * 10 >= 9 * len(lines)
    return find_gutters(lines) if of_figures or many else []


def _split_rows(cells: Sequence[CellWords], xs: Sequence[float]) -> list[CellWords]:
    """Cut rows in which several cells hold figures one below the other."""
    rows = sorted({cell.row for cell in cells})
    last = max(cell.row + cell.row_span for cell in cells)
    groups = {row: _line_groups([cell for cell in cells if cell.row == row], xs) for row in rows}
    place: list[int] = [0]  # where each row begins once the rows before it are cut
    for row in range(last):
        place.append(place[-1] + max(len(groups.get(row, [])), 1))
    split: list[CellWords] = []
    for cell in cells:
        start, end = place[cell.row], place[cell.row + cell.row_span]
        if cell.row_span > 1 or _is_whole(cell, groups[cell.row]):
            split.append(replace(cell, row=start, row_span=end - start))
            continue
        for index, words in enumerate(_pieces(cell, groups[cell.row])):
            split.append(replace(cell, row=start + index, row_span=1, words=words))
    return split


def _line_groups(cells: Sequence[CellWords], xs: Sequence[float]) -> list[Group]:
    """Return the rows that the lines of a row of cells make; nothing where they make one."""
    single = [cell for cell in cells if cell.row_span == 1]
    stacks = [stack for cell in single if (stack := _figures(cell))]
    if len(stacks) < 2:
        stacks += [stack for cell in single if (stack := _texts(cell, xs))]
    if len(stacks) < 2:
        return _begun_at(lines_abreast(single), single, xs)
    longest = max(stacks, key=len)
    if len({len(stack) for stack in stacks}) == len(stacks) > 2:  # lists, unless with gaps
        longest = [line.rect.bottom for line in parted_lines([w for c in single for w in c.words])]
        if not any(abs(stack[-1] - longest[len(stack) - 1]) > _ALIGNED for stack in stacks):
            return []
    for stack in stacks:
        if not all(min(abs(bottom - x) for x in longest) < _ALIGNED for bottom in stack):
            return []
    return split_rows(_slotted(single, xs))


def _begun_at(
    bottoms: Sequence[float], cells: Sequence[CellWords], xs: Sequence[float]
) -> list[Group]:
    """Return the rows that begin with the lines at some heights."""
    groups: list[Group] = [[] for _ in bottoms]
    for line in _slotted(cells, xs) if bottoms else ():
        row = bisect_right(bottoms, line.line.rect.bottom + _ALIGNED) - 1
        groups[max(row, 0)].append(line)
    return groups


def _slotted(cells: Sequence[CellWords], xs: Sequence[float]) -> list[SlottedLine]:
    """Return the lines of the cells that hold several."""
    lines = parted_lines([word for cell in cells if _lines(cell) > 1 for word in cell.words])
    return slotted(lines, columns_of(lines, xs[1:-1]))


def _figures(cell: CellWords) -> list[float]:
    """Return the lower edges of the lines of a cell that holds figures alone."""
    if len(cell.words) < 2:
        return []
    lines = parted_lines(cell.words)
    figures = sum(is_number(" ".join(word.text for word in line.words)) for line in lines)
    if len(lines) < 2 or figures * 5 < len(lines) * 4:
        return []
    return [line.rect.bottom for line in lines]


def _texts(cell: CellWords, xs: Sequence[float]) -> list[float]:
    """Return the lower edges of the lines of a cell that were not broken for want of room."""
    lines = parted_lines(cell.words)
    if len(lines) < _MIN_LINES:
        return []
    room = xs[cell.column + cell.column_span] - xs[cell.column] - _PADDING
    free = 0
    for above, below in pairwise(lines):
        first = below.words[0].rect
        free += above.rect.width + 0.3 * below.size + first.width < room
    return [line.rect.bottom for line in lines] if free * 2 > len(lines) - 1 else []


def _lines(cell: CellWords) -> int:
    return len(word_rows(cell.words)) if len(cell.words) > 1 else len(cell.words)


def _is_whole(cell: CellWords, groups: Sequence[Group]) -> bool:
    """Tell whether a cell of one line stands beside several rows: it belongs to all of them."""
    return len(groups) > 1 and bool(cell.words) and _lines(cell) == 1


def _pieces(cell: CellWords, groups: Sequence[Group]) -> list[list[Word]]:
    pieces: list[list[Word]] = [[] for _ in groups] or [[]]
    bottoms = [max(line.line.rect.bottom for line in group) for group in groups]
    for word in cell.words:
        middle = (word.rect.top + word.rect.bottom) / 2
        pieces[min(bisect_right(bottoms, middle), len(pieces) - 1)].append(word)
    return pieces
