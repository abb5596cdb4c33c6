"""Index: make of a document's chunks and their vectors what a search engine keeps of them.

In come chunks with vectors and the name of their document, out come records of tokens. A chunk
without a vector is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import InvalidInput
from ragflow.domain.queries import IndexRecord
from ragflow.text.tokenise import tokenise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def index_records(chunks: Iterable[Chunk], document_name: str) -> list[IndexRecord]:
    """Return the records of a document's chunks. Raises `InvalidInput` for one without a vector."""
    title = _tokens(PurePosixPath(document_name).stem)
    return [
        IndexRecord(
            dataset_id=chunk.dataset_id,
            document_id=chunk.document_id,
            chunk_id=chunk.id,
            available=chunk.available,
            content_tokens=_tokens(chunk.search_text or chunk.content),
            title_tokens=title,
            keyword_tokens=_tokens("\n".join(chunk.important_keywords)),
            question_tokens=_tokens("\n".join(chunk.questions)),
            vector=_vector(chunk),
        )
        for chunk in chunks
    ]


def _tokens(text: str) -> str:
    return " ".join(tokenise(text))


def _vector(chunk: Chunk) -> NDArray[np.float32]:
    import numpy as np

    if chunk.vector is None:
        raise InvalidInput(f"The chunk {chunk.id} has no vector and cannot be indexed.")
    return np.frombuffer(chunk.vector, dtype="<f4").astype(np.float32)
