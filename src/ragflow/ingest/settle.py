"""Settling: the search index of documents becomes what the database says.

In: the id of a document or a chunk, or those of many documents. Out: an index equal to the
database. A write that overtook a newer one is seen on a second look at the database and done again,
so the last writer always leaves the newest state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

from ragflow.domain.chunks import Chunk
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.ports import SearchEngine
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.ingest.index import index_records

Key = tuple[str, str]
_State = tuple[str, str, list[Chunk]]
_T = TypeVar("_T")


def settle_index(database: Database, engine: SearchEngine, document_id: str) -> None:
    """Make the index equal to the database, and take away the outbox entries that ask for it."""
    with database.reading() as unit:
        entries = _entries(unit, document_id)
    refresh_index(database, engine, document_id)
    if entries:
        with database.transaction() as unit:
            unit.outbox.done(entries)


def refresh_index(database: Database, engine: SearchEngine, document_id: str) -> None:
    """Make the index of one document equal to the database."""

    def write(state: _State | None) -> None:
        if state is None:
            engine.delete_documents((document_id,))
        else:
            dataset_id, name, chunks = state
            engine.replace_document(dataset_id, document_id, index_records(chunks, name))

    _until_unchanged(database, lambda unit: _states(unit, [document_id]).get(document_id), write)


def refresh_chunks(database: Database, engine: SearchEngine, keys: Sequence[Key]) -> None:
    """Make the index of chunks, given by document and chunk id, equal to the database.

    They go in as one write: a search engine takes many records in the time of one.
    """

    def read(unit: UnitOfWork) -> dict[Key, tuple[str, Chunk]]:
        names = {
            document.id: document.name
            for document in unit.documents.get_many(sorted({document for document, _ in keys}))
        }
        chunks = unit.chunks.get_many(keys, with_vector=True)
        return {key: (names[key[0]], chunk) for key, chunk in chunks.items() if key[0] in names}

    def write(state: dict[Key, tuple[str, Chunk]]) -> None:
        engine.upsert(
            [record for name, chunk in state.values() for record in index_records((chunk,), name)]
        )
        gone: dict[str, list[str]] = {}
        for document_id, chunk_id in keys:
            if (document_id, chunk_id) not in state:
                gone.setdefault(document_id, []).append(chunk_id)
        for document_id, chunk_ids in gone.items():
            engine.delete_chunks(document_id, chunk_ids)

    _until_unchanged(database, read, write)


def fill_index(database: Database, engine: SearchEngine, document_ids: Sequence[str]) -> int:
    """Bring documents into an index that lacks them, in one write; return how many chunks.

    Those that changed meanwhile are made equal to the database one by one.
    """
    with database.reading() as unit:
        states = _states(unit, document_ids)
    records = [
        record for _, name, chunks in states.values() for record in index_records(chunks, name)
    ]
    engine.upsert(records)
    with database.reading() as unit:
        newest = _states(unit, document_ids)
    for document_id in document_ids:
        if newest.get(document_id) != states.get(document_id):
            refresh_index(database, engine, document_id)
    return len(records)


def _until_unchanged(
    database: Database, read: Callable[[UnitOfWork], _T], write: Callable[[_T], None]
) -> None:
    """Write what is read, again and again until a second look shows what was written."""
    with database.reading() as unit:
        state = read(unit)
    while True:
        write(state)
        with database.reading() as unit:
            newest = read(unit)
        if newest == state:
            return
        state = newest


def _states(unit: UnitOfWork, document_ids: Sequence[str]) -> dict[str, _State]:
    """Return what the index is made of, of those documents that exist."""
    chunks = {
        document_id: list(group)
        for document_id, group in groupby(
            unit.chunks.of_documents(document_ids), key=lambda chunk: chunk.document_id
        )
    }
    return {
        document.id: (document.dataset_id, document.name, chunks.get(document.id, []))
        for document in unit.documents.get_many(document_ids)
    }


def _entries(unit: UnitOfWork, document_id: str) -> list[int]:
    return [
        entry.id
        for entry in unit.outbox.pending()
        if entry.kind is OutboxKind.INDEX_DOCUMENT and entry.payload["document_id"] == document_id
    ]
