"""Characters of one page → words with boxes, sizes and styles, per direction of writing.

In: a pdfium page. Out: sheets (the page turned upright per direction) with words in the order of
the file. One call per character asks for its box, straight into an array; everything else is asked
once per word, because calls into pdfium cost more than all arithmetic. Until words are made, their
parts are kept in columns, over which arrays and the functions of itertools go faster than a loop.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress, repeat
from operator import not_, sub
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.cutting import Tokens, cut
from ragflow.ingest.parse.pdf.document import open_text
from ragflow.ingest.parse.pdf.extents import breaks, hulls_of, on_page, raised, sized, turned
from ragflow.ingest.parse.pdf.from_right import RTL, read_from_right
from ragflow.ingest.parse.pdf.ligatures import spelled, with_ligatures
from ragflow.ingest.parse.pdf.looks import Look, LookReader, Style, calls
from ragflow.ingest.parse.pdf.native import handle_of
from ragflow.ingest.parse.pdf.note_marks import is_note_mark
from ragflow.ingest.parse.pdf.repeats import stand_apart, without_repeats
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

LINE_END_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen at which a word breaks off
_DOWN = 3  # quarters by which a line that runs down is turned
_MIN_DOWN = 3  # characters that show it
_TOKEN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")
_NAMELESS_BULLET = re.compile(
    r"[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f](?<!\S.)(?= ?[^\s\x00-\x1f\x7f-\x9f])"
    "|\uf0b7|(?<![^\r\n])[\uf000-\uf0ff](?= )"  # of symbol fonts, the first as nothing but a bullet
)
_SURROGATE = re.compile("[\ud800-\udfff]")
UNSPACED = re.compile("[\u2e80-\u312f\u31c0-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60]")
"""A character of a script that is written without spaces."""
_BOX = 4  # numbers of pdfium's FS_RECTF: left, top, right, bottom
_FAR = 1e6  # points: where characters of damaged files lie that have no place on the page


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
        return not self.text.isascii() and RTL.search(self.text) is not None


@dataclass(slots=True)
class WrittenSheet:
    """Hold the words of one direction of writing, and those that do not show or show twice."""

    sheet: Sheet
    words: list[Word] = field(default_factory=list)
    hidden: list[Word] = field(default_factory=list)
    repeated: list[Word] = field(default_factory=list)


def page_frame(page: Any, number: int) -> PageFrame:
    """Return where a pdfium page lies and how it is turned."""
    left, bottom, right, top = page.get_bbox()
    return PageFrame(number, left, bottom, right, top, page.get_rotation() // 90 % 4)


def read_text(text_page: Any) -> str:
    """Return the text of a page, one code point per character of pdfium's list.

    A glyph without a name that stands before a word is taken for a bullet, and so is a symbol of
    private use that begins a line. Halves of surrogate pairs and ligatures may be left;
    `well_formed` joins the ones and spells the others.
    """
    count = text_page.count_chars()
    if count == 0:
        return ""
    text: str = text_page.get_text_range(errors="replace")
    if len(text) != count:
        text = _text_by_character(text_page, count)
    handle, ask = handle_of(text_page), calls()
    text = with_ligatures(text, lambda index: ask.lacks_meaning(handle, index) == 1)
    return _NAMELESS_BULLET.sub("\u2022", text)


def _text_by_character(text_page: Any, count: int) -> str:
    handle, ask = handle_of(text_page), calls()
    codes = [ask.unicode(handle, index) for index in range(count)]
    return "".join(
        LINE_END_HYPHEN
        if code == 2 and ask.is_hyphen(handle, index) == 1
        else chr(min(code, 0x10FFFF))
        for index, code in enumerate(codes)
    )


def well_formed(text: str) -> str:
    """Join surrogate pairs, and spell ligatures; lone halves of pairs become U+FFFD."""
    text = spelled(text)
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_words(page: Any, frame: PageFrame) -> list[WrittenSheet]:
    """Return the words of a page, the sheet with most text first."""
    with open_text(page) as text_page:
        return words_of(text_page, frame)


def words_of(text_page: Any, frame: PageFrame) -> list[WrittenSheet]:
    """Return the words of an open text page, the sheet with most text first.

    Text that is drawn invisibly is hidden, unless the page has no other: then it is what OCR read
    in the picture of the page.
    """
    text = read_text(text_page)
    return _TextReader(text_page, text, frame).sheets() if text.strip() else []


class _TextReader:
    def __init__(self, text_page: Any, text: str, frame: PageFrame) -> None:
        self._handle = handle_of(text_page)
        self._text = text.replace(LINE_END_HYPHEN, "-")
        self._frame = frame
        foreign = "" if text.isascii() else text
        self._rtl = RTL.search(foreign) is not None
        self._upright = UNSPACED.search(foreign) is not None
        self._foreign = bool(foreign)
        self._looks = LookReader(self._handle, frame.rotation)

    def sheets(self) -> list[WrittenSheet]:
        spans = list(map(re.Match.span, _TOKEN.finditer(self._text)))
        if not spans:
            return []
        boxes = self._boxes(spans)
        starts, ends = zip(*spans, strict=True)
        looks = self._looks.of_all(starts)
        if self._upright:
            looks = [
                self._as_drawn(*token, boxes) for token in zip(starts, ends, looks, strict=True)
            ]
        lengths = list(map(sub, ends, starts))
        hidden = sum(compress(lengths, [not look.shown for look in looks]))
        all_count = hidden * 2 > sum(lengths)
        turns = [look.turn for look in looks]
        written = []
        for turn in dict.fromkeys(turns):
            mine = [other == turn for other in turns]
            tokens = Tokens(*(tuple(compress(each, mine)) for each in (starts, ends, looks)))
            written.append(self._written(Sheet(self._frame, turn), boxes, tokens, all_count))
        return sorted(written, key=lambda sheet: (-len(sheet.words), sheet.sheet.turn))

    def _as_drawn(self, start: int, end: int, look: Look, boxes: Any) -> Look:
        """Return how a token is set, turned if its upright characters run down the page."""
        if not _runs_down(self._text, start, end, boxes):
            return look
        turn = (_DOWN - self._frame.rotation) % 4
        return look._replace(turn=turn, over=0.0, under=0.0)

    def _boxes(self, spans: list[tuple[int, int]]) -> Any:
        """Return the boxes of the characters of words: left, top, right, bottom, each a row."""
        import numpy as np

        count = len(self._text)
        buffer = (ctypes.c_float * (_BOX * count))()
        bytes_each = _BOX * ctypes.sizeof(ctypes.c_float)
        ask, handle, place = calls().loose_box, self._handle, ctypes.byref
        for start, end in spans:
            if self._rtl and start:  # whether a space was drawn
                start -= 1
            for index in range(start, end):
                ask(handle, index, place(buffer, bytes_each * index))
        boxes = np.ctypeslib.as_array(buffer).reshape(count, _BOX).T.astype(np.float64, order="C")
        return np.nan_to_num(boxes, copy=False, nan=_FAR, posinf=_FAR, neginf=-_FAR)

    def _look_of(self, order: Sequence[int], index: int) -> Look:
        """Return how a character is set that was put in order."""
        return self._looks.of(order[index])

    def _origins(self, boxes: Any) -> Any:
        """Return where characters were drawn: from the left and from the bottom, each a row."""
        import numpy as np

        left, _, _, bottom = boxes
        origins = np.stack([left, bottom])
        ask, x, y = calls().origin, ctypes.c_double(), ctypes.c_double()
        for index in np.flatnonzero(boxes.any(axis=0)).tolist():
            if ask(self._handle, index, ctypes.byref(x), ctypes.byref(y)):
                origins[:, index] = x.value, y.value
        return np.nan_to_num(origins, nan=_FAR, posinf=_FAR, neginf=-_FAR)

    def _written(self, sheet: Sheet, boxes: Any, tokens: Tokens, all_count: bool) -> WrittenSheet:
        sides = turned(boxes, sheet)
        high = raised(sides)
        look_of: Callable[[int], Look] = self._looks.of
        cuts, joined = frozenset[int](), frozenset[int]()
        if self._rtl:
            pens, _ = sheet.upright(*self._origins(boxes))
            spans = zip(tokens.starts, tokens.ends, strict=True)
            reading = read_from_right(self._text, sides, pens, spans)
            self._text, level, order, cuts, joined = reading
            high, sides = raised(sides[:, order]), level
            look_of = partial(self._look_of, order)
        marks = {at for at in high if is_note_mark(self._text, at)}
        tokens, leads = cut(tokens, breaks(sides), marks, look_of, cuts, joined)
        starts, ends, looks = tokens
        texts = self._texts(starts, ends, looks)
        hulls = hulls_of(sides, starts, ends)
        there = on_page(hulls, sheet)
        sizes = sized(hulls, looks)
        rects: list[Rect] = _made(Rect, *hulls.tolist())
        words: list[Word] = _made(Word, texts, rects, sizes, [look.style for look in looks], leads)
        shows = [on and (look.shown or all_count) for on, look in zip(there, looks, strict=True)]
        written = WrittenSheet(sheet, words)
        if not all(shows):
            written.words = list(compress(words, shows))
            written.hidden = list(compress(words, map(not_, shows)))
        if not stand_apart(hulls):
            written.words, written.repeated = without_repeats(written.words)
        return written

    def _texts(
        self, starts: Sequence[int], ends: Sequence[int], looks: Sequence[Look]
    ) -> list[str]:
        texts = [self._text[start:end] for start, end in zip(starts, ends, strict=True)]
        if self._foreign:
            texts = [well_formed(text) for text in texts]
        if not self._looks.bullets:
            return texts
        return [
            "\u2022" if look.bullets and end - start == 1 else text
            for text, look, start, end in zip(texts, looks, starts, ends, strict=True)
        ]


def _made(kind: type[tuple[Any, ...]], *fields: Sequence[Any]) -> list[Any]:
    """Return named tuples from the columns of their fields; to call their class costs twice."""
    return list(map(tuple.__new__, repeat(kind), zip(*fields, strict=True)))


def _runs_down(text: str, start: int, end: int, boxes: Any) -> bool:
    """Tell whether upright characters stand one below the other, as in vertical writing."""
    if end - start < _MIN_DOWN or not UNSPACED.match(text[start]):
        return False
    import numpy as np

    left, top, right, bottom = boxes[:, start:end]
    height = (top - bottom)[:-1]
    step = top[:-1] - top[1:]
    aside = np.minimum(abs(left[:-1] - left[1:]), abs(right[:-1] - right[1:]))
    down = (aside < 0.5 * height) & (step > 0.5 * height) & (step < 2 * height)
    return bool(down.mean() > 0.7)
