"""Tables that the models see where rules find none, or find one that they doubt.

In: the words of a sheet, the tables that rules found and the regions that the layout model sees.
Out: more tables, or better ones. The layout model says where a table is, the structure model where
its cells are; rules keep the last word where lines draw the cells, for they see every line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.regions import LayoutRegion, of_kind
from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.ingest.parse.pdf.sound import is_doubtful, is_program, is_sound
from ragflow.ingest.parse.pdf.structured import structured_table
from ragflow.ingest.parse.pdf.tables import FoundTables
from ragflow.vision.layout import RegionKind
from ragflow.vision.table_structure import TableModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SURE = 0.6  # score from which a region is a table
_MARGIN = 3.0  # points: regions are cut a little short
_MOST_SHARED = 0.3  # of the smaller area, by which a region may lie on a table that is known
_FEWEST = 4  # words
_SIDE = 1000  # pixels of the longer side of a picture
_SCALE = 2.5  # pixels per point, at most


def with_seen_tables(
    page: Any,
    sheet: Sheet,
    words: Sequence[Word],
    found: FoundTables,
    regions: Sequence[LayoutRegion],
    model: TableModel,
) -> FoundTables:
    """Return the tables of a sheet, those too that the models alone see."""
    tables: list[TableRegion] = []
    rest = list(found.words)
    for table in found.tables:
        better = _better(page, table, words, rest, model) if is_doubtful(table) else None
        tables.append(better or table)
    for region in of_kind(regions, RegionKind.TABLE):
        if region.score < _SURE or any(_share(region.rect, t.rect) > _MOST_SHARED for t in tables):
            continue
        inside = [word for word in rest if _holds(region.rect, word.rect)]
        seen = _seen(page, sheet, region.rect, inside, model)
        if seen is not None and is_sound(seen):
            tables.append(seen)
            gone = {id(word) for word in inside}
            rest = [word for word in rest if id(word) not in gone]
    return FoundTables(tables, rest)


def _better(
    page: Any,
    table: TableRegion,
    words: Sequence[Word],
    rest: Sequence[Word],
    model: TableModel,
) -> TableRegion | None:
    """Return the same table with more columns, if the model sees them."""
    outside = {id(word) for word in rest}
    inside = [w for w in words if id(w) not in outside and _holds(table.rect, w.rect)]
    written = sum(len(cell.text.replace(" ", "")) for row in table.rows for cell in row)
    if sum(len(word.text) for word in inside) != written:
        return None  # not all of its words are known
    seen = _seen(page, table.sheet, table.rect, inside, model)
    wider = seen is not None and seen.column_count > table.column_count
    return seen if seen is not None and wider and is_sound(seen) else None


def _seen(
    page: Any, sheet: Sheet, rect: Rect, words: Sequence[Word], model: TableModel
) -> TableRegion | None:
    if len(words) < _FEWEST or is_program(words, sheet):
        return None
    area = Rect(
        max(rect.x0 - _MARGIN, 0.0),
        min(rect.x1 + _MARGIN, sheet.width),
        max(rect.top - _MARGIN, 0.0),
        min(rect.bottom + _MARGIN, sheet.height),
    )
    picture = _picture(page, sheet, area)
    return None if picture is None else structured_table(words, area, model.read(picture), sheet)


def _picture(page: Any, sheet: Sheet, area: Rect) -> NDArray[np.uint8] | None:
    """Draw an area of a sheet, RGB, its text upright; None where it has no extent."""
    import numpy as np

    box, frame = sheet.box(area), sheet.frame
    longest = max(box.x1 - box.x0, box.bottom - box.top)
    if min(box.x1 - box.x0, box.bottom - box.top) < 1:
        return None
    margins = (box.x0, frame.height - box.bottom, frame.width - box.x1, box.top)
    bitmap = page.render(
        scale=min(_SCALE, _SIDE / longest),
        crop=tuple(max(side, 0.0) for side in margins),
        force_bitmap_format=_BGRX,
        rev_byteorder=True,
    )
    try:
        pixels = bitmap.to_numpy()[:, :, :3]
        return np.ascontiguousarray(np.rot90(pixels, -sheet.turn))
    finally:
        bitmap.close()


_BGRX = 3  # pdfium's FPDFBitmap_BGRx


def _holds(outer: Rect, rect: Rect) -> bool:
    x, y = (rect.x0 + rect.x1) / 2, (rect.top + rect.bottom) / 2
    return (
        outer.x0 - _MARGIN <= x <= outer.x1 + _MARGIN
        and outer.top - _MARGIN <= y <= outer.bottom + _MARGIN
    )


def _share(a: Rect, b: Rect) -> float:
    """Return the share of the smaller rectangle that two have in common."""
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / max(min(a.width * a.height, b.width * b.height), 0.01)
