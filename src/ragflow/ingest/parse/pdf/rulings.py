"""The straight lines that a page draws: rules and the edges of filled or framed boxes.

In: a pdfium page. Out: horizontal and vertical segments on a sheet, nearby collinear ones merged.
Curves and slanted lines are left aside; a page with too many paths counts as a drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.objects import (
    FORM,
    IDENTITY,
    IMAGE,
    MOST_OBJECTS,
    PATH,
    Matrix,
    Objects,
    bounds_of,
    corners,
    draw_mode,
    matrix_of,
    parts_of,
)
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.vision.ruling_lines import ruling_lines

_MAX_SEGMENTS = 8_000
_MAX_DEPTH = 4
_THIN = 3.0  # points: a box this thin is a line
_SNAP = 2.5  # points: segments this near are the same line
_MIN_LENGTH = 4.0
_STRAIGHT = 1.0  # points by which the ends of a line differ aside of it
_ROUNDING = 0.01  # points
_MAX_PICTURES = 2_000  # objects among which they are looked for
_SCAN = 0.6  # of the page's area, from which a picture may be a scan with lines
_PICTURE_SCALE = 2.0  # pixels per point
_PICTURE_SIDE = 2400  # pixels


class Segment(NamedTuple):
    """Hold a horizontal or vertical stretch: `at` is its fixed coordinate."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """Hold the straight lines of a sheet, sorted by position."""

    horizontal: tuple[Segment, ...] = ()
    vertical: tuple[Segment, ...] = ()


Stroke = tuple[float, float, float, float]
"""The ends of a line: x0, y0, x1, y1."""


def read_rulings(objects: Objects, sheet: Sheet, seen: Iterable[Stroke] = ()) -> Rulings:
    """Return the straight lines that a page draws, and those `seen` on the sheet in pictures."""
    drawn = (
        (*sheet.upright(xa, ya), *sheet.upright(xb, yb))
        for xa, ya, xb, yb in _strokes(objects)
        if sheet.skew or _may_count(xb - xa, yb - ya)
    )
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    for x0, y0, x1, y1 in chain(drawn, seen):
        if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) >= _MIN_LENGTH:
            horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) >= _MIN_LENGTH:
            vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
        if len(horizontal) + len(vertical) > _MAX_SEGMENTS:
            return Rulings()
    return Rulings(_merged(horizontal), _merged(vertical))


def _may_count(width: float, height: float) -> bool:
    """Tell whether a stroke is long and about straight, before its ends are mapped to a sheet."""
    width, height = abs(width), abs(height)
    if width > height:
        return height < _STRAIGHT + _ROUNDING and width > _MIN_LENGTH - _ROUNDING
    return width < _STRAIGHT + _ROUNDING and height > _MIN_LENGTH - _ROUNDING


def with_pictured(
    rulings: Rulings, page: Any, objects: Objects, sheet: Sheet, words: Sequence[Rect]
) -> Rulings:
    """Return the rulings with the lines that pictures show if they fill a page, as scans do.

    What runs through `words` is part of letters or of a drawing.
    """
    whole = sheet.width * sheet.height
    if whole <= 0 or _pictured(objects) < _SCAN * whole:
        return rulings
    scale = min(_PICTURE_SCALE, _PICTURE_SIDE / max(sheet.width, sheet.height))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        across, down = ruling_lines(bitmap.to_numpy().squeeze())
    finally:
        bitmap.close()
    horizontal, vertical = list(rulings.horizontal), list(rulings.vertical)
    for stroke in (*across, *down):
        x0, y0 = sheet.turned(stroke.x0 / scale, stroke.y0 / scale)
        x1, y1 = sheet.turned(stroke.x1 / scale, stroke.y1 / scale)
        line = Rect(min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1))
        if any(_runs_through(line, word) for word in words):
            continue
        if abs(y1 - y0) < abs(x1 - x0):
            horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        else:
            vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return Rulings(_merged(horizontal), _merged(vertical))


def _runs_through(line: Rect, word: Rect) -> bool:
    """Tell whether a line crosses the inner part of a word."""
    aside, above = 0.15 * word.width, 0.25 * word.height
    return (
        line.x0 < word.x1 - aside
        and line.x1 > word.x0 + aside
        and line.top < word.bottom - above
        and line.bottom > word.top + above
    )


def _pictured(objects: Objects) -> float:
    """Return the area that pictures fill, in square points; scanners cut pages into strips."""
    area = 0.0
    for each in objects.first(_MAX_PICTURES):
        bounds = bounds_of(each.handle) if each.kind == IMAGE else None
        if bounds is not None:
            left, bottom, right, top = bounds
            area += max(right - left, 0.0) * max(top - bottom, 0.0)
    return area


def _merged(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Snap segments to common positions and join those that touch."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments):
        if lines and segment.at - lines[-1][-1].at <= _SNAP and segment.at - lines[-1][0].at < 4:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    merged = []
    for line in lines:
        at = sum(segment.at for segment in line) / len(line)
        start, end = 0.0, -1.0
        for segment in sorted(line, key=lambda segment: (segment.start, segment.end)):
            if end < start or segment.start > end + _SNAP:
                if end >= start:
                    merged.append(Segment(at, start, end))
                start, end = segment.start, segment.end
            else:
                end = max(end, segment.end)
        merged.append(Segment(at, start, end))
    return tuple(merged)


def _strokes(objects: Objects) -> Iterator[Stroke]:
    """Yield the straight strokes of all paths, in PDF space."""
    budget = MOST_OBJECTS
    pending = [(objects, IDENTITY, 0)]
    while pending:
        owned, matrix, depth = pending.pop()
        for each in owned.first(budget):
            if each.kind == PATH:
                yield from _path_strokes(each.handle, matrix)
            elif each.kind == FORM and depth < _MAX_DEPTH:
                inner = _times(matrix_of(each.handle), matrix)
                pending.append((parts_of(each.handle, budget), inner, depth + 1))
        budget -= owned.count
        if budget < 0:
            return


def _path_strokes(handle: Any, outer: Matrix) -> Iterator[Stroke]:
    if _is_small(handle, outer):
        return
    filled, stroked = draw_mode(handle)
    if not (filled or stroked):
        return
    parts = corners(handle, _times(matrix_of(handle), outer), _MAX_SEGMENTS)
    if filled and not stroked:
        for points in parts:
            yield from _edges_of_filled(points)
    else:
        for points in parts:
            for (xa, ya), (xb, yb) in pairwise(points):
                yield xa, ya, xb, yb


def _is_small(handle: Any, outer: Matrix) -> bool:
    """Tell whether no line of a path can be long enough, as in letters that are drawn."""
    bounds = bounds_of(handle)
    if bounds is None:
        return False
    left, bottom, right, top = bounds
    a, b, c, d, _, _ = outer
    width, height = right - left, top - bottom
    across = abs(a) * width + abs(c) * height
    return max(across, abs(b) * width + abs(d) * height) < _MIN_LENGTH - _ROUNDING


def _edges_of_filled(
    points: list[tuple[float, float]],
) -> Iterator[Stroke]:
    """Yield the one line that a thin filled box stands for, or the four edges of a larger one."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if y1 - y0 <= _THIN:
        yield x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
    elif x1 - x0 <= _THIN:
        yield (x0 + x1) / 2, y0, (x0 + x1) / 2, y1
    else:
        for (xa, ya), (xb, yb) in zip(points, points[1:] + points[:1], strict=True):
            yield xa, ya, xb, yb


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )
