"""Lines of one column → paragraphs.

In: the rows of a column. Out: runs of lines that are set alike and follow each other closely; a new
list marker, an indent, a wider gap or a finished short line starts the next run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.captions import is_caption
from ragflow.ingest.parse.pdf.characters import UNSPACED
from ragflow.ingest.parse.pdf.lines import TextLine
from ragflow.ingest.parse.pdf.sentences import ends_sentence
from ragflow.ingest.parse.pdf.sheet import Rect

BULLET = re.compile(r"(?:[•●▪◦‣∙·○■□▫◾◽➢➤➔→►▶▸❖◆◇❑❏☐☑☒✓✔✗★☆※⁃\uf000-\uf0ff]|[–—*+-](?=\s))\s*")
LIST_MARKER = re.compile(
    BULLET.pattern + r"|(?:\(?\d{1,2}[.)](?=\s)|\(?[a-zA-Z][.)](?=\s)|\(?[ivxIVX]{1,5}[.)](?=\s)"
    r"|\([ivx]{1,5}\)|[（(]?[一二三四五六七八九十]{1,3}[)）、]|[（(]\d{1,2}[)）]|\d{1,2}[、．](?!\d)"
    r"|[①-⑳]|[가-하][.)](?=\s))\s*"
)
_BULLET_LETTERS = "rlnqvuopmtwxz"  # that symbol fonts show as bullets
_MIN_BULLETS = 3
_FAR = 99.0  # sizes: there is nothing above
_SAME_SIZE = 0.06  # share by which the sizes of a paragraph's lines may differ
_SAME_LARGE = 0.12  # and those of a title's lines
_LARGE = 1.15  # of the body text: lines this large are titles
_HUGE = 1.5  # of the body text: titles this large may have lines of different sizes
_LARGE_STEP = 1.45  # of the size, from one line of a title to the next
_UNFILLED = 4.0  # of the size, left free at the end of a line
_OFF_CENTRE = 0.3  # of the size
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,4}\.?\s")


@dataclass(slots=True)
class Paragraph:
    """Hold lines that form one run of text; `right` is where the column's lines end.

    `above` is the gap to what stands above in the column, in sizes; `kind` is TEXT until a later
    stage knows better; `seen_as_title` is what the layout model says.
    """

    page: int
    lines: list[TextLine]
    left: float
    right: float
    marker: bool = False
    above: float = _FAR
    kind: BlockKind = BlockKind.TEXT
    seen_as_title: bool = False

    @property
    def size(self) -> float:
        """Return the size of most of its lines."""
        return median(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        """Tell whether all of it is bold."""
        return all(line.style.bold for line in self.lines)

    @property
    def italic(self) -> bool:
        """Tell whether all of it is slanted."""
        return all(line.style.italic for line in self.lines)

    @property
    def text(self) -> str:
        """Return its lines, joined by spaces."""
        return " ".join(line.text for line in self.lines)

    @property
    def rect(self) -> Rect:
        """Return the rectangle around its lines."""
        rect = self.lines[0].rect
        for line in self.lines[1:]:
            rect = rect.union(line.rect)
        return rect

    @property
    def finished(self) -> bool:
        """Tell whether it ends as a sentence does, or before its line is full."""
        last = self.lines[-1]
        slack = last.rect.x0 - self.left if last.rtl else self.right - last.rect.x1
        return ends_sentence(last.text) or slack > 4 * last.size


def paragraphs(lines: Sequence[TextLine], page: int, body: float) -> list[Paragraph]:
    """Return the paragraphs of a column; `body` is the size of the document's text."""
    if not lines:
        return []
    left = min(line.rect.x0 for line in lines)
    right = max(line.rect.x1 for line in lines)
    leading = _leading(lines)
    letters = _bullet_letters(lines)
    result: list[Paragraph] = []
    for line in lines:
        marker = line.bullet or _has_marker(line) or line.text[:2] in letters
        if result and not marker and _continues(result[-1], line, leading, body):
            result[-1].lines.append(line)
            continue
        above = _FAR
        if result:
            above = (line.rect.top - result[-1].lines[-1].rect.bottom) / max(line.size, 1.0)
        result.append(Paragraph(page, [line], left, right, marker, above))
    return result


def _has_marker(line: TextLine) -> bool:
    match = LIST_MARKER.match(line.text)
    return match is not None and len(line.text) > match.end()


