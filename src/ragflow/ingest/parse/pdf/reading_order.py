"""Reading order: columns, with full-width elements between them.

In: items with rectangles on one sheet. Out: columns in reading order, each a list of rows. A gutter
is a vertical strip that many rows leave empty; what crosses it cuts the page into bands, and in
each band the left side is read before the right. Narrow sides are table cells and are read by rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, Protocol, TypeVar

from ragflow.ingest.parse.pdf.lines import same_row
from ragflow.ingest.parse.pdf.sheet import Rect

_MAX_DEPTH = 6
_MAX_ITEMS = 3000  # more on one page is a drawing, which is read by rows
_MIN_ROWS = 3  # that a side of a gutter needs to be a column
_MARKER_WIDTH = 2.0  # of the size: narrower items are list markers or notes' numbers
_MIN_WIDTH = 7.0  # of the size: narrower runs are cells, not lines of prose


class Placed(Protocol):
    """Be anything with a place on a sheet."""

    @property
    def rect(self) -> Rect: ...

    @property
    def size(self) -> float: ...

    @property
    def rtl(self) -> bool: ...


Item = TypeVar("Item", bound=Placed)


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """Hold the rows of one column, from top to bottom."""

    rows: list[list[Item]]


def columns(items: Sequence[Item]) -> list[Column[Item]]:
    """Return the columns of a sheet in reading order; every item is in exactly one row."""
    return [Column(rows_of(group)) for group in _split(list(items), 0) if group]


def _split(items: list[Item], depth: int) -> list[list[Item]]:
    searched = depth < _MAX_DEPTH and 2 * _MIN_ROWS <= len(items) <= _MAX_ITEMS
    gutter = _gutter(items) if searched else None
    if gutter is None:
        return [items]
    rtl = sum(item.rtl for item in items) * 2 > len(items)
    groups: list[list[Item]] = []
    pending: list[Item] = []  # what is read by rows
    for band in _bands(items, gutter):
        left = [item for item in band if item.rect.x1 <= gutter + 1]
        right = [item for item in band if item.rect.x0 >= gutter - 1 and item.rect.x1 > gutter + 1]
        if len(left) + len(right) < len(band) or not (_is_prose(left) and _is_prose(right)):
            pending.extend(band)
            continue
        groups.append(pending)
        pending = []
        for side in (right, left) if rtl else (left, right):
            groups.extend(_split(side, depth + 1))
    groups.append(pending)
    rest = [group for group in groups if group]
    return [part for group in rest for part in _again(group, items, depth)]


def _again(group: list[Item], whole: list[Item], depth: int) -> list[list[Item]]:
    return _split(group, depth + 1) if len(group) < len(whole) else [group]


def _gutter(items: Sequence[Placed]) -> float | None:
    """Return the middle of the strip with text on both sides in the most rows."""
    gaps = _gaps(items)
    if len(gaps) < _MIN_ROWS:
        return None
    edges = sorted([(x0, 1) for x0, _ in gaps] + [(x1, -1) for _, x1 in gaps])
    best, open_gaps, where = 0, 0, 0.0
    for index, (x, step) in enumerate(edges):
        open_gaps += step
        if open_gaps > best and index + 1 < len(edges):
            best, where = open_gaps, (x + edges[index + 1][0]) / 2
    return where if best >= _MIN_ROWS else None


def _gaps(items: Sequence[Placed]) -> list[tuple[float, float]]:
    """Return the empty stretches between each item and its next neighbour to the right."""
    ordered = sorted(items, key=lambda item: item.rect.top)
    tallest = max(item.rect.height for item in ordered)
    tops = [item.rect.top for item in ordered]
    gaps = []
    for index, item in enumerate(ordered):
        neighbour = None
        for other_index in _near(tops, index, tallest):
            other = ordered[other_index]
            if other.rect.x0 < item.rect.x1 or not _side_by_side(item.rect, other.rect):
                continue
            if neighbour is None or other.rect.x0 < neighbour:
                neighbour = other.rect.x0
        if neighbour is not None and neighbour - item.rect.x1 > 0.6 * item.size:
            gaps.append((item.rect.x1, neighbour))
    return gaps


def _near(tops: list[float], index: int, tallest: float) -> list[int]:
    """Return the indexes of items that may overlap an item; few, however crowded the page."""
    near = []
    for step in (-1, 1):
        other = index + step
        while 0 <= other < len(tops) and abs(tops[other] - tops[index]) <= tallest:
            near.append(other)
            other += step
            if len(near) > 400:
                break
    return near


def _side_by_side(a: Rect, b: Rect) -> bool:
    return min(a.bottom, b.bottom) - max(a.top, b.top) > 0.3 * min(a.height, b.height)


def _bands(items: Sequence[Item], gutter: float) -> list[list[Item]]:
    """Cut items at those that cross the gutter; each of these is a band of its own."""
    bands: list[list[Item]] = [[]]
    crossing = False
    for item in sorted(items, key=lambda item: (item.rect.top + item.rect.bottom, item.rect.x0)):
        crosses = item.rect.x0 < gutter - 1 and item.rect.x1 > gutter + 1
        if crosses != crossing and bands[-1]:
            bands.append([])
        crossing = crosses
        bands[-1].append(item)
    return bands


def _is_prose(items: Sequence[Placed]) -> bool:
    """Tell whether one side of a gutter reads as a column of text rather than as table cells."""
    widths = [item.rect.width / max(item.size, 1.0) for item in items]
    runs = [width for width in widths if width > _MARKER_WIDTH]
    if len(runs) < _MIN_ROWS or len(runs) * 5 < len(widths) * 2:
        return False
    return median(runs) >= _MIN_WIDTH


def rows_of(items: Sequence[Item]) -> list[list[Item]]:
    """Return items row by row, each from left to right."""
    rows: list[list[Item]] = []
    for item in sorted(items, key=lambda item: (item.rect.top + item.rect.bottom, item.rect.x0)):
        if rows and same_row(rows[-1][-1].rect, item.rect) and _beside(rows[-1], item):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.rect.x0) for row in rows]


def _beside(row: Sequence[Placed], item: Placed) -> bool:
    return all(
        min(other.rect.x1, item.rect.x1) - max(other.rect.x0, item.rect.x0) < 1 + 0.3 * item.size
        for other in row
    )
