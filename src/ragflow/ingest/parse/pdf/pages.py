"""One page in reading order: its lines and tables become elements, its furniture leaves the text.

In: what was read of a page, the kinds of its furniture, the size of the document's text. Out: the
page's paragraphs and tables in reading order and the lines that are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.pdf.captions import (
    MOST_LINES,
    completes_caption,
    is_caption,
    reads_as_caption,
)
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.figures import Decorations, Figure
from ragflow.ingest.parse.pdf.levels import is_bare_chapter
from ragflow.ingest.parse.pdf.lines import TextLine, join_row
from ragflow.ingest.parse.pdf.paragraphs import Paragraph, paragraphs
from ragflow.ingest.parse.pdf.reading_order import columns
from ragflow.ingest.parse.pdf.regions import LayoutRegion, covers, of_kind
from ragflow.ingest.parse.pdf.rulings import Segment
from ragflow.ingest.parse.pdf.runs import is_formula, note_starts, runs_of_kind
from ragflow.ingest.parse.pdf.sheet import PageFrame, Sheet
from ragflow.vision.layout import RegionKind

Element = Paragraph | TableRegion | Figure

Item = TextLine | TableRegion | Figure

_CAPTIONS = (RegionKind.FIGURE_CAPTION, RegionKind.TABLE_CAPTION)
_SURE = 0.6  # score from which what the model sees counts
_PROSE = 40  # characters from which a line counts as running text
_TITLE = 1.15  # of the body text
_CHAPTER_APART = 3.0  # of the size, between a chapter's number and its name


@dataclass(slots=True)
class ReadPage:
    """Hold what one page says before its furniture is known."""

    frame: PageFrame
    lines: list[TextLine] = field(default_factory=list)
    tables: list[TableRegion] = field(default_factory=list)
    drops: list[tuple[DropKind, TextLine]] = field(default_factory=list)
    rules: dict[Sheet, Sequence[Segment]] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    regions: list[LayoutRegion] = field(default_factory=list)
    seen_furniture: dict[int, DropKind] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """Count the characters of text."""
        shown = sum(len(line.text) for figure in self.figures for line in figure.lines)
        cells = sum(len(cell.text) for table in self.tables for row in table.rows for cell in row)
        left_out = sum(len(line.text) for _, line in self.drops)
        return cells + shown + left_out + sum(len(line.text) for line in self.lines)


@dataclass(slots=True)
class LaidOutPage:
    """Hold a page's elements in reading order and the lines that leave the text."""

    number: int
    elements: list[Element] = field(default_factory=list)
    drops: list[tuple[DropKind, TextLine]] = field(default_factory=list)


def drop_decorations(pages: Sequence[ReadPage]) -> None:
    """Leave out the figures that stand on several pages, such as logos."""
    found = Decorations()
    for page in pages:
        found.add(page.figures)
    for page in pages:
        page.figures = [figure for figure in page.figures if not found.has(figure)]


def usual_size(pages: Sequence[ReadPage]) -> float:
    """Return the size of a document's text: that of most running text, else of most characters."""
    sizes: Counter[float] = Counter()
    prose: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            length = len(line.text)
            sizes[round(line.size * 2) / 2] += length
            if length >= _PROSE:
                prose[round(line.size * 2) / 2] += length
        for table in page.tables:
            cells = sum(len(cell.text) for row in table.rows for cell in row)
            sizes[round(table.size * 2) / 2] += cells
    counted = prose if prose.total() * 4 >= sizes.total() else sizes
    return max(counted, key=lambda size: (counted[size], size)) if counted else 10.0


def lay_out(page: ReadPage, furniture: Mapping[int, DropKind], body: float) -> LaidOutPage:
    """Put the lines and tables of a page in reading order, without its furniture."""
    laid_out = LaidOutPage(page.frame.number)
    laid_out.drops = [(kind, page.lines[index]) for index, kind in sorted(furniture.items())]
    laid_out.drops += page.drops
    lines = [line for index, line in enumerate(page.lines) if index not in furniture]
    sheets = _sheets(page)
    for sheet in sheets:
        items: list[Item] = [line for line in lines if line.sheet == sheet]
        items += [table for table in page.tables if table.sheet == sheet]
        items += [figure for figure in page.figures if figure.sheet == sheet]
        lowest = max((item.rect.bottom for item in items), default=0.0)
        regions = page.regions if sheet == sheets[0] else ()
        arranger = _Arranger(page.frame.number, body, page.rules.get(sheet, ()), lowest, regions)
        for column in columns(items):
            laid_out.elements.extend(arranger.elements(column.rows))
    return laid_out


