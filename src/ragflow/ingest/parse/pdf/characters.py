"""Characters of one page → words with boxes, sizes and styles, per direction of writing.

In: a pdfium page. Out: sheets (the page turned upright per direction) with words in the order of
the file. One call per character asks for its box, straight into an array; everything else is asked
once per word, because calls into pdfium cost more than all arithmetic.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.looks import Look, LookReader, Style, calls
from ragflow.ingest.parse.pdf.repeats import without_repeats
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

LINE_END_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen at which a word breaks off
_DOWN = 3  # quarters by which a line that runs down is turned
_MIN_DOWN = 3  # characters that show it
_INITIAL = 1.8  # ratio of heights from which a letter is an initial of its word
_TOKEN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")
_NAMELESS_BULLET = re.compile(
    r"(?:^|(?<=\s))[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f](?= ?[^\s\x00-\x1f\x7f-\x9f])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATIN = re.compile("[0-9A-Za-z\u00c0-\u024f]")
UNSPACED = re.compile("[\u2e80-\u312f\u31c0-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60]")
"""A character of a script that is written without spaces."""
_FAR = 1e6  # points: where characters of damaged files lie that have no place on the page
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


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
    """Hold the words of one direction of writing, and those that do not show or show twice."""

    sheet: Sheet
    words: list[Word] = field(default_factory=list)
    hidden: list[Word] = field(default_factory=list)
    repeated: list[Word] = field(default_factory=list)


class _Token(NamedTuple):
    start: int
    end: int
    look: Look


class _Piece(NamedTuple):
    start: int
    end: int
    look: Look
    leads: bool  # stands after a space, or where the direction of writing changes


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
    handle, ask = _address(text_page), calls()
    codes = [ask.unicode(handle, index) for index in range(count)]
    return "".join(
        LINE_END_HYPHEN
        if code == 2 and ask.is_hyphen(handle, index) == 1
        else chr(min(code, 0x10FFFF))
        for index, code in enumerate(codes)
    )


def well_formed(text: str) -> str:
    """Join surrogate pairs; halves without their other half become U+FFFD."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_words(page: Any, frame: PageFrame) -> list[WrittenSheet]:
    """Return the words of a page, the sheet with most text first.

    Text that is drawn invisibly is hidden, unless the page has no other: then it is what OCR read
    in the picture of the page.
    """
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
        self._rtl = _RTL.search(text) is not None
        self._upright = UNSPACED.search(text) is not None
        self._looks = LookReader(self._handle, frame.rotation)

    def sheets(self) -> list[WrittenSheet]:
        spans = [match.span() for match in _TOKEN.finditer(self._text)]
        boxes = self._boxes(spans)
        tokens: dict[int, list[_Token]] = {}
        shown = 0
        for start, end in spans:
            look = self._looks.of(start)
            if self._upright and _runs_down(self._text, start, end, boxes):
                look = look._replace(turn=(_DOWN - self._frame.rotation) % 4, over=0.0, under=0.0)
            shown += end - start if look.shown else 0
            tokens.setdefault(look.turn, []).append(_Token(start, end, look))
        all_count = shown * 2 < sum(end - start for start, end in spans)
        written = [
            self._written(Sheet(self._frame, turn), boxes, of_turn, all_count)
            for turn, of_turn in tokens.items()
        ]
        return sorted(written, key=lambda sheet: (-len(sheet.words), sheet.sheet.turn))

    def _boxes(self, spans: list[tuple[int, int]]) -> Any:
        import numpy as np

        count = len(self._text)
        buffer = (ctypes.c_float * (4 * count))()  # FS_RECTF: left, top, right, bottom
        ask, handle, address = calls().loose_box, self._handle, ctypes.addressof(buffer)
        for start, end in spans:
            for index in range(start, end):
                ask(handle, index, address + 16 * index)
        boxes = np.ctypeslib.as_array(buffer).reshape(count, 4).astype(np.float64)
        return np.nan_to_num(boxes, copy=False, nan=_FAR, posinf=_FAR, neginf=-_FAR)

    def _written(
        self, sheet: Sheet, boxes: Any, tokens: list[_Token], all_count: bool
    ) -> WrittenSheet:
        rects = _turned(boxes, sheet)
        pieces = self._pieces(tokens, _breaks(rects))
        written = WrittenSheet(sheet)
        right, low = sheet.width + 1, sheet.height + 1
        for piece, rect in zip(pieces, _hulls(rects, pieces), strict=True):
            word = self._word(piece, rect, rects)
            on_page = rect.x1 > -1 and rect.x0 < right and rect.bottom > -1 and rect.top < low
            shows = on_page and (piece.look.shown or all_count)
            (written.words if shows else written.hidden).append(word)
        written.words, written.repeated = without_repeats(written.words)
        return written

    def _pieces(self, tokens: list[_Token], breaks: list[bool]) -> list[_Piece]:
        """Cut tokens where their characters jump away from each other."""
        pieces: list[_Piece] = []
        for token in tokens:
            first, look, leads = token.start, token.look, True
            turns = _turns(self._text, first, token.end) if self._rtl else ()
            if turns or any(breaks[first + 1 : token.end]):
                for index in range(first + 1, token.end):
                    if breaks[index] or index in turns:
                        pieces.append(_Piece(first, index, look, leads))
                        first, look, leads = index, self._looks.of(index), index in turns
            pieces.append(_Piece(first, token.end, look, leads))
        return pieces

    def _word(self, piece: _Piece, rect: Rect, rects: Any) -> Word:
        start, end, look, leads = piece
        text = self._text[start:end]
        if LINE_END_HYPHEN in text:
            text = text.replace(LINE_END_HYPHEN, "-")
        if self._rtl and len(text) > 1 and _RTL.search(text):
            text = _ligatures_in_order(text, rects[start:end].tolist())
        size = look.size
        if size < 0.5 or size > 4 * rect.height + 1:  # a matrix that says nothing about the size
            size = max(rect.height * 0.85, 1.0)
        elif look.over or look.under:
            rect = Rect(rect.x0, rect.x1, rect.top + look.over, rect.bottom - look.under)
        if look.bullets and end - start == 1:
            text = "\u2022"
        return Word(well_formed(text), rect, size, look.style, leads)


