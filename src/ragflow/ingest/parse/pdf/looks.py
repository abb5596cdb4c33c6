"""How text is set: direction, size, weight, face, and whether it shows at all.

In: a text page of pdfium and the index of a character. Out: its look. One text object is set one
way, so that pdfium is asked once per object, and about a font once per document page.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.native import pointer, undeclared

_UPRIGHT = (1.0, 0.0, 0.0, 1.0)
_BOLD_NAME = re.compile(r"bold|black|heavy|semib|demi|[-,]bd|cmbx|sfbx|medi$|-bl?k?$")
_REGULAR_NAME = re.compile(
    r"regular|roman|light|book|thin|[-,](?:it|italic|oblique|md)$|arial|times|helvetica|courier"
    r"|georgia|verdana|calibri|cambria|garamond|minion|^cm[a-z]*\d|^sf[a-z]*\d|nimbus"
)
_ITALIC_NAME = re.compile(r"italic|oblique|slanted|[-,]it$|^cmti|^cmsl|ital\b")
_MONO_NAME = re.compile("mono|courier|consol|menlo|cmtt|sftt|typewriter|letter ?gothic|fixed")
_BULLETS_NAME = re.compile("wingding|webding|dingbat|monotypesorts|^zapfd|bullet")
_FIXED, _ITALIC, _FORCE_BOLD = 1, 1 << 6, 1 << 18  # of a font's flags
_HEAVY = range(600, 1001)  # weights; pdfium guesses them from stems, and beyond these wrongly
_UNSEEN_MODES = (3, 7)  # text rendering: neither filled nor stroked
_MOST_ABOVE, _MOST_BELOW = 0.95, 0.3  # of the size: how far a box may reach from the baseline


class Style(NamedTuple):
    """Say how a word is set."""

    bold: bool = False
    mono: bool = False
    italic: bool = False


class Look(NamedTuple):
    """Say how text is set on a page.

    `turn` counts quarters on the displayed page; `size` is in points; `over` and `under` are how
    far its boxes reach too high and too low.
    """

    turn: int
    size: float
    style: Style
    shown: bool = True
    bullets: bool = False
    over: float = 0.0
    under: float = 0.0


class _Font(NamedTuple):
    style: Style
    bullets: bool


_PLAIN = _Font(Style(), False)


class Calls(NamedTuple):
    """Hold what pdfium is asked of characters and text objects; see `native`."""

    loose_box: Callable[[Any, int, Any], int]
    matrix: Callable[[Any, int, Any], int]
    origin: Callable[[Any, int, Any, Any], int]
    font_size: Callable[[Any, int], float]
    text_object: Callable[[Any, int], int | None]
    is_hyphen: Callable[[Any, int], int]
    is_generated: Callable[[Any, int], int]
    lacks_meaning: Callable[[Any, int], int]
    unicode: Callable[[Any, int], int]
    render_mode: Callable[[Any], int]
    fill: Callable[[Any, Any, Any, Any, Any], int]
    font: Callable[[Any], int | None]


@cache
def calls() -> Calls:
    """Return pdfium's functions."""
    integer = ctypes.c_int
    return Calls(
        loose_box=undeclared("FPDFText_GetLooseCharBox", integer),
        matrix=undeclared("FPDFText_GetMatrix", integer),
        origin=undeclared("FPDFText_GetCharOrigin", integer),
        font_size=undeclared("FPDFText_GetFontSize", ctypes.c_double),
        text_object=undeclared("FPDFText_GetTextObject", ctypes.c_void_p),
        is_hyphen=undeclared("FPDFText_IsHyphen", integer),
        is_generated=undeclared("FPDFText_IsGenerated", integer),
        lacks_meaning=undeclared("FPDFText_HasUnicodeMapError", integer),
        unicode=undeclared("FPDFText_GetUnicode", ctypes.c_uint),
        render_mode=undeclared("FPDFTextObj_GetTextRenderMode", integer),
        fill=undeclared("FPDFPageObj_GetFillColor", integer),
        font=undeclared("FPDFTextObj_GetFont", ctypes.c_void_p),
    )


