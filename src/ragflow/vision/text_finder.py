"""Where the lines of text stand in a picture, whichever way they run.

In: a picture as an array of rows of BGR pixels. Out: the corners of each line: upper left, upper
right, lower right, lower left. Refused: nothing; a picture without text has none. PP-OCRv6 gives
each pixel a probability that the core of a line covers it; cores that hang together are one line
and are grown to its full height again (Liao and others, "Real-time scene text detection with
differentiable binarization", 2020). The weights are part of the package `rapidocr`; the rest of it
is not imported, since that alone takes longer than finding the lines of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.vision.sessions import giving_back, session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[Any]
    Quad = NDArray[np.float32]

_MOST_SIDE = 1280  # pixels: the longer side as the model sees it
_STEP = 32  # pixels: sides are multiples of it
_CORE = 0.3  # probability from which a pixel belongs to a core
_SURE = 0.5  # mean probability from which a core is a line
_GROWTH = 2.1  # of a core's area by its circumference: how far a line reaches beyond its core
_LEAST_SIDE = 3.0  # pixels of a core
_MOST_LINES = 1000
_SAME_ROW = 10  # pixels between the upper edges of lines that stand beside one another


class TextFinder:
    """Find lines of text; the model is loaded at once and kept."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session: Any = session(path, threads)
        self._input = self._session.get_inputs()[0].name

    def quads(self, picture: Pixels) -> list[Quad]:
        """Return the corners of each line, from top to bottom."""
        height, width = picture.shape[:2]
        scale = min(1.0, _MOST_SIDE / max(height, width))
        given = {self._input: _prepared(picture, scale)}
        cores = self._session.run(None, given, giving_back())[0][0, 0]
        return _in_order(_found(cores, width, height))


def _prepared(picture: Pixels, scale: float) -> NDArray[np.float32]:
    """Return a picture as the model wants it: one batch of channels from -1 to 1."""
    import cv2
    import numpy as np

    height, width = (max(round(int(side * scale) / _STEP), 1) * _STEP for side in picture.shape[:2])
    method = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    small = cv2.resize(picture, (width, height), interpolation=method)
    channels = small.transpose(2, 0, 1)[None].astype(np.float32)
    channels /= 127.5
    channels -= 1.0
    return channels


def _found(cores: NDArray[np.float32], width: int, height: int) -> list[Quad]:
    """Return the lines whose cores these are, in the pixels of a picture of this size."""
    import cv2
    import numpy as np

    mask = cv2.dilate((cores > _CORE).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array((width / cores.shape[1], height / cores.shape[0]))
    quads: list[Quad] = []
    for contour in contours[:_MOST_LINES]:
        middle, (along, across), angle = cv2.minAreaRect(contour)
        if min(along, across) < _LEAST_SIDE:
            continue
        if _probability(cores, _corners(middle, along, across, angle)) < _SURE:
            continue
        more = _GROWTH * along * across / (along + across) + 1.0  # contours run along middles
        grown = _corners(middle, along + more, across + more, angle)
        corners = np.clip(np.round(_from_upper_left(grown) * scale), 0, (width, height))
        quads.append(corners.astype(np.float32))
    return quads


def _corners(middle: Sequence[float], width: float, height: float, angle: float) -> Quad:
    import cv2
    import numpy as np

    return np.asarray(cv2.boxPoints((middle, (width, height), angle)), np.float32)


def _probability(cores: NDArray[np.float32], corners: Quad) -> float:
    """Return the mean of the probabilities within four corners."""
    import cv2
    import numpy as np

    most = (cores.shape[1] - 1, cores.shape[0] - 1)
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, most).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, most).astype(int)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(cores[top : bottom + 1, left : right + 1], mask)[0])


def _from_upper_left(corners: Quad) -> Quad:
    """Return four corners clockwise from the upper one of the two at the left."""
    import numpy as np

    left_to_right = corners[corners[:, 0].argsort(kind="stable")]
    left, right = (pair[pair[:, 1].argsort(kind="stable")] for pair in np.split(left_to_right, 2))
    return np.stack([left[0], right[0], right[1], left[1]])


def _in_order(quads: list[Quad]) -> list[Quad]:
    """Return lines from top to bottom, and from left to right where they share a row."""
    ordered: list[Quad] = []
    row: list[Quad] = []
    for quad in sorted(quads, key=_top):
        if row and _top(quad) - _top(row[-1]) >= _SAME_ROW:
            ordered += sorted(row, key=_left)
            row = []
        row.append(quad)
    return ordered + sorted(row, key=_left)


def _top(quad: Quad) -> float:
    return float(quad[0, 1])


def _left(quad: Quad) -> float:
    return float(quad[0, 0])