def _turns(text: str, start: int, end: int) -> set[int]:
    """Return where, between Latin and right-to-left letters, the direction of writing changes."""
    if text[start:end].isascii() or not _RTL.search(text, start, end):
        return set()
    return {
        index
        for index in range(start + 1, end)
        if (_RTL.match(text[index]) and _LATIN.match(text[index - 1]))
        or (_LATIN.match(text[index]) and _RTL.match(text[index - 1]))
    }


def _runs_down(text: str, start: int, end: int, boxes: Any) -> bool:
    """Tell whether upright characters stand one below the other, as in vertical writing."""
    if end - start < _MIN_DOWN or not UNSPACED.match(text[start]):
        return False
    import numpy as np

    above, below = boxes[start : end - 1], boxes[start + 1 : end]
    height = above[:, 1] - above[:, 3]
    step = above[:, 1] - below[:, 1]
    aside = np.minimum(abs(above[:, 0] - below[:, 0]), abs(above[:, 2] - below[:, 2]))
    down = (aside < 0.5 * height) & (step > 0.5 * height) & (step < 2 * height)
    return bool(down.mean() > 0.7)


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
    """Tell for each character whether it leaves the one before: a gap, another line or size."""
    import numpy as np

    x0, x1, top, bottom = rects.T
    height = bottom - top
    gap = np.maximum(x0[1:] - x1[:-1], x0[:-1] - x1[1:])
    shared = np.minimum(bottom[1:], bottom[:-1]) - np.maximum(top[1:], top[:-1])
    low = np.minimum(height[1:], height[:-1])
    far = gap > 0.6 * np.maximum(height[1:], height[:-1]) + 0.5
    off = (low > 0) & (shared < 0.3 * low)
    initial = height[:-1] > _INITIAL * height[1:]
    jumps: list[bool] = (far | off | (initial & (low > 0))).tolist()
    return [False, *jumps]


def _hulls(rects: Any, pieces: list[_Piece]) -> list[Rect]:
    """Return the rectangle around the characters of each piece."""
    import numpy as np

    bounds = np.array([bound for piece in pieces for bound in piece[:2]])
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


def _address(handle: Any) -> int:
    return ctypes.cast(handle.raw, ctypes.c_void_p).value or 0
