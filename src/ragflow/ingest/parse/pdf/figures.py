"""Figures: which pictures and drawings of a page are part of what it says.

In: a page's drawings, its lines and tables, and the regions that the layout model sees, if there is
one. Out: figures, each with the lines that lie in it, which leave the running text but stay in the
figure. What repeats on several pages is decoration and no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragflow.domain.documents import Box
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.document import page_jpeg
from ragflow.ingest.parse.pdf.drawings import Drawings
from ragflow.ingest.parse.pdf.lines import TextLine
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.regions import LayoutRegion, of_kind
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.vision.layout import RegionKind

_SURE = 0.5  # score from which a region of the model is a figure
_CERTAIN = 0.85  # and from which it may hold sentences
_SURER = 0.75  # and from which it is one although rules see a table
_LEAST_AREA = 0.012  # of the page's area, for a picture that the model does not call a figure
_INSIDE = 0.6  # of a line's area
_PROSE = 30  # characters from which a line is more than a label
_MOST_PROSE = 160  # characters of such lines that a figure may hold; with more it is a background
_MOST_CERTAIN = 800  # and that what is certainly a figure may hold
_BANNER = 4.0  # of the size of the text on it: a lower picture is the ground of a heading
_HIGHEST_BANNER = 72.0  # points
_SCALE = 2.0  # pixels per point
_MAX_SIDE = 1600  # pixels
_QUALITY = 80
_REPEATED = 3  # pages on which a decoration stands in one place


@dataclass(slots=True)
class Figure:
    """Hold a figure's place, the text in it and its picture as a JPEG."""

    rect: Rect
    sheet: Sheet
    lines: list[TextLine] = field(default_factory=list)
    image: bytes | None = None
    size: float = 10.0
    rtl: bool = False

    @property
    def box(self) -> Box:
        """Return its place on the displayed page."""
        return self.sheet.box(self.rect)


def find_figures(
    drawings: Drawings,
    regions: Sequence[LayoutRegion] | None,
    lines: Sequence[TextLine],
    tables: Sequence[TableRegion],
    sheet: Sheet,
) -> list[Figure]:
    """Return the figures of a sheet with the lines in them; `regions` is None without a model."""
    whole = max(sheet.width * sheet.height, 1.0)
    named = of_kind(regions or (), RegionKind.FIGURE)
    certain = [region.rect for region in named if region.score >= _CERTAIN]
    if regions is None:
        rects = _united([*drawings.pictures, *drawings.drawn])
    else:
        rects = _seen(drawings, regions, whole)
    figures: list[Figure] = []
    for rect in rects:
        if any(
            _share(rect, table.rect) > 0.3 or _share(table.rect, rect) > 0.5 for table in tables
        ):
            continue
        if regions is None and rect.width * rect.height < _LEAST_AREA * whole:
            continue
        inside = [line for line in lines if _share(line.rect, rect) > _INSIDE]
        most = _MOST_CERTAIN if any(_share(rect, sure) > 0.7 for sure in certain) else _MOST_PROSE
        if sum(len(line.text) for line in inside if len(line.text) >= _PROSE) > most:
            continue
        size = max((line.size for line in inside), default=0.0)
        if rect.height < min(_BANNER * size, _HIGHEST_BANNER):
            continue
        figures.append(Figure(rect, sheet, inside))
    return figures


def charts_among(
    tables: Sequence[TableRegion], regions: Sequence[LayoutRegion]
) -> list[TableRegion]:
    """Return the tables that the layout model takes for figures: axes and bars look like rows."""
    figures = [r.rect for r in of_kind(regions, RegionKind.FIGURE) if r.score >= _SURER]
    real = [r.rect for r in of_kind(regions, RegionKind.TABLE)]
    return [
        table
        for table in tables
        if not (table.sheet.turn or table.sheet.skew)
        and any(_share(table.rect, rect) > 0.7 for rect in figures)
        and not any(_share(table.rect, rect) > 0.4 for rect in real)
    ]


def lines_of_table(table: TableRegion) -> list[TextLine]:
    """Return the cells of what is no table as lines."""
    return [
        TextLine(
            cell.text,
            Rect(cell.box.x0, cell.box.x1, cell.box.top, cell.box.bottom),
            table.sheet,
            table.size,
            Style(),
        )
        for row in table.rows
        for cell in row
        if cell.box is not None and cell.text.strip()
    ]


def _seen(drawings: Drawings, regions: Sequence[LayoutRegion], whole: float) -> list[Rect]:
    """Return the model's figures, and pictures that it takes neither for these nor for text."""
    named = [r.rect for r in of_kind(regions, RegionKind.FIGURE) if r.score >= _SURE]
    parts = [*drawings.pictures, *drawings.drawn]
    rects = []
    for rect in named:
        for part in parts:
            if _share(part, rect) > 0.7 and _share(rect, part) > 0.4:
                rect = rect.union(part)
        rects.append(rect)
    other = [r.rect for r in regions if r.kind is not RegionKind.FIGURE]
    for picture in drawings.pictures:
        if picture.width * picture.height < _LEAST_AREA * whole:
            continue
        if not any(_share(rect, picture) > 0.6 for rect in other):
            rects.append(picture)
    return _united(rects)


def _united(rects: Iterable[Rect]) -> list[Rect]:
    """Join rectangles of which one covers a good part of another."""
    united: list[Rect] = []
    for rect in sorted(rects, key=lambda rect: -rect.width * rect.height):
        for index, other in enumerate(united):
            if _share(rect, other) > 0.3:
                united[index] = other.union(rect)
                break
        else:
            united.append(rect)
    return sorted(united, key=lambda rect: (rect.top, rect.x0))


def _share(rect: Rect, of: Rect) -> float:
    """Return which share of a rectangle lies in another."""
    width = min(rect.x1, of.x1) - max(rect.x0, of.x0)
    height = min(rect.bottom, of.bottom) - max(rect.top, of.top)
    area = rect.width * rect.height
    return width * height / area if width > 0 and height > 0 and area > 0 else 0.0


def figure_image(page: Any, figure: Figure) -> bytes | None:
    """Return a JPEG of a figure as the page shows it; None where it is too thin."""
    box, frame = figure.box, figure.sheet.frame
    width, height = box.x1 - box.x0, box.bottom - box.top
    if min(width, height) < 1:
        return None
    scale = min(_SCALE, _MAX_SIDE / max(width, height))
    edges = (box.x0, frame.height - box.bottom, frame.width - box.x1, box.top)
    return page_jpeg(page, scale, _QUALITY, tuple(max(edge, 0.0) for edge in edges))


class Decorations:
    """Tell the figures that stand in one place of several pages: logos and such."""

    def __init__(self) -> None:
        self._pages: Counter[tuple[int, ...]] = Counter()

    def add(self, figures: Iterable[Figure]) -> None:
        """Count the figures of one page."""
        self._pages.update({_place(figure) for figure in figures})

    def has(self, figure: Figure) -> bool:
        """Tell whether a figure is one, by the pages counted up to now."""
        return not figure.lines and self._pages[_place(figure)] >= _REPEATED


def _place(figure: Figure) -> tuple[int, ...]:
    return tuple(round(side / 6) for side in figure.rect)
