"""Reading order: columns, with what spans them between them, side bars and pairs.

In: items with rectangles on one sheet. Out: columns in reading order, each a list of rows. A gutter
is a vertical strip with text on both sides; what crosses it cuts the page into bands, and in each
band the left side is read before the right. Sides whose lines stand in common rows are cells or
labels with their values and are read row by row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Generic

from ragflow.ingest.parse.pdf.clusters import Cluster, Item, Placed, clusters
from ragflow.ingest.parse.pdf.lines import same_row
from ragflow.ingest.parse.pdf.sheet import Rect, around

_MAX_DEPTH = 12
_MAX_ITEMS = 3000  # more on one page is a drawing, which is read by rows
_MAX_CLUSTERS = 400
_MIN_GUTTER = 0.6  # of the size
_MIN_WIDTH = 7.0  # of the size: narrower runs may be cells, not lines of prose
_WIDE = 15.0  # of the size: lines of sentences, however few
_FLOOR = (
    1.8  # of the size: white space across the page that may part one set of columns from another
)
_CROSSING = 0.5  # how much height that crosses a gutter counts against height beside it
_IN_ROWS = 0.6  # share of lines that stand beside one of the other side, from which sides are rows
_BELOW_BASELINE = 0.22  # of the size
_SAME_BASELINE = 0.1  # of the size
_SAME_SIZE = 1.4  # ratio of sizes up to which items may be of one row
_MIN_ROWS = 3  # that prose needs


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """Hold the rows of one column, from top to bottom."""

    rows: list[list[Item]]


def columns(items: Sequence[Item]) -> list[Column[Item]]:
    """Return the columns of a sheet in reading order; every item is in exactly one row."""
    if len(items) > _MAX_ITEMS:
        return [Column(rows_of(items))]
    found = clusters(items)
    if len(found) > _MAX_CLUSTERS:
        return [Column(rows_of(items))]
    return [Column(rows_of(_flat(group))) for group in _split(found, 0) if group]


def _flat(group: Sequence[Cluster[Item]]) -> list[Item]:
    return [item for cluster in group for item in cluster.items]


def _split(group: list[Cluster[Item]], depth: int) -> list[list[Cluster[Item]]]:
    """Return the parts of a group in reading order."""
    gutter = _gutter(group) if depth < _MAX_DEPTH else None
    if gutter is None:
        return [group]
    floor = _floor(group)
    if floor is not None:
        above = [cluster for cluster in group if cluster.rect.top < floor]
        below = [cluster for cluster in group if cluster.rect.top >= floor]
        return [*_split(above, depth + 1), *_split(below, depth + 1)]
    rtl = sum(item.rtl for item in _flat(group)) * 2 > len(_flat(group))
    parts: list[list[Cluster[Item]]] = []
    pending: list[Cluster[Item]] = []  # what stands in no columns here
    for band in _bands(group, gutter):
        left = [cluster for cluster in band if cluster.rect.x1 <= gutter]
        right = [cluster for cluster in band if cluster.rect.x0 >= gutter]
        crossed = len(left) + len(right) < len(band)
        if crossed or not left or not right or _in_rows(left, right):
            pending.extend(band)
            continue
        parts.append(pending)
        pending = []
        for pair in _pairs(left, right):
            for side in reversed(pair) if rtl else pair:
                parts.extend(_split(side, depth + 1))
    parts.append(pending)
    whole = len(group)
    return [
        piece
        for part in parts
        if part
        for piece in (_split(part, depth + 1) if len(part) < whole else [part])
    ]


def _floor(group: Sequence[Cluster[Item]]) -> float | None:
    """Return where white space parts columns of one number from those of another, or from rows."""
    ordered = sorted(group, key=lambda cluster: cluster.rect.top)
    bottom = ordered[0].rect.bottom
    for index, cluster in enumerate(ordered[1:], start=1):
        if cluster.rect.top - bottom > _FLOOR * cluster.size:
            above, below = ordered[:index], ordered[index:]
            many, other = _abreast(above), _abreast(below)
            if min(many, other) > 1 and (many != other or _is_head(above, below)):
                return cluster.rect.top
        bottom = max(bottom, cluster.rect.bottom)
    return None


def _abreast(group: Sequence[Cluster[Item]]) -> int:
    """Return the greatest number of clusters that stand side by side."""
    steps = sorted(step for c in group for step in ((c.rect.top + 1, 1), (c.rect.bottom - 1, -1)))
    most = now = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def _is_head(above: Sequence[Cluster[Item]], below: Sequence[Cluster[Item]]) -> bool:
    """Tell whether short lines stand in rows above columns of prose, such as authors' names."""
    upper = [item for cluster in above for item in cluster.items]
    lower = [item for cluster in below for item in cluster.items]
    if _is_prose(upper) or not _is_prose(lower):
        return False
    gutter = _gutter(above)
    if gutter is None:
        return False
    left = [cluster for cluster in above if cluster.rect.x1 <= gutter]
    right = [cluster for cluster in above if cluster.rect.x0 >= gutter]
    return bool(left) and bool(right) and _in_rows(left, right)


