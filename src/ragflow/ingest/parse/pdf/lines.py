"""Words → lines: runs of words on one baseline without a wide gap.

In: the words of a sheet in the order of the file. Out: lines with text, rectangle and style. Words
of right-to-left scripts keep the order that pdfium gave them, which is the order of reading.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ragflow.ingest.parse.base import PlacedText
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.ingest.parse.pdf.word_places import LineCutter, WordPlaces, places_of

_MAX_GAP = 0.9  # of the size: wider than a stretched word space, narrower than a gutter
_INITIAL = 1.8  # of the size: larger first letters hang down
_MIN_SPACED = 5  # letters that stand alone in a line set with spaced letters
_MIN_LETTERS = 10  # that show whether all are equally wide
_SAME_PITCH = 0.02  # by how much their widths may differ
_UNSPACED = re.compile("[\u2e80-\u312f\u31c0-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60]")


@dataclass(frozen=True, slots=True)
class TextLine:
    """Hold one line of text on a sheet; an initial that hangs down is not in its rectangle."""

    text: str
    rect: Rect
    sheet: Sheet
    size: float
    style: Style
    rtl: bool = False
    hangs: float = 0.0  # how far below the line its initial reaches
    places: WordPlaces = field(default_factory=WordPlaces, compare=False, repr=False)

    @property
    def pitch(self) -> float:
        """Return the width of a character, were all equally wide."""
        return self.rect.width / max(len(self.text), 1)

    def placed(self, text: str = "", shift: int = 0) -> PlacedText:
        """Return the line with its boxes; `text` says it otherwise, `shift` characters later."""
        places = self.places.moved(shift) if shift else self.places
        cut = LineCutter(text or self.text, places, self.sheet, self.rect, self.rtl)
        return PlacedText(text or self.text, self.sheet.box(self.rect), cut)


def gap_text(left: str, right: str, *, spaced: bool = True) -> str:
    """Return what stands between two neighbouring runs: a space, or nothing in Chinese text."""
    if not spaced or not left or not right or left[-1].isspace():
        return ""
    return "" if _UNSPACED.match(left[-1]) and _UNSPACED.match(right[0]) else " "


def same_row(a: Rect, b: Rect) -> bool:
    """Tell whether two rectangles lie side by side rather than one below the other."""
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    return shared > 0.5 * min(a.height, b.height) and shared > 0


def lines_of(words: Sequence[Word], sheet: Sheet) -> list[TextLine]:
    """Return the lines that words form, from top to bottom."""
    runs: list[_Run] = []
    for word in words:
        if runs and runs[-1].continues_with(word):
            runs[-1].append(word)
        else:
            runs.append(_Run(word))
    lines = [run.line(sheet) for run in _joined(runs)]
    return sorted(lines, key=lambda line: (line.rect.top, line.rect.x0))


def join_row(lines: Sequence[TextLine]) -> TextLine:
    """Return one line of several that stand in one row, in the order of reading."""
    if len(lines) == 1:
        return lines[0]
    rtl = sum(line.rtl for line in lines) * 2 > len(lines)
    ordered = sorted(lines, key=lambda line: -line.rect.x1 if rtl else line.rect.x0)
    text, rect = ordered[0].text, ordered[0].rect
    places = [ordered[0].places]
    for line in ordered[1:]:
        text += gap_text(text, line.text)
        places.append(line.places.moved(len(text)))
        text += line.text
        rect = rect.union(line.rect)
    main = max(ordered, key=lambda line: len(line.text))
    style = _common_style({line.style for line in lines})
    hangs = max(line.hangs for line in lines)
    joined = places[0].joined(places[1:])
    return TextLine(text, rect, main.sheet, main.size, style, rtl, hangs, joined)


def hull(words: Sequence[Word]) -> Rect:
    """Return the rectangle around words."""
    rects = [word.rect for word in words]
    return Rect(
        min(rect.x0 for rect in rects),
        max(rect.x1 for rect in rects),
        min(rect.top for rect in rects),
        max(rect.bottom for rect in rects),
    )


def words_text(words: Sequence[Word]) -> str:
    """Return the text of words that stand in one row, given in the order of reading."""
    gaps = _letter_gaps(words)
    text = ""
    before: Word | None = None
    for word in words:
        if before is not None:
            apart = max(word.rect.x0 - before.rect.x1, before.rect.x0 - word.rect.x1)
            spaced = word.spaced or apart > 0.15 * word.size if gaps is None else apart > gaps
            text += gap_text(text, word.text, spaced=spaced)
        text += word.text
        before = word
    return text


def _common_style(styles: Collection[Style]) -> Style:
    if len(styles) == 1:
        return next(iter(styles))
    return Style(
        all(style.bold for style in styles),
        all(style.mono for style in styles),
        all(style.italic for style in styles),
    )


def _same_pitch(a: Word, b: Word) -> bool:
    one, other = a.rect.width / len(a.text), b.rect.width / len(b.text)
    return abs(one - other) < _SAME_PITCH * max(one, other)


def _typed(words: Sequence[Word]) -> str:
    """Return the text of words in a typewriter face, with as many spaces as they stand apart."""
    if not all(word.text.isascii() for word in words):
        return words_text(words)
    pitch = max(median(word.rect.width / len(word.text) for word in words), 0.1)
    text = ""
    for before, word in pairwise([None, *words]):
        if before is not None and word is not None:
            text += " " * max(round((word.rect.x0 - before.rect.x1) / pitch), 0)
        text += word.text if word is not None else ""
    return text


def _letter_gaps(words: Sequence[Word]) -> float | None:
    """Return the widest gap between letters of one word in a line set with spaced letters."""
    if len(words) < _MIN_SPACED or len(words[0].text) + len(words[1].text) > 3:
        return None
    single = sum(len(word.text) == 1 for word in words)
    if single < _MIN_SPACED or single * 5 < len(words) * 4 or any(word.rtl for word in words):
        return None
    if sum(word.text.isalpha() for word in words) * 5 < len(words) * 4:
        return None
    if _UNSPACED.match(words[0].text):
        return None
    gaps = sorted(b.rect.x0 - a.rect.x1 for a, b in pairwise(words))
    usual = gaps[len(gaps) // 3]
    return usual * 1.7 if usual > 0 else None


class _Run:
    """Collect the words of one line."""

    __slots__ = ("rtl", "words")

    def __init__(self, word: Word) -> None:
        self.words = [word]
        self.rtl = word.rtl

    @property
    def rect(self) -> Rect:
        return hull(self.words)

    def continues_with(self, word: Word) -> bool:
        last = self.words[-1]
        last_x0, last_x1, last_top, last_bottom = last.rect
        x0, x1, top, bottom = word.rect
        shared = min(last_bottom, bottom) - max(last_top, top)
        if shared <= 0 or shared <= 0.5 * min(last_bottom - last_top, bottom - top):
            return False
        size = max(min(last.size, word.size), 1.0)
        if last_x1 <= x1 and x0 > last_x0:
            return -0.5 * size < x0 - last_x1 < _MAX_GAP * size
        if self.rtl or word.rtl:
            rect = self.rect
            return max(x0 - rect.x1, rect.x0 - x1) < _MAX_GAP * size
        return False

    def append(self, word: Word) -> None:
        self.words.append(word)
        self.rtl = self.rtl or word.rtl

    def absorb(self, other: _Run) -> None:
        self.words.extend(other.words)
        self.rtl = self.rtl or other.rtl

    def line(self, sheet: Sheet) -> TextLine:
        words = self.words
        size = _usual_size(words)
        style = _common_style({word.style for word in words})
        rtl = self.rtl and sum(w.rtl for w in words) * 2 >= len(words)
        if not style.mono and _equally_wide(words):
            style = style._replace(mono=True)
        rect = self.rect
        text, hangs = (_typed if style.mono else words_text)(words), 0.0
        if words[0].size >= _INITIAL * size and len(words[0].text) <= 2 and len(words) > 1:
            rest = hull(words[1:])
            hangs = max(rect.bottom - rest.bottom, 0.0)
            rect = Rect(rect.x0, rect.x1, rest.top, rest.bottom)
        return TextLine(text, rect, sheet, size, style, rtl, hangs, places_of(text, words))


def _usual_size(words: Sequence[Word]) -> float:
    if len({word.size for word in words}) == 1:
        return round(words[0].size, 1)
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    return max(sizes, key=lambda value: (sizes[value], value))


def _equally_wide(words: Sequence[Word]) -> bool:
    """Tell whether all letters are as wide as each other, as on a typewriter."""
    measured = [word for word in words if len(word.text) > 2 and word.text.isascii()]
    if (
        len(measured) < 2
        or not _same_pitch(*measured[:2])
        or sum(c.isalpha() for w in measured for c in w.text) < _MIN_LETTERS
    ):
        return False
    pitches = [word.rect.width / len(word.text) for word in measured]
    return max(pitches) - min(pitches) < _SAME_PITCH * max(pitches)


def _joined(runs: list[_Run]) -> Iterable[_Run]:
    """Join runs that continue each other on the page though not in the file."""
    rows: defaultdict[int, list[_Run]] = defaultdict(list)
    result: list[_Run] = []
    for run in sorted(runs, key=lambda run: (run.words[0].rect.x0, run.words[0].rect.top)):
        first = run.words[0]
        row = round((first.rect.top + first.rect.bottom) / 8)
        nearby = [other for near in (row, row - 1, row + 1) for other in rows[near][-8:][::-1]]
        home = next((other for other in nearby if other.continues_with(first)), None)
        if home is None or first.rtl:
            rows[row].append(run)
            result.append(run)
        else:
            home.absorb(run)
    return result
