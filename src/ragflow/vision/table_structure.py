"""Table structure: the cells of a table as they look in a picture of it.

In: a picture of one table as an array of RGB pixels. Out: cells with their rows, columns and
places, in shares of the picture, and how sure the model is. The model is SLANet: it writes the
table down as HTML, token by token, with a box for each cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.vision.sessions import session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 488  # pixels
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_CELL = "<td></td>"
_SPAN = re.compile(r'\s*(row|col)span="(\d+)"')
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class SeenCell:
    """Hold one cell; `x0` to `bottom` bound its text in shares of the picture, from top left."""

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class SeenTable:
    """Hold the cells of a table; `score` is the mean of the model's certainty, 0 to 1."""

    cells: tuple[SeenCell, ...]
    score: float


class TableModel:
    """Find the cells of tables; loads the model with the first one."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        self._threads = threads
        self._session: Any = None
        self._tokens: list[str] = []

    def read(self, picture: NDArray[np.uint8]) -> SeenTable:
        """Return the cells of the table that a picture shows, RGB, at least one pixel large."""
        if self._session is None:
            self._open()
        inputs = {self._session.get_inputs()[0].name: _prepared(picture)}
        boxes, scores = self._session.run(None, inputs)
        best = scores[0].argmax(axis=1).tolist()
        end = len(self._tokens) - 1
        length = next((index for index, token in enumerate(best) if index and token == end), None)
        steps = best[:length]
        written = [(self._tokens[token], index) for index, token in enumerate(steps)]
        certain = scores[0].max(axis=1)[: len(steps)]
        cells = _cells(written, boxes[0].tolist())
        return SeenTable(tuple(cells), float(certain.mean()) if len(steps) else 0.0)

    def _open(self) -> None:
        self._session = session(self._path, self._threads)
        words = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        named = [word for word in words if word != "<td>"]  # cells without spans are one token
        if _CELL not in named:
            named.append(_CELL)
        self._tokens = ["", *named, ""]


@cache
def table_model(path: Path, threads: int) -> TableModel:
    """Return the table model of this process."""
    return TableModel(path, threads=threads)


def _prepared(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the picture in the upper left corner of the square that the model takes."""
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    ratio = _SIDE / max(height, width)
    size = max(int(width * ratio), 1), max(int(height * ratio), 1)
    scaled = cv2.resize(np.ascontiguousarray(picture[:, :, ::-1]), size).astype(np.float32) / 255
    scaled = (scaled - np.array(_MEAN, np.float32)) / np.array(_DEVIATION, np.float32)
    square = np.zeros((1, 3, _SIDE, _SIDE), np.float32)
    square[0, :, : size[1], : size[0]] = scaled.transpose(2, 0, 1)
    return square


def _cells(written: Sequence[tuple[str, int]], places: Sequence[Sequence[float]]) -> list[SeenCell]:
    """Return the cells that tokens name, each in the first free place of its row."""
    cells: list[SeenCell] = []
    taken: set[tuple[int, int]] = set()
    row, header = -1, False
    spans: dict[str, int] = {}
    start = -1  # the token that opened a cell with spans
    for mark, index in written:
        if mark in ("<thead>", "</thead>"):
            header = mark == "<thead>"
        elif mark == "<tr>":
            row += 1
        elif mark == "<td":
            start, spans = index, {}
        elif span := _SPAN.fullmatch(mark):
            spans[span[1]] = int(span[2])
        elif mark == ">" or mark == _CELL:
            if row < 0:
                continue
            if mark == _CELL:
                start, spans = index, {}
            column = next(c for c in range(_MOST_COLUMNS) if (row, c) not in taken)
            height, width = spans.get("row", 1), spans.get("col", 1)
            taken.update((row + y, column + x) for y in range(height) for x in range(width))
            x0, top, x1, bottom = places[start]
            cells.append(SeenCell(row, column, height, width, header, x0, x1, top, bottom))
    return cells
