"""Artefacts: what one stage of ingestion leaves for the next, as small compressed files.

In: chunks or vectors. Out: bytes, and the same values again. A document's chunks are cut into parts
of a fixed number, so that each part can be embedded, and repeated, by itself.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Box, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNKS_PER_PART = 16
THUMBNAIL_NAME = "thumbnail"


def chunks_name(part: int, stage: str = "") -> str:
    """Name the file of a part's chunks as a stage left them; the empty stage is chunking."""
    return f"chunks-{part:06}{'-' if stage else ''}{stage}.json.gz"


def vectors_name(part: int, stage: str = "") -> str:
    """Name the file of the vectors of a part; the empty stage is that of the document's chunks."""
    return f"vectors-{part:06}{'-' if stage else ''}{stage}.npy"


def encode_chunks(chunks: Sequence[Chunk]) -> bytes:
    """Encode chunks without their vectors; the same chunks always give the same bytes."""
    rows = [
        {
            "id": chunk.id,
            "document_id": chunk.document_id,
            "dataset_id": chunk.dataset_id,
            "content": chunk.content,
            "ordinal": chunk.ordinal,
            "token_count": chunk.token_count,
            "create_timestamp": chunk.create_timestamp,
            "kind": chunk.kind.value,
            "spans": [[span.start, span.end] for span in chunk.spans],
            "boxes": [[box.page, box.x0, box.x1, box.top, box.bottom] for box in chunk.boxes],
            "box_spans": [[span.start, span.end] for span in chunk.box_spans],
            "has_image": chunk.has_image,
            "important_keywords": list(chunk.important_keywords),
            "questions": list(chunk.questions),
            "tags": dict(chunk.tags),
            "search_text": chunk.search_text,
            "fields": dict(chunk.fields),
        }
        for chunk in chunks
    ]
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
    return gzip.compress(text.encode("ascii"), compresslevel=3, mtime=0)


def decode_chunks(data: bytes) -> list[Chunk]:
    """Return the chunks that were encoded."""
    return [
        Chunk(
            **row
            | {
                "kind": ChunkKind(row["kind"]),
                "spans": tuple(Span(*span) for span in row["spans"]),
                "boxes": tuple(Box(*box) for box in row["boxes"]),
                "box_spans": tuple(Span(*span) for span in row["box_spans"]),
                "important_keywords": tuple(row["important_keywords"]),
                "questions": tuple(row["questions"]),
            }
        )
        for row in json.loads(gzip.decompress(data))
    ]


def encode_vectors(vectors: NDArray[np.float32]) -> bytes:
    """Encode a matrix."""
    import numpy as np

    file = io.BytesIO()
    np.save(file, vectors, allow_pickle=False)
    return file.getvalue()


def decode_vectors(data: bytes) -> NDArray[np.float32]:
    """Return the matrix that was encoded."""
    import numpy as np

    vectors: NDArray[np.float32] = np.load(io.BytesIO(data), allow_pickle=False)
    return vectors
