"""The objects of a page besides its text, listed once for all who look at them.

In: a pdfium page. Out: its pictures, paths, shadings and forms, and what pdfium tells of each:
bounds, matrix, segments. A page may draw thousands, so that pdfium is asked as little as will do.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.native import handle_of, pointer, undeclared

MOST_OBJECTS = 60_000  # of a page

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

TEXT, PATH, IMAGE, SHADING, FORM = range(1, 6)
"""pdfium's kinds of objects."""
_LINE, _CURVE, _MOVE = range(3)  # its kinds of segments


class PageObject(NamedTuple):
    """Hold an object that is no text; `place` counts all objects before it."""

    place: int
    kind: int
    handle: Any


@dataclass(frozen=True, slots=True)
class Objects:
    """Hold the objects of a page or form that are no text, and count those of any kind."""

    count: int
    shown: list[PageObject]

    def first(self, most: int) -> Iterator[PageObject]:
        """Yield those among the first so many objects, texts counted."""
        for each in self.shown:
            if each.place >= most:
                return
            yield each


class _Calls(NamedTuple):
    count: Callable[[Any], int]
    get: Callable[[Any, int], int | None]
    count_parts: Callable[[Any], int]
    get_part: Callable[[Any, int], int | None]
    kind: Callable[[Any], int]
    bounds: Callable[[Any, Any, Any, Any, Any], int]
    matrix: Callable[[Any, Any], int]
    draw_mode: Callable[[Any, Any, Any], int]
    count_segments: Callable[[Any], int]
    segment: Callable[[Any, int], int | None]
    step: Callable[[Any], int]
    point: Callable[[Any, Any, Any], int]
    closes: Callable[[Any], int]


@cache
def _calls() -> _Calls:
    integer, address = ctypes.c_int, ctypes.c_void_p
    return _Calls(
        count=undeclared("FPDFPage_CountObjects", integer),
        get=undeclared("FPDFPage_GetObject", address),
        count_parts=undeclared("FPDFFormObj_CountObjects", integer),
        get_part=undeclared("FPDFFormObj_GetObject", address),
        kind=undeclared("FPDFPageObj_GetType", integer),
        bounds=undeclared("FPDFPageObj_GetBounds", integer),
        matrix=undeclared("FPDFPageObj_GetMatrix", integer),
        draw_mode=undeclared("FPDFPath_GetDrawMode", integer),
        count_segments=undeclared("FPDFPath_CountSegments", integer),
        segment=undeclared("FPDFPath_GetPathSegment", address),
        step=undeclared("FPDFPathSegment_GetType", integer),
        point=undeclared("FPDFPathSegment_GetPoint", integer),
        closes=undeclared("FPDFPathSegment_GetClose", integer),
    )


def objects_of(page: Any) -> Objects:
    """Return the objects of a page."""
    ask, owner = _calls(), handle_of(page)
    return _listed(ask.get, owner, ask.count(owner), MOST_OBJECTS)


def parts_of(form: Any, most: int) -> Objects:
    """Return the objects of a form, so many at most."""
    ask = _calls()
    return _listed(ask.get_part, form, ask.count_parts(form), most)


def _listed(get: Callable[[Any, int], int | None], owner: Any, count: int, most: int) -> Objects:
    kind_of = _calls().kind
    shown: list[PageObject] = []
    for index in range(min(count, most)):
        handle = pointer(get(owner, index))
        kind = kind_of(handle)
        if kind != TEXT:
            shown.append(PageObject(index, kind, handle))
    return Objects(count, shown)


def bounds_of(handle: Any) -> tuple[float, float, float, float] | None:
    """Return left, bottom, right and top of an object."""
    sides = (ctypes.c_float * 4)()
    at = ctypes.byref
    if not _calls().bounds(handle, at(sides), at(sides, 4), at(sides, 8), at(sides, 12)):
        return None
    left, bottom, right, top = sides
    return left, bottom, right, top


def matrix_of(handle: Any) -> Matrix:
    """Return the matrix of an object."""
    matrix = (ctypes.c_float * 6)()
    if not _calls().matrix(handle, ctypes.byref(matrix)):
        return IDENTITY
    a, b, c, d, e, f = matrix
    return a, b, c, d, e, f


def draw_mode(path: Any) -> tuple[bool, bool]:
    """Tell whether a path is filled and whether it is stroked."""
    modes = (ctypes.c_int * 2)()
    _calls().draw_mode(path, ctypes.byref(modes), ctypes.byref(modes, 4))
    fill, stroke = modes
    return bool(fill), bool(stroke)


def is_bent(path: Any, most: int) -> bool:
    """Tell whether a path has curves or slanted lines among its first so many segments."""
    return any(True for _ in _bends(path, most))


def count_slanted(path: Any, most: int) -> int:
    """Count the slanted lines among a path's first so many segments."""
    return sum(kind == _LINE for kind in _bends(path, most))


def _bends(path: Any, most: int) -> Iterator[int]:
    """Yield the kinds of the segments that are curves or slanted lines."""
    ask = _calls()
    spot = (ctypes.c_float * 2)()
    x_at, y_at = ctypes.byref(spot), ctypes.byref(spot, 4)
    last: tuple[float, float] | None = None
    for index in range(min(ask.count_segments(path), most)):
        segment = pointer(ask.segment(path, index))
        kind = ask.step(segment)
        if kind == _CURVE:
            yield kind
        ask.point(segment, x_at, y_at)
        x, y = spot
        if kind == _LINE and last is not None:
            dx, dy = abs(x - last[0]), abs(y - last[1])
            if min(dx, dy) > 0.05 * max(dx, dy) and max(dx, dy) > 1e-3:
                yield kind
        last = (x, y)


def corners(path: Any, matrix: Matrix, most: int) -> list[list[tuple[float, float]]]:
    """Return the points of each part of a path; parts with curves are left out.

    A path of more than so many segments has none.
    """
    ask = _calls()
    ask_segment, ask_step, ask_point, ask_close = ask.segment, ask.step, ask.point, ask.closes
    count = ask.count_segments(path)
    parts: list[list[tuple[float, float]]] = []
    if count > most:
        return parts
    a, b, c, d, e, f = matrix
    spot = (ctypes.c_float * 2)()
    x_at, y_at = ctypes.byref(spot), ctypes.byref(spot, 4)
    curved = False
    for index in range(count):
        segment = pointer(ask_segment(path, index))
        kind = ask_step(segment)
        if kind == _MOVE or not parts:
            if curved:
                parts.pop()
            curved = False
            parts.append([])
        elif curved or kind == _CURVE:  # what else the part holds does not matter
            curved = True
            continue
        ask_point(segment, x_at, y_at)
        x, y = spot
        parts[-1].append((a * x + c * y + e, b * x + d * y + f))
        if ask_close(segment):
            parts[-1].append(parts[-1][0])
    if curved:
        parts.pop()
    return [part for part in parts if len(part) > 1]