def _gutter(group: Sequence[Cluster[Item]]) -> float | None:
    """Return the middle of the strip that has text on both sides along the greatest height.

    What crosses a strip counts against it.
    """
    gaps = _gaps(group)
    if not gaps:
        return None
    steps = [(x0, height, 0.0) for x0, _, height in gaps]
    steps += [(x1, -height, 0.0) for _, x1, height in gaps]
    for cluster in group:
        steps.append((cluster.rect.x0, 0.0, cluster.rect.height))
        steps.append((cluster.rect.x1, 0.0, -cluster.rect.height))
    steps.sort()
    best, where, beside, crossing = float("-inf"), None, 0.0, 0.0
    for (x, more_beside, more_crossing), (following, _, _) in pairwise(steps):
        beside += more_beside
        crossing += more_crossing
        score = beside - _CROSSING * crossing
        if beside > 0.01 and following - x > 0.1 and score > best + 0.01:
            best, where = score, (x + following) / 2
    return where


def _gaps(group: Sequence[Cluster[Item]]) -> list[tuple[float, float, float]]:
    """Return the strips between clusters and their neighbours, and how high each is."""
    ordered = sorted(group, key=lambda cluster: cluster.rect.x0)
    starts = [cluster.rect.x0 for cluster in ordered]
    gaps = []
    for cluster in ordered:
        rect = cluster.rect
        free = [(rect.top, rect.bottom)]
        for other in ordered[bisect_left(starts, rect.x1 - 0.5) :]:
            if not free:
                break
            height = _take(free, other.rect.top, other.rect.bottom)
            size = min(cluster.size, other.size)
            if height > 0.3 * size and other.rect.x0 - rect.x1 > _MIN_GUTTER * size:
                gaps.append((rect.x1, other.rect.x0, height))
    return gaps


def _take(free: list[tuple[float, float]], top: float, bottom: float) -> float:
    """Take a stretch out of the free ones; return how much of it was free."""
    taken = 0.0
    rest: list[tuple[float, float]] = []
    for start, end in free:
        low, high = max(start, top), min(end, bottom)
        if low >= high:
            rest.append((start, end))
            continue
        taken += high - low
        rest += [part for part in ((start, low), (high, end)) if part[1] - part[0] > 0.5]
    free[:] = rest
    return taken


