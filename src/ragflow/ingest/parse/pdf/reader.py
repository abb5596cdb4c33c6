"""Read one page: its words become lines and tables, its pictures figures.

In: a pdfium page and, if there is one, the layout model. Out: what the page says before anything is
known of the other pages. The model looks at pages with pictures or drawings, where rules are
unsure, and at those of very short documents, where nothing repeats; other pages do without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragflow.domain.documents import DropKind
from ragflow.ingest.parse.pdf.bullets import with_bullets
from ragflow.ingest.parse.pdf.characters import WrittenSheet, page_frame, read_words
from ragflow.ingest.parse.pdf.drawings import Drawings, read_drawings
from ragflow.ingest.parse.pdf.figures import (
    Decorations,
    charts_among,
    figure_image,
    find_figures,
    lines_of_table,
)
from ragflow.ingest.parse.pdf.furniture import seen_furniture
from ragflow.ingest.parse.pdf.lines import lines_of
from ragflow.ingest.parse.pdf.objects import Objects, objects_of
from ragflow.ingest.parse.pdf.pages import ReadPage
from ragflow.ingest.parse.pdf.recognise import Recogniser
from ragflow.ingest.parse.pdf.regions import LayoutRegion, page_regions
from ragflow.ingest.parse.pdf.rulings import Rulings, read_rulings, with_pictured
from ragflow.ingest.parse.pdf.seen_tables import with_seen_tables
from ragflow.ingest.parse.pdf.sheet import Sheet
from ragflow.ingest.parse.pdf.tables import find_tables
from ragflow.ingest.parse.pdf.turned import turned_lines
from ragflow.vision.layout import LayoutModel
from ragflow.vision.table_structure import TableModel

_FEW_PAGES = 2
_MOST_IMAGE_BYTES = 96 << 20  # of all figures of a document


class PageReader:
    """Read the pages of one document."""

    def __init__(
        self,
        page_count: int,
        model: LayoutModel | None = None,
        table_model: TableModel | None = None,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._always_look = page_count <= _FEW_PAGES
        self._model = model
        self._table_model = table_model
        self._recogniser = recogniser
        self._decorations = Decorations()
        self._image_bytes = 0

    def read(self, page: Any, number: int) -> ReadPage:
        """Return the lines, tables and figures of a page."""
        read = ReadPage(page_frame(page, number))
        objects = objects_of(page)
        written = self._words(page, objects, read)
        sheet = written[0].sheet if written else Sheet(read.frame)
        drawings = read_drawings(objects, sheet)
        regions = self._regions(page, sheet, drawings)
        for index, part in enumerate(written):
            others = written[1:] if index == 0 else []
            regions = self._read_sheet(page, objects, part, read, regions, others)
        read.lines = with_bullets(read.lines, drawings.marks, sheet)
        self._add_figures(page, sheet, read, drawings, regions)
        read.regions = regions or []
        if self._always_look:
            read.seen_furniture = seen_furniture(read.lines, read.regions, sheet)
        return read

    def _words(self, page: Any, objects: Objects, read: ReadPage) -> list[WrittenSheet]:
        """Return the words of the text layer, and those that only show."""
        if self._recogniser is None:
            return read_words(page, read.frame)
        written = self._recogniser.words(page, objects, read.frame)
        read.drops.extend(self._recogniser.drops(read.frame.number))
        return written

    def _regions(self, page: Any, sheet: Sheet, drawings: Drawings) -> list[LayoutRegion] | None:
        """Return what the model sees; None where it does not look."""
        unsure = self._always_look or drawings.any
        return page_regions(page, sheet, self._model) if self._model and unsure else None

    def _read_sheet(
        self,
        page: Any,
        objects: Objects,
        written: WrittenSheet,
        read: ReadPage,
        regions: list[LayoutRegion] | None,
        others: Sequence[WrittenSheet],
    ) -> list[LayoutRegion] | None:
        """Read the text of one direction, and of `others` what stands in its tables.

        Returns the regions, for which unsure tables ask too.
        """
        words = written.words
        seen = self._recogniser.strokes(written.sheet) if self._recogniser else ()
        rulings = read_rulings(objects, written.sheet, seen) if words else Rulings()
        if words and not seen and not read.lines and not read.tables:
            places = [word.rect for word in words]
            rulings = with_pictured(rulings, page, objects, written.sheet, places)
        read.rules[written.sheet] = rulings.horizontal
        turned = turned_lines(others, written.sheet)
        found = find_tables(words, rulings, written.sheet, turned)
        taken = {id(word) for word in found.turned}
        for other in others:
            other.words = [word for word in other.words if id(word) not in taken]
        if self._table_model is not None and not read.lines and not read.tables:
            if regions is None and found.unsure and self._model is not None:
                regions = page_regions(page, written.sheet, self._model)
            found = with_seen_tables(
                page, written.sheet, words, found, regions or (), self._table_model
            )
        read.tables.extend(found.tables)
        read.lines.extend(lines_of(found.words, written.sheet))
        for kind, left_out in (
            (DropKind.HIDDEN, written.hidden),
            (DropKind.DUPLICATE, written.repeated),
        ):
            read.drops.extend((kind, line) for line in lines_of(left_out, written.sheet))
        return regions

    def _add_figures(
        self,
        page: Any,
        sheet: Sheet,
        read: ReadPage,
        drawings: Drawings,
        regions: Sequence[LayoutRegion] | None,
    ) -> None:
        for chart in charts_among(read.tables, regions or ()):
            read.tables.remove(chart)
            read.lines.extend(lines_of_table(chart))
        lines = [line for line in read.lines if line.sheet == sheet]
        read.figures = find_figures(drawings, regions, lines, read.tables, sheet)
        taken = {id(line) for figure in read.figures for line in figure.lines}
        read.lines = [line for line in read.lines if id(line) not in taken]
        self._decorations.add(read.figures)
        for figure in read.figures:
            if self._decorations.has(figure):  # it will be left out
                continue
            if self._image_bytes < _MOST_IMAGE_BYTES:
                figure.image = figure_image(page, figure)
                self._image_bytes += len(figure.image or b"")
