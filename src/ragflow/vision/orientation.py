"""Orientation: by how many quarters a picture of text is turned.

In: the model's file and a picture as an array of rows of BGR pixels. Out: a number of quarters.
Refused: nothing; a picture of which the model is not sure counts as upright.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.vision.sessions import session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_SHORT_SIDE = 256  # pixels
_SIDE = 224
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_SURE = 0.5
_INK = 48  # shades between what is written and what it is written on


class Compass:
    """Tell how pictures are turned; the model is loaded at once and kept."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session: Any = session(path, threads)
        self._input = self._session.get_inputs()[0].name
        names = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._turns = [-int(name) // 90 % 4 for name in names]  # the names count clockwise

    def turn(self, picture: Pixels) -> int:
        """Return the counter-clockwise quarters by which the text is turned, 0 to 3."""
        import numpy as np

        shares = self._session.run(None, {self._input: _prepared(_written(picture))})[0][0]
        best = int(np.argmax(shares))
        return self._turns[best] if float(shares[best]) >= _SURE else 0


@cache
def compass(path: Path, threads: int) -> Compass:
    """Return the compass of this process."""
    return Compass(path, threads)


def _written(picture: Pixels) -> Pixels:
    """Return the part of a picture that is not background: the model sees the middle alone."""
    import numpy as np

    step = max(1, min(picture.shape[:2]) // 400)
    grey = picture[::step, ::step].mean(axis=2)
    ink = np.abs(grey - np.median(grey)) > _INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return picture
    top, bottom = rows[0] * step, (rows[-1] + 1) * step
    left, right = columns[0] * step, (columns[-1] + 1) * step
    return picture[top:bottom, left:right]


def _prepared(picture: Pixels) -> NDArray[np.float32]:
    """Return the middle of a picture as the model wants it: one batch of normalised channels."""
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    scale = _SHORT_SIDE / min(height, width)
    size = (max(round(width * scale), _SIDE), max(round(height * scale), _SIDE))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    left, top = (small.shape[1] - _SIDE) // 2, (small.shape[0] - _SIDE) // 2
    middle = small[top : top + _SIDE, left : left + _SIDE].astype(np.float32) / 255
    normal = (middle - np.array(_MEAN, np.float32)) / np.array(_DEVIATION, np.float32)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=np.float32)
