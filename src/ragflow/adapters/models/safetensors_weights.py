"""Safetensors weights: reads a BERT encoder as its authors published it, tensor by tensor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.adapters.models.encoder_graph import EncoderShape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORDS = "embeddings.word_embeddings.weight"


class SafetensorsWeights:
    """Read weights from the file at `path`; `heads` is not written in it."""

    def __init__(self, path: Path, heads: int, norm_epsilon: float = 1e-12) -> None:
        self._file = _open(path)
        names = set(self._file.keys())
        vocabulary, hidden = self._file.get_slice(_WORDS).get_shape()
        layers = sum(name.endswith(".attention.self.query.weight") for name in names)
        self._shape = EncoderShape(layers, heads, hidden, vocabulary, norm_epsilon)

    @property
    def shape(self) -> EncoderShape:
        """Return the size of the encoder."""
        return self._shape

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a weight by its name in the file."""
        tensor: NDArray[np.float32] = self._file.get_tensor(name)
        return tensor

    def word_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows [start, stop) of the word embeddings."""
        rows: NDArray[np.float32] = self._file.get_slice(_WORDS)[start:stop]
        return rows


def _open(path: Path) -> Any:
    from safetensors import safe_open

    return safe_open(str(path), framework="numpy")
