"""Layout: which areas of a page are text, titles, figures, tables and the like.

In: a picture of a page as an array of 800 × 608 RGB pixels, the whole page stretched to fit. Out:
regions in shares of the page's width and height, the surest first. The model is PicoDet: four grids
of cells, each with a score per kind and, for each side of the box, a distribution of its distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.vision.sessions import giving_back, session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEIGHT, WIDTH = 800, 608  # pixels of the picture
_STRIDES = (8, 16, 32, 64)  # pixels per cell of the four grids
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_MIN_SCORE = 0.4
_SAME = 0.5  # overlap, by intersection over union, from which two boxes are one region
_MOST = 300  # candidates


class RegionKind(StrEnum):
    """Name what an area of a page is, in the order of the model's outputs."""

    TEXT = "text"
    TITLE = "title"
    FIGURE = "figure"
    FIGURE_CAPTION = "figure_caption"
    TABLE = "table"
    TABLE_CAPTION = "table_caption"
    HEADER = "header"
    FOOTER = "footer"
    REFERENCE = "reference"
    EQUATION = "equation"


_KINDS = tuple(RegionKind)


@dataclass(frozen=True, slots=True)
class Region:
    """Hold one area of a page; coordinates are shares of its width and height, from top left."""

    kind: RegionKind
    score: float
    x0: float
    x1: float
    top: float
    bottom: float


class LayoutModel:
    """Find the regions of pages; loads the model on the first page."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        self._threads = threads
        self._session: Any = None

    def regions(self, picture: NDArray[np.uint8]) -> list[Region]:
        """Return the regions of a page drawn at 800 × 608 pixels, RGB."""
        import numpy as np

        pixels = np.array(picture.transpose(2, 0, 1)[np.newaxis], np.float32, order="C")
        pixels -= np.array(_MEAN, np.float32)[:, None, None] * 255
        pixels /= np.array(_DEVIATION, np.float32)[:, None, None] * 255
        if self._session is None:
            self._session = session(self._path, self._threads)
        given = {self._session.get_inputs()[0].name: pixels}
        outputs = self._session.run(None, given, giving_back())
        boxes, scores = _decoded([output[0] for output in outputs])
        return _without_repeats(boxes, scores)


@cache
def layout_model(path: Path, threads: int) -> LayoutModel:
    """Return the layout model of this process."""
    return LayoutModel(path, threads=threads)


def _decoded(outputs: list[NDArray[np.float32]]) -> tuple[Any, Any]:
    """Return boxes as rows of x0, x1, top, bottom in shares of the page, and their scores."""
    import numpy as np

    boxes, scores = [], []
    grids = len(_STRIDES)
    for stride, score, sides in zip(_STRIDES, outputs[:grids], outputs[grids:], strict=True):
        columns = -(-WIDTH // stride)
        sure = np.flatnonzero(score.max(axis=1) > _MIN_SCORE)
        steps = sides[sure].reshape(len(sure), 4, sides.shape[1] // 4)
        weights = np.exp(steps - steps.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        left, top, right, bottom = (weights @ np.arange(steps.shape[2])).T * stride
        x = (sure % columns + 0.5) * stride
        y = (sure // columns + 0.5) * stride
        corners = np.stack([x - left, x + right, y - top, y + bottom], axis=1)
        boxes.append(np.clip(corners / (WIDTH, WIDTH, HEIGHT, HEIGHT), 0.0, 1.0))
        scores.append(score[sure])
    return np.concatenate(boxes), np.concatenate(scores)


def _without_repeats(boxes: Any, scores: Any) -> list[Region]:
    """Return the best box of each region, the surest first."""
    import numpy as np

    best = scores.max(axis=1) if len(scores) else np.zeros(0)
    order = np.argsort(-best, kind="stable")[:_MOST]
    kept: list[int] = []
    for index in order.tolist():
        if all(_overlap(boxes[index], boxes[other]) <= _SAME for other in kept):
            kept.append(index)
    return [
        Region(
            _KINDS[int(scores[index].argmax())],
            round(float(best[index]), 4),
            *(round(float(side), 5) for side in boxes[index]),
        )
        for index in kept
    ]


def _overlap(a: Any, b: Any) -> float:
    width = min(a[1], b[1]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[2], b[2])
    if width <= 0 or height <= 0:
        return 0.0
    shared = float(width * height)
    areas = (a[1] - a[0]) * (a[3] - a[2]) + (b[1] - b[0]) * (b[3] - b[2])
    return shared / (float(areas) - shared)
