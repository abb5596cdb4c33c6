"""Sources: what a run has found, under the small numbers by which its answers cite it.

In: sources as retrieval and tools find them. Out: a number for each, the same whenever it is found
again; a text for a model to read; and the reference object of what an answer cites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import xxhash

from ragflow.domain.agents import Source
from ragflow.domain.queries import Hit
from ragflow.generate.marks import MARK
from ragflow.generate.places import doc_type, hit_positions, image_id

_FEWEST_NUMBERS = 100
"""Numbers are below this as long as a run finds fewer sources."""


class SourceBook:
    """Number the sources of one run; they are kept in the run's state."""

    def __init__(self, kept: dict[str, dict[str, Any]]) -> None:
        self._kept = kept

    def add(self, sources: Iterable[Source]) -> list[int]:
        """Number sources, and return their numbers."""
        return [self._number(source) for source in sources]

    def get(self, number: int) -> Source | None:
        """Return the source of a number."""
        found = self._kept.get(str(number))
        return None if found is None else Source(**found)

    def __len__(self) -> int:
        return len(self._kept)

    def all(self) -> dict[int, Source]:
        """Return every source by its number."""
        return {int(number): Source(**fields) for number, fields in self._kept.items()}

    def text_of(self, numbers: Sequence[int]) -> str:
        """Return sources for a model to read, under the numbers to cite them by."""
        blocks = []
        for number in numbers:
            source = self.get(number)
            if source is not None:
                url = f"\nURL: {source.url}" if source.url else ""
                blocks.append(
                    f"ID: {number}\nTitle: {source.document_name}{url}\nContent:\n{source.content}"
                )
        return "\n\n".join(blocks)

    def reference(self, text: str) -> dict[str, Any] | None:
        """Return what a text cites; None where it has no mark of a source."""
        numbers = dict.fromkeys(int(number) for number in MARK.findall(text))
        cited = {number: source for number in numbers if (source := self.get(number))}
        if not cited:
            return None
        aggregates: dict[str, dict[str, Any]] = {}
        for source in cited.values():
            counted = aggregates.setdefault(
                source.document_name,
                {"doc_name": source.document_name, "doc_id": source.document_id, "count": 0},
            )
            counted["count"] += 1
            if source.url:
                counted["url"] = source.url
        return {
            "chunks": {str(number): asdict(source) for number, source in cited.items()},
            "doc_aggs": aggregates,
        }

    def _number(self, source: Source) -> int:
        span = max(_FEWEST_NUMBERS, 2 * (len(self._kept) + 1))
        number = xxhash.xxh64_intdigest(source.id.encode()) % _FEWEST_NUMBERS
        while (taken := self._kept.get(str(number))) is not None:
            if taken["id"] == source.id:
                return number
            number = (number + 1) % span
        self._kept[str(number)] = asdict(source)
        return number


def merged(references: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Return several reference objects as one."""
    chunks: dict[str, Any] = {}
    aggregates: dict[str, Any] = {}
    for reference in references:
        chunks.update((reference or {}).get("chunks") or {})
        aggregates.update((reference or {}).get("doc_aggs") or {})
    return {"chunks": chunks, "doc_aggs": aggregates}


def sources_of(hits: Iterable[Hit]) -> list[Source]:
    """Return the hits of a search as sources."""
    return [
        Source(
            id=hit.chunk.id,
            content=hit.chunk.content,
            document_name=hit.document_name,
            document_id=hit.chunk.document_id,
            dataset_id=hit.chunk.dataset_id,
            image_id=image_id(hit.chunk),
            doc_type=doc_type(hit.chunk),
            positions=hit_positions(hit),
            similarity=hit.score.similarity,
            vector_similarity=hit.score.vector_similarity,
            term_similarity=hit.score.term_similarity,
        )
        for hit in hits
    ]
