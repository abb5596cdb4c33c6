"""Keep the search index in memory: exact BM25 and exact cosines, for tests and small trials.

One process alone sees it, and it is empty at the start. Answers what any engine of the contract
answers; each search reads every record of the datasets asked for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from ragflow.adapters.search.base import engines
from ragflow.domain.queries import Candidate, IndexRecord, SearchRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_K1 = 1.2  # how fast repetition stops to count
_B = 0.75  # how much long texts are discounted

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Stored:
    record: IndexRecord
    counts: Counter[str]
    length: int
    vector: NDArray[np.float32]


class MemoryEngine:
    """Search records that this process holds."""

    def __init__(self) -> None:
        self._stored: dict[Key, _Stored] = {}
        self._lock = RLock()

    def replace_document(
        self,
        dataset_id: str,  # noqa: ARG002
        document_id: str,
        records: Sequence[IndexRecord],
    ) -> None:
        """Make `records` the only records of the document."""
        with self._lock:
            self._drop(lambda record: record.document_id == document_id)
            self.upsert(records)

    def upsert(self, records: Sequence[IndexRecord]) -> None:
        """Insert the records, replacing those with the same key."""
        with self._lock:
            for record in records:
                self._stored[record.document_id, record.chunk_id] = _stored(record)

    def delete_chunks(self, document_id: str, chunk_ids: Sequence[str]) -> None:
        """Delete records; unknown keys are passed over."""
        with self._lock:
            for chunk_id in chunk_ids:
                self._stored.pop((document_id, chunk_id), None)

    def delete_documents(self, document_ids: Sequence[str]) -> None:
        """Delete all records of the documents."""
        gone = set(document_ids)
        self._drop(lambda record: record.document_id in gone)

    def delete_datasets(self, dataset_ids: Sequence[str]) -> None:
        """Delete all records of the datasets."""
        gone = set(dataset_ids)
        self._drop(lambda record: record.dataset_id in gone)

    def search(self, request: SearchRequest) -> list[Candidate]:
        """Return the union of the best lexical and the best vector candidates."""
        rows = self._searchable(request)
        if not request.terms and request.vector is None:
            rows = rows if request.document_ids is not None else []
            return [_candidate(row, 0.0, None, None) for row in rows]
        words = _ranks(_bm25(rows, [term.text for term in request.terms]), request.top_k)
        near: dict[Key, int] = {}
        cosines: dict[Key, float] = {}
        if request.vector is not None:
            cosines = _cosines(rows, request.vector)
            near = _ranks(cosines, request.top_k)
        return [
            _candidate(row, cosines.get(key, 0.0), words.get(key), near.get(key))
            for row in rows
            if (key := _key(row.record)) in words or key in near
        ]

    def count(self, dataset_ids: Sequence[str]) -> int:
        """Count the records of the datasets, available or not."""
        wanted = set(dataset_ids)
        with self._lock:
            return sum(row.record.dataset_id in wanted for row in self._stored.values())

    def clear(self) -> None:
        """Delete everything."""
        with self._lock:
            self._stored.clear()

    def optimise(self) -> None:
        """Do nothing: there are no small writes to merge."""

    def close(self) -> None:
        """Do nothing: there are no files to release."""

    def _drop(self, gone: Callable[[IndexRecord], bool]) -> None:
        with self._lock:
            self._stored = {key: row for key, row in self._stored.items() if not gone(row.record)}

    def _searchable(self, request: SearchRequest) -> list[_Stored]:
        datasets = set(request.dataset_ids)
        documents = None if request.document_ids is None else set(request.document_ids)
        with self._lock:
            rows = sorted(self._stored.items())
        return [
            row
            for _, row in rows
            if row.record.available
            and row.record.dataset_id in datasets
            and (documents is None or row.record.document_id in documents)
        ]


@engines.register("memory")
def open_memory_engine(directory: Path, optimise_every: int) -> MemoryEngine:  # noqa: ARG001
    """Return an empty engine."""
    return MemoryEngine()


def _stored(record: IndexRecord) -> _Stored:
    import numpy as np

    fields = (
        record.content_tokens,
        record.title_tokens,
        record.keyword_tokens,
        record.question_tokens,
    )
    counts = Counter(token for field in fields for token in field.split())
    vector = np.asarray(record.vector, dtype=np.float32)
    norm = float(np.linalg.norm(vector))
    return _Stored(record, counts, counts.total(), vector / norm if norm else vector)


def _bm25(rows: Sequence[_Stored], terms: Sequence[str]) -> dict[Key, float]:
    if not rows or not terms:
        return {}
    average = sum(row.length for row in rows) / len(rows) or 1.0
    rarity = {}
    for term in set(terms):
        holders = sum(term in row.counts for row in rows)
        rarity[term] = math.log(1 + (len(rows) - holders + 0.5) / (holders + 0.5))
    scores = {}
    for row in rows:
        discount = _K1 * (1 - _B + _B * row.length / average)
        score = 0.0
        for term, idf in rarity.items():
            if count := row.counts.get(term, 0):
                score += idf * count * (_K1 + 1) / (count + discount)
        if score:
            scores[_key(row.record)] = score
    return scores


def _cosines(rows: Sequence[_Stored], vector: NDArray[np.float32]) -> dict[Key, float]:
    import numpy as np

    comparable = [row for row in rows if len(row.vector) == len(vector)]
    if not comparable:
        return {}
    norm = float(np.linalg.norm(vector)) or 1.0
    values = np.stack([row.vector for row in comparable]) @ (vector / norm)
    return {_key(row.record): float(value) for row, value in zip(comparable, values, strict=True)}


def _ranks(scores: dict[Key, float], limit: int) -> dict[Key, int]:
    best: Iterable[Key] = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return {key: rank for rank, key in enumerate(best, start=1)}


def _key(record: IndexRecord) -> Key:
    return record.document_id, record.chunk_id


def _candidate(
    row: _Stored, cosine: float, lexical_rank: int | None, vector_rank: int | None
) -> Candidate:
    record = row.record
    return Candidate(
        dataset_id=record.dataset_id,
        document_id=record.document_id,
        chunk_id=record.chunk_id,
        content_tokens=record.content_tokens,
        title_tokens=record.title_tokens,
        keyword_tokens=record.keyword_tokens,
        question_tokens=record.question_tokens,
        cosine=cosine,
        lexical_rank=lexical_rank,
        vector_rank=vector_rank,
    )
