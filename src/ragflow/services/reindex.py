"""Rebuild the search index from the database, without parsing or embedding anything again.

In: all chunks of all datasets, a group of documents at a time. Out: an engine that holds exactly
them. A server may run meanwhile: what it commits before a document is read is read, what it commits
later is seen on a second look or comes in through the outbox.
"""

from __future__ import annotations

from collections.abc import Callable

from ragflow.domain.ports import SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.settle import fill_index

ReindexProgress = Callable[[int, int, int], None]
"""Report datasets done, datasets in all, and chunks written so far."""


class Reindex:
    """Rebuild the engine."""

    def __init__(self, database: Database, engine: SearchEngine) -> None:
        self._database = database
        self._engine = engine

    def run(self, progress: ReindexProgress) -> int:
        """Rebuild the index; return how many chunks were written."""
        self._engine.clear()  # before anything is read: what comes up later is not cleared away
        with self._database.reading() as unit:
            dataset_ids = unit.datasets.all_ids()
        written = 0
        for done, dataset_id in enumerate(dataset_ids):
            progress(done, len(dataset_ids), written)
            with self._database.reading() as unit:
                groups = unit.chunks.document_groups(dataset_id)
            for document_ids in groups:
                written += fill_index(self._database, self._engine, document_ids)
                progress(done, len(dataset_ids), written)
        self._engine.optimise()
        progress(len(dataset_ids), len(dataset_ids), written)
        return written
