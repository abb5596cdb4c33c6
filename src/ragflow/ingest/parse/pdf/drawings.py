"""What a page shows besides text: embedded pictures and drawings made of many paths.

In: a pdfium page. Out: rectangles on a sheet of pictures, and of areas in which paths with curves
or slanted lines lie close together. Backgrounds, rules and small marks are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ragflow.ingest.parse.pdf.objects import (
    FORM,
    IMAGE,
    PATH,
    SHADING,
    Objects,
    bounds_of,
    count_slanted,
    is_bent,
    parts_of,
)
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_MAX_OBJECTS = 20_000
_MAX_PATHS = 3_000
_MAX_DEPTH = 3
_MAX_SEGMENTS = 60  # of one path that are looked at
_BACKGROUND = 0.85  # of the page's area
_LEAST_AREA = 0.008  # of the page's area
_LEAST_SIDE = 24.0  # points
_MARK = 2.5  # points: thinner paths are rules
_LARGEST_MARK = 24.0  # points
_NEAR = 6.0  # points between the parts of a drawing
_TOUCH = 1.5  # points between the tiles of a picture
_LEAST_PARTS = 5
_LEAST_BENT = 2  # parts with curves or slanted lines


@dataclass(frozen=True, slots=True)
class Drawings:
    """Hold the places of a sheet's pictures and drawings; `scanned` if a picture is its ground.

    `marks` are small things that it draws, of which some may be bullets.
    """

    pictures: tuple[Rect, ...] = ()
    drawn: tuple[Rect, ...] = ()
    scanned: bool = False
    marks: tuple[Rect, ...] = ()

    @property
    def any(self) -> bool:
        """Tell whether the sheet shows more than text and rules."""
        return bool(self.pictures or self.drawn or self.scanned)


@dataclass(frozen=True, slots=True)
class _Path:
    rect: Rect
    bent: bool
    parts: int = 1  # lines that it could have been drawn of


def read_drawings(objects: Objects, sheet: Sheet) -> Drawings:
    """Return the pictures and drawings of a page, as they lie on the sheet."""
    whole = max(sheet.width * sheet.height, 1.0)
    pictures: list[Rect] = []
    paths: list[_Path] = []
    marks: list[Rect] = []
    scanned = False
    for kind, handle, in_form in _seen(objects):
        rect = _bounds(handle, sheet)
        if rect is None:
            continue
        if rect.width * rect.height > _BACKGROUND * whole:
            scanned = scanned or kind == IMAGE
            continue
        if kind == PATH and not in_form:
            if max(rect.width, rect.height) <= _LARGEST_MARK and len(marks) < _MAX_PATHS:
                marks.append(rect)
            if len(paths) < _MAX_PATHS and max(rect.width, rect.height) >= _MARK:
                bent = is_bent(handle, _MAX_SEGMENTS)
                slants = count_slanted(handle, _MAX_SEGMENTS) if bent else 0
                paths.append(_Path(rect, bent, max(slants, 1)))
        elif kind != PATH and min(rect.width, rect.height) >= _MARK:
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
        tuple(marks),
    )


def _counts(rect: Rect, whole: float) -> bool:
    area = rect.width * rect.height
    return min(rect.width, rect.height) >= _LEAST_SIDE and (
        _LEAST_AREA * whole <= area <= _BACKGROUND * whole
    )


def _seen(objects: Objects) -> Iterator[tuple[int, Any, bool]]:
    """Yield pictures, paths, shadings and forms; those of a form are placed by the form itself."""
    for each in objects.first(_MAX_OBJECTS):
        if each.kind in (IMAGE, PATH, SHADING):
            yield each.kind, each.handle, False
        elif each.kind == FORM and _shows_a_picture(each.handle, 0):
            yield each.kind, each.handle, True


def _shows_a_picture(form: Any, depth: int) -> bool:
    """Tell whether a form is a picture: it holds one, or paths with curves and hardly any text."""
    parts = parts_of(form, _MAX_PATHS)
    if any(part.kind == IMAGE for part in parts.shown):
        return True
    bent = 0
    for part in parts.shown:
        if part.kind == PATH:
            bent += is_bent(part.handle, _MAX_SEGMENTS)
        elif part.kind == FORM and depth < _MAX_DEPTH:
            bent += _LEAST_PARTS * _shows_a_picture(part.handle, depth + 1)
    texts = min(parts.count, _MAX_PATHS) - len(parts.shown)
    return bent >= _LEAST_PARTS and texts < 4 * bent


def _bounds(handle: Any, sheet: Sheet) -> Rect | None:
    bounds = bounds_of(handle)
    if bounds is None:
        return None
    rect = sheet.rect(*bounds)
    cut = Rect(
        max(rect.x0, 0.0),
        min(rect.x1, sheet.width),
        max(rect.top, 0.0),
        min(rect.bottom, sheet.height),
    )
    return cut if cut.x1 > cut.x0 and cut.bottom > cut.top else None


@dataclass(slots=True)
class _Group:
    rect: Rect
    parts: int
    bent: int


def _groups(paths: Sequence[_Path], gap: float) -> list[_Group]:
    """Join rectangles that lie close together until no two do."""
    groups: list[_Group] = []
    for path in paths:
        new = _Group(path.rect, path.parts, path.parts if path.bent else 0)
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
