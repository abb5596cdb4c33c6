"""The tables of a sheet: areas that empty rows or columns set apart.

In: the rows of a sheet. Out: the areas of its tables. An empty row parts two tables only where
names of columns follow it, and empty columns only where each side has its own: gaps also stand
inside tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragflow.ingest.parse.grid import Merge, is_header

Rows = Sequence[Sequence[str]]

FAR_COLUMNS, FAR_ROWS = 40, 400
"""What stands behind more empty columns or rows than these is a table of its own."""

_MOST_TITLES = 3  # lone cells between a gap and the names of columns
_SAMPLE = 20  # rows that show whether the first one names columns
_WIDEST = 400  # columns; a wider sheet is taken as it is


@dataclass(frozen=True, slots=True)
class Area:
    """Delimit a table; counts from 0, last row and column left out."""

    top: int
    bottom: int
    left: int
    right: int

    def rows(self, rows: Rows) -> list[Sequence[str]]:
        """Return the cells of the area."""
        return [row[self.left : self.right] for row in rows[self.top : self.bottom]]

    def merges(self, merges: Sequence[Merge]) -> list[Merge]:
        """Return the merged areas that begin in the area, in its own counts."""
        return [
            Merge(m.top - self.top, m.left - self.left, m.bottom - self.top, m.right - self.left)
            for m in merges
            if self.top <= m.top < self.bottom and self.left <= m.left < self.right
        ]


def table_areas(rows: Rows, merges: Sequence[Merge] = ()) -> list[Area]:
    """Return the areas of the tables of a sheet, row by row; every filled cell is in one."""
    width = max((len(row) for row in rows), default=0)
    areas: list[Area] = []
    for top, bottom in _bands(rows, merges):
        for area in _far_apart(rows, Area(top, bottom, 0, width)):
            areas.extend(_side_by_side(rows, area))
    return areas


def _far_apart(rows: Rows, area: Area) -> list[Area]:
    """Return the parts of an area that very wide empty space sets apart."""
    if area.right <= FAR_COLUMNS:
        return [area]
    found: set[int] = set()
    for row in rows[area.top : area.bottom]:
        found.update(column for column, text in enumerate(row) if text)
    used = [-1, *sorted(found)]
    starts = [c for last, c in pairwise(used) if c - last > FAR_COLUMNS]
    if not starts:
        return [area]
    edges = [*dict.fromkeys((min(found), *starts)), area.right]
    return [
        _trimmed(rows, Area(area.top, area.bottom, left, right)) for left, right in pairwise(edges)
    ]


def _trimmed(rows: Rows, area: Area) -> Area:
    """Return an area without the empty rows around what it holds."""
    filled = [
        index for index in range(area.top, area.bottom) if any(rows[index][area.left : area.right])
    ]
    columns = [
        place
        for index in filled
        for place, text in enumerate(rows[index][area.left : area.right], start=area.left)
        if text
    ]
    return Area(filled[0], filled[-1] + 1, min(columns), max(columns) + 1)


def _bands(rows: Rows, merges: Sequence[Merge]) -> Iterator[tuple[int, int]]:
    """Yield stretches of rows, each with one table or several side by side."""
    blank = {index for index, row in enumerate(rows) if not any(row)}
    for merge in merges:
        blank -= set(range(merge.top, merge.bottom + 1))
    start, seen, last = 0, 0, 0
    for index in range(len(rows)):
        if index in blank:
            continue
        is_far = index - last > FAR_ROWS and bool(seen)
        if is_far or (index - 1 in blank and seen > 1 and _begins_table(rows, index)):
            yield start, index
            start, seen = index, 0
        seen, last = seen + 1, index
    if seen:
        yield start, len(rows)


def _begins_table(rows: Rows, index: int) -> bool:
    """Tell whether names of columns follow, perhaps below titles."""
    for step in range(_MOST_TITLES + 1):
        stretch = _until_blank(rows, index + step)
        if not stretch:
            return False
        filled = [text for text in stretch[0] if text]
        if len(filled) > 1:
            used = [place for row in stretch for place, text in enumerate(row) if text]
            inside = [row[min(used) :] for row in stretch]
            return is_header(inside, max(used) + 1 - min(used))
    return False


def _until_blank(rows: Rows, start: int) -> list[Sequence[str]]:
    stretch: list[Sequence[str]] = []
    for row in rows[start : start + _SAMPLE]:
        if not any(row):
            break
        stretch.append(row)
    return stretch


def _side_by_side(rows: Rows, area: Area) -> list[Area]:
    """Return the tables that empty columns set apart, if each of them names its columns."""
    if area.left or area.right > _WIDEST or area.bottom - area.top < 2:
        return [area]
    used = [False] * area.right
    for row in rows[area.top : area.bottom]:
        for column, text in enumerate(row[: area.right]):
            if text:
                used[column] = True
    starts = [c for c in range(area.right) if used[c] and (c == 0 or not used[c - 1])]
    if len(starts) < 2:
        return [area]
    ends = [*starts[1:], area.right]
    parts = [
        Area(area.top, area.bottom, start if position else 0, end)
        for position, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return parts if all(_names_columns(rows, part) for part in parts) else [area]


def _names_columns(rows: Rows, area: Area) -> bool:
    inside = [row for row in area.rows(rows) if any(row)][:_SAMPLE]
    while inside and sum(bool(text) for text in inside[0]) < 2:
        inside.pop(0)
    used = [place for row in inside for place, text in enumerate(row) if text]
    if len(inside) < 2 or not used:
        return False
    first = min(used)
    return is_header([row[first:] for row in inside], max(used) + 1 - first)
