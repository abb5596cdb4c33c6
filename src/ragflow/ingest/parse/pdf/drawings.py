"""What a page shows besides text: embedded pictures and drawings made of many paths.

In: a pdfium page. Out: rectangles on a sheet of pictures, and of areas in which paths with curves
or slanted lines lie close together. Backgrounds, rules and small marks are left out.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_MAX_OBJECTS = 20_000
_MAX_PATHS = 3_000
_MAX_DEPTH = 3
_MAX_SEGMENTS = 60  # of one path that are looked at
_BACKGROUND = 0.85  # of the page's area
_LEAST_AREA = 0.008  # of the page's area
_LEAST_SIDE = 24.0  # points
_MARK = 2.5  # points: thinner paths are rules
_NEAR = 6.0  # points between the parts of a drawing
_TOUCH = 1.5  # points between the tiles of a picture
_LEAST_PARTS = 5
_LEAST_BENT = 2  # parts with curves or slanted lines


@dataclass(frozen=True, slots=True)
class Drawings:
    """Hold the places of a sheet's pictures and drawings; `scanned` if a picture is its ground."""

    pictures: tuple[Rect, ...] = ()
    drawn: tuple[Rect, ...] = ()
    scanned: bool = False

    @property
    def any(self) -> bool:
        """Tell whether the sheet shows more than text and rules."""
        return bool(self.pictures or self.drawn or self.scanned)


@dataclass(frozen=True, slots=True)
class _Path:
    rect: Rect
    bent: bool


def read_drawings(page: Any, sheet: Sheet) -> Drawings:
    """Return the pictures and drawings of a page, as they lie on the sheet."""
    import pypdfium2.raw as raw

    whole = max(sheet.width * sheet.height, 1.0)
    pictures: list[Rect] = []
    paths: list[_Path] = []
    scanned = False
    for kind, handle, in_form in _objects(page):
        rect = _bounds(handle, sheet)
        if rect is None:
            continue
        if rect.width * rect.height > _BACKGROUND * whole:
            scanned = scanned or kind == raw.FPDF_PAGEOBJ_IMAGE
            continue
        if kind == raw.FPDF_PAGEOBJ_PATH and not in_form:
            if len(paths) < _MAX_PATHS and max(rect.width, rect.height) >= _MARK:
                paths.append(_Path(rect, _is_bent(handle)))
        elif kind != raw.FPDF_PAGEOBJ_PATH and min(rect.width, rect.height) >= _MARK:
            pictures.append(rect)
    joined = [group.rect for group in _groups([_Path(rect, False) for rect in pictures], _TOUCH)]
    drawn = [
        group.rect
        for group in _groups(paths, _NEAR)
        if group.parts >= _LEAST_PARTS and group.bent >= _LEAST_BENT
    ]
    return Drawings(
        tuple(rect for rect in joined if _counts(rect, whole)),
        tuple(rect for rect in drawn if _counts(rect, whole)),
        scanned,
    )


def _counts(rect: Rect, whole: float) -> bool:
    area = rect.width * rect.height
    return min(rect.width, rect.height) >= _LEAST_SIDE and (
        _LEAST_AREA * whole <= area <= _BACKGROUND * whole
    )


def _objects(page: Any) -> Iterator[tuple[int, Any, bool]]:
    """Yield pictures, paths, shadings and forms; those of a form are placed by the form itself."""
    import pypdfium2.raw as raw

    seen = (
        raw.FPDF_PAGEOBJ_IMAGE,
        raw.FPDF_PAGEOBJ_PATH,
        raw.FPDF_PAGEOBJ_SHADING,
    )
    owner = page.raw
    for index in range(min(raw.FPDFPage_CountObjects(owner), _MAX_OBJECTS)):
        handle = raw.FPDFPage_GetObject(owner, index)
        kind = raw.FPDFPageObj_GetType(handle)
        if kind in seen:
            yield kind, handle, False
        elif kind == raw.FPDF_PAGEOBJ_FORM and _shows_a_picture(handle, 0):
            yield kind, handle, True


def _shows_a_picture(form: Any, depth: int) -> bool:
    """Tell whether a form is a picture: it holds one, or paths with curves and hardly any text."""
    import pypdfium2.raw as raw

    count = min(raw.FPDFFormObj_CountObjects(form), _MAX_PATHS)
    texts = bent = 0
    for index in range(count):
        handle = raw.FPDFFormObj_GetObject(form, index)
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            bent += _is_bent(handle)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
            bent += _LEAST_PARTS * _shows_a_picture(handle, depth + 1)
    return bent >= _LEAST_PARTS and texts < 4 * bent


def _bounds(handle: Any, sheet: Sheet) -> Rect | None:
    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    rect = sheet.rect(left.value, bottom.value, right.value, top.value)
    cut = Rect(
        max(rect.x0, 0.0),
        min(rect.x1, sheet.width),
        max(rect.top, 0.0),
        min(rect.bottom, sheet.height),
    )
    return cut if cut.x1 > cut.x0 and cut.bottom > cut.top else None


def _is_bent(handle: Any) -> bool:
    """Tell whether a path has curves or slanted lines."""
    import pypdfium2.raw as raw

    x, y = ctypes.c_float(), ctypes.c_float()
    last: tuple[float, float] | None = None
    for index in range(min(raw.FPDFPath_CountSegments(handle), _MAX_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            return True
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (x.value, y.value)
        if kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            dx, dy = abs(point[0] - last[0]), abs(point[1] - last[1])
            if min(dx, dy) > 0.05 * max(dx, dy) and max(dx, dy) > 1e-3:
                return True
        last = point
    return False


@dataclass(slots=True)
class _Group:
    rect: Rect
    parts: int
    bent: int


def _groups(paths: Sequence[_Path], gap: float) -> list[_Group]:
    """Join rectangles that lie close together until no two do."""
    groups: list[_Group] = []
    for path in paths:
        new = _Group(path.rect, 1, int(path.bent))
        apart: list[_Group] = []
        for group in groups:
            if _near(group.rect, new.rect, gap):
                new = _Group(
                    group.rect.union(new.rect), group.parts + new.parts, group.bent + new.bent
                )
            else:
                apart.append(group)
        groups = [*apart, new]
    before = len(groups) + 1
    while len(groups) < before and len(groups) < _MAX_PATHS:
        before = len(groups)
        merged: list[_Group] = []
        for group in groups:
            home = next((other for other in merged if _near(other.rect, group.rect, gap)), None)
            if home is None:
                merged.append(group)
            else:
                home.rect = home.rect.union(group.rect)
                home.parts += group.parts
                home.bent += group.bent
        groups = merged
    return groups


def _near(a: Rect, b: Rect, gap: float) -> bool:
    return (
        a.x0 - gap < b.x1
        and b.x0 - gap < a.x1
        and a.top - gap < b.bottom
        and b.top - gap < a.bottom
    )
