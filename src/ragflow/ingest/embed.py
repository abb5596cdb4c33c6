"""Embedding: the vector of a chunk, as the contract defines it.

In: texts of chunks and the name of their document. Out: unit vectors, w · title + (1 − w) · text;
the title is the name without extension, w is parser_config's filename_embd_weight. A chunk with
questions is embedded by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ragflow.domain.chunks import Chunk
from ragflow.domain.ports import EmbeddingModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TITLE_WEIGHT = 0.1


def title_weight(parser_config: Mapping[str, Any] | None) -> float:
    """Return the share of a document's title in its chunks' vectors; 0 and null mean 0.1."""
    weight = (parser_config or {}).get("filename_embd_weight")
    return float(weight) if isinstance(weight, int | float) and 0 < weight <= 1 else TITLE_WEIGHT


def embedded_text(chunk: Chunk) -> str:
    """Return what stands for a chunk in vector search: its questions if it has any."""
    return "\n".join(chunk.questions) if chunk.questions else chunk.content


def chunk_vectors(
    model: EmbeddingModel, document_name: str, texts: Sequence[str], weight: float
) -> NDArray[np.float32]:
    """Return a matrix of unit rows, one per text. Raises `ModelUnavailable`."""
    import numpy as np

    # Alone, since a quantised model may answer a little differently in other company.
    title_vector = model.embed([PurePosixPath(document_name).stem], "passage")[0]
    mixed = weight * title_vector + (1.0 - weight) * model.embed(list(texts), "passage")
    lengths = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.asarray(mixed / np.where(lengths == 0.0, 1.0, lengths), dtype=np.float32)
