"""The relay: does what must follow a commit, from the outbox that was written with it.

In: outbox entries. Out: queued and cancelled jobs, an up-to-date search index, deleted blobs. Every
action brings the outside into the state that the database has now, so it may be repeated, and two
processes may flush at once: who wrote the index from rows that changed meanwhile sees that on a
second look and writes again. A failing entry stays, is tried again after a growing pause and holds
up no other. A flush raises nothing while a store is away: what asked for it is committed already,
and the next flush goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from ragflow.domain.errors import RagflowError, StoreUnavailable
from ragflow.domain.jobs import OutboxEntry, OutboxKind, ParseJob
from ragflow.domain.ports import BlobStore, Clock, JobQueue, SearchEngine
from ragflow.domain.repositories import Database
from ragflow.ingest.enrich.knowledge_graph.rebuild import rebuild_graph
from ragflow.ingest.settle import Key, refresh_chunks, refresh_index

_Same = tuple[object, ...]

_BATCH = 500
_LONGEST_PAUSE = 300.0
_MOST_DOUBLINGS = 10
_FAILURES = (RagflowError, OSError)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Pauses:
    """Remember which entries failed, how often, and when each may be tried again."""

    until: dict[int, float] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)

    def failed(self, entry_ids: Sequence[int], now: float) -> None:
        for entry_id in entry_ids:
            attempts = min(self.attempts.get(entry_id, 0) + 1, _MOST_DOUBLINGS)
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
        clock: Clock,
    ) -> None:
        self._database = database
        self._queue = queue
        self._engine = engine
        self._blobs = blobs
        self._clock = clock
        self._pauses = _Pauses()
        self._one_at_a_time = threading.Lock()

    def flush(self) -> int:
        """Apply the pending entries; return how many were done."""
        done, last = 0, 0
        with self._one_at_a_time:
            try:
                while entries := self._pending(after=last):
                    last = entries[-1].id
                    done += self._apply(entries)
            except StoreUnavailable as error:  # the database itself, without which nothing is done
                log.warning("outbox flush broken off", error=str(error))
        return done

    def _pending(self, after: int) -> list[OutboxEntry]:
        with self._database.reading() as unit:
            return unit.outbox.pending(_BATCH, after)

    def _apply(self, entries: Sequence[OutboxEntry]) -> int:
        """Apply one batch; entries that ask for the same are done once."""
        now = self._clock.seconds()
        groups: dict[_Same, list[OutboxEntry]] = {}
        for entry in entries:
            if not self._pauses.waits(entry.id, now):
                groups.setdefault(_same(entry), []).append(entry)
        first = [same[0] for same in groups.values()]
        handled = self._forget_deleted(first) | self._refresh_chunks(first)
        done: list[int] = []
        for same in groups.values():
            entry_ids = [entry.id for entry in same]
            try:
                if same[0].id not in handled:
                    self._do(same[0])
            except _FAILURES as error:
                kind = same[0].kind
                log.warning("outbox entry failed", entry=entry_ids[0], kind=kind, error=str(error))
                self._pauses.failed(entry_ids, now)
            else:
                done += entry_ids
        if done:
            with self._database.transaction() as unit:
                unit.outbox.done(done)
            self._pauses.forget(done)
        return len(done)

    def _forget_deleted(self, entries: Sequence[OutboxEntry]) -> set[int]:
        """Take documents that are no more out of the index at once; return their entries."""
        named = {
            entry.id: str(entry.payload["document_id"])
            for entry in entries
            if entry.kind is OutboxKind.INDEX_DOCUMENT
        }
        with self._database.reading() as unit:
            there = {document.id for document in unit.documents.get_many(list(named.values()))}
        gone = {entry_id: document for entry_id, document in named.items() if document not in there}
        if not gone:
            return set()
        try:
            self._engine.delete_documents(list(gone.values()))
        except _FAILURES as error:  # each entry tries again by itself
            log.warning("deleting documents from the index failed", error=str(error))
            return set()
        return set(gone)

    def _refresh_chunks(self, entries: Sequence[OutboxEntry]) -> set[int]:
        """Bring the index of all chunks up to date at once; return their entries."""
        named = {entry.id: _key(entry) for entry in entries if entry.kind is OutboxKind.INDEX_CHUNK}
        if not named:
            return set()
        try:
            refresh_chunks(self._database, self._engine, list(named.values()))
        except _FAILURES as error:  # each entry tries again by itself
            log.warning("bringing chunks into the index failed", error=str(error))
            return set()
        return set(named)

    def _do(self, entry: OutboxEntry) -> None:
        payload = entry.payload
        match entry.kind:
            case OutboxKind.PARSE:
                self._queue.enqueue(_job(entry))
            case OutboxKind.CANCEL:
                self._queue.cancel(_job(entry))
            case OutboxKind.INDEX_DOCUMENT:
                refresh_index(self._database, self._engine, payload["document_id"])
            case OutboxKind.INDEX_CHUNK:
                refresh_chunks(self._database, self._engine, [_key(entry)])
            case OutboxKind.REBUILD_GRAPH:
                rebuild_graph(self._database, payload["dataset_id"])
            case OutboxKind.DELETE_DATASET:
                self._engine.delete_datasets((payload["dataset_id"],))
            case OutboxKind.DELETE_BLOBS:
                self._blobs.delete_prefix(payload["prefix"])


def _same(entry: OutboxEntry) -> _Same:
    return (entry.kind, *sorted(entry.payload.items()))


def _job(entry: OutboxEntry) -> ParseJob:
    payload = entry.payload
    return ParseJob(payload["tenant_id"], payload["document_id"], payload["revision"])


def _key(entry: OutboxEntry) -> Key:
    return entry.payload["document_id"], entry.payload["chunk_id"]
