"""Ruling lines: the straight lines that a scanned page shows, such as those of forms and tables.

In: a picture of a page as an array of grey pixels. Out: the two ends of each line that runs across
or down it, in pixels; lines may lie slightly askew. Large dark areas and the strokes of letters are
no lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHORTEST = 0.03  # of the picture's longer side
_THICKEST = 0.006
_SLOPE = 0.03  # a line may rise by so much of its length
_MOST = 1000  # lines; more are a pattern
_NEIGHBOURS = 25  # pixels around a pixel that tell whether it is dark
_DARKER = 12  # shades below its neighbours


class Stroke(NamedTuple):
    """Hold the ends of a line in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float


def ruling_lines(picture: NDArray[np.uint8]) -> tuple[list[Stroke], list[Stroke]]:
    """Return the lines that run across a grey picture and those that run down it."""
    import cv2
    import numpy as np

    if min(picture.shape[:2]) < _NEIGHBOURS:
        return [], []
    dark = cv2.adaptiveThreshold(
        np.ascontiguousarray(picture),
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        _NEIGHBOURS,
        _DARKER,
    )
    side = max(picture.shape[:2])
    across = _strokes(dark, side)
    down = [
        Stroke(y0, x0, y1, x1) for x0, y0, x1, y1 in _strokes(np.ascontiguousarray(dark.T), side)
    ]
    if len(across) + len(down) > _MOST:
        return [], []
    return across, down


def _strokes(dark: NDArray[Any], side: int) -> list[Stroke]:
    """Return the lines that run across."""
    import cv2
    import numpy as np

    shortest = max(int(side * _SHORTEST), 8)
    step = cv2.getStructuringElement(cv2.MORPH_RECT, (max(shortest // 2, 6), 1))
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, step)  # what is dark for a while
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    thickest = max(side * _THICKEST, 3.0)
    found: list[Stroke] = []
    for index in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[index])
        if width < shortest or height > thickest + _SLOPE * width or area > thickest * width:
            continue
        part = labels[y : y + height, x : x + width] == index
        ends = max(width // 20, 1)
        left = np.nonzero(part[:, :ends])[0].mean() + y
        right = np.nonzero(part[:, -ends:])[0].mean() + y
        found.append(Stroke(x, float(left), x + width, float(right)))
    return found