class LookReader:
    """Tell the looks of a page's characters."""

    def __init__(self, handle: Any, rotation: int) -> None:
        self._handle = handle
        self._rotation = rotation
        self._matrix = (ctypes.c_float * 6)()
        self._point = (ctypes.c_double * 2)()
        self._box = (ctypes.c_float * 4)()
        self._color = (ctypes.c_uint * 4)()
        bytes_each = ctypes.sizeof(ctypes.c_uint)
        self._channels = [ctypes.byref(self._color, bytes_each * place) for place in range(4)]
        self._looks: dict[int | None, Look] = {}
        self._fonts: dict[int, _Font] = {}
        self._reaches: dict[tuple[int, float, int], tuple[float, float]] = {}
        self._alike: dict[tuple[float, ...], Look] = {}

    def of_all(self, indices: Sequence[int]) -> list[Look]:
        """Return how the text objects of characters are set."""
        objects = list(map(calls().text_object, repeat(self._handle), indices))
        for index, text_object in zip(indices, objects, strict=True):
            if text_object not in self._looks:
                self._looks[text_object] = self._ask(index, text_object)
        return [self._looks[text_object] for text_object in objects]

    @property
    def bullets(self) -> bool:
        """Tell whether some of the characters asked about are of a font of bullets."""
        return any(look.bullets for look in self._looks.values())

    def of(self, index: int) -> Look:
        """Return how the text object of a character is set."""
        text_object = calls().text_object(self._handle, index)
        look = self._looks.get(text_object)
        if look is None:
            look = self._looks[text_object] = self._ask(index, text_object)
        return look

    def _ask(self, index: int, text_object: int | None) -> Look:
        ask = calls()
        ask.matrix(self._handle, index, ctypes.byref(self._matrix))
        size = ask.font_size(self._handle, index)
        a, b, c, d, x, y = self._matrix
        if not math.isfinite(a + b + c + d + x + y):
            a, b, c, d = _UPRIGHT
        if text_object is None:
            return self._look(index, (a, b, c, d), size, None)
        handle = pointer(text_object)
        address = ask.font(handle) or 0
        key = (a, b, c, d, size, address)  # alike but for their places, as most lines are
        look = self._alike.get(key)
        if look is None:
            look = self._alike[key] = self._look(index, (a, b, c, d), size, address)
        return look if self._shows(handle) else look._replace(shown=False)

    def _look(
        self,
        index: int,
        matrix: tuple[float, float, float, float],
        size: float,
        address: int | None,
    ) -> Look:
        a, b, c, d = matrix
        size *= math.hypot(c, d) or 1.0
        quarter = round(math.atan2(b, a) / (math.pi / 2)) % 4
        turn = (quarter - self._rotation) % 4
        size = size if math.isfinite(size) else 0.0  # then the boxes tell it
        if address is None:
            return Look(turn, size, Style())
        font = self._font(address)
        key = (address, round(size, 1), quarter)
        if key not in self._reaches:
            self._reaches[key] = self._reach(index, quarter, size)
        over, under = self._reaches[key]
        return Look(turn, size, font.style, True, font.bullets, over, under)

    def _shows(self, handle: Any) -> bool:
        ask = calls()
        mode = ask.render_mode(handle)
        if mode in _UNSEEN_MODES:
            return False
        filled = ask.fill(handle, *self._channels)
        return not (mode == 0 and filled and self._color[3] == 0)

    def _reach(self, index: int, quarter: int, size: float) -> tuple[float, float]:
        """Return how far a character's box reaches beyond what its size says, up and down."""
        ask, x_at, y_at = calls(), ctypes.byref(self._point), ctypes.byref(self._point, 8)
        ask.loose_box(self._handle, index, ctypes.byref(self._box))
        if not ask.origin(self._handle, index, x_at, y_at):
            return 0.0, 0.0
        left, top, right, bottom = self._box
        x, y = self._point
        if not all(map(math.isfinite, (*self._box, x, y))):
            return 0.0, 0.0
        above, below = (
            (top - y, y - bottom),
            (x - left, right - x),
            (y - bottom, top - y),
            (right - x, x - left),
        )[quarter]
        if above <= 0 or below < 0 or size < 0.5:
            return 0.0, 0.0
        return max(above - _MOST_ABOVE * size, 0.0), max(below - _MOST_BELOW * size, 0.0)

    def _font(self, address: int) -> _Font:
        if not address:
            return _PLAIN
        if address not in self._fonts:
            self._fonts[address] = _font(address)
        return self._fonts[address]


def _font(address: int) -> _Font:
    import pypdfium2.raw as raw

    font = ctypes.cast(address, raw.FPDF_FONT)
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    name = buffer.value.decode("latin-1").rpartition("+")[2].lower()
    flags = max(raw.FPDFFont_GetFlags(font), 0)
    bold = bool(_BOLD_NAME.search(name) or flags & _FORCE_BOLD)
    if not bold and not _REGULAR_NAME.search(name):
        bold = raw.FPDFFont_GetWeight(font) in _HEAVY
    fixed = flags & _FIXED or _MONO_NAME.search(name)
    slanted = flags & _ITALIC or _ITALIC_NAME.search(name)
    bullets = _BULLETS_NAME.search(name.replace(" ", "")) is not None
    return _Font(Style(bold, bool(fixed), bool(slanted)), bullets)