def _sheets(page: ReadPage) -> list[Sheet]:
    """Return the sheets of a page in the order in which they were read."""
    lines = [line.sheet for line in page.lines]
    others = [*(table.sheet for table in page.tables), *(figure.sheet for figure in page.figures)]
    return list(dict.fromkeys([*lines, *others]))


@dataclass(frozen=True, slots=True)
class _Arranger:
    """Turn the rows of columns into elements."""

    number: int
    body: float
    rules: Sequence[Segment]
    lowest: float
    regions: Sequence[LayoutRegion]

    def elements(self, rows: Sequence[Sequence[Item]]) -> list[Element]:
        elements: list[Element] = []
        lines: list[TextLine] = []
        for row in rows:
            beside = [item for item in row if isinstance(item, TextLine)]
            others = [item for item in row if not isinstance(item, TextLine)]
            if others:
                elements.extend(self._paragraphs(lines))
                lines = []
                elements.extend(others)
            if beside:
                lines.append(join_row(beside))
        elements.extend(self._paragraphs(lines))
        return elements

    def _paragraphs(self, lines: Sequence[TextLine]) -> list[Paragraph]:
        found: list[Paragraph] = []
        for run in runs_of_kind(lines, self.body, self.rules, self.lowest):
            if run.kind is BlockKind.TEXT:
                found.extend(self._of_text(run.lines))
                continue
            groups = note_starts(run.lines) if run.kind is BlockKind.FOOTNOTE else [run.lines]
            found.extend(self._of_kind(run.kind, group) for group in groups)
        return found

    def _of_text(self, lines: Sequence[TextLine]) -> list[Paragraph]:
        found = paragraphs(lines, self.number, self.body)
        for paragraph in found:
            if paragraph.marker and not is_caption(paragraph.text):
                continue
            if reads_as_caption(paragraph, self.body):
                paragraph.kind = BlockKind.CAPTION
                paragraph.marker = False
            elif is_formula(paragraph.lines) or self._seen_as(paragraph, RegionKind.EQUATION):
                paragraph.kind = BlockKind.FORMULA
            elif self._seen_as(paragraph, *_CAPTIONS):
                paragraph.kind = BlockKind.CAPTION
            paragraph.seen_as_title = self._seen_as(paragraph, RegionKind.TITLE)
        return _whole(found, self.body)

    def _seen_as(self, paragraph: Paragraph, *kinds: RegionKind) -> bool:
        """Tell whether the layout model sees a short paragraph as one of some kinds."""
        if not self.regions or len(paragraph.lines) > MOST_LINES:
            return False
        regions = of_kind(self.regions, *kinds)
        return any(r.score >= _SURE and covers(r.rect, paragraph.rect) for r in regions)

    def _of_kind(self, kind: BlockKind, lines: list[TextLine]) -> Paragraph:
        left = min(line.rect.x0 for line in lines)
        right = max(line.rect.x1 for line in lines)
        return Paragraph(self.number, lines, left, right, kind=kind)


def _whole(paragraphs: Sequence[Paragraph], body: float) -> list[Paragraph]:
    """Join the number of a caption or a chapter, in a line of its own, with its words."""
    whole: list[Paragraph] = []
    for paragraph in paragraphs:
        last = whole[-1] if whole else None
        if last is not None and _completes(last, paragraph, body):
            last.lines.extend(paragraph.lines)
        else:
            whole.append(paragraph)
    return whole


def _completes(number: Paragraph, words: Paragraph, body: float) -> bool:
    if number.kind is BlockKind.CAPTION:
        return completes_caption(number, words)
    if words.kind is not BlockKind.TEXT or words.marker or len(words.lines) > 3:
        return False
    large = min(number.size, words.size) >= _TITLE * body
    return large and words.above < _CHAPTER_APART and is_bare_chapter(number.text)
