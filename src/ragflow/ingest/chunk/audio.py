"""The chunk method `audio`: what is said in a sound file, as one chunk.

In: the transcript. Out: one chunk; a transcript larger than any chunk may be made, that of a long
lecture, is cut between its sentences, because what is lost in a giant chunk is found by nobody.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.chunk.stored import StoredOptions
from ragflow.ingest.parse.audio import SOUND_SUFFIXES

_LARGEST = 2048  # tokens: the largest size of a chunk that a client may ask for


class AudioOptions(StoredOptions):
    """Have no effect; the method has nothing to steer."""


@chunkers.register("audio")
class AudioChunker:
    """Make one chunk of a transcript."""

    Options: ClassVar[type[BaseModel]] = AudioOptions
    suffixes: ClassVar[frozenset[str]] = SOUND_SUFFIXES

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,  # noqa: ARG002 - there are none
        context: ChunkContext,
    ) -> ChunkedDocument:
        """Return the chunk of a transcript; none where nothing is said."""
        return NaiveChunker().chunk(document, NaiveOptions(chunk_token_num=_LARGEST), context)
