"""Words → lines: runs of words on one baseline without a wide gap.

In: the words of a sheet in the order of the file. Out: lines with text, rectangle and style. Lines
with words of right-to-left scripts are read by the places of their words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ragflow.ingest.parse.base import PlacedText
from ragflow.ingest.parse.pdf.bidi import (
    MARKER,
    in_order_from_left,
    in_reading_order,
    reads_from_right,
)
from ragflow.ingest.parse.pdf.characters import UNSPACED, Word
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet, around
from ragflow.ingest.parse.pdf.spacing import (
    INITIAL,
    equally_wide,
    is_initial,
    letter_gaps,
    typed_text,
)
from ragflow.ingest.parse.pdf.word_places import LineCutter, WordPlaces, places_of

_MAX_GAP = 0.9  # of the size: wider than a stretched word space, narrower than a gutter
_HANGS = 3.0  # of the size: the most that lies between the marker of a list and its text
_MOST_SPACES = 80  # between two parts of a typed line


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
    bullet: bool = False  # one is drawn before it
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
    return "" if UNSPACED.match(left[-1]) and UNSPACED.match(right[0]) else " "


def same_row(a: Rect, b: Rect) -> bool:
    """Tell whether two rectangles lie side by side rather than one below the other."""
    _, _, top, bottom = a
    _, _, other_top, other_bottom = b
    if top == other_top and bottom == other_bottom:  # as nearly always, and cheap to tell
        return bottom > top
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > 0 and shared > 0.5 * min(bottom - top, other_bottom - other_top)


def lines_of(words: Sequence[Word], sheet: Sheet) -> list[TextLine]:
    """Return the lines that words form, from top to bottom."""
    runs: list[_Run] = []
    plain = "".join([word.text for word in words]).isascii()
    for word in words:
        if runs and runs[-1].continues_with(word):
            runs[-1].words.append(word)
            if not plain:
                runs[-1].rtl = runs[-1].rtl or word.rtl
        else:
            runs.append(_Run(word))
    joined = list(_joined(runs))
    if not plain:
        joined = _with_markers(joined)
    lines = [run.line(sheet) for run in joined]
    return sorted(lines, key=lambda line: (line.rect.top, line.rect.x0))


def join_row(lines: Sequence[TextLine]) -> TextLine:
    """Return one line of several that stand in one row, in the order of reading."""
    if len(lines) == 1:
        return lines[0]
    rtl = sum(line.rtl for line in lines) * 2 > len(lines)
    ordered = sorted(lines, key=lambda line: -line.rect.x1 if rtl else line.rect.x0)
    text, rect = ordered[0].text, ordered[0].rect
    places = [ordered[0].places]
    for before, line in pairwise(ordered):
        typed = before.style.mono and line.style.mono and line.text.isascii()
        gap = round((line.rect.x0 - before.rect.x1) / line.pitch) if typed else 0
        text += " " * min(gap, _MOST_SPACES) or gap_text(text, line.text)
        places.append(line.places.moved(len(text)))
        text += line.text
        rect = rect.union(line.rect)
    main = max(ordered, key=lambda line: len(line.text))
    style = _common_style({line.style for line in lines})
    hangs = max(line.hangs for line in lines)
    joined = places[0].joined(places[1:])
    bullet = ordered[0].bullet
    return TextLine(text, rect, main.sheet, main.size, style, rtl, hangs, bullet, joined)


def hull(words: Sequence[Word]) -> Rect:
    """Return the rectangle around words."""
    return around([word.rect for word in words])


def words_text(words: Sequence[Word]) -> str:
    """Return the text of words that stand in one row, given in the order of reading."""
    gaps = letter_gaps(words)
    if gaps is None:
        plain = _plainly_spaced(words)
        if plain:
            return plain
    text = ""
    before: Word | None = None
    for word in words:
        if before is not None:
            apart = max(word.rect.x0 - before.rect.x1, before.rect.x0 - word.rect.x1)
            spaced = word.spaced or apart > 0.15 * word.size if gaps is None else apart > gaps
            spaced = spaced and not is_initial(before, word, apart)
            text += gap_text(text, word.text, spaced=spaced)
        text += word.text
        before = word
    return text


def flagged_text(words: Sequence[Word]) -> str:
    """Return the text of words that say themselves where spaces are, in the order of reading."""
    text = ""
    for word in words:
        text += gap_text(text, word.text, spaced=word.spaced) + word.text
    return text


def _plainly_spaced(words: Sequence[Word]) -> str:
    """Return the text of words of which each has its space; nothing if some may not.

    Most lines are like that, and looking at all words at once costs a tenth of one by one.
    """
    texts, _, sizes, _, spaced = zip(*words, strict=True)
    if not all(spaced[1:]) or max(sizes) >= INITIAL * min(sizes):
        return ""
    text = " ".join(texts)
    if text.split() != list(texts) or not (text.isascii() or UNSPACED.search(text) is None):
        return ""
    return text


def _common_style(styles: Collection[Style]) -> Style:
    if len(styles) == 1:
        return next(iter(styles))
    return Style(
        all(style.bold for style in styles),
        all(style.mono for style in styles),
        all(style.italic for style in styles),
    )


class _Run:
    """Collect the words of one line."""

    __slots__ = ("rtl", "words")

    def __init__(self, word: Word) -> None:
        self.words = [word]
        self.rtl = word.rtl

    def continues_with(self, word: Word) -> bool:
        _, last_rect, last_size, _, _ = self.words[-1]
        _, rect, size, _, _ = word
        if not same_row(last_rect, rect):
            return False
        last_x0, last_x1, _, _ = last_rect
        x0, x1, _, _ = rect
        size = last_size if last_size < size else size
        size = size if size > 1.0 else 1.0
        if self.rtl or word.rtl:
            whole = hull(self.words)
            return max(x0 - whole.x1, whole.x0 - x1) < _MAX_GAP * size
        if last_x1 <= x1 and x0 > last_x0:
            return -0.5 * size < x0 - last_x1 < _MAX_GAP * size
        return False

    def adjoins(self, other: _Run) -> bool:
        """Tell whether the words of another run belong to the line of this one."""
        if not (self.rtl or other.rtl):
            return self.continues_with(other.words[0])
        own, rect = hull(self.words), hull(other.words)
        size = max(min(self.words[-1].size, other.words[0].size), 1.0)
        apart = max(rect.x0 - own.x1, own.x0 - rect.x1)
        return same_row(own, rect) and apart < _MAX_GAP * size

    def absorb(self, other: _Run) -> None:
        self.words.extend(other.words)
        self.rtl = self.rtl or other.rtl

    def line(self, sheet: Sheet) -> TextLine:
        words = self.words
        rtl = self.rtl and reads_from_right(words)
        if self.rtl:
            words = in_reading_order(words) if rtl else in_order_from_left(words)
        texts, rects, sizes, styles, _ = zip(*words, strict=True)
        size = _usual_size(texts, sizes)
        style = _common_style(set(styles))
        if not style.mono and equally_wide(words):
            style = style._replace(mono=True)
        rect = around(rects)
        typed = style.mono and "".join(texts).isascii()
        written = flagged_text if self.rtl else words_text
        text, hangs = typed_text(words) if typed else written(words), 0.0
        if sizes[0] >= INITIAL * size and len(texts[0]) <= 2 and len(words) > 1:
            rest = hull(words[1:])
            hangs = max(rect.bottom - rest.bottom, 0.0)
            rect = Rect(rect.x0, rect.x1, rest.top, rest.bottom)
        places = places_of(text, texts, rects)
        return TextLine(text, rect, sheet, size, style, rtl, hangs, places=places)


def _usual_size(texts: Sequence[str], sizes: Sequence[float]) -> float:
    if len(set(sizes)) == 1:
        return round(sizes[0], 1)
    counts: Counter[float] = Counter()
    for text, size in zip(texts, sizes, strict=True):
        counts[round(size, 1)] += len(text)
    return max(counts, key=lambda value: (counts[value], value))


def _joined(runs: list[_Run]) -> Iterable[_Run]:
    """Join runs that continue each other on the page though not in the file."""
    rows: defaultdict[int, list[_Run]] = defaultdict(list)
    result: list[_Run] = []
    for run in sorted(runs, key=lambda run: (run.words[0].rect.x0, run.words[0].rect.top)):
        first = run.words[0]
        row = round((first.rect.top + first.rect.bottom) / 8)
        nearby = [other for near in (row, row - 1, row + 1) for other in rows[near][-8:][::-1]]
        home = next((other for other in nearby if other.adjoins(run)), None)
        if home is None:
            rows[row].append(run)
            result.append(run)
        else:
            home.absorb(run)
    return result


def _with_markers(runs: list[_Run]) -> list[_Run]:
    """Join the markers of lists, which hang further from their text, with right-to-left lines."""
    lines = [(hull(run.words), run) for run in runs if run.rtl]
    if not lines:
        return runs
    kept: list[_Run] = []
    for run in runs:
        rect, size = hull(run.words), run.words[0].size
        marks = MARKER.fullmatch("".join([word.text for word in run.words])) is not None
        beside = [
            (rect.x0 - other.x1, home)
            for other, home in lines
            if marks
            and home is not run
            and same_row(rect, other)
            and 0 <= rect.x0 - other.x1 < _HANGS * size
        ]
        if beside:
            min(beside, key=lambda place: place[0])[1].absorb(run)
        else:
            kept.append(run)
    return kept
