"""Which areas of a page show text that its text layer does not hold.

In: the objects of a page and the words of its text layer. Out: areas to be recognised, as
rectangles of the page as displayed, and whether the layer says what the page shows. A picture is
such an area when it covers a notable part of the page and the layer has next to nothing there; a
page that is drawn without any text is one as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from ragflow.ingest.parse.pdf.characters import WrittenSheet
from ragflow.ingest.parse.pdf.looks import calls
from ragflow.ingest.parse.pdf.native import handle_of
from ragflow.ingest.parse.pdf.objects import FORM, IMAGE, Objects, bounds_of, parts_of
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

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
_LATIN_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,}(?![A-Za-z])")
_SPOKEN = re.compile(r"(?=.*[aeiouyAEIOUY])(?!.*[^aeiouyAEIOUY]{6})(?:[A-Za-z]?[a-z]+|[A-Z]+)")
_FEWEST_WORDS = 8  # that show it
_SPOKEN_SHARE = 0.94  # of them: abbreviations cannot be spoken, nor can most of chance


def pictured_areas(
    objects: Objects, frame: PageFrame, written: Sequence[WrittenSheet]
) -> list[Rect]:
    """Return the areas of a page whose text has to be recognised, none overlapping another."""
    whole = Rect(0.0, frame.width, 0.0, frame.height)
    has_words = any(part.words for part in written)
    pictures = list(_pictures(objects, frame))
    if not pictures:
        return [whole] if not has_words and objects.count else []
    areas = [
        picture
        for picture in _joined(pictures)
        if _area(picture) >= _NOTABLE * _area(whole)
        and min(picture.width, picture.height) >= _LEAST_SIDE
        and not _has_text(picture, written)
    ]
    if not has_words and any(_area(area) >= _WHOLE * _area(whole) for area in areas):
        return [whole]
    return areas


def _has_text(picture: Rect, written: Sequence[WrittenSheet]) -> bool:
    """Tell whether words of the layer fill a notable part of a picture."""
    left = _COVERED * _area(picture)
    for part in written:
        near = _turned(picture, part.sheet)
        for word in part.words:
            x0, x1, top, bottom = word.rect
            if x0 < near.x1 and x1 > near.x0 and top < near.bottom and bottom > near.top:
                left -= _area(common(picture, _displayed(word.rect, part.sheet)))
                if left <= 0:
                    return True
    return left <= 0


def _turned(picture: Rect, sheet: Sheet) -> Rect:
    """Return where a picture lies on the sheet of a text layer, and a little around it."""
    xa, ya = sheet.turned(picture.x0, picture.top)
    xb, yb = sheet.turned(picture.x1, picture.bottom)
    return Rect(min(xa, xb) - 1, max(xa, xb) + 1, min(ya, yb) - 1, max(ya, yb) + 1)


def is_legible(text_page: Any, text: str, *, thorough: bool) -> bool:
    """Tell whether a text layer consists of characters that mean something.

    Thoroughly, pdfium is also asked whether the fonts tell which characters their glyphs are. The
    bitmap fonts of TeX do not, but their codes are those of the letters, so that words can be read.
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
    return not thorough or _unmapped_share(text_page) < _ODD or _reads_as_words(text)


def layer_rects(written: Sequence[WrittenSheet]) -> Iterator[Rect]:
    """Yield where the visible words of a text layer stand on the page as displayed."""
    for part in written:
        for word in part.words:
            yield _displayed(word.rect, part.sheet)


def _displayed(rect: Rect, sheet: Sheet) -> Rect:
    box = sheet.box(rect)
    return Rect(box.x0, box.x1, box.top, box.bottom)


def common(a: Rect, b: Rect) -> Rect:
    """Return what two rectangles share; it has no area where they are apart."""
    x0, top = max(a.x0, b.x0), max(a.top, b.top)
    return Rect(x0, max(min(a.x1, b.x1), x0), top, max(min(a.bottom, b.bottom), top))


def _area(rect: Rect) -> float:
    return rect.width * rect.height


def _reads_as_words(text: str) -> bool:
    """Tell whether nearly all words can be spoken: of codes that are no letters, few can."""
    words = _LATIN_WORD.findall(text)
    spoken = sum(_SPOKEN.fullmatch(word) is not None for word in words)
    return len(words) >= _FEWEST_WORDS and spoken >= _SPOKEN_SHARE * len(words)


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in ("Co", "Cn", "Cs", "Cc")


def _unmapped_share(text_page: Any) -> float:
    """Return the share of a page's characters of which no font says what they mean."""
    handle, ask = handle_of(text_page), calls()
    count = text_page.count_chars()
    asked = range(0, count, max(count // _SAMPLE, 1))
    drawn = [index for index in asked if not ask.is_generated(handle, index)]
    unmapped = sum(ask.lacks_meaning(handle, index) == 1 for index in drawn)
    return unmapped / len(drawn) if drawn else 0.0


def _pictures(objects: Objects, frame: PageFrame) -> Iterator[Rect]:
    """Yield where pictures lie on the page as displayed, cut to the page."""
    whole = Rect(0.0, frame.width, 0.0, frame.height)
    found = 0
    for each in objects.first(_MOST_OBJECTS):
        if each.kind != IMAGE and not (each.kind == FORM and _holds_picture(each.handle, 0)):
            continue
        bounds = bounds_of(each.handle)
        if bounds is None:
            continue
        left, bottom, right, top = bounds
        xa, ya = frame.displayed(left, bottom)
        xb, yb = frame.displayed(right, top)
        place = common(whole, Rect(min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)))
        if _area(place) > 0:
            yield place
            found += 1
        if found >= _MOST_PICTURES:
            return


def _holds_picture(form: Any, depth: int) -> bool:
    """Tell whether a form has a picture among its parts; its bounds then stand for the picture."""
    if depth >= _MAX_DEPTH:
        return False
    return any(
        part.kind == IMAGE or (part.kind == FORM and _holds_picture(part.handle, depth + 1))
        for part in parts_of(form, _MOST_PICTURES).shown
    )


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
