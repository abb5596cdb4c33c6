"""Chunks: the passages that are searched and cited, each traced to its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ragflow.domain.documents import Box, Drop, Span

FieldValue = str | int | float | bool | None
"""A typed value of a table's row; times are ISO 8601 text."""

ROWS = "*"
"""The key of `fields` under which a chunk says for how many equal rows it stands, if for more."""


class ChunkKind(StrEnum):
    """Name what a chunk holds."""

    TEXT = "text"
    TABLE = "table"
    IMAGE = "image"
    SUMMARY = "summary"  # written about other chunks; it has no characters of the document


@dataclass(frozen=True, slots=True)
class RowValues:
    """Hold the typed values of a chunk that is a row of a table."""

    document_id: str
    chunk_id: str
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """Propose a chunk: what a chunk method makes from a parsed document.

    `spans` are the characters of the document's canonical text that `content` carries; `content`
    may render them differently (a table as HTML) but loses none of them. `repeats` are the
    characters of further passages that say the same, `boxes` the places of all of them, and
    `box_spans` which characters of `content` stand in each box. `image` is an encoded picture that
    belongs to the chunk. `search_text` is what searches find the chunk's words by, the content
    where it is empty; `fields` are the typed values of a row.
    """

    content: str
    spans: tuple[Span, ...]
    kind: ChunkKind = ChunkKind.TEXT
    boxes: tuple[Box, ...] = ()
    image: bytes | None = None
    repeats: tuple[Span, ...] = ()
    box_spans: tuple[Span, ...] = ()
    important_keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    search_text: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChunkedDocument:
    """Hold what a chunk method returns: the chunks in reading order and what it left out itself.

    `warnings` are for people, beside those of the parser; `field_map` gives the shown name of each
    key of the chunks' fields.
    """

    chunks: tuple[ChunkDraft, ...]
    drops: tuple[Drop, ...] = ()
    warnings: tuple[str, ...] = ()
    field_map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Describe a stored chunk; `(document_id, id)` is its key.

    `id` is 16 hex digits, a hash of content and document id, so that a passage is stored once;
    `spans` and `boxes` are those of each place where it stands. `box_spans` are the characters of
    `content` in each box; none where that is not known. `ordinal` is its place in reading order.
    `vector` (unit length, float32 little-endian bytes) is None unless it was asked for.
    `search_text` is what its words are found by, the content where it is empty; `fields` are the
    typed values of a table's row.
    """

    id: str
    document_id: str
    dataset_id: str
    content: str
    ordinal: int
    token_count: int
    create_timestamp: float  # seconds since the epoch
    kind: ChunkKind = ChunkKind.TEXT
    spans: tuple[Span, ...] = ()
    boxes: tuple[Box, ...] = ()
    important_keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    available: bool = True
    has_image: bool = False
    vector: bytes | None = None
    box_spans: tuple[Span, ...] = ()
    search_text: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def boxes_of(self, quote: Span) -> tuple[Box, ...]:
        """Return the boxes that characters of the content stand in; all where that is unknown."""
        if len(self.box_spans) != len(self.boxes):
            return self.boxes
        placed = zip(self.boxes, self.box_spans, strict=True)
        return tuple(box for box, span in placed if span.overlaps(quote)) or self.boxes
