"""Characters of right-to-left text, put in the order in which they are read by their places.

In: the text of a page as pdfium tells it and the sides of its characters. Out: both with the
characters of each run without a space in order, and where runs are cut into pieces that read one
way. pdfium takes it that a file draws such text from left to right and turns it over; files that
draw it in the order of reading, as browsers do, come out backwards, word by word or letter by
letter. Where glyphs stand does not depend on that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""A character of a script that is written from right to left."""
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3\u0700-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_HEBREW = re.compile("[\u05d0-\u05ea\ufb1d-\ufb4f]")
_LAM, _ALEFS = "\u0644", "\u0622\u0623\u0625\u0627\u0671"
_BRACKETS = "()[]{}<>«»‹›"
_DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"
_LATIN = "A-Za-z\u00b5\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_RAISED = "\u00b2\u00b3\u00b9\u2070-\u209c"
_NOT_RTL = "[^\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"  # or a digit
_LATIN_WORDS = (
    f"[$€£#]?(?=[{_LATIN}{_DIGITS}])(?={_NOT_RTL}*?[{_LATIN}])"
    f"{_NOT_RTL}(?:{_NOT_RTL}*[{_LATIN}{_DIGITS}{_RAISED}])?[%°]?"
)
_SEPARATORS = ".,:/\u066b\u066c"
_RANGES = "+–-"  # among Arabic letters, these let both of their sides be read from the right
_NUMBERING = re.compile("[-–][0-9\u06f0-\u06f9]{1,2}(?:[-–][0-9\u06f0-\u06f9]{1,2})+")
"""The number of a section as it looks; at the beginning of a line such digits keep their order."""
_GAP = 0.15  # of the height, between a sign and the letters that it does not belong to
_BEARING = 0.3  # of the height: the most that lies between where a glyph is drawn and its ink
_ROW = 1.0  # of the height: a run whose characters are further apart is in several lines


class Reading(NamedTuple):
    """Hold characters in order, where each stands in the file, and where pieces begin.

    All of a run are as high as the highest. Those that are `joined` follow a space that the file
    does not draw: pdfium puts some where words are far apart, and some inside words.
    """

    text: str
    sides: Any
    order: Sequence[int]
    cuts: frozenset[int]
    joined: frozenset[int]


@dataclass(slots=True)
class _Glyph:
    """Hold what stands in one place: a letter, its marks, or the letters of a ligature."""

    at: list[int]
    letter: str
    pen: float  # where it was drawn: its left side, with the space that belongs to it
    x0: float
    x1: float

    @property
    def is_letter(self) -> bool:
        return self.letter.isalpha() and RTL.match(self.letter) is not None

    def away(self, x0: float, x1: float) -> tuple[float, float]:
        """Return how far the middle of a mark is from the glyph, and from its middle."""
        middle = (x0 + x1) / 2
        return max(self.x0 - middle, middle - self.x1, 0.0), abs(self.x0 + self.x1 - x0 - x1)


def _cores(separators: str) -> re.Pattern[str]:
    """Return what finds Latin words and numbers, with the signs between them."""
    number = f"[$€£#]?[{_DIGITS}]+(?:[{separators}][{_DIGITS}]+)*[{_RAISED}]*[%°]?"
    return re.compile(f"{_LATIN_WORDS}|{number}")


def read_from_right(text: str, sides: Any, pens: Any, spans: Iterable[tuple[int, int]]) -> Reading:
    """Return the characters of a page with right-to-left text in the order of reading.

    `pens` tells where each was drawn, from the left of the sheet.
    """
    order = list(range(len(text)))
    cuts: set[int] = set()
    joined: set[int] = set()
    arabic = len(_ARABIC.findall(text)) >= len(_HEBREW.findall(text))
    cores = _cores(_SEPARATORS if arabic else _SEPARATORS + _RANGES)
    sides = _with_bearings(text, sides, pens)
    level = sides.copy()
    places = list(zip(pens.tolist(), *sides.tolist(), strict=True))
    for start, end in spans:
        if start and places[start - 1][1] == places[start - 1][2]:
            joined.add(start)
        for first, last in _rows(start, end, places):
            top, bottom = sides[2, first:last].min(), sides[3, first:last].max()
            height = float(bottom - top)
            at = first
            for piece in _pieces(_glyphs(text, first, last, places), cores, _GAP * height):
                cuts.add(at)
                order[at : at + len(piece)] = piece
                at += len(piece)
            level[2, first:last], level[3, first:last] = top, bottom
    ordered = "".join([text[at] for at in order])
    return Reading(ordered, level[:, order], order, frozenset(cuts), frozenset(joined))


