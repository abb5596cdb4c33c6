"""The regions that the layout model sees on a page, as rectangles on a sheet.

In: a pdfium page and the model. Out: kind, rectangle and score of each region; nothing where there
is no model. The page is drawn straight at the model's size, turned so that its text is upright.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ragflow.ingest.parse.pdf.sheet import Rect, Sheet
from ragflow.vision.layout import HEIGHT, WIDTH, LayoutModel, RegionKind

_MOST = 0.6  # share of a rectangle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LayoutRegion(NamedTuple):
    """Hold one region of a sheet."""

    kind: RegionKind
    rect: Rect
    score: float


def page_regions(page: Any, sheet: Sheet, model: LayoutModel | None) -> list[LayoutRegion]:
    """Return the regions of a page, the surest first; of one kind with `of_kind`."""
    if model is None or sheet.width <= 0 or sheet.height <= 0:
        return []
    return [
        LayoutRegion(
            region.kind,
            Rect(
                region.x0 * sheet.width,
                region.x1 * sheet.width,
                region.top * sheet.height,
                region.bottom * sheet.height,
            ),
            region.score,
        )
        for region in model.regions(_picture(page, sheet.turn))
    ]


def of_kind(regions: Iterable[LayoutRegion], *kinds: RegionKind) -> list[LayoutRegion]:
    """Return the regions of some kinds, for example `RegionKind.TABLE`."""
    return [region for region in regions if region.kind in kinds]


def covers(region: Rect, rect: Rect) -> bool:
    """Tell whether most of a rectangle lies in a region; regions are cut a little short."""
    width = min(region.x1, rect.x1) - max(region.x0, rect.x0)
    height = min(region.bottom, rect.bottom) - max(region.top, rect.top)
    area = max(rect.width * rect.height, 0.01)
    return width > 0 and height > 0 and width * height > _MOST * area


def _picture(page: Any, turn: int) -> NDArray[np.uint8]:
    """Draw a whole page in 800 × 608 pixels, RGB, its text upright."""
    import numpy as np
    import pypdfium2.raw as raw

    pixels = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    address = pixels.ctypes.data_as(ctypes.c_void_p)
    bitmap = raw.FPDFBitmap_CreateEx(WIDTH, HEIGHT, raw.FPDFBitmap_BGRx, address, WIDTH * 4)
    try:
        flags = raw.FPDF_REVERSE_BYTE_ORDER | raw.FPDF_ANNOT
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, WIDTH, HEIGHT, turn, flags)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return pixels[:, :, :3]
