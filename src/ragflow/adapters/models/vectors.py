"""Vectors: what model servers send becomes unit rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def unit_rows(rows: Sequence[Sequence[float]], count: int) -> NDArray[np.float32]:
    """Return `count` rows of length 1. Raises `ValueError` when there are more, fewer or ragged."""
    import numpy as np

    matrix = np.asarray(rows, np.float32)
    if matrix.ndim != 2 or len(matrix) != count:
        raise ValueError(f"expected {count} vectors, got the shape {matrix.shape}")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True).clip(min=1e-12)
    unit: NDArray[np.float32] = (matrix / lengths).astype(np.float32)
    return unit
