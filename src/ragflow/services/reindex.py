"""Rebuild the search index from the database, without parsing or embedding anything again.

In: all chunks of all datasets, streamed. Out: an engine that holds exactly them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from ragflow.domain.chunks import Chunk
from ragflow.domain.ports import SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.index import index_records

ReindexProgress = Callable[[int, int, int], None]
"""Report datasets done, datasets in all, and chunks written so far."""


class Reindex:
    """Rebuild the engine; changes made meanwhile come in through the outbox."""

    def __init__(self, database: Database, engine: SearchEngine) -> None:
        self._database = database
        self._engine = engine

    def run(self, progress: ReindexProgress) -> int:
        """Rebuild the index; return how many chunks it holds."""
        with self._database.reading() as unit:
            dataset_ids = unit.datasets.all_ids()
        self._engine.clear()
        written = 0
        for done, dataset_id in enumerate(dataset_ids):
            progress(done, len(dataset_ids), written)
            with self._database.reading() as unit:
                for batch in unit.chunks.scan(dataset_id):
                    document_ids = {chunk.document_id for chunk in batch}
                    documents = unit.documents.get_many(list(document_ids))
                    self._write(batch, {document.id: document.name for document in documents})
                    written += len(batch)
                    progress(done, len(dataset_ids), written)
        self._engine.optimise()
        progress(len(dataset_ids), len(dataset_ids), written)
        return written

    def _write(self, batch: list[Chunk], names: dict[str, str]) -> None:
        records = [
            record
            for document_id, chunks in groupby(batch, key=lambda chunk: chunk.document_id)
            for record in index_records(list(chunks), names[document_id])
        ]
        self._engine.upsert(records)
