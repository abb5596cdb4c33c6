"""The text in the pictures that a document carries, for formats that place them in their text.

In: a picture, JPEG or PNG. Out: its lines from top to bottom, for the text of the figure's block;
empty where there are none, where it is too small to hold any, and beyond the document's limit.
Refused: nothing; a damaged picture has no text.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions
from ragflow.ingest.parse.figures import MOST_PIXELS

if TYPE_CHECKING:
    from ragflow.vision.ocr import ReadLine

_LEAST_SIDE = 48  # pixels: icons and bullets are smaller
_MOST_SIDE = 3000
_SURE = 0.6  # confidence from which a line is text; photographs have much that resembles some


class PictureReader:
    """Read the pictures of one document; notes in the builder what was recognised."""

    def __init__(self, options: ParseOptions, builder: DocumentBuilder) -> None:
        self._options = options
        self._builder = builder
        self._left = options.limits.ocr_pages
        self._known: dict[bytes, str] = {}
        self._seen = 0

    def text(self, picture: bytes) -> str:
        """Return the text that a picture shows."""
        key = hashlib.sha256(picture).digest()
        self._seen += 1
        if key not in self._known:
            self._known[key] = self._read(picture)
        return self._known[key]

    def _read(self, picture: bytes) -> str:
        pixels = _pixels(picture)
        if pixels is None:
            return ""
        if not self._left:
            self._builder.warn(
                "Text in further pictures was not recognised: the limit is "
                f"{self._options.limits.ocr_pages} (setting limits.ocr_pages)."
            )
            return ""
        self._left -= 1
        self._options.more_time()
        from ragflow.vision.ocr import reader

        lines = reader(self._options.limits.threads).read(pixels)
        sure = [line for line in lines if line.confidence >= _SURE]
        if not sure:
            return ""
        characters = [len(line.text) for line in sure]
        weighed = sum(n * line.confidence for n, line in zip(characters, sure, strict=True))
        self._builder.recognised(self._seen, weighed / sum(characters))
        return "\n".join(rows_of(sure))


def rows_of(lines: Sequence[ReadLine]) -> list[str]:
    """Return the rows of a picture's text, from top to bottom."""
    rows: list[list[tuple[float, float, ReadLine]]] = []  # left, middle, line
    for line in sorted(lines, key=_middle):
        left, middle = min(x for x, _ in line.words[0].corners), _middle(line)
        if rows and middle - rows[-1][-1][1] < 0.5 * line.height:
            rows[-1].append((left, middle, line))
        else:
            rows.append([(left, middle, line)])
    return [" ".join(line.text for _, _, line in sorted(row, key=_left)) for row in rows]


def _left(placed: tuple[float, float, ReadLine]) -> float:
    return placed[0]


def _middle(line: ReadLine) -> float:
    ys = [y for word in line.words for _, y in word.corners]
    return (min(ys) + max(ys)) / 2


def _pixels(picture: bytes) -> Any:
    """Return rows of BGR pixels; None for what cannot be read or is too small."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    from ragflow.ingest.parse.image import on_white

    errors = (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    )
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if min(image.size) < _LEAST_SIDE or image.width * image.height > MOST_PIXELS:
                return None
            image.thumbnail((_MOST_SIDE, _MOST_SIDE))
            rgb = np.asarray(on_white(image).convert("RGB"))
    except errors:
        return None
    return np.ascontiguousarray(rgb[:, :, ::-1])
