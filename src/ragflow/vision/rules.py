"""Rules: the straight lines that a picture of a page shows, such as those of a table.

In: a picture as an array of rows of BGR pixels, its text upright. Out: horizontal and vertical
strokes in pixels. Refused: nothing; what is thick is no line, and the strokes of letters are short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INK = 40  # shades darker than what is around
_AROUND = 31  # pixels
_LEAST_ACROSS, _LEAST_DOWN = 64, 48  # pixels: the strokes of headings reach farther down
_THICKEST = 9  # pixels
_GAP = 5  # pixels that a worn line may lack
_MOST = 2000


class Stroke(NamedTuple):
    """Hold a line's ends."""

    x0: float
    y0: float
    x1: float
    y1: float


def straight_strokes(picture: NDArray[np.uint8]) -> list[Stroke]:
    """Return the horizontal and vertical lines of a picture."""
    import cv2

    if min(picture.shape[:2]) < _LEAST_DOWN:
        return []
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _INK
    )
    across = _lines(ink, _LEAST_ACROSS, 1)
    down = _lines(ink, 1, _LEAST_DOWN)
    strokes = [Stroke(x, y + h / 2, x + w, y + h / 2) for x, y, w, h in across if h <= _THICKEST]
    strokes += [Stroke(x + w / 2, y, x + w / 2, y + h) for x, y, w, h in down if w <= _THICKEST]
    return strokes if len(strokes) <= _MOST else []


def _lines(ink: Any, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the boxes, as left, top, width and height, of runs at least this wide and high."""
    import cv2

    bridge = cv2.getStructuringElement(
        cv2.MORPH_RECT, (_GAP if width > 1 else 1, _GAP if height > 1 else 1)
    )
    run = cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, bridge)
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, run)
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]
