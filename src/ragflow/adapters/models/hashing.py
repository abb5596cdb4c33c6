"""Hashing embedding: a deterministic stand-in for a model, for tests and machines without weights.

A text becomes the counts of its words in 64 hashed places, at unit length: texts that share words
are near each other, and nothing else is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DIMENSIONS = 64
_WORD = re.compile(r"[㐀-鿿぀-ヿ]|[^\W_]+")


class HashingEmbedding:
    """Embed words by their hashes."""

    @property
    def name(self) -> str:
        """Return `hashing`."""
        return "hashing"

    @property
    def dimensions(self) -> int:
        """Return 64."""
        return _DIMENSIONS

    def embed(
        self,
        texts: Sequence[str],
        kind: Literal["query", "passage"],  # noqa: ARG002 - both alike
    ) -> NDArray[np.float32]:
        """Return a matrix (len(texts), 64) of unit rows."""
        import numpy as np

        vectors = np.zeros((len(texts), _DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                hashed = zlib.crc32(word.encode())
                vectors[row, hashed % _DIMENSIONS] += 1 if hashed >> 31 else -1
            if not vectors[row].any():
                vectors[row, 0] = 1
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
