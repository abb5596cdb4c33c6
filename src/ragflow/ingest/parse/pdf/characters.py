"""Characters of one page → words with boxes, sizes and styles, per direction of writing.

In: a pdfium page. Out: sheets (the page turned upright per direction) with words in the order of
the file. One call per character asks for its box, straight into an array; everything else is asked
once per word, because calls into pdfium cost more than all arithmetic.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

LINE_END_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen at which a word breaks off
_TOKEN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")
_BOLD_NAME = re.compile("bold|black|heavy|semib|demi|[-,]bd|cmbx|sfbx|medi$")
_MONO_NAME = re.compile("mono|courier|consol|menlo|cmtt")
_NAMELESS_BULLET = re.compile(
    r"(?:^|(?<=\s))[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f](?= ?[^\s\x00-\x1f\x7f-\x9f])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_UPRIGHT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_FAR = 1e6  # points: where characters of damaged files lie that have no place on the page
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class Style(NamedTuple):
    """Say how a word is set."""

    bold: bool = False
    mono: bool = False


class Word(NamedTuple):
    """Hold one run of characters without a space; `spaced` says whether one came before it."""

    text: str
    rect: Rect
    size: float
    style: Style
    spaced: bool

    @property
    def rtl(self) -> bool:
        """Tell whether the word is written from right to left."""
        return not self.text.isascii() and _RTL.search(self.text) is not None


@dataclass(slots=True)
class WrittenSheet:
    """Hold the words of one direction of writing, and those that lie outside the visible page."""

    sheet: Sheet
    words: list[Word] = field(default_factory=list)
    hidden: list[Word] = field(default_factory=list)


class _Look(NamedTuple):
    """Say how text is set: its turn on the displayed page, its size in points, its style."""

    turn: int
    size: float
    style: Style


class _Token(NamedTuple):
    start: int
    end: int
    look: _Look


class _Calls(NamedTuple):
    """pdfium's functions with plain integers for pointers: half the price of typed arguments."""

    loose_box: Callable[[int, int, int], int]
    matrix: Callable[[int, int, int], int]
    font_size: Callable[[int, int], float]
    text_object: Callable[[int, int], int | None]
    is_hyphen: Callable[[int, int], int]
    unicode: Callable[[int, int], int]


@cache
def _calls() -> _Calls:
    import pypdfium2.raw as raw

    def plain(name: str, result: Any, *arguments: Any) -> Any:
        address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
        return ctypes.CFUNCTYPE(result, *arguments)(address or 0)

    pointer, integer = ctypes.c_void_p, ctypes.c_int
    return _Calls(
        loose_box=plain("FPDFText_GetLooseCharBox", integer, pointer, integer, pointer),
        matrix=plain("FPDFText_GetMatrix", integer, pointer, integer, pointer),
        font_size=plain("FPDFText_GetFontSize", ctypes.c_double, pointer, integer),
        text_object=plain("FPDFText_GetTextObject", pointer, pointer, integer),
        is_hyphen=plain("FPDFText_IsHyphen", integer, pointer, integer),
        unicode=plain("FPDFText_GetUnicode", ctypes.c_uint, pointer, integer),
    )


