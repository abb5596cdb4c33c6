from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.adapters.jobs.memory import MemoryJobQueue
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.queries import IndexRecord
from ragflow.services.outbox import OutboxRelay


class Outside:
    """Hold what a relay changes, and count the writes to the index."""

    def __init__(self, database: Any, clock: Any) -> None:
        self.database = database
        self.queue = MemoryJobQueue()
        self.engine = CountingEngine()
        self.blobs = ObstoreBlobStore("memory://")
        self.relay = OutboxRelay(database, self.queue, self.engine, self.blobs, clock)

    def note(self, kind: OutboxKind, **payload: Any) -> None:
        with self.database.transaction() as unit:
            unit.outbox.add(kind, payload)

    def pending(self) -> list[str]:
        with self.database.reading() as unit:
            return [entry.kind.value for entry in unit.outbox.pending()]


class CountingEngine(MemoryEngine):
    """Count writes of documents and of chunks, and fail or interfere when a test asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.upserts = 0
        self.broken = False
        self.meanwhile: Any = None
        self.check: Any = lambda _records: None

    def replace_document(
        self, dataset_id: str, document_id: str, records: Sequence[IndexRecord]
    ) -> None:
        self._write()
        super().replace_document(dataset_id, document_id, records)

    def upsert(self, records: Sequence[IndexRecord]) -> None:
        self._interfere()
        self.upserts += 1
        self.check(records)
        super().upsert(records)

    def delete_documents(self, document_ids: Sequence[str]) -> None:
        self._write()
        super().delete_documents(document_ids)

    def _write(self) -> None:
        self._interfere()
        self.writes += 1

    def _interfere(self) -> None:
        if self.broken:
            raise OSError("the disk is full")
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()


@pytest.fixture
def outside(database: Any, clock: Any) -> Outside:
    return Outside(database, clock)


def test_jobs_are_queued_and_cancelled_in_order(outside: Outside) -> None:
    job = {"tenant_id": "t", "document_id": "x", "revision": 1}
    outside.note(OutboxKind.PARSE, **job)
    outside.note(OutboxKind.CANCEL, **job)
    outside.note(OutboxKind.PARSE, **(job | {"revision": 2}))
    assert outside.relay.flush() == 3
    assert outside.queue.waiting() == 1
    assert outside.pending() == []


def test_the_index_follows_the_database(outside: Outside, document: Any, chunk: Any) -> None:
    outside.note(OutboxKind.INDEX_CHUNK, document_id=document.id, chunk_id=chunk.id)
    outside.relay.flush()
    assert outside.engine.count((document.dataset_id,)) == 1
    with outside.database.transaction() as unit:
        unit.chunks.delete(document.id, None)
    outside.note(OutboxKind.INDEX_DOCUMENT, document_id=document.id)
    outside.relay.flush()
    assert outside.engine.count((document.dataset_id,)) == 0


def test_entries_that_ask_for_the_same_are_done_once(
    outside: Outside, document: Any, chunk: Any
) -> None:
    for _ in range(5):
        outside.note(OutboxKind.INDEX_DOCUMENT, document_id=document.id)
    assert outside.relay.flush() == 5
    assert outside.engine.writes == 1


def test_many_deleted_documents_leave_the_index_in_one_write(outside: Outside) -> None:
    for number in range(50):
        outside.note(OutboxKind.INDEX_DOCUMENT, document_id=f"gone{number}")
    assert outside.relay.flush() == 50
    assert outside.engine.writes == 1


def test_many_chunks_come_into_the_index_in_one_write(
    outside: Outside, document: Any, chunk: Any
) -> None:
    for number in range(50):
        with outside.database.transaction() as unit:
            unit.chunks.put(replace(chunk, id=f"c{number}"))
        outside.note(OutboxKind.INDEX_CHUNK, document_id=document.id, chunk_id=f"c{number}")
    outside.note(OutboxKind.INDEX_CHUNK, document_id=document.id, chunk_id="gone")
    assert outside.relay.flush() == 51
    assert outside.engine.upserts == 1
    assert outside.engine.count((document.dataset_id,)) == 50


def test_a_chunk_that_the_index_refuses_holds_up_no_other(
    outside: Outside, document: Any, chunk: Any
) -> None:
    def refuse(records: Sequence[IndexRecord]) -> None:
        if any(record.chunk_id == "bad" for record in records):
            raise OSError("no such vectors")

    outside.engine.check = refuse
    for name in ("bad", "good"):
        with outside.database.transaction() as unit:
            unit.chunks.put(replace(chunk, id=name))
        outside.note(OutboxKind.INDEX_CHUNK, document_id=document.id, chunk_id=name)
    assert outside.relay.flush() == 1
    assert outside.engine.count((document.dataset_id,)) == 1
    assert outside.pending() == ["index_chunk"]


def test_a_failing_entry_waits_and_holds_up_no_other(
    outside: Outside, document: Any, chunk: Any, clock: Any
) -> None:
    outside.engine.broken = True
    outside.note(OutboxKind.INDEX_DOCUMENT, document_id=document.id)
    outside.note(OutboxKind.PARSE, tenant_id="t", document_id="x", revision=1)
    assert outside.relay.flush() == 1
    assert outside.queue.waiting() == 1
    outside.engine.broken = False
    assert outside.relay.flush() == 0  # its pause has not passed
    clock.now += 60
    assert outside.relay.flush() == 1
    assert outside.engine.count((document.dataset_id,)) == 1


def test_more_failing_entries_than_a_batch_hold_up_no_other(outside: Outside) -> None:
    outside.engine.broken = True
    for number in range(600):
        outside.note(OutboxKind.INDEX_DOCUMENT, document_id=f"gone{number}")
    outside.note(OutboxKind.PARSE, tenant_id="t", document_id="x", revision=1)
    outside.relay.flush()
    assert outside.queue.waiting() == 1


def test_a_write_that_was_overtaken_is_done_again(
    outside: Outside, document: Any, chunk: Any
) -> None:
    def change() -> None:
        with outside.database.transaction() as unit:
            unit.chunks.put(replace(chunk, id="c2", content="newer"))

    outside.engine.meanwhile = change
    outside.note(OutboxKind.INDEX_DOCUMENT, document_id=document.id)
    outside.relay.flush()
    assert outside.engine.count((document.dataset_id,)) == 2


def test_a_document_that_is_deleted_while_it_is_indexed_stays_out(
    outside: Outside, document: Any, chunk: Any
) -> None:
    def delete() -> None:
        with outside.database.transaction() as unit:
            unit.documents.delete([document.id])

    outside.engine.meanwhile = delete
    outside.note(OutboxKind.INDEX_CHUNK, document_id=document.id, chunk_id=chunk.id)
    outside.relay.flush()
    assert outside.engine.count((document.dataset_id,)) == 0


def test_blobs_are_deleted_by_prefix(outside: Outside) -> None:
    outside.blobs.put("documents/a/1", b"x")
    outside.blobs.put("documents/a/2", b"x")
    outside.note(OutboxKind.DELETE_BLOBS, prefix="documents/a/1")
    outside.relay.flush()
    assert list(outside.blobs.keys("documents/")) == ["documents/a/2"]
