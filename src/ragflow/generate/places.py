"""Places: where a chunk that an answer cites comes from, in the form that clients know.

In: chunks and hits. Out: boxes as whole numbers, and the names of pictures and of kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Box
from ragflow.domain.queries import Hit


def positions(chunk: Chunk) -> list[list[int]]:
    """Return `[page, left, right, top, bottom]` lists; chunk i of a text without pages gets i."""
    if not chunk.boxes:
        place = chunk.ordinal
        return [[place + 1, place, place, place, place]]
    return places(chunk.boxes)


def hit_positions(hit: Hit) -> list[list[int]]:
    """Return the positions of a hit; what graphs know stands on no page."""
    return [] if hit.graph_of else positions(hit.chunk)


def places(boxes: Sequence[Box]) -> list[list[int]]:
    """Return boxes as `[page, left, right, top, bottom]` lists."""
    return [
        [box.page, round(box.x0), round(box.x1), round(box.top), round(box.bottom)] for box in boxes
    ]


def image_id(chunk: Chunk) -> str:
    """Return the name under which a chunk's picture can be fetched, empty without one."""
    return f"{chunk.dataset_id}-{chunk.id}" if chunk.has_image else ""


def doc_type(chunk: Chunk) -> str:
    """Return `image` for a chunk that is a picture or carries one, else nothing."""
    return "image" if chunk.has_image or chunk.kind is ChunkKind.IMAGE else ""
