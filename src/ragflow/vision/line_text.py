"""What a line of text says, character by character.

In: the pixels of one straightened line, BGR, its text upright. Out: its characters, where their
middles stand and how sure the model is. PP-OCRv6 names the likeliest character for each column of
eight pixels; equal ones in a row are one. The weights are part of the package `rapidocr`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.vision.sessions import session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[Any]

_HEIGHT = 48  # pixels
_LEAST_WIDTH = 48  # pixels: a shorter line is padded
_NOTHING = 0  # the number of the character that says there is none


@dataclass(frozen=True, slots=True)
class LineText:
    """Hold a line; `middles` tells, in shares of its width, where each character stands."""

    text: str
    score: float
    middles: tuple[float, ...]


class LineModel:
    """Read lines; the model is loaded at once and kept."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session: Any = session(path, threads)
        self._input = self._session.get_inputs()[0].name
        names = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *names, " "]

    def read(self, line: Pixels) -> LineText:
        """Return what a line says; lines of unlike length cost less one by one than padded."""
        import numpy as np

        pixels, share = _prepared(line)
        shares = self._session.run(None, {self._input: pixels})[0][0]
        best = shares.argmax(axis=1)
        told = best != _NOTHING
        told[1:] &= best[1:] != best[:-1]
        columns = np.flatnonzero(told)
        if not len(columns):
            return LineText("", 0.0, ())
        used = max(len(best) * share, 1.0)
        text, middles = "", []
        for column in columns:
            character = self._characters[best[column]]
            text += character
            middles += [min((float(column) + 0.5) / used, 1.0)] * len(character)
        score = float(shares[columns, best[columns]].mean())
        return LineText(text, score, tuple(middles))


def _prepared(line: Pixels) -> tuple[NDArray[np.float32], float]:
    """Return a line as the model wants it, and the share of its width that the line takes up."""
    import cv2
    import numpy as np

    ratio = line.shape[1] / line.shape[0]
    width = max(int(_HEIGHT * ratio), _LEAST_WIDTH)
    taken = min(math.ceil(_HEIGHT * ratio), width)
    pixels = np.zeros((1, 3, _HEIGHT, width), np.float32)
    small = cv2.resize(line, (taken, _HEIGHT)).astype(np.float32)
    pixels[0, :, :, :taken] = (small / 127.5 - 1.0).transpose(2, 0, 1)
    return pixels, _HEIGHT * ratio / width