def _bands(group: Sequence[Cluster[Item]], gutter: float) -> list[list[Cluster[Item]]]:
    """Cut a group at clusters that cross the gutter; what stands beside one is of its band."""
    crossing = [c for c in group if c.rect.x0 < gutter < c.rect.x1]
    beside = {
        id(cluster)
        for cluster in group
        for other in crossing
        if _shared(cluster, other) > 0.5 * cluster.rect.height
    }
    bands: list[list[Cluster[Item]]] = [[]]
    before = False
    for cluster in sorted(group, key=lambda c: (_height_in(c, crossing), c.rect.x0)):
        crosses = id(cluster) in beside
        if crosses != before and bands[-1]:
            bands.append([])
        before = crosses
        bands[-1].append(cluster)
    return bands


def _height_in(cluster: Placed | Cluster[Item], crossing: Sequence[Cluster[Item]]) -> float:
    """Return where a cluster stands among those that cross the gutter: below all that begin
    above its middle."""
    middle = (cluster.rect.top + cluster.rect.bottom) / 2
    return middle if crossing else cluster.rect.top


def _shared(a: Cluster[Item], b: Cluster[Item]) -> float:
    return min(a.rect.bottom, b.rect.bottom) - max(a.rect.top, b.rect.top)


def _in_rows(left: Sequence[Cluster[Item]], right: Sequence[Cluster[Item]]) -> bool:
    """Tell whether two sides are read row by row: they share their lines and are not both prose."""
    lines_left, lines_right = _flat(left), _flat(right)
    if _is_prose(lines_left) and _is_prose(lines_right):
        return False
    fewer, more = sorted((lines_left, lines_right), key=len)
    places = sorted((_baseline(item), item.size) for item in more)
    aligned = sum(_has_row(places, item) for item in fewer)
    return aligned >= _IN_ROWS * len(fewer)


def _pairs(
    left: Sequence[Cluster[Item]], right: Sequence[Cluster[Item]]
) -> list[tuple[list[Cluster[Item]], list[Cluster[Item]]]]:
    """Cut two sides into labels and their texts where each label begins beside its text."""
    narrow, wide = sorted((left, right), key=lambda side: _around(side).width)
    if len(narrow) < 2 or 2 * _around(narrow).width > _around(wide).width:
        return [(list(left), list(right))]
    tops = sorted(cluster.rect.top for cluster in narrow)
    starts = sorted(cluster.items[0].rect.top for cluster in wide)
    paired = sum(_has_near(starts, top, 0.3 * narrow[0].size) for top in tops)
    cuts = [top - 0.3 * narrow[0].size for top in tops[1:]]
    torn = any(c.rect.top < cut < c.rect.bottom for c in (*left, *right) for cut in cuts)
    if torn or paired * 4 < len(narrow) * 3:
        return [(list(left), list(right))]
    bounds = [float("-inf"), *cuts, float("inf")]
    return [
        (
            [c for c in left if start <= c.rect.top < end],
            [c for c in right if start <= c.rect.top < end],
        )
        for start, end in pairwise(bounds)
    ]


def _around(group: Sequence[Cluster[Item]]) -> Rect:
    return around([cluster.rect for cluster in group])


def _has_row(places: Sequence[tuple[float, float]], item: Placed) -> bool:
    """Tell whether an item stands on the baseline of another one of about its size."""
    baseline, distance = _baseline(item), _SAME_BASELINE * item.size
    for other, size in places[bisect_left(places, (baseline - distance, 0.0)) :]:
        if other > baseline + distance:
            return False
        if max(size, item.size) <= _SAME_SIZE * min(size, item.size):
            return True
    return False


def _baseline(item: Placed) -> float:
    return item.rect.bottom - _BELOW_BASELINE * item.size


def _has_near(values: Sequence[float], value: float, distance: float) -> bool:
    index = bisect_left(values, value - distance)
    return index < len(values) and values[index] <= value + distance


def _is_prose(items: Sequence[Placed]) -> bool:
    """Tell whether one side of a gutter reads as a column of text rather than as table cells."""
    widths = [item.rect.width / max(item.size, 1.0) for item in items]
    runs = [width for width in widths if width > 2.0]
    if len(runs) > 1 and median(runs) >= _WIDE:
        return True
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
