"""The size and the base line of type: from where in a line the bodies of its letters stand.

In: the pixels of a straightened line and its text. Out: both in pixels. The box around a line
is a poor measure: it grows with each ascender and shrinks where there is none. The rows that hold
most ink are those between the base line and the height of an x, or of a capital where there are no
small letters, or of a Chinese character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SMALL = re.compile("[acegmnopqrsuvwxyzàáâãäåçèéêëñòóôõöùúûüαεηικμνοπρστυω]")
_TALL = re.compile("[A-Z0-9bdfhklt]")
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_X_HEIGHT, _CAPITAL, _FULL = 0.52, 0.72, 0.9  # of the size, in most faces
_SIZE, _BASE = 0.8, 0.77  # of a box's height, where the ink does not tell
_BELOW = 0.08  # of the size: how far Chinese characters reach below the base line
_INKED = 0.55  # of the ink of a middling row within the band


class TypeSize(NamedTuple):
    """Hold the size of a line's type and how far below its upper edge its letters stand."""

    size: float
    base: float


def type_size(pixels: NDArray[np.uint8], text: str) -> TypeSize:
    """Return how a line is set, in pixels."""
    import numpy as np

    height = int(pixels.shape[0])
    grey = pixels.mean(axis=2)
    ink = np.abs(grey - np.median(grey)).sum(axis=1)
    third = height // 3
    middle = ink[third : height - third]
    if not middle.any():
        return TypeSize(_SIZE * height, _BASE * height)
    line = _INKED * float(np.median(middle))
    peak = third + int(np.argmax(middle))
    above, below = _reach(ink[peak::-1], line), _reach(ink[peak:], line)
    share = _share(text)
    size = (above + below) / share
    if not 0.4 * height < size < 1.1 * height:
        return TypeSize(_SIZE * height, _BASE * height)
    return TypeSize(size, peak + 0.5 + below - (_BELOW * size if share == _FULL else 0.0))


def _reach(ink: NDArray[np.float64], line: float) -> float:
    """Return after how many rows, from the middle of the first, the ink falls below the line."""
    import numpy as np

    below = np.flatnonzero(ink < line)
    if not len(below):
        return len(ink) - 0.5
    end = int(below[0])
    if not end:
        return 0.5
    return end - 0.5 + float((ink[end - 1] - line) / (ink[end - 1] - ink[end]))


def _share(text: str) -> float:
    """Return how much of its size the bodies of a text's letters fill."""
    small, tall = len(_SMALL.findall(text)), len(_TALL.findall(text))
    if len(_IDEOGRAPH.findall(text)) > small + tall:
        return _FULL
    return _X_HEIGHT if small > tall else _CAPITAL