def page_frame(page: Any, number: int) -> PageFrame:
    """Return where a pdfium page lies and how it is turned."""
    left, bottom, right, top = page.get_bbox()
    return PageFrame(number, left, bottom, right, top, page.get_rotation() // 90 % 4)


def read_text(text_page: Any) -> str:
    """Return the text of a page, one code point per character of pdfium's list.

    A glyph without a name that stands before a word is taken for a bullet. Halves of surrogate
    pairs may be left; `well_formed` joins them.
    """
    count = text_page.count_chars()
    if count == 0:
        return ""
    text: str = text_page.get_text_range(errors="replace")
    if len(text) != count:
        text = _text_by_character(text_page, count)
    return _NAMELESS_BULLET.sub("\u2022", text)


def _text_by_character(text_page: Any, count: int) -> str:
    handle, calls = _address(text_page), _calls()
    codes = [calls.unicode(handle, index) for index in range(count)]
    return "".join(
        LINE_END_HYPHEN
        if code == 2 and calls.is_hyphen(handle, index) == 1
        else chr(min(code, 0x10FFFF))
        for index, code in enumerate(codes)
    )


def well_formed(text: str) -> str:
    """Join surrogate pairs; halves without their other half become U+FFFD."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_words(page: Any, frame: PageFrame) -> list[WrittenSheet]:
    """Return the words of a page, the sheet with most text first."""
    text_page = page.get_textpage()
    try:
        text = read_text(text_page)
        return _TextReader(text_page, text, frame).sheets() if text.strip() else []
    finally:
        text_page.close()


class _TextReader:
    def __init__(self, text_page: Any, text: str, frame: PageFrame) -> None:
        self._handle = _address(text_page)
        self._text = text
        self._frame = frame
        self._matrix = (ctypes.c_float * 6)()
        self._looks: dict[int | None, _Look] = {}
        self._styles: dict[int, Style] = {}

    def sheets(self) -> list[WrittenSheet]:
        boxes = self._boxes()
        tokens: dict[int, list[_Token]] = {}
        for match in _TOKEN.finditer(self._text):
            start, end = match.span()
            look = self._look(start)
            tokens.setdefault(look.turn, []).append(_Token(start, end, look))
        written = [
            self._written(Sheet(self._frame, turn), boxes, of_turn)
            for turn, of_turn in tokens.items()
        ]
        return sorted(written, key=lambda sheet: (-len(sheet.words), sheet.sheet.turn))

    def _boxes(self) -> Any:
        import numpy as np

        count = len(self._text)
        buffer = (ctypes.c_float * (4 * count))()  # FS_RECTF: left, top, right, bottom
        ask, handle, address = _calls().loose_box, self._handle, ctypes.addressof(buffer)
        for match in _TOKEN.finditer(self._text):
            for index in range(*match.span()):
                ask(handle, index, address + 16 * index)
        boxes = np.ctypeslib.as_array(buffer).reshape(count, 4).astype(np.float64)
        return np.nan_to_num(boxes, copy=False, nan=_FAR, posinf=_FAR, neginf=-_FAR)

    def _look(self, index: int) -> _Look:
        """Return how the text object of a character is set; one object is set one way."""
        text_object = _calls().text_object(self._handle, index)
        if text_object not in self._looks:
            self._looks[text_object] = self._ask_look(index, text_object)
        return self._looks[text_object]

    def _ask_look(self, index: int, text_object: int | None) -> _Look:
        calls = _calls()
        calls.matrix(self._handle, index, ctypes.addressof(self._matrix))
        sound = all(map(math.isfinite, self._matrix))
        a, b, c, d, _, _ = self._matrix if sound else _UPRIGHT
        size = calls.font_size(self._handle, index) * (math.hypot(c, d) or 1.0)
        turn = (round(math.atan2(b, a) / (math.pi / 2)) - self._frame.rotation) % 4
        size = size if math.isfinite(size) else 0.0  # then the boxes tell it
        return _Look(turn, size, self._style(text_object) if text_object else Style())

    def _style(self, text_object: int) -> Style:
        import pypdfium2.raw as raw

        font = raw.FPDFTextObj_GetFont(ctypes.cast(text_object, raw.FPDF_PAGEOBJECT))
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address is None:
            return Style()
        if address not in self._styles:
            self._styles[address] = _font_style(font)
        return self._styles[address]

    def _written(self, sheet: Sheet, boxes: Any, tokens: list[_Token]) -> WrittenSheet:
        rects = _turned(boxes, sheet)
        breaks = _breaks(rects)
        pieces: list[tuple[int, int, _Token]] = []
        for token in tokens:
            first = token.start
            if any(breaks[first + 1 : token.end]):
                for index in range(first + 1, token.end):
                    if breaks[index]:
                        pieces.append((first, index, token))
                        first = index
            pieces.append((first, token.end, token))
        written = WrittenSheet(sheet)
        right, low = sheet.width + 1, sheet.height + 1
        for (start, end, token), rect in zip(pieces, _hulls(rects, pieces), strict=True):
            word = self._word(start, end, token, rect, rects)
            visible = rect.x1 > -1 and rect.x0 < right and rect.bottom > -1 and rect.top < low
            (written.words if visible else written.hidden).append(word)
        return written

    def _word(self, start: int, end: int, token: _Token, rect: Rect, rects: Any) -> Word:
        text = self._text[start:end]
        if LINE_END_HYPHEN in text:
            text = text.replace(LINE_END_HYPHEN, "-")
        if not text.isascii() and len(text) > 1 and _RTL.search(text):
            text = _ligatures_in_order(text, rects[start:end].tolist())
        size = token.look.size
        if size < 0.5 or size > 4 * rect.height + 1:  # a matrix that says nothing about the size
            size = max(rect.height * 0.85, 1.0)
        return Word(well_formed(text), rect, size, token.look.style, start == token.start)


def _turned(boxes: Any, sheet: Sheet) -> Any:
    """Map all boxes to the sheet: rows of x0, x1, top, bottom."""
    import numpy as np

    left, top, right, bottom = boxes.T
    xa, ya = sheet.upright(left, bottom)
    xb, yb = sheet.upright(right, top)
    return np.stack(
        [np.minimum(xa, xb), np.maximum(xa, xb), np.minimum(ya, yb), np.maximum(ya, yb)], axis=1
    )


def _breaks(rects: Any) -> list[bool]:
    """Tell for each character whether it jumps away from the one before: a gap or another line."""
    import numpy as np

    x0, x1, top, bottom = rects.T
    height = bottom - top
    gap = np.maximum(x0[1:] - x1[:-1], x0[:-1] - x1[1:])
    shared = np.minimum(bottom[1:], bottom[:-1]) - np.maximum(top[1:], top[:-1])
    low = np.minimum(height[1:], height[:-1])
    far = gap > 0.6 * np.maximum(height[1:], height[:-1]) + 0.5
    off = (low > 0) & (shared < 0.3 * low)
    jumps: list[bool] = (far | off).tolist()
    return [False, *jumps]


def _hulls(rects: Any, pieces: list[tuple[int, int, _Token]]) -> list[Rect]:
    """Return the rectangle around the characters of each piece."""
    import numpy as np

    bounds = np.array([bound for start, end, _ in pieces for bound in (start, end)])
    padded = np.vstack([rects, rects[-1:]])  # the last piece may end where the text does
    low = np.minimum.reduceat(padded, bounds)[::2]
    high = np.maximum.reduceat(padded, bounds)[::2]
    hulls = np.stack([low[:, 0], high[:, 1], low[:, 2], high[:, 3]], axis=1)
    return [Rect(*hull) for hull in hulls.tolist()]


def _ligatures_in_order(text: str, parts: list[list[float]]) -> str:
    """Put the letters of one right-to-left ligature back in order; pdfium mirrors them."""
    letters = list(text)
    start = 0
    for index in range(1, len(letters) + 1):
        if index == len(letters) or parts[index] != parts[start]:
            if index - start > 1 and _RTL.match(letters[start]):
                letters[start:index] = reversed(letters[start:index])
            start = index
    return "".join(letters)


def _font_style(font: Any) -> Style:
    import pypdfium2.raw as raw

    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    name = buffer.value.decode("latin-1").rpartition("+")[2].lower()
    heavy = raw.FPDFFont_GetWeight(font) >= 600 or _BOLD_NAME.search(name)
    fixed = raw.FPDFFont_GetFlags(font) & 1 or _MONO_NAME.search(name)
    return Style(bool(heavy), bool(fixed))


def _address(handle: Any) -> int:
    return ctypes.cast(handle.raw, ctypes.c_void_p).value or 0
