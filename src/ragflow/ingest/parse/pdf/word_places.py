"""Where the words of a line stand, so that a part of the line has a box of its own.

In: the text of a line and its words in the order of reading. Out: for each word its first character
in the text and its rectangle, in few bytes, since a document has very many words; and the box of
any stretch of the text, cut inside words by the widths that letters usually have.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import add
from struct import pack

from ragflow.domain.documents import Box, Span
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet

_NARROW, _SLIM, _WIDE = (
    frozenset("iljI.,:;!|'`’‘"),
    frozenset('rtf()[]{}/\\-"“” '),
    frozenset("mwMW@%—"),
)
_NUMBERS = 6  # of a word: first character, length, left, right, top, bottom


@dataclass(frozen=True, slots=True)
class WordPlaces:
    """Hold the words of one line."""

    numbers: array[float] = field(default_factory=lambda: array("f"))

    def moved(self, characters: int) -> WordPlaces:
        """Return the same words in a text that has so many characters more before them."""
        numbers = array("f", self.numbers)
        for index in range(0, len(numbers), _NUMBERS):
            numbers[index] += characters
        return WordPlaces(numbers)

    def joined(self, others: Iterable[WordPlaces]) -> WordPlaces:
        """Return these words and others, which stand in the same text."""
        numbers = array("f", self.numbers)
        for other in others:
            numbers.extend(other.numbers)
        return WordPlaces(numbers)

    def rect(self, text: str, part: Span, rtl: bool) -> Rect | None:
        """Return the rectangle around a part of the text; None where no word is in it."""
        found: Rect | None = None
        for index in range(0, len(self.numbers), _NUMBERS):
            first, length, *sides = self.numbers[index : index + _NUMBERS]
            word = text[int(first) : int(first + length)]
            start, end = max(part.start - int(first), 0), min(part.end - int(first), len(word))
            if start < end:
                rect = _slice(Rect(*sides), word, start, end, rtl)
                found = rect if found is None else found.union(rect)
        return found


@dataclass(frozen=True, slots=True)
class LineCutter:
    """Tell the boxes of parts of a line on a sheet; `whole` where its words are not known."""

    text: str
    places: WordPlaces
    sheet: Sheet
    whole: Rect
    rtl: bool = False

    def __call__(self, part: Span) -> Box:
        """Return the box of some characters of the line."""
        return self.sheet.box(self.places.rect(self.text, part, self.rtl) or self.whole)


def places_of(text: str, words: Sequence[str], rects: Sequence[Rect]) -> WordPlaces:
    """Return where words stand in a text that consists of them in their order."""
    lengths = list(map(len, words))
    if text == " ".join(words):  # as most lines are: there is no need to look for each
        starts = map(add, accumulate(lengths, initial=0), range(len(words)))
        rows = zip(starts, lengths, *zip(*rects, strict=True), strict=True)
        every = list(chain.from_iterable(rows))
        return WordPlaces(array("f", pack(f"{len(every)}f", *every)))  # quicker than from numbers
    numbers = array("f")
    at = 0
    for word, length, rect in zip(words, lengths, rects, strict=True):
        found = text.find(word, at)
        if found < 0:  # changed on the way into the text
            continue
        numbers.extend((found, length, *rect))
        at = found + length
    return WordPlaces(numbers)


def _slice(rect: Rect, word: str, first: int, last: int, rtl: bool) -> Rect:
    """Return the place of some characters of a word, in the order of reading."""
    whole = max(_width(word), 1.0)
    start, end = _width(word[:first]) / whole, _width(word[:last]) / whole
    if rtl:
        start, end = 1.0 - end, 1.0 - start
    return Rect(rect.x0 + rect.width * start, rect.x0 + rect.width * end, rect.top, rect.bottom)


def _width(text: str) -> float:
    """Return about how wide characters are, in units of a usual letter."""
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return 0.45
    if letter in _SLIM:
        return 0.6
    if letter in _WIDE:
        return 1.45
    return 1.2 if letter.isupper() else 1.0
