"""The straight lines that a page draws: rules and the edges of filled or framed boxes.

In: a pdfium page. Out: horizontal and vertical segments on a sheet, nearby collinear ones merged.
Curves and slanted lines are left aside; a page with too many paths counts as a drawing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.vision.ruling_lines import ruling_lines

_MAX_OBJECTS = 60_000
_MAX_SEGMENTS = 8_000
_MAX_DEPTH = 4
_THIN = 3.0  # points: a box this thin is a line
_SNAP = 2.5  # points: segments this near are the same line
_MIN_LENGTH = 4.0
_MAX_PICTURES = 2_000  # objects among which they are looked for
_SCAN = 0.6  # of the page's area, from which a picture may be a scan with lines
_PICTURE_SCALE = 2.0  # pixels per point
_PICTURE_SIDE = 2400  # pixels

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


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


def read_rulings(page: Any, sheet: Sheet, seen: Iterable[Stroke] = ()) -> Rulings:
    """Return the straight lines that a page draws, and those `seen` on the sheet in pictures."""
    drawn = ((*sheet.upright(xa, ya), *sheet.upright(xb, yb)) for xa, ya, xb, yb in _strokes(page))
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    for x0, y0, x1, y1 in chain(drawn, seen):
        if abs(y1 - y0) <= 1.0 and abs(x1 - x0) >= _MIN_LENGTH:
            horizontal.append(Segment((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 1.0 and abs(y1 - y0) >= _MIN_LENGTH:
            vertical.append(Segment((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
        if len(horizontal) + len(vertical) > _MAX_SEGMENTS:
            return Rulings()
    return Rulings(_merged(horizontal), _merged(vertical))


def with_pictured(rulings: Rulings, page: Any, sheet: Sheet, words: Sequence[Rect]) -> Rulings:
    """Return the rulings with the lines that pictures show if they fill a page, as scans do.

    What runs through `words` is part of letters or of a drawing.
    """
    whole = sheet.width * sheet.height
    if whole <= 0 or _pictured(page) < _SCAN * whole:
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


def _pictured(page: Any) -> float:
    """Return the area that pictures fill, in square points; scanners cut pages into strips."""
    import pypdfium2.raw as raw

    area = 0.0
    owner = page.raw
    for index in range(min(raw.FPDFPage_CountObjects(owner), _MAX_PICTURES)):
        handle = raw.FPDFPage_GetObject(owner, index)
        if raw.FPDFPageObj_GetType(handle) != raw.FPDF_PAGEOBJ_IMAGE:
            continue
        sides = [ctypes.c_float() for _ in range(4)]
        if raw.FPDFPageObj_GetBounds(handle, *sides):
            left, bottom, right, top = (side.value for side in sides)
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


def _strokes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the straight strokes of all paths, in PDF space."""
    import pypdfium2.raw as raw

    budget = _MAX_OBJECTS
    count = raw.FPDFPage_CountObjects(page)
    pending = [
        (raw.FPDFPage_GetObject, page.raw, count, _IDENTITY, 0),
    ]
    while pending:
        get, owner, count, matrix, depth = pending.pop()
        for index in range(count):
            budget -= 1
            if budget < 0:
                return
            handle = get(owner, index)
            kind = raw.FPDFPageObj_GetType(handle)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                yield from _path_strokes(handle, matrix)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                inner = _times(_matrix_of(handle), matrix)
                parts = raw.FPDFFormObj_CountObjects(handle)
                pending.append((raw.FPDFFormObj_GetObject, handle, parts, inner, depth + 1))


def _path_strokes(handle: Any, outer: Matrix) -> Iterator[tuple[float, float, float, float]]:
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(handle, fill, stroke)
    if not (fill.value or stroke.value):
        return
    corners = _corners(handle, _times(_matrix_of(handle), outer))
    if fill.value and not stroke.value:
        for points in corners:
            yield from _edges_of_filled(points)
    else:
        for points in corners:
            for (xa, ya), (xb, yb) in pairwise(points):
                yield xa, ya, xb, yb


def _edges_of_filled(
    points: list[tuple[float, float]],
) -> Iterator[tuple[float, float, float, float]]:
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


def _corners(handle: Any, matrix: Matrix) -> list[list[tuple[float, float]]]:
    """Return the points of each part of a path; parts with curves are left out."""
    import pypdfium2.raw as raw

    count = raw.FPDFPath_CountSegments(handle)
    parts: list[list[tuple[float, float]]] = []
    if count > _MAX_SEGMENTS:
        return parts
    x, y = ctypes.c_float(), ctypes.c_float()
    curved = False
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = _apply(matrix, x.value, y.value)
        if kind == raw.FPDF_SEGMENT_MOVETO or not parts:
            if curved:
                parts.pop()
            curved = False
            parts.append([point])
        elif kind == raw.FPDF_SEGMENT_BEZIERTO:
            curved = True
        else:
            parts[-1].append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            parts[-1].append(parts[-1][0])
    if curved:
        parts.pop()
    return [part for part in parts if len(part) > 1]


def _matrix_of(handle: Any) -> Matrix:
    import pypdfium2.raw as raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, matrix):
        return _IDENTITY
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


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


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