def _bullet_letters(lines: Sequence[TextLine]) -> set[str]:
    """Return the letters that stand for bullets: a symbol font shows them as such."""
    starts = Counter(
        line.text[:2]
        for line in lines
        if line.text[:1] in _BULLET_LETTERS and line.text[1:2] == " " and line.text[2:3].isupper()
    )
    return {start for start, count in starts.items() if count >= _MIN_BULLETS}


def _leading(lines: Sequence[TextLine]) -> float:
    """Return the usual distance of two lines, in their size."""
    steps = [
        (below.rect.bottom - above.rect.bottom) / above.size
        for above, below in pairwise(lines)
        if abs(above.size - below.size) < 0.5 and below.rect.bottom > above.rect.bottom
    ]
    close = [step for step in steps if step < 2.2]
    return median(close) if close else 1.2


def _continues(paragraph: Paragraph, line: TextLine, leading: float, body: float) -> bool:
    above = paragraph.lines[-1]
    size = max(above.size, line.size)
    large = min(above.size, line.size) > _LARGE * body and above.style == line.style
    differs = _SAME_LARGE if large and size > _HUGE * body else _SAME_SIZE
    if abs(above.size - line.size) > differs * size:
        return False
    if above.style.bold != line.style.bold and not _runs_in(paragraph, line):
        return False
    step = line.rect.bottom - above.rect.bottom
    if not 0 < step <= (leading * 1.25 + 0.1) * size:
        return large and 0 < step <= _LARGE_STEP * size and _NUMBERED.match(line.text) is None
    if large:
        return _NUMBERED.match(line.text) is None
    if is_caption(line.text) and ends_sentence(above.text):
        return False
    return not _starts_anew(paragraph, above, line)


def _runs_in(paragraph: Paragraph, line: TextLine) -> bool:
    """Tell whether a sentence goes on over a change between bold and plain type."""
    above = paragraph.lines[-1]
    full = paragraph.right - above.rect.x1 < 3 * above.size
    if paragraph.bold or (line.style.bold and ends_sentence(above.text)):
        return full and line.text[0].islower()
    return True


def _fits(line: TextLine, slack: float) -> bool:
    """Tell whether a line's first word had room on the line above: the break is on purpose."""
    return slack > (len(line.text.split(" ", 1)[0]) + 1) * line.pitch + 2 * line.size


def _below_the_middle(above: TextLine, line: TextLine) -> bool:
    """Tell whether two lines are centred on each other."""
    middle = (line.rect.x0 + line.rect.x1) / 2
    return abs((above.rect.x0 + above.rect.x1) / 2 - middle) < _OFF_CENTRE * line.size


def _starts_anew(paragraph: Paragraph, above: TextLine, line: TextLine) -> bool:
    """Tell whether indents or a short line above say that a new paragraph begins."""
    size = line.size
    if line.rtl:
        indent, before = paragraph.right - line.rect.x1, paragraph.right - above.rect.x1
        slack = above.rect.x0 - paragraph.left
    else:
        indent, before = line.rect.x0 - paragraph.left, above.rect.x0 - paragraph.left
        slack = paragraph.right - above.rect.x1
    width = paragraph.right - paragraph.left
    if line.rect.top < paragraph.lines[0].rect.bottom + paragraph.lines[0].hangs:
        return False  # it stands beside the initial
    if paragraph.marker:
        if UNSPACED.match(line.text) and slack > _UNFILLED * size:
            return True  # such text breaks anywhere, so this line ends on purpose
        if ends_sentence(above.text) and above.text[-1] not in ":：" and _fits(line, slack):
            return True
        return indent < before - 0.6 * size and len(paragraph.lines) > 1
    if line.text[0].islower() and not ends_sentence(above.text):
        return False
    aside = line.rect.x0 - paragraph.left if line.rtl else paragraph.right - line.rect.x1
    if slack > 0.35 * width and width > 12 * size:
        return not (abs(indent - aside) < 2 * size and indent > size)
    if (
        _below_the_middle(above, line)
        and min(indent, aside) > size
        and not ends_sentence(above.text)
    ):
        return False
    if slack > 3 * size and ends_sentence(above.text):
        return True
    return (
        0.8 * size < indent < 5 * size
        and indent > before + 0.8 * size
        and (slack < 4 * size or ends_sentence(above.text))
    )