def _with_bearings(text: str, sides: Any, pens: Any) -> Any:
    """Let characters begin where they were drawn: some faces tell no more than where ink is."""
    import numpy as np

    x0, x1, top, bottom = sides
    stands = np.array([not unicodedata.combining(letter) for letter in text])
    near = stands & (pens < x0) & (x0 - pens < _BEARING * (bottom - top).max(initial=0.0))
    return np.stack([np.where(near, pens, x0), x1, top, bottom])


def _rows(start: int, end: int, places: Sequence[tuple[float, ...]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a run that stand in one line each; nearly always there is one."""
    first = start
    for before, at in pairwise(range(start, end)):
        _, _, _, top, bottom = places[at]
        _, _, _, last_top, last_bottom = places[before]
        height = max(bottom - top, last_bottom - last_top)
        if abs(top + bottom - last_top - last_bottom) > 2 * _ROW * height > 0:
            yield first, at
            first = at
    yield first, end


def _glyphs(text: str, first: int, last: int, places: Sequence[tuple[float, ...]]) -> list[_Glyph]:
    """Return what stands in a row, from left to right; marks stand with their letters."""
    glyphs: list[_Glyph] = []
    drawn: dict[float, _Glyph] = {}
    marks = [at for at in range(first, last) if unicodedata.combining(text[at])]
    for at in range(first, last):
        pen, x0, x1, _, _ = places[at]
        there = drawn.get(pen)
        if unicodedata.combining(text[at]):
            continue
        if there is not None and there.is_letter and RTL.match(text[at]):
            there.at.append(at)
            there.x0, there.x1 = min(there.x0, x0), max(there.x1, x1)
        else:
            drawn[pen] = _Glyph([at], text[at], pen, x0, x1)
            glyphs.append(drawn[pen])
    for glyph in glyphs:
        if len(glyph.at) > 1:
            glyph.at = _ligature(text, glyph.at, places)
    if not glyphs:
        return [_Glyph(marks, " ", *places[first][:3])]
    for at in sorted(marks, key=lambda at: unicodedata.combining(text[at])):
        pen, x0, x1, _, _ = places[at]
        home = drawn.get(pen) or min(glyphs, key=lambda glyph: glyph.away(x0, x1))
        home.at.append(at)
    return sorted(glyphs, key=lambda glyph: glyph.pen)


def _ligature(text: str, letters: list[int], places: Sequence[tuple[float, ...]]) -> list[int]:
    """Return the letters of a ligature in order, which pdfium turns over, in places or as such."""
    if len({places[at][1:3] for at in letters}) > 1:
        return sorted(letters, key=lambda at: -places[at][2])
    in_order = text[letters[0]] == _LAM and text[letters[-1]] in _ALEFS
    return letters if in_order else letters[::-1]


def _pieces(glyphs: Sequence[_Glyph], cores: re.Pattern[str], gap: float) -> Iterator[list[int]]:
    """Yield the characters of pieces that read one way, the one at the right first.

    Where none has a letter that is read from the right, the one at the left comes first.
    """
    if _NUMBERING.fullmatch("".join([glyph.letter for glyph in glyphs])):
        cores = _cores(_SEPARATORS + _RANGES)
    if not any(glyph.is_letter for glyph in glyphs):
        pieces = list(_turned_pieces(glyphs, cores, gap))
        return iter(pieces[::-1])
    return _turned_pieces(glyphs, cores, gap)


def _turned_pieces(
    glyphs: Sequence[_Glyph], cores: re.Pattern[str], gap: float
) -> Iterator[list[int]]:
    shown = "".join([glyph.letter for glyph in glyphs])
    end = len(glyphs)
    for core in reversed(list(cores.finditer(shown))):
        yield from _from_right(glyphs[core.end() : end], gap)
        yield [at for glyph in glyphs[core.start() : core.end()] for at in glyph.at]
        end = core.start()
    yield from _from_right(glyphs[:end], gap)


def _from_right(glyphs: Sequence[_Glyph], gap: float) -> Iterator[list[int]]:
    """Yield words and signs, from the right; brackets and signs that stand apart for themselves."""
    piece: list[int] = []
    last: _Glyph | None = None
    for glyph in reversed(glyphs):
        if last is not None and _parts(last, glyph, gap):
            yield piece
            piece = []
        piece = piece + glyph.at
        last = glyph
    if piece:
        yield piece


def _parts(last: _Glyph, glyph: _Glyph, gap: float) -> bool:
    """Tell whether a glyph does not belong to the word at its right."""
    if last.letter in _BRACKETS or glyph.letter in _BRACKETS:
        return True
    if last.is_letter and glyph.is_letter:
        return False
    signs = not last.is_letter and not glyph.is_letter and last.letter != glyph.letter
    return signs or last.x0 - glyph.x1 > gap
