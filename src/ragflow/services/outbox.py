"""The relay: does what must follow a commit, from the outbox that was written with it.

In: outbox entries. Out: queued and cancelled jobs, an up-to-date search index, deleted blobs. Every
action brings the outside into the state that the database has now, so it may be repeated, and two
processes may flush at once: who wrote the index from rows that changed meanwhile sees that on a
second look and writes again. A failing entry stays, is tried again after a growing pause and holds
up no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import RagflowError
from ragflow.domain.jobs import OutboxEntry, OutboxKind, ParseJob
from ragflow.domain.ports import BlobStore, Clock, JobQueue, SearchEngine
from ragflow.domain.queries import IndexRecord
from ragflow.domain.repositories import Database

RecordMaker = Callable[[Sequence[Chunk], str], list[IndexRecord]]
"""Make index records of chunks with vectors and the name of their document."""

_BATCH = 500
_LONGEST_PAUSE = 300.0
_FAILURES = (RagflowError, OSError, RuntimeError, ValueError)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Pauses:
    """Remember which entries failed, how often, and when each may be tried again."""

    until: dict[int, float] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)

    def failed(self, entry_id: int, now: float) -> None:
        attempts = self.attempts.get(entry_id, 0) + 1
        self.attempts[entry_id] = attempts
        self.until[entry_id] = now + min(2.0**attempts / 2, _LONGEST_PAUSE)

    def waits(self, entry_id: int, now: float) -> bool:
        return self.until.get(entry_id, 0.0) > now

    def forget(self, entry_ids: Sequence[int]) -> None:
        for entry_id in entry_ids:
            self.until.pop(entry_id, None)
            self.attempts.pop(entry_id, None)


class OutboxRelay:
    """Apply outbox entries; one per process, shared by its threads."""

    def __init__(
        self,
        database: Database,
        queue: JobQueue,
        engine: SearchEngine,
        blobs: BlobStore,
        records: RecordMaker,
        clock: Clock,
    ) -> None:
        self._database = database
        self._queue = queue
        self._engine = engine
        self._blobs = blobs
        self._records = records
        self._clock = clock
        self._pauses = _Pauses()
        self._one_at_a_time = threading.Lock()

    def flush(self) -> int:
        """Apply the pending entries; return how many were done."""
        done, last = 0, 0
        with self._one_at_a_time:
            while entries := self._pending(after=last):
                last = entries[-1].id
                done += self._apply(entries)
        return done

    def _pending(self, after: int) -> list[OutboxEntry]:
        with self._database.reading() as unit:
            return unit.outbox.pending(_BATCH, after)

    def _apply(self, entries: Sequence[OutboxEntry]) -> int:
        """Apply one batch; entries that ask for the same are done once."""
        now = self._clock.seconds()
        ready = [entry for entry in entries if not self._pauses.waits(entry.id, now)]
        groups: dict[tuple[object, ...], list[int]] = {}
        by_key: dict[tuple[object, ...], OutboxEntry] = {}
        for entry in ready:
            key: tuple[object, ...] = (entry.kind, *sorted(entry.payload.items()))
            groups.setdefault(key, []).append(entry.id)
            by_key.setdefault(key, entry)
        done: list[int] = []
        for same, entry_ids in groups.items():
            entry = by_key[same]
            try:
                self._do(entry)
            except _FAILURES as error:
                log.warning(
                    "outbox entry failed", entry=entry.id, kind=entry.kind, error=str(error)
                )
                for entry_id in entry_ids:
                    self._pauses.failed(entry_id, now)
            else:
                done.extend(entry_ids)
        if done:
            with self._database.transaction() as unit:
                unit.outbox.done(done)
            self._pauses.forget(done)
        return len(done)

    def _do(self, entry: OutboxEntry) -> None:
        payload = entry.payload
        match entry.kind:
            case OutboxKind.PARSE:
                self._queue.enqueue(_job(entry))
            case OutboxKind.CANCEL:
                self._queue.cancel(_job(entry))
            case OutboxKind.INDEX_DOCUMENT:
                self._index_document(payload["document_id"])
            case OutboxKind.INDEX_CHUNK:
                self._index_chunk(payload["document_id"], payload["chunk_id"])
            case OutboxKind.DELETE_DATASET:
                self._engine.delete_datasets((payload["dataset_id"],))
            case OutboxKind.DELETE_BLOBS:
                self._blobs.delete_prefix(payload["prefix"])

    def _index_document(self, document_id: str) -> None:
        state = self._document_state(document_id)
        while True:
            if state is None:
                self._engine.delete_documents((document_id,))
            else:
                dataset_id, name, chunks = state
                self._engine.replace_document(dataset_id, document_id, self._records(chunks, name))
            after = self._document_state(document_id)
            if after == state:
                return
            state = after

    def _document_state(self, document_id: str) -> tuple[str, str, list[Chunk]] | None:
        with self._database.reading() as unit:
            document = unit.documents.get(document_id)
            if document is None:
                return None
            return document.dataset_id, document.name, unit.chunks.of_document(document_id)

    def _index_chunk(self, document_id: str, chunk_id: str) -> None:
        state = self._chunk_state(document_id, chunk_id)
        while True:
            if state is None:
                self._engine.delete_chunks(document_id, (chunk_id,))
            else:
                name, chunk = state
                self._engine.upsert(self._records((chunk,), name))
            after = self._chunk_state(document_id, chunk_id)
            if after == state:
                return
            state = after

    def _chunk_state(self, document_id: str, chunk_id: str) -> tuple[str, Chunk] | None:
        with self._database.reading() as unit:
            document = unit.documents.get(document_id)
            chunk = unit.chunks.get(document_id, chunk_id, with_vector=True)
        return None if document is None or chunk is None else (document.name, chunk)


def _job(entry: OutboxEntry) -> ParseJob:
    payload = entry.payload
    return ParseJob(payload["tenant_id"], payload["document_id"], payload["revision"])
