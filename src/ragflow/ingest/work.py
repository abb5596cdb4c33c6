"""The work area of a job: what its steps leave for one another, in the blob store.

In: chunks, vectors and other bytes under short names. Out: the same again. The keys depend on the
document and its revision alone, so a step that is repeated writes to the same places; all of it is
deleted when the job ends. Chunks change from stage to stage, and each stage keeps its own, so that
repeating one finds what it began with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ragflow.domain.blob_keys import work_prefix
from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import NotFound
from ragflow.domain.jobs import ParseJob
from ragflow.domain.ports import BlobStore
from ragflow.ingest.artefacts import (
    chunks_name,
    decode_chunks,
    decode_vectors,
    encode_chunks,
    encode_vectors,
    vectors_name,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class WorkArea:
    """Keep what passes between the steps of one job."""

    def __init__(self, blobs: BlobStore, job: ParseJob) -> None:
        self._blobs = blobs
        self.prefix = work_prefix(job.document_id, job.revision)

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes, replacing those of the same name."""
        self._blobs.put(self.prefix + name, data)

    def get(self, name: str) -> bytes:
        """Return bytes. Raises `NotFound`."""
        return self._blobs.get(self.prefix + name)

    def find(self, name: str) -> bytes | None:
        """Return bytes if there are any of the name."""
        try:
            return self.get(name)
        except NotFound:
            return None

    def chunks(self, part: int, stage: str = "") -> list[Chunk]:
        """Return the chunks of a part as a stage left them; the empty stage is chunking."""
        return decode_chunks(self.get(chunks_name(part, stage)))

    def all_chunks(self, parts: int, stage: str = "") -> Iterator[Chunk]:
        """Yield the chunks of all parts in reading order."""
        for part in range(parts):
            yield from self.chunks(part, stage)

    def keep_chunks(self, part: int, stage: str, chunks: Sequence[Chunk]) -> None:
        """Keep the chunks of a part as a stage made them."""
        self.put(chunks_name(part, stage), encode_chunks(chunks))

    def vectors(self, part: int, stage: str = "") -> NDArray[np.float32]:
        """Return the vectors of a part, one row for each chunk."""
        return decode_vectors(self.get(vectors_name(part, stage)))

    def keep_vectors(self, part: int, vectors: NDArray[np.float32], stage: str = "") -> None:
        """Keep the vectors of a part."""
        self.put(vectors_name(part, stage), encode_vectors(vectors))
