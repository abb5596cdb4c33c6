"""Which areas of a page show text that its text layer does not hold.

In: a pdfium page and the words of its text layer. Out: areas to be recognised, as rectangles of the
page as displayed, and whether the layer says what the page shows. A picture is such an area when it
covers a notable part of the page and the layer has next to nothing there; a page that is drawn
without any text is one as a whole.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from ragflow.ingest.parse.pdf.characters import WrittenSheet
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect

_MOST_OBJECTS = 20_000
_MOST_PICTURES = 200
_MAX_DEPTH = 3
_NOTABLE = 0.03  # of the page's area
_LEAST_SIDE = 24.0  # points
_TOUCHING = 3.0  # points: scanners cut pages into strips
_WHOLE = 0.7  # of the page's area, from which a picture is the page
_COVERED = 0.02  # of a picture's area: layer words that fill more of it are its text
_ODD = 0.3  # share of characters that mean nothing, from which a layer is unreadable
_SAMPLE = 200  # characters that are asked for their mapping
_CODE = re.compile(r"\(cid:\d+\)")


def pictured_areas(page: Any, frame: PageFrame, written: Sequence[WrittenSheet]) -> list[Rect]:
    """Return the areas of a page whose text has to be recognised, none overlapping another."""
    whole = Rect(0.0, frame.width, 0.0, frame.height)
    pictures = list(_pictures(page, frame))
    if not pictures:
        has_words = any(part.words for part in written)
        return [whole] if not has_words and _draws(page) else []
    words = list(layer_rects(written))
    areas = []
    for picture in _joined(pictures):
        notable = _area(picture) >= _NOTABLE * _area(whole)
        if not notable or min(picture.width, picture.height) < _LEAST_SIDE:
            continue
        if sum(_area(common(picture, word)) for word in words) < _COVERED * _area(picture):
            areas.append(picture)
    if not words and any(_area(area) >= _WHOLE * _area(whole) for area in areas):
        return [whole]
    return areas


def is_legible(page: Any, text: str, *, thorough: bool) -> bool:
    """Tell whether a text layer consists of characters that mean something.

    Thoroughly, pdfium is also asked whether the fonts tell which characters their glyphs are.
    """
    visible = "".join(text.split())
    if not visible:
        return True
    odd = sum(len(code) for code in _CODE.findall(visible))
    odd += visible.count("\ufffd")
    if not visible.isprintable():  # else there are none, and each need not be asked
        odd += sum(1 for character in visible if _is_odd(character))
    if odd >= _ODD * len(visible):
        return False
    return not thorough or _unmapped_share(page) < _ODD


def layer_rects(written: Sequence[WrittenSheet]) -> Iterator[Rect]:
    """Yield where the visible words of a text layer stand on the page as displayed."""
    for part in written:
        for word in part.words:
            box = part.sheet.box(word.rect)
            yield Rect(box.x0, box.x1, box.top, box.bottom)


def common(a: Rect, b: Rect) -> Rect:
    """Return what two rectangles share; it has no area where they are apart."""
    x0, top = max(a.x0, b.x0), max(a.top, b.top)
    return Rect(x0, max(min(a.x1, b.x1), x0), top, max(min(a.bottom, b.bottom), top))


def _area(rect: Rect) -> float:
    return rect.width * rect.height


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in ("Co", "Cn", "Cs", "Cc")


def _unmapped_share(page: Any) -> float:
    """Return the share of a page's characters of which no font says what they mean."""
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        asked = range(0, count, max(count // _SAMPLE, 1))
        drawn = [index for index in asked if not raw.FPDFText_IsGenerated(text_page, index)]
        unmapped = sum(raw.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in drawn)
        return unmapped / len(drawn) if drawn else 0.0
    finally:
        text_page.close()


def _draws(page: Any) -> bool:
    import pypdfium2.raw as raw

    return bool(raw.FPDFPage_CountObjects(page))


def _pictures(page: Any, frame: PageFrame) -> Iterator[Rect]:
    """Yield where pictures lie on the page as displayed, cut to the page."""
    import pypdfium2.raw as raw

    whole = Rect(0.0, frame.width, 0.0, frame.height)
    found = 0
    owner = page.raw
    for index in range(min(raw.FPDFPage_CountObjects(owner), _MOST_OBJECTS)):
        handle = raw.FPDFPage_GetObject(owner, index)
        kind = raw.FPDFPageObj_GetType(handle)
        if kind != raw.FPDF_PAGEOBJ_IMAGE and not _holds_picture(handle, kind, 0):
            continue
        bounds = [ctypes.c_float() for _ in range(4)]
        if not raw.FPDFPageObj_GetBounds(handle, *bounds):
            continue
        left, bottom, right, top = (bound.value for bound in bounds)
        xa, ya = frame.displayed(left, bottom)
        xb, yb = frame.displayed(right, top)
        place = common(whole, Rect(min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)))
        if _area(place) > 0:
            yield place
            found += 1
        if found >= _MOST_PICTURES:
            return


def _holds_picture(handle: Any, kind: int, depth: int) -> bool:
    """Tell whether a form has a picture among its parts; its bounds then stand for the picture."""
    import pypdfium2.raw as raw

    if kind != raw.FPDF_PAGEOBJ_FORM or depth >= _MAX_DEPTH:
        return False
    for index in range(min(raw.FPDFFormObj_CountObjects(handle), _MOST_PICTURES)):
        part = raw.FPDFFormObj_GetObject(handle, index)
        inner = raw.FPDFPageObj_GetType(part)
        if inner == raw.FPDF_PAGEOBJ_IMAGE or _holds_picture(part, inner, depth + 1):
            return True
    return False


def _joined(pictures: Sequence[Rect]) -> list[Rect]:
    """Join pictures that touch or overlap."""
    areas: list[Rect] = []
    for picture in sorted(pictures, key=lambda rect: (rect.top, rect.x0)):
        merged, grew = picture, True
        while grew:
            near = [area for area in areas if _touch(area, merged)]
            grew = bool(near)
            for area in near:
                areas.remove(area)
                merged = merged.union(area)
        areas.append(merged)
    return areas


def _touch(a: Rect, b: Rect) -> bool:
    return (
        a.x0 <= b.x1 + _TOUCHING
        and b.x0 <= a.x1 + _TOUCHING
        and a.top <= b.bottom + _TOUCHING
        and b.top <= a.bottom + _TOUCHING
    )
