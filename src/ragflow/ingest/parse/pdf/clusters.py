"""Clusters: lines that stand closely below each other, which no later step tears apart.

In: items with rectangles on one sheet. Out: groups of items, each one run of text in one column, a
list marker with its line, or a single item. A line that lies under two neighbours, or over two,
begins a cluster of its own: it spans columns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ragflow.ingest.parse.pdf.sheet import Rect, around

_CLOSE = 0.8  # of the size: lines further apart are not one run
_ALIKE = 1.15  # ratio of sizes up to which lines may be one run
_MARKER_WIDTH = 2.6  # of the size: narrower items are list markers, numbers of titles or notes
_WIDE = 7.0  # of the size: lines of prose
_MIN_FLUSH = 3  # lines that show where a column ends
_MARKER_GAP = 4.0  # of the size, between a marker and its line


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
class Cluster(Generic[Item]):
    """Hold items that belong together, from top to bottom, and the rectangle around them."""

    items: list[Item]
    rect: Rect

    @property
    def size(self) -> float:
        """Return the size of its first item."""
        return self.items[0].size


def clusters(items: Sequence[Item]) -> list[Cluster[Item]]:
    """Return the clusters of a sheet, from top to bottom; every item is in exactly one."""
    ordered = sorted(items, key=lambda item: (item.rect.top, item.rect.x0))
    homes = list(range(len(ordered)))

    def home(index: int) -> int:
        while homes[index] != index:
            homes[index] = homes[homes[index]]
            index = homes[index]
        return index

    for a, b in _links(ordered):
        homes[home(b)] = home(a)
    groups: dict[int, list[Item]] = {}
    for index, item in enumerate(ordered):
        groups.setdefault(home(index), []).append(item)
    made = [Cluster(group, _around(group)) for group in groups.values()]
    return sorted(made, key=lambda cluster: (cluster.rect.top, cluster.rect.x0))


def _around(items: Sequence[Placed]) -> Rect:
    return around([item.rect for item in items])


def _links(ordered: Sequence[Placed]) -> list[tuple[int, int]]:
    """Return pairs of items that belong together: a line and the next, a marker and its line."""
    rects = [item.rect for item in ordered]
    tops = [rect.top for rect in rects]
    below: list[list[int]] = []
    above: list[list[int]] = [[] for _ in ordered]
    links: list[tuple[int, int]] = []
    edges = _edges(ordered)
    for index, item in enumerate(ordered):
        rect = rects[index]
        reach = rect.bottom + _CLOSE * max(item.size, 4.0)
        near = range(index + 1, bisect_left(tops, reach))
        marked = None if _ends_a_column(item, edges) else _marked(index, ordered)
        if marked is not None:
            links.append((min(index, marked), max(index, marked)))
        under = _first_row([other for other in near if _is_under(rect, rects[other])], ordered)
        below.append(under)
        for other in under:
            above[other].append(index)
    for index, under in enumerate(below):
        if len(under) == 1 and len(_nearest(above[under[0]], ordered)) == 1:
            alike = _alike(ordered[index], ordered[under[0]])
            if alike and index in _nearest(above[under[0]], ordered):
                links.append((index, under[0]))
    return links


def _edges(items: Sequence[Placed]) -> Counter[int]:
    """Count at each place how many wide lines end there: where columns do."""
    return Counter(
        round(item.rect.x0 if item.rtl else item.rect.x1)
        for item in items
        if item.rect.width > _WIDE * item.size
    )


def _ends_a_column(item: Placed, edges: Counter[int]) -> bool:
    """Tell whether a narrow item is flush with the end of a column, as an equation's number is."""
    end = round(item.rect.x0 if item.rtl else item.rect.x1)
    return edges[end - 1] + edges[end] + edges[end + 1] >= _MIN_FLUSH


def _is_under(rect: Rect, other: Rect) -> bool:
    x0, x1, top, bottom = rect
    other_x0, other_x1, other_top, other_bottom = other
    if top + bottom >= other_top + other_bottom or min(x1, other_x1) <= max(x0, other_x0):
        return False
    return bottom - other_top < 0.5 * min(bottom - top, other_bottom - other_top) + 1


def _first_row(under: Sequence[int], ordered: Sequence[Placed]) -> list[int]:
    """Return those of the items below that no other of them lies above."""
    if len(under) < 2:
        return list(under)
    first = min((ordered[other].rect for other in under), key=lambda rect: rect.bottom)
    middle = (first.top + first.bottom) / 2
    return [other for other in under if ordered[other].rect.top < middle]


def _nearest(over: Sequence[int], ordered: Sequence[Placed]) -> list[int]:
    """Return those of the items above that no other of them lies below."""
    if len(over) < 2:
        return list(over)
    last = max((ordered[other].rect for other in over), key=lambda rect: rect.top)
    middle = (last.top + last.bottom) / 2
    return [other for other in over if ordered[other].rect.bottom > middle]


def _alike(a: Placed, b: Placed) -> bool:
    return max(a.size, b.size) <= _ALIKE * min(a.size, b.size)


def _marked(index: int, ordered: Sequence[Placed]) -> int | None:
    """Return the line beside a narrow item that may be its marker."""
    item = ordered[index]
    if item.rect.width > _MARKER_WIDTH * item.size:
        return None
    best, best_gap = None, _MARKER_GAP * item.size
    for step in (-1, 1):
        other = index + step
        while 0 <= other < len(ordered):
            beside = ordered[other]
            if abs(beside.rect.top - item.rect.top) > 2 * item.size:
                break
            shared = min(beside.rect.bottom, item.rect.bottom) - max(beside.rect.top, item.rect.top)
            if shared > 0.5 * min(item.rect.height, beside.rect.height):
                left, right = (beside, item) if item.rtl else (item, beside)
                gap = right.rect.x0 - left.rect.x1
                if -1 < gap < best_gap:
                    best, best_gap = other, gap
            other += step
    return best
