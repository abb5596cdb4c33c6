"""Settling: the search index of one document becomes what the database says.

In: a document's id. Out: an index equal to the database. A write that overtook a newer one is seen
on a second look at the database and done again, so the last writer always leaves the newest state.
"""

from __future__ import annotations

from ragflow.domain.chunks import Chunk
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.ports import SearchEngine
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.index import index_records

_State = tuple[str, str, list[Chunk]]


def settle_index(database: Database, engine: SearchEngine, document_id: str) -> None:
    """Make the index equal to the database, and take away the outbox entries that ask for it."""
    with database.reading() as unit:
        entries = _entries(unit, document_id)
    refresh_index(database, engine, document_id)
    if entries:
        with database.transaction() as unit:
            unit.outbox.done(entries)


def refresh_index(database: Database, engine: SearchEngine, document_id: str) -> None:
    """Make the index equal to the database."""
    with database.reading() as unit:
        state = _state(unit, document_id)
    while True:
        if state is None:
            engine.delete_documents((document_id,))
        else:
            dataset_id, name, chunks = state
            engine.replace_document(dataset_id, document_id, index_records(chunks, name))
        with database.reading() as unit:
            newest = _state(unit, document_id)
        if newest == state:
            return
        state = newest


def _state(unit: UnitOfWork, document_id: str) -> _State | None:
    document = unit.documents.get(document_id)
    if document is None:
        return None
    return document.dataset_id, document.name, unit.chunks.of_document(document_id)


def _entries(unit: UnitOfWork, document_id: str) -> list[int]:
    return [
        entry.id
        for entry in unit.outbox.pending()
        if entry.kind is OutboxKind.INDEX_DOCUMENT and entry.payload["document_id"] == document_id
    ]
