"""Pages of placed text → the blocks and drops of a document.

In: laid-out pages. Out: calls to a `DocumentBuilder` in reading order: titles, paragraphs, list
items, code, captions, tables; furniture as drops. A paragraph that runs over a column or a page
stays one block. Hyphens taken out at line ends are accounted for by one drop at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.base import DocumentBuilder, PlacedText
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.continued import join_over_pages
from ragflow.ingest.parse.pdf.document import OutlineEntry
from ragflow.ingest.parse.pdf.figures import Figure
from ragflow.ingest.parse.pdf.hyphens import Vocabulary
from ragflow.ingest.parse.pdf.lines import join_row
from ragflow.ingest.parse.pdf.nesting import Nesting
from ragflow.ingest.parse.pdf.pages import Element, LaidOutPage
from ragflow.ingest.parse.pdf.pairing import captions_of
from ragflow.ingest.parse.pdf.paragraphs import Paragraph
from ragflow.ingest.parse.pdf.reading_order import columns
from ragflow.ingest.parse.pdf.titles import TitleFinder

_AFTER_THE_TEXT = (
    *(DropKind.FOOTER, DropKind.PAGE_NUMBER, DropKind.HIDDEN, DropKind.DUPLICATE),
    *(DropKind.UNREADABLE, DropKind.UNSURE),
)
_ASIDE = 0.9  # of the size of a paragraph: text that may stand between its parts
_INDENT = 2  # spaces before an item for each list that its own is inside of
_BETWEEN = (BlockKind.CAPTION, BlockKind.FOOTNOTE, BlockKind.FORMULA)


class BlockWriter:
    """Write laid-out pages into a document."""

    def __init__(
        self,
        builder: DocumentBuilder,
        pages: Sequence[LaidOutPage],
        body: float,
        outline: Iterable[OutlineEntry],
    ) -> None:
        self._builder = builder
        self._pages = pages
        written = [[e for e in page.elements if isinstance(e, Paragraph)] for page in pages]
        self._titles = TitleFinder(written, body, outline)
        self._words = Vocabulary(
            line for page in pages for element in page.elements for line in _lines_of(element)
        )
        self._nesting = Nesting()
        self._hyphens: list[str] = []

    def write(self) -> None:
        """Write all pages."""
        join_over_pages([page.elements for page in self._pages])
        _join_over_breaks(self._pages, self._titles)
        for page in self._pages:
            self._drop(page, DropKind.HEADER)
            self._write_elements(page.elements)
            for kind in _AFTER_THE_TEXT:
                self._drop(page, kind)
        self._builder.drop(DropKind.HYPHEN, "".join(self._hyphens))

    def _drop(self, page: LaidOutPage, wanted: DropKind) -> None:
        for kind, line in page.drops:
            if kind is wanted:
                self._builder.drop(kind, line.text, line.sheet.box(line.rect))

    def _write_elements(self, elements: Sequence[Element]) -> None:
        captions = captions_of(elements)
        taken = {id(paragraph) for caption in captions.values() for paragraph in caption}
        for element in elements:
            caption = captions.get(id(element), [])
            if isinstance(element, TableRegion):
                self._write_table(element, caption)
            elif isinstance(element, Figure):
                self._write_figure(element, caption)
            elif id(element) not in taken:
                self._write_paragraph(element)

    def _write_table(self, table: TableRegion, caption: Sequence[Paragraph]) -> None:
        parts = [self._joined(part) for part in caption]
        text = " ".join("".join(line.text for line in part) for part in parts)
        place = [line.box for part in parts for line in part if line.box is not None]
        box = table.sheet.box(table.rect)
        rows = [
            [replace(cell, text="".join(self._as_joined(cell.lines))) for cell in row]
            for row in table.rows
        ]
        self._builder.table(rows, caption=text, box=box, caption_boxes=place)
        for repeated in table.repeated:
            self._builder.drop(DropKind.DUPLICATE, repeated.text, repeated.box)

    def _write_figure(self, figure: Figure, caption: Sequence[Paragraph]) -> None:
        """Write a figure with the text in it, and its caption right after it."""
        lines = [join_row(row) for column in columns(figure.lines) for row in column.rows]
        placed = [line.placed() for line in lines]
        place = figure.box if figure.image is not None else None
        self._builder.block_of_lines(BlockKind.FIGURE, placed, image=figure.image, place=place)
        for paragraph in caption:
            self._write_paragraph(paragraph)

    def _write_paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.kind is BlockKind.CODE:
            self._builder.block_of_lines(BlockKind.CODE, _code(paragraph))
            return
        if paragraph.kind in (BlockKind.CONTENTS, BlockKind.FORMULA):
            lines = [line.placed() for line in paragraph.lines]
            self._builder.block_of_lines(paragraph.kind, lines)
            return
        level = self._titles.level(paragraph)
        kind = BlockKind.TITLE if level else _kind(paragraph)
        depth = self._nesting.depth(paragraph, kind)
        lines = self._joined(paragraph, _INDENT * (depth - 1))
        self._builder.block_of_lines(kind, lines, level=level or depth, separator="")

    def _joined(self, paragraph: Paragraph, indent: int = 0) -> list[PlacedText]:
        """Return the lines as they join, the first indented by so many spaces."""
        lines = paragraph.lines
        joined: list[PlacedText] = []
        for line, text in zip(lines, self._as_joined([line.text for line in lines]), strict=True):
            shift = 0 if joined else max(indent, 0)
            joined.append(line.placed(" " * shift + text, shift))
        return joined

    def _as_joined(self, lines: Sequence[str]) -> list[str]:
        """Return lines with what joins each to the next; notes the hyphens it takes out."""
        joints = [self._words.join(line, following) for line, following in pairwise(lines)]
        self._hyphens += [joint.removed for joint in joints]
        return [*(joint.text for joint in joints), *lines[-1:]]


def _lines_of(element: Element) -> Iterable[str]:
    """Return the lines of a paragraph or of the cells of a table."""
    if isinstance(element, Paragraph):
        return [line.text for line in element.lines]
    if isinstance(element, TableRegion):
        return [line for row in element.rows for cell in row for line in cell.lines]
    return ()


def _kind(paragraph: Paragraph) -> BlockKind:
    if paragraph.kind is BlockKind.TEXT and paragraph.marker:
        return BlockKind.LIST_ITEM
    return paragraph.kind


def _code(paragraph: Paragraph) -> list[PlacedText]:
    """Return the lines of a program, indented as on the page."""
    widths = [line.rect.width / len(line.text) for line in paragraph.lines if line.text]
    width = max(min(widths), 1.0)
    left = min(line.rect.x0 for line in paragraph.lines)
    indents = [round((line.rect.x0 - left) / width) for line in paragraph.lines]
    return [
        line.placed(" " * indent + line.text, indent)
        for line, indent in zip(paragraph.lines, indents, strict=True)
    ]


def _join_over_breaks(pages: Sequence[LaidOutPage], titles: TitleFinder) -> None:
    """Join paragraphs that run on in the next column or on the next page.

    Tables, captions and notes may stand between their parts, those at the side too: smaller text.
    """
    open_paragraph: Paragraph | None = None
    for page in pages:
        kept: list[Element] = []
        for element in page.elements:
            if (
                not isinstance(element, Paragraph)
                or element.kind in _BETWEEN
                or (open_paragraph is not None and element.size < _ASIDE * open_paragraph.size)
            ):
                kept.append(element)
                continue
            if open_paragraph is not None and _runs_on(open_paragraph, element):
                open_paragraph.lines.extend(element.lines)
                open_paragraph.right = element.right
                open_paragraph.left = element.left
                continue
            kept.append(element)
            is_text = element.kind is BlockKind.TEXT and not titles.level(element)
            open_paragraph = element if is_text else None
        page.elements = kept


def _runs_on(paragraph: Paragraph, following: Paragraph) -> bool:
    last, first = paragraph.lines[-1], following.lines[0]
    moved = first.sheet != last.sheet or first.rect.top < last.rect.top
    if not moved or following.marker or following.kind is not BlockKind.TEXT:
        return False
    if paragraph.finished or abs(paragraph.size - following.size) > 0.09 * paragraph.size:
        return False
    if first.style.bold and not last.style.bold:
        return False
    start = first.text[0]
    return start.islower() or (not start.isascii() and start.isalpha() and not start.isupper())
