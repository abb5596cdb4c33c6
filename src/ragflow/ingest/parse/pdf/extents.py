"""Where characters and words reach on a sheet, told of all of a page at once.

In: the boxes of characters, each side a row of numbers with a column per character. Out: the same
on a sheet, where characters leave each other, and the rectangles and sizes of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragflow.ingest.parse.pdf.looks import Look
from ragflow.ingest.parse.pdf.sheet import Sheet

_RAISED_SIZE = 0.8  # of the size before it: characters smaller than this may be raised
_RAISED_BY = 0.15  # of that size: what is but smaller ends higher too, by less of it
_INITIAL = 1.8  # ratio of heights from which a letter is an initial of its word


def turned(boxes: Any, sheet: Sheet) -> Any:
    """Map all boxes to the sheet: x0, x1, top, bottom, each a row."""
    import numpy as np

    left, top, right, bottom = boxes
    xa, ya = sheet.upright(left, bottom)
    xb, yb = sheet.upright(right, top)
    return np.stack(
        [np.minimum(xa, xb), np.maximum(xa, xb), np.minimum(ya, yb), np.maximum(ya, yb)]
    )


def breaks(sides: Any) -> Any:
    """Tell for each character whether it leaves the one before: a gap, another line or size."""
    import numpy as np

    x0, x1, top, bottom = sides
    height = bottom - top
    gap = np.maximum(x0[1:] - x1[:-1], x0[:-1] - x1[1:])
    shared = np.minimum(bottom[1:], bottom[:-1]) - np.maximum(top[1:], top[:-1])
    low = np.minimum(height[1:], height[:-1])
    far = gap > 0.6 * np.maximum(height[1:], height[:-1]) + 0.5
    off = (low > 0) & (shared < 0.3 * low)
    initial = height[:-1] > _INITIAL * height[1:]
    return np.concatenate([[False], far | off | (initial & (low > 0))])


def raised(sides: Any) -> list[int]:
    """Return the characters that are smaller than the one before and stand higher."""
    import numpy as np

    _, _, top, bottom = sides
    height = bottom - top
    smaller = height[1:] < _RAISED_SIZE * height[:-1]
    higher = bottom[1:] < bottom[:-1] - _RAISED_BY * height[:-1]
    found: list[int] = (np.flatnonzero(smaller & higher & (height[1:] > 0)) + 1).tolist()
    return found


def hulls_of(sides: Any, starts: Sequence[int], ends: Sequence[int]) -> Any:
    """Return the rectangles around the characters of pieces: x0, x1, top, bottom, each a row."""
    import numpy as np

    bounds = np.stack([starts, ends], axis=1).ravel()
    padded = np.concatenate([sides, sides[:, -1:]], axis=1)  # the last may end where the text does
    low = np.minimum.reduceat(padded[::2], bounds, axis=1)[:, ::2]
    high = np.maximum.reduceat(padded[1::2], bounds, axis=1)[:, ::2]
    return np.stack([low[0], high[0], low[1], high[1]])


def on_page(hulls: Any, sheet: Sheet) -> list[bool]:
    """Tell for each rectangle whether some of it lies on the page."""
    x0, x1, top, bottom = hulls
    right, low = sheet.width + 1, sheet.height + 1
    there: list[bool] = ((x1 > -1) & (x0 < right) & (bottom > -1) & (top < low)).tolist()
    return there


def sized(hulls: Any, looks: Sequence[Look]) -> list[float]:
    """Return the sizes of pieces, and take from their rectangles what reaches beyond them."""
    import numpy as np

    told = np.array([look.size for look in looks])
    height = hulls[3] - hulls[2]
    unsaid = (told < 0.5) | (told > 4 * height + 1)  # a matrix that says nothing about the size
    hulls[2] += np.where(unsaid, 0.0, [look.over for look in looks])
    hulls[3] -= np.where(unsaid, 0.0, [look.under for look in looks])
    sizes: list[float] = np.where(unsaid, np.maximum(height * 0.85, 1.0), told).tolist()
    return sizes
