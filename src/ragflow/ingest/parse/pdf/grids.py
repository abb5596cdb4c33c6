"""Grids: which ruling lines belong together, and which cells they make.

In: the rulings of a sheet. Out: grids of touching lines with merged cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.ingest.parse.pdf.rulings import Rulings, Segment
from ragflow.ingest.parse.pdf.sheet import Rect

_TOUCH = 3.0  # points
_MAX_LINES = 400  # of one grid and direction; more is a drawing
_MIN_CELL = 4.0  # points
_OPEN_EDGE = 12.0  # points by which lines must stand out to stand for a column of their own


@dataclass(frozen=True, slots=True)
class Grid:
    """Hold the positions of a grid's lines and, for each elementary cell, the cell it is part of.

    `owners[row][column]` is the row and column at which the merged cell begins; `rules` are the
    horizontal lines as drawn.
    """

    xs: list[float]
    ys: list[float]
    owners: list[list[tuple[int, int]]]
    rules: tuple[Segment, ...] = ()

    @property
    def rect(self) -> Rect:
        """Return the grid's outline."""
        return Rect(self.xs[0], self.xs[-1], self.ys[0], self.ys[-1])

    def owner(self, row: int, column: int) -> tuple[int, int]:
        """Return where the cell that covers an elementary cell begins."""
        return self.owners[row][column]

    def cells(self) -> list[tuple[int, int, int, int]]:
        """Return row, column, row span and column span of each cell."""
        extents: dict[tuple[int, int], tuple[int, int]] = {}
        for row, owners in enumerate(self.owners):
            for column, owner in enumerate(owners):
                last_row, last_column = extents.get(owner, owner)
                extents[owner] = max(last_row, row), max(last_column, column)
        return [
            (row, column, last_row - row + 1, last_column - column + 1)
            for (row, column), (last_row, last_column) in sorted(extents.items())
        ]


def find_grids(rulings: Rulings) -> list[Grid]:
    """Return the grids of a sheet, from top to bottom."""
    grids = []
    for horizontal, vertical in _components(rulings):
        if len(horizontal) > _MAX_LINES or len(vertical) > _MAX_LINES:
            continue
        xs = _with_open_edges(_positions(vertical), [(line.start, line.end) for line in horizontal])
        ys = _with_open_edges(_positions(horizontal), [(line.start, line.end) for line in vertical])
        if len(xs) >= 2 and len(ys) >= 2:
            grids.append(Grid(xs, ys, _owners(xs, ys, horizontal, vertical), tuple(horizontal)))
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _components(rulings: Rulings) -> list[tuple[list[Segment], list[Segment]]]:
    """Group lines that touch, directly or through others."""
    horizontal, vertical = rulings.horizontal, rulings.vertical
    parent = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, across in enumerate(horizontal):
        for j, down in enumerate(vertical):
            if (
                across.start - _TOUCH <= down.at <= across.end + _TOUCH
                and down.start - _TOUCH <= across.at <= down.end + _TOUCH
            ):
                parent[root(len(horizontal) + j)] = root(i)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, line in enumerate(horizontal):
        groups.setdefault(root(i), ([], []))[0].append(line)
    for j, line in enumerate(vertical):
        groups.setdefault(root(len(horizontal) + j), ([], []))[1].append(line)
    return [group for group in groups.values() if len(group[0]) >= 2 and group[1]]


def _positions(lines: Sequence[Segment]) -> list[float]:
    positions: list[float] = []
    for line in sorted(lines):
        if not positions or line.at - positions[-1] >= _MIN_CELL:
            positions.append(line.at)
    return positions


def _with_open_edges(positions: list[float], reaches: Sequence[tuple[float, float]]) -> list[float]:
    """Add the sides that a table leaves open: lines of the other direction stand out there."""
    if not positions or len(reaches) < 2:
        return positions
    start = sorted(reach[0] for reach in reaches)[len(reaches) // 2]
    end = sorted(reach[1] for reach in reaches)[len(reaches) // 2]
    before = [start] if start < positions[0] - _OPEN_EDGE else []
    after = [end] if end > positions[-1] + _OPEN_EDGE else []
    return [*before, *positions, *after]


def _owners(
    xs: list[float], ys: list[float], horizontal: list[Segment], vertical: list[Segment]
) -> list[list[tuple[int, int]]]:
    """Merge elementary cells that no line divides, as far as the result stays a rectangle."""
    rows, columns = len(ys) - 1, len(xs) - 1
    owners = [[(row, column) for column in range(columns)] for row in range(rows)]
    open_right = [
        [_is_open(vertical, xs[c + 1], ys[r], ys[r + 1]) for c in range(columns - 1)]
        for r in range(rows)
    ]
    open_below = [
        [_is_open(horizontal, ys[r + 1], xs[c], xs[c + 1]) for c in range(columns)]
        for r in range(rows - 1)
    ]
    taken: set[tuple[int, int]] = set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            last_column = column
            while (
                last_column < columns - 1
                and open_right[row][last_column]
                and (row, last_column + 1) not in taken
            ):
                last_column += 1
            last_row = row
            while last_row < rows - 1 and all(
                open_below[last_row][c] and (c == last_column or open_right[last_row + 1][c])
                for c in range(column, last_column + 1)
            ):
                last_row += 1
            for r in range(row, last_row + 1):
                for c in range(column, last_column + 1):
                    owners[r][c] = (row, column)
                    taken.add((r, c))
    return owners


def _is_open(lines: Sequence[Segment], at: float, start: float, end: float) -> bool:
    """Tell whether less than half of an edge between two cells is drawn."""
    drawn = sum(
        max(0.0, min(line.end, end) - max(line.start, start))
        for line in lines
        if abs(line.at - at) < _MIN_CELL
    )
    return drawn < 0.5 * (end - start)
